"""Values as lines of block style: what the editor inserts, and whole new files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from reconciler.incident.edits import Value
from reconciler.repo.edit_scalars import literal_lines, spell

_WIDE = 90  # a list of words that is longer gets a line for each


@dataclass(frozen=True, slots=True)
class Habit:
    """How a file is indented, in columns, and whether text of several lines may be a literal block."""

    step: int = 2  # a mapping below its key
    dash: int = 2  # the `-` of a list below its key
    gap: int = 2  # from the `-` to the item
    literal: bool = True


def document(data: Mapping[str, Value], header: str = "") -> str:
    """A whole new file: the header's lines, then a line or a block for each key; ends with a line end."""
    lines = header.splitlines()
    for key, value in data.items():
        lines += pair(key, value, 0, Habit())
    return "\n".join(lines) + "\n"


def pair(key: str, value: Value, column: int, habit: Habit) -> list[str]:
    """The lines of `key: value` at that column."""
    named = " " * column + spell(key) + ":"
    first, *rest = below(value, column, habit)
    return [f"{named} {first}" if first else named, *rest]


def item(value: Value, column: int, habit: Habit) -> list[str]:
    """The lines of a list's item whose `-` is at that column."""
    lead = " " * column + "-".ljust(habit.gap)
    if isinstance(value, Mapping) and value:
        inner = column + habit.gap
        first, *rest = [line for key, part in value.items() for line in pair(key, part, inner, habit)]
        return [lead + first[inner:], *rest]
    first, *rest = below(value, column, replace(habit, step=habit.gap))
    return [lead + first, *rest]


def below(value: Value, column: int, habit: Habit, quote: str = "") -> list[str]:
    """What stands after the `key:` at that column, and the lines under it."""
    if isinstance(value, str):
        literal = literal_lines(value) if habit.literal else None
        header, *body = literal or [spell(value, quote=quote)]
        return [header, *(" " * (column + habit.step) + line if line else "" for line in body)]
    if isinstance(value, Mapping) and value:
        pairs = [pair(key, part, column + habit.step, habit) for key, part in value.items()]
        return ["", *(line for lines in pairs for line in lines)]
    if _has_lines(value):
        return ["", *(line for part in value for line in item(part, column + habit.dash, habit))]
    return [spell(value, quote=quote)]


def _has_lines(value: Value) -> TypeGuard[Sequence[Value]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return False
    return any(isinstance(part, Mapping) for part in value) or len(spell(value)) > _WIDE
