"""Edits in block style: a value in its place, new lines under the line after which they belong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from reconciler.incident.edits import ORDER, Value
from reconciler.repo.edit_nodes import Node, Source
from reconciler.repo.lines import Habit, below, item, pair

_HEADER = re.compile(r"([|>][0-9]?)[-+]?([0-9]?)")


class Splice(NamedTuple):
    """Replace `text[start:end]` by `text`."""

    start: int
    end: int
    text: str


def habit_of(source: Source, *, literal: bool) -> Habit:
    """How the file indents what is below its top keys; two columns where it shows nothing."""
    top, habit = source.top, Habit(literal=literal)
    base = source.column(top.start)
    for value in top.items:
        if value.style == "block":
            offset = source.column(value.start) - base
            listed = value.kind == "list"
            habit = replace(habit, dash=offset) if listed else replace(habit, step=offset)
    return habit


def put(source: Source, mapping: Node, key: str, value: Value, habit: Habit) -> list[Splice]:
    """Write a key that the block mapping lacks or that stands for nothing yet."""
    column = source.column(mapping.start)
    existing = mapping.find(key)
    if existing is not None:
        return overwrite(source, existing, value, column, habit)
    return _insert_after(source, _predecessor(mapping, key), pair(key, value, column, habit))


def overwrite(source: Source, old: Node, value: Value, column: int, habit: Habit) -> list[Splice]:
    """Write a value in the place of a scalar or of an empty `[]`; a comment behind it stays."""
    first, *rest = below(value, column, habit, old.quote)
    start, end, under = old.start, old.end, source.line_end(old.end)
    body = Splice(under, under, _joined(rest, source.newline(old.end)))
    if old.folded:
        end = start + len(re.split(r"\s", source.text[start:], maxsplit=1)[0])
        under = source.line_end(start)
        body = Splice(under, max(under, old.end), body.text)
    before = source.text[:start].rstrip(" \t")
    if not first:
        start = len(before)
    elif len(before) == start:
        first = " " + first
    return [Splice(start, end, first), body]


def append(source: Source, node: Node, value: Value, habit: Habit) -> list[Splice]:
    """Add an item under the last one of a block list."""
    column, last = source.column(node.start), node.items[-1]
    return _insert_after(source, last, item(value, column, replace(habit, gap=gap_of(source, node))))


def gap_of(source: Source, node: Node) -> int:
    """How many columns lie between a list's `-` and its items."""
    first = node.items[0]
    alone = source.line_start(first.start) != source.line_start(node.start)
    return 2 if alone or first.start == first.end else first.start - node.start


def remove(source: Source, mapping: Node, index: int) -> list[Splice]:
    """Take away the lines of a key; comments between its own keys stay."""
    value = mapping.items[index]
    start, end = mapping.entry(index)
    if value.kind == "mapping" and value.style == "block":
        inner = [splice for below in range(len(value.items)) for splice in remove(source, value, below)]
        return [Splice(source.line_start(start), source.next_line(start), ""), *inner]
    return [Splice(source.line_start(start), source.next_line(end), "")]


def _predecessor(mapping: Node, key: str) -> Node:
    """The value after which a new key is written: its nearest predecessor in the usual order."""
    before = ORDER[: ORDER.index(key)] if key in ORDER else ()
    found = (mapping.find(name) for name in reversed(before))
    return next((node for node in found if node is not None), mapping.items[-1])


def _insert_after(source: Source, node: Node, lines: Sequence[str]) -> list[Splice]:
    end = source.line_end(node.end)
    new = Splice(end, end, _joined(lines, source.newline(end)))
    leaf = node.last_leaf
    if end == len(source.text) and leaf.folded:
        # The last line had no end and gets one now: the text above must not grow by it.
        header = _HEADER.match(source.text, leaf.start)
        assert header
        return [Splice(header.start(), header.end(), f"{header[1]}-{header[2]}"), new]
    return [new]


def _joined(lines: Sequence[str], newline: str) -> str:
    return "".join(newline + line for line in lines)
