"""What somebody changed in a file, in words: before → after, what a list gained, what an update says.

The same words serve the terminal and Markdown; how they are laid out there is no matter of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from reconciler.incident.difference import FieldChanged
from reconciler.incident.text import cut, lines, one_line

#: A text up to this length is told on its line; a longer one, or one of several lines, below it.
_LINE = 200
#: Up to this length both versions of a text are told as a whole.
_SHORT = 80
#: So much of a text is told; `--json` has it whole.
_LONG = 2000
#: Words that both versions of a text share and that are shown around what is new.
_AROUND = 6

#: The lists whose items have a time, what one is called, and what it is there for.
_ITEMS = {"updates": ("update", "text"), "timeline": ("note", "text"), "escalations": ("call", "team")}
#: The lists of names.
_LISTS = frozenset({"services", "responders", "page", "formerly"})
_ITEM = re.compile(r"(\w+) (\S+?)(?:\.([a-z_]+))?")


class Edit(NamedTuple):
    """One thing that was changed: `+` it is new, `-` it went, `~` it is another; a long text lies below."""

    sign: str
    words: str
    text: Sequence[str] = ()


def edits(changes: Iterable[FieldChanged]) -> Iterator[Edit]:
    """The changes of one commit as a person would tell them, an item of a list at a time."""
    for (key, at), group in groupby(changes, _group):
        listed = list(group)
        if at:
            yield from _of_item(key, at, listed)
        elif len(listed) > 1 or (key in _LISTS and not _whole_list(listed[0])):
            yield _of_list(key, listed)
        else:
            yield _of_field(listed[0])


def _group(change: FieldChanged) -> tuple[str, str]:
    """What belongs together: the fields of an item with a time, else what is new and old in one list."""
    found = _ITEM.fullmatch(change.field)
    return (found[1], found[2]) if found else (change.field, "")


def _whole_list(change: FieldChanged) -> bool:
    """True where it is no single name: the field is private, the list is in another order, or is none."""
    values = (change.before, change.after)
    return values == (None, None) or any(isinstance(one, list) for one in values) or None not in values


def _of_field(change: FieldChanged) -> Edit:
    name, before, after = one_line(change.field), change.before, change.after
    if before is None and after is None:
        return Edit("~", f"{name}: (private)")
    if before is None or after is None:
        return _whole("-" if after is None else "+", f"{name}:", before if after is None else after)
    if isinstance(before, list) and isinstance(after, list):
        return Edit("~", f"{name}: in another order")
    return Edit("~", f"{name}: {_reworded(before, after)}")


def _of_list(name: str, changes: Sequence[FieldChanged]) -> Edit:
    new = [value(change.after) for change in changes if change.after is not None]
    gone = [value(change.before) for change in changes if change.before is not None]
    told = [f"added {', '.join(new)}" if new else "", f"removed {', '.join(gone)}" if gone else ""]
    sign = "~" if new and gone else "+" if new else "-"
    return Edit(sign, cut(f"{one_line(name)}: {'; '.join(filter(None, told))}", _LONG))


def _of_item(key: str, at: str, changes: Sequence[FieldChanged]) -> Iterator[Edit]:
    """An update, a note, a call for a team: one that is new or gone as a whole, else each of its fields."""
    noun, main = _ITEMS.get(key, (key, "text"))
    parts = {_part(change): change for change in changes}
    said = parts.get(main)
    name = f"{one_line(noun)} of {one_line(at)}"
    if said is not None and said.before is None:
        yield _item("+", name, main, {part: change.after for part, change in parts.items()})
    elif said is not None and said.after is None:
        yield _item("-", name, main, {part: change.before for part, change in parts.items()})
    else:
        for part, change in parts.items():
            label = name if part == "text" else f"{name}, {part}"
            yield _of_field(change._replace(field=label))


def _part(change: FieldChanged) -> str:
    found = _ITEM.fullmatch(change.field)
    return (found[3] if found else None) or "text"


def _item(sign: str, name: str, main: str, told: Mapping[str, Any]) -> Edit:
    """`update of 2026-11-21T16:58:00Z by ana@example.com: Rolling back`."""
    by = f" by {value(told['by'])}" if told.get("by") else ""
    to = f" for {value(told['team'])}" if main == "team" else ""
    said = told.get("why") if main == "team" else told[main]
    more = (
        f"{one_line(key)} {value(one)}" for key, one in told.items() if key not in (main, "by", "why") and one
    )
    words = cut(", ".join([f"{name}{to}{by}", *more]), _LONG)
    return Edit(sign, words) if said is None else _whole(sign, f"{words}:", said)


def _whole(sign: str, words: str, told: Any) -> Edit:
    """Something as a whole: beside its name, or below it."""
    text = lines(told, _LONG) if isinstance(told, str) else cut(value(told), _LONG)
    if "\n" in text or len(text) > _LINE:
        return Edit(sign, words, text.split("\n"))
    return Edit(sign, f"{words} {text or 'empty'}")


def value(told: Any) -> str:
    """A value of the file on one line, as a person would write it."""
    if isinstance(told, bool):
        return "true" if told else "false"
    if isinstance(told, Mapping):
        inside = (f"{one_line(str(key))} {value(said)}" for key, said in told.items())
        return f"({', '.join(inside)})"
    if isinstance(told, list | tuple):
        return ", ".join(map(value, told)) or "empty"
    return "nothing" if told is None else one_line(str(told)) or "empty"


def _reworded(before: Any, after: Any) -> str:
    """`before  →  after`; of long texts the words that differ, with some around them."""
    old, new = value(before), value(after)
    if max(len(old), len(new)) > _SHORT:
        old, new = _differing(old.split(" "), new.split(" "))
    if old == new:  # such as another line break
        return f"{cut(old, _LINE)} (in other lines)"
    return f"{old}  →  {new}"


def _differing(old: Sequence[str], new: Sequence[str]) -> tuple[str, str]:
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    first, last = max(head - _AROUND, 0), max(tail - _AROUND, 0)
    return _piece(old, first, last), _piece(new, first, last)


def _piece(words: Sequence[str], first: int, last: int) -> str:
    kept = " ".join(words[first : len(words) - last])
    return f"{'… ' if first else ''}{cut(kept, _LONG // 2) or 'nothing'}{' …' if last else ''}"
