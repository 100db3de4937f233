"""What changed between two versions of an incident's file, field by field, as a person would tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple


class FieldChanged(NamedTuple):
    """One field (`roles.commander`, `updates 2026-11-21T16:58:00Z`); None: it was not, or is not any more."""

    field: str
    before: Any
    after: Any

    @property
    def key(self) -> str:
        """The key at the margin of the file: `roles` of `roles.commander`."""
        return self.field.partition(" ")[0].partition(".")[0]

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "before": self.before, "after": self.after}


def fields_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChanged]:
    """Every difference between the data of two versions, in the order of the keys."""
    return [
        change for key in _keys(before, after) for change in _changed(key, before.get(key), after.get(key))
    ]


def _changed(field: str, before: Any, after: Any) -> Iterator[FieldChanged]:
    if _same(before, after):
        return
    found = list(_within(field, before, after))
    yield from found or [FieldChanged(field, before, after)]  # such as a list in another order


def _within(field: str, before: Any, after: Any) -> Iterator[FieldChanged]:
    """What differs inside of two mappings or two lists; nothing where they are no such things."""
    if _is(dict, before, after):
        yield from _nested(f"{field}.", before or {}, after or {})
    elif _is(list, before, after) and _have_times(before, after):
        yield from _nested(f"{field} ", _by_time(before), _by_time(after))
    elif _is(list, before, after):
        yield from (FieldChanged(field, item, None) for item in _without(before or [], after or []))
        yield from (FieldChanged(field, None, item) for item in _without(after or [], before or []))


def _nested(begin: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChanged]:
    for key in _keys(before, after):
        yield from _changed(f"{begin}{key}", before.get(key), after.get(key))


def _without(these: list[Any], those: list[Any]) -> list[Any]:
    """What is here and not there; of what is here more often, the rest."""
    left = list(those)
    found = []
    for item in these:
        at = next((number for number, other in enumerate(left) if _same(item, other)), None)
        if at is None:
            found.append(item)
        else:
            del left[at]
    return found


def _same(before: Any, after: Any) -> bool:
    """True where both say the same; to Python, `true` and 1 would."""
    return type(before) is type(after) and bool(before == after)


def _keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*before, *after]))


def _is(kind: type, *values: Any) -> bool:
    """True when each value is of that kind or missing."""
    return all(value is None or isinstance(value, kind) for value in values)


def _have_times(*values: Sequence[Any] | None) -> bool:
    """True for lists whose items can be told apart by their `at`."""
    return all(_unique(value or ()) for value in values)


def _unique(items: Sequence[Any]) -> bool:
    times = [item.get("at") if isinstance(item, dict) else None for item in items]
    return all(isinstance(at, str) for at in times) and len(set(times)) == len(times)


def _by_time(items: Any) -> dict[str, Any]:
    """What each item says, by its `at`: its text under that alone, the rest as `<at>.by`."""
    said: dict[str, Any] = {}
    for one in items or ():
        at, text = one["at"], one.get("text")
        more = {f"{at}.{key}": value for key, value in one.items() if key not in ("at", "text")}
        said |= ({at: text} if text is not None else {}) | more or {at: {}}
    return said
