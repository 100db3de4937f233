"""The editor of incident files: changes its own lines, and not one byte beside them.

A person wrote the file, with comments and an order that mean something to them. Every edit is checked by
loading the result: the old data with exactly this edit. Anything else is refused, and a person is asked.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.errors import Failure, Location
from reconciler.incident.edits import Append, Edit, Remove, Set, Value, applied, plain
from reconciler.incident.model import Path
from reconciler.repo import edit_block, edit_flow
from reconciler.repo.edit_block import Splice
from reconciler.repo.edit_nodes import Node, Source, read
from reconciler.repo.edit_scalars import check_text, spell
from reconciler.repo.lines import Habit
from reconciler.repo.loader import Document, load_document


def edit(content: bytes, path: str, edits: Sequence[Edit]) -> bytes:
    """The file with these edits, in their order. `path` is for messages.

    Failure when the file is not readable as it is, or an edit cannot be made without touching other lines.
    """
    for one in edits:
        content = _edited(content, path, one)
    return content


def _edited(content: bytes, path: str, one: Edit) -> bytes:
    document = load_document(content, path)
    if not isinstance(one, Remove):
        _check(one.value)
    try:
        wanted = applied(document.data, one)
        if _same(document.data, wanted):
            return content
        for literal in (True, False):
            result = _attempt(content, one, literal=literal)
            if _holds(result, path, wanted):
                return result
    except (AttributeError, LookupError, TypeError):
        pass  # the path leads through a value that has no keys, or names a whole list
    raise _by_hand(document, path, one)


def _check(value: Value) -> None:
    texts = value.values() if isinstance(value, Mapping) else [value]
    for text in texts:
        if isinstance(text, str):
            check_text(text)


def _holds(content: bytes, path: str, wanted: Any) -> bool:
    try:
        return _same(load_document(content, path).data, wanted)
    except Failure:
        return False


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _attempt(content: bytes, one: Edit, *, literal: bool) -> bytes:
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    source = read(content[len(mark) :].decode())
    pieces, place = [], 0
    for splice in sorted(_splices(source, one, literal=literal), key=lambda splice: splice.start):
        pieces += [source.text[place : splice.start], splice.text]
        place = splice.end
    return mark + "".join([*pieces, source.text[place:]]).encode()


def _splices(source: Source, one: Edit, *, literal: bool) -> list[Splice]:
    if isinstance(one, Remove):
        return _remove(source, one.path)
    habit = edit_block.habit_of(source, literal=literal)
    parent = source.top
    for depth, key in enumerate(one.path):
        child = parent.find(key)
        if child is None or (child.blank and isinstance(key, str)):
            return _put(source, parent, str(key), _wrapped(one, depth), habit)
        if depth + 1 == len(one.path):
            return _write(source, parent, child, one, habit)
        parent = child
    raise TypeError("an edit names a key")


def _wrapped(one: Set | Append, depth: int) -> Any:
    """The value for the key at `depth` of the path, inside the parents that are still to be made."""
    value: Any = one.value if isinstance(one, Set) else [one.value]
    for key in reversed(one.path[depth + 1 :]):
        value = {key: value}
    return value


def _put(source: Source, parent: Node, key: str, value: Value, habit: Habit) -> list[Splice]:
    blank = parent.find(key)
    if blank is not None and source.line_end(blank.start) < blank.end:
        inside = spell(value, flow=True)[1:-1]  # the empty `[…]` spans lines: it may hold comments
        return edit_flow.insert(source, blank, inside)
    if parent.style == "flow":
        return edit_flow.put(source, parent, key, value)
    return edit_block.put(source, parent, key, value, habit)


def _write(source: Source, parent: Node, old: Node, one: Set | Append, habit: Habit) -> list[Splice]:
    """Add to the list `old`, or write in the place of the scalar `old`, both in `parent`."""
    if isinstance(one, Append):
        if old.style == "flow":
            return edit_flow.append(source, old, one.value)
        return edit_block.append(source, old, one.value, habit)
    if old.kind != "scalar":
        raise TypeError("a whole list or mapping is not set")
    if parent.style == "flow":
        return edit_flow.overwrite(source, old, one.value)
    step = edit_block.gap_of(source, parent) if parent.kind == "list" else habit.step
    return edit_block.overwrite(
        source, old, one.value, source.column(parent.start), replace(habit, step=step)
    )


def _remove(source: Source, path: Path) -> list[Splice]:
    parent, chain = source.top, []
    for key in path:
        index = parent.index(key)
        assert index is not None
        chain.append((parent, index))
        parent = parent.items[index]
    while len(chain) > 1 and len(chain[-1][0].items) == 1:
        chain.pop()
    mapping, index = chain[-1]
    remove = edit_flow.remove if mapping.style == "flow" else edit_block.remove
    return remove(source, mapping, index)


def _by_hand(document: Document, path: str, one: Edit) -> Failure:
    """The refusal: which line to edit, and what to write there."""
    name, place = ".".join(map(str, one.path)), one.path
    while place and place not in document.positions:
        place = place[:-1]
    line, column = document.positions.get(place, (1, 1))
    if isinstance(one, Remove):
        wanted = f"take `{name}` out"
    else:
        wanted = f"write {json.dumps(plain(one.value))} as `{name}`"
    return Failure(
        f"cannot change `{name}` in {path} without touching more than its own lines",
        detail="the file is as it was",
        location=Location(path, line, column),
        next=f"{wanted} by hand (JSON is YAML), and commit the file",
    )
