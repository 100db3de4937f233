"""What changed between two versions of an incident's file, field by field, as a person would tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class FieldChanged(NamedTuple):
    """One field (`roles.commander`, `updates 2026-11-21T16:58:00Z`); None: it was not, or is not any more."""

    field: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        return {"field": self.field, "before": self.before, "after": self.after}


def fields_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChanged]:
    """Every difference between the data of two versions, in the order of the keys."""
    return [
        change for key in _keys(before, after) for change in _changed(key, before.get(key), after.get(key))
    ]


def _changed(field: str, before: Any, after: Any) -> Iterator[FieldChanged]:
    if before == after:
        return
    if _is(dict, before, after):
        yield from _nested(field, before or {}, after or {}, ".")
    elif _is(list, before, after) and _are_updates(before, after):
        yield from _nested(field, _by_time(before), _by_time(after), " ")
    elif _is(list, before, after):
        yield from _items(field, before or [], after or [])
    else:
        yield FieldChanged(field, before, after)


def _nested(
    field: str, before: Mapping[str, Any], after: Mapping[str, Any], joint: str
) -> Iterator[FieldChanged]:
    for key in _keys(before, after):
        if before.get(key) != after.get(key):
            yield FieldChanged(f"{field}{joint}{key}", before.get(key), after.get(key))


def _items(field: str, before: list[Any], after: list[Any]) -> Iterator[FieldChanged]:
    yield from (FieldChanged(field, item, None) for item in before if item not in after)
    yield from (FieldChanged(field, None, item) for item in after if item not in before)


def _keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys([*before, *after]))


def _is(kind: type, *values: Any) -> bool:
    """True when each value is of that kind or missing."""
    return all(value is None or isinstance(value, kind) for value in values)


def _are_updates(*values: Any) -> bool:
    return all(
        isinstance(item, dict) and isinstance(item.get("at"), str) for value in values for item in value or ()
    )


def _by_time(updates: Any) -> dict[str, Any]:
    """What each item says, by its key: an escalation names its team, and why."""
    return {one["at"]: one.get("text", _called(one)) for one in updates or ()}


def _called(one: Mapping[str, Any]) -> str | None:
    words = [str(one[key]) for key in ("team", "why") if one.get(key)]
    return ": ".join(words) or None
