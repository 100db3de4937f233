"""The one comparison: a desired resource against the world, into a change or the reason for none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.plan.address import Address
from reconciler.plan.change import Blocked, Cause, Change, FieldChange, Kind, Unreadable
from reconciler.plan.drift import Policy
from reconciler.plan.memory import Memory, Remembered
from reconciler.plan.resource import Resource
from reconciler.plan.world import Absent, Observed, Present, Unknown, World

Difference = Change | Blocked | Unreadable
Desired = Mapping[Address, Resource]


def compare(resource: Resource, among: Desired, world: World, memory: Memory, blob: str) -> Difference | None:
    """What has to be done about one resource `among` all of its incident; None when it is in line.

    `blob` is the id of the incident's file in Git.
    """
    seen = observed(resource, among, world)
    if isinstance(seen, Unknown):
        return _unread(resource, seen)
    if isinstance(seen, Absent):
        return _missing(resource, memory, blob)
    return _differing(resource, seen, memory, blob)


def observed(resource: Resource, among: Desired, world: World) -> Observed:
    """What was seen of a resource; what belongs to an absent thing is absent with it."""
    seen = world[resource.address]
    if resource.address not in world and resource.seen is not None:
        seen = resource.seen
    if isinstance(seen, Unknown) and not seen.looked and resource.part_of is not None:
        above = among.get(resource.part_of)
        whole = observed(above, among, world) if above else world[resource.part_of]
        return whole if isinstance(whole, Absent) else seen
    return seen


def _unread(resource: Resource, seen: Unknown) -> Unreadable | None:
    reason = seen.reason if seen.looked else resource.unread
    return Unreadable(resource.address, reason) if reason else None


def _missing(resource: Resource, memory: Memory, blob: str) -> Difference | None:
    if not (resource.live and resource.make):
        return None
    remembered = _remembered(resource, memory)
    if remembered is not None and resource.policy() is not Policy.ENFORCE:
        return None
    if resource.unread:
        return Unreadable(resource.address, resource.unread)
    if resource.hold:
        return _held(resource)
    fields = tuple(FieldChange(name, None, value) for name, value in resource.fields.items())
    if remembered is not None:
        return _change(resource, Kind.RESTORE, Cause.DRIFTED, fields)
    return _change(resource, Kind.CREATE, _cause(resource, memory, blob), fields)


def _differing(resource: Resource, seen: Present, memory: Memory, blob: str) -> Difference | None:
    differing = [
        FieldChange(name, seen.fields.get(name), value)
        for name, value in resource.fields.items()
        if resource.live and seen.fields.get(name) != value
    ]
    if resource.live == seen.live and not differing:
        return None
    if resource.hold:
        return _held(resource)
    fields = tuple(one for one in differing if _ours(one, resource, memory))
    if resource.live == seen.live and not fields:
        return None
    drifted = _as_remembered(resource, memory)
    cause = Cause.DRIFTED if drifted else _cause(resource, memory, blob)
    return _change(resource, _kind(resource, seen, memory), cause, fields, id=seen.id)


def _ours(field: FieldChange, resource: Resource, memory: Memory) -> bool:
    """True where a difference is to be removed: one that only people have made may be theirs to keep."""
    policy = resource.policy(field.name)
    if policy is Policy.KEEP:
        remembered = _remembered(resource, memory)
        return remembered is None or remembered.fields.get(field.name) != field.after
    return policy is not Policy.FACT


def _kind(resource: Resource, seen: Present, memory: Memory) -> Kind:
    if seen.live and not resource.live:
        return Kind.RETIRE
    if resource.adopts and not _taken_over(resource, seen, memory):
        return Kind.ADOPT
    return Kind.RESTORE if _as_remembered(resource, memory) else Kind.UPDATE


def _taken_over(resource: Resource, seen: Present, memory: Memory) -> bool:
    """True when it was in line once, as ours."""
    remembered = _remembered(resource, memory)
    return remembered is not None and remembered.id == seen.id and bool(remembered.fields)


def _as_remembered(resource: Resource, memory: Memory) -> bool:
    """True when what is asked for was once so: then it is the world that has moved."""
    remembered = _remembered(resource, memory)
    return (
        remembered is not None
        and remembered.live == resource.live
        and dict(remembered.fields) == dict(resource.fields)
    )


def _remembered(resource: Resource, memory: Memory) -> Remembered | None:
    """What is remembered of it, unless it was in something else."""
    remembered = memory.of(resource.address)
    return remembered if remembered is not None and remembered.within == resource.within else None


def _cause(resource: Resource, memory: Memory, blob: str) -> Cause:
    if resource.cause is not None:
        return resource.cause
    if resource.due:
        return Cause.DUE
    return Cause.UNFINISHED if memory.blob == blob else Cause.EDITED


def _held(resource: Resource) -> Blocked:
    assert resource.hold is not None
    hold = resource.hold
    return Blocked(resource.address, hold.reason, hold.next, resource.location, hold.flag)


def _change(
    resource: Resource, kind: Kind, cause: Cause, fields: tuple[FieldChange, ...], id: str = ""
) -> Change:
    return Change(
        address=resource.address,
        kind=kind,
        cause=cause,
        summary=resource.summary,
        fields=fields,
        body=resource.body,
        id=id,
        needs=resource.needs,
        after=resource.after,
        batch=resource.batch,
        location=resource.location,
        reason=resource.reason,
    )


def sort_key(address: Address) -> tuple[Any, ...]:
    """The order of a plan's lines: by incident; the page first, then the channel, then the document."""
    first = {"pagerduty": 0, "slack": 1, "notion": 2}
    return (address.incident, first.get(address.target, 9), *_thing_key(address.thing))


_THINGS = (
    "channel",
    "purpose",
    "topic",
    "card",
    "pin",
    "bookmark",
    "invite",
    "announcement",
    "page",
    "timeline",
)


def _thing_key(thing: str) -> tuple[int, str]:
    head = thing.split("/", 1)[0]
    return (_THINGS.index(head) if head in _THINGS else len(_THINGS), thing)
