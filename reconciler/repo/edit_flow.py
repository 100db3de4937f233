"""Edits inside `{…}` and `[…]`, JSON included: an item beside the last one, in its neighbours' manner."""

from __future__ import annotations

import re

from reconciler.incident.edits import Value
from reconciler.repo.edit_block import Splice
from reconciler.repo.edit_nodes import BREAKS, Node, Source
from reconciler.repo.edit_scalars import spell

_SEPARATOR = re.compile(r"\s*,\s*")
_FILLING = re.compile(rf"(?:\s|#[^{BREAKS}]*)*")


def put(source: Source, mapping: Node, key: str, value: Value) -> list[Splice]:
    """Write a key that the mapping lacks or that stands for nothing yet."""
    quote = _quote(source, mapping)
    index = mapping.index(key)
    if index is None:
        return insert(source, mapping, spell({key: value}, flow=True, quote=quote)[1:-1])
    named, old = mapping.keys[index], mapping.items[index]
    if ":" in source.text[named.end : old.start]:
        return overwrite(source, old, value, quote)
    return [Splice(named.end, named.end, ": " + spell(value, flow=True, quote=quote))]


def overwrite(source: Source, old: Node, value: Value, quote: str = "") -> list[Splice]:
    """Write a value in the place of another."""
    new = spell(value, flow=True, quote=old.quote or quote)
    glued = old.start == old.end and source.text[old.start - 1] == ":"
    return [Splice(old.start, old.end, " " + new if glued else new)]


def append(source: Source, node: Node, value: Value) -> list[Splice]:
    """Add an item at the end of a list."""
    return insert(source, node, spell(value, flow=True, quote=_quote(source, node)))


def insert(source: Source, node: Node, new: str) -> list[Splice]:
    """Add what is written as `new` after the last item: on a line of its own where that one has its own."""
    if not node.items:
        return [Splice(node.start + 1, node.start + 1, new)]
    start, end = node.entry(-1)
    line, under = source.line_start(start), source.line_end(end)
    indent = source.text[line:start]
    if indent.strip() or line <= node.start or under >= node.end:
        return [Splice(end, end, ", " + new)]
    fresh = source.newline(end) + indent + new
    comma = _FILLING.match(source.text, end)
    assert comma
    if source.text.startswith(",", comma.end()):
        under = source.line_end(comma.end())
        return [Splice(under, under, fresh + ",")] if under < node.end else [Splice(end, end, ", " + new)]
    return [Splice(end, end, ","), Splice(under, under, fresh)]


def remove(source: Source, mapping: Node, index: int) -> list[Splice]:
    """Take away a key with one of the commas beside it; a comment between two items stays."""
    start, end = mapping.entry(index)
    if index + 1 < len(mapping.items):
        following = mapping.entry(index + 1)[0]
        if _SEPARATOR.fullmatch(source.text, end, following):
            return [Splice(start, following, "")]
    elif index and _SEPARATOR.fullmatch(source.text, mapping.entry(index - 1)[1], start):
        return [Splice(mapping.entry(index - 1)[1], end, "")]
    comma = _SEPARATOR.match(source.text, end)
    return [Splice(start, comma.end() if comma else end, "")]


def _quote(source: Source, node: Node) -> str:
    """A double quote where the neighbours, or all keys of a JSON document, wear it."""
    for names in (node.keys or node.items, source.top.keys if source.top.style == "flow" else []):
        if names and all(name.style == '"' for name in names):
            return '"'
    return ""
