"""What one plan has beyond another, so that what was to be said anyway is not taken for something new."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from reconciler.plan.change import Change, FieldChange
from reconciler.plan.plan import Plan

One = TypeVar("One")
Words = Callable[[str], str]


def without(plan: Plan, other: Plan, words: Words = lambda text: text) -> Plan:
    """A plan without what the other one says as well; `words` is done to its texts."""
    changes = _beyond(plan.changes, other.changes, _change)
    blocked = _beyond(plan.blocked, other.blocked, lambda one: (one.address, one.reason))
    unreadable = _beyond(plan.unreadable, other.unreadable, lambda one: (one.address, one.reason))
    notes = _beyond(plan.notes, other.notes, lambda one: (one.address, one.text))
    problems = _beyond(plan.problems, other.problems, lambda one: (one.location.path, one.message))
    addresses = [one.address for one in changes] + [one.address for one in blocked]
    addresses += [one.address for one in unreadable] + [one.address for one in notes]
    told = {address.incident for address in addresses}
    return replace(
        plan,
        headings=tuple(one for one in plan.headings if one.key in told),
        changes=tuple(_reworded(one, words) for one in changes),
        blocked=tuple(replace(one, reason=words(one.reason), next=words(one.next)) for one in blocked),
        unreadable=tuple(replace(one, reason=words(one.reason)) for one in unreadable),
        notes=tuple(replace(one, text=words(one.text)) for one in notes),
        problems=problems,
        notices=_beyond(plan.notices, other.notices, lambda one: one),
    )


def _beyond(these: Iterable[One], those: Iterable[One], key: Callable[[One], Hashable]) -> tuple[One, ...]:
    known = {key(one) for one in those}
    return tuple(one for one in these if key(one) not in known)


def _change(one: Change) -> Hashable:
    return one.address, one.kind, one.summary, repr([(field.name, field.after) for field in one.fields])


def _reworded(change: Change, words: Words) -> Change:
    fields = tuple(
        FieldChange(one.name, _value(one.before, words), _value(one.after, words)) for one in change.fields
    )
    return replace(change, summary=words(change.summary), reason=words(change.reason), fields=fields)


def _value(value: Any, words: Words) -> Any:
    if isinstance(value, str):
        return words(value)
    return [_value(one, words) for one in value] if isinstance(value, list | tuple) else value
