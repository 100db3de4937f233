"""Plans as the page shows them: by incident, a line a change; a newer one of a few put into the whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from reconciler.clock import SystemClock
from reconciler.incident.shown import inert
from reconciler.plan.change import Blocked, Change, Note, Unreadable
from reconciler.plan.plan import Plan
from reconciler.sandbox.page.feed import Json
from reconciler.views.changes import Line, change_line, difference_lines, problem_lines
from reconciler.views.plan import summary

#: For up to so many incidents a plan is made at once.
FEW = 8


def concerned(changed: Mapping[str, Json]) -> tuple[set[str], bool]:
    """The few incidents that a change concerns, and whether others may be concerned too."""
    found: set[str] = set()
    others = False
    for key, entry in changed.items():
        own = entry.get("first") if key.startswith("file/") else entry.get("incident")
        several = [own] if own else entry.get("incidents", [])
        found.update(several)
        others |= not several and not key.startswith("slack/")
    return (found, others) if len(found) <= FEW else (set(), True)


def joined(whole: Plan, some: Plan, newer: Collection[str]) -> Plan:
    """The plan with what a newer one says of some incidents; how much is in sync is then not known."""
    return replace(
        whole,
        headings=(*(one for one in whole.headings if one.key not in newer), *some.headings),
        changes=_kept(whole.changes, newer) + some.changes,
        blocked=_kept(whole.blocked, newer) + some.blocked,
        unreadable=_kept(whole.unreadable, newer) + some.unreadable,
        notes=_kept(whole.notes, newer) + some.notes,
        notices=some.notices,
        in_sync=0,
    )


_One = TypeVar("_One", Change, Blocked, Unreadable, Note)


def _kept(several: tuple[_One, ...], newer: Collection[str]) -> tuple[_One, ...]:
    return tuple(one for one in several if one.address.incident not in newer)


def now() -> str:
    """The time of this machine, in UTC."""
    return SystemClock().now().isoformat()


def shown(plan: Plan) -> Json:
    """A plan as the page shows it."""
    return {
        "state": "ready",
        "at": now(),
        "summary": summary(plan),
        "notices": [inert(one) for one in plan.notices] + _texts(problem_lines(plan)),
        "groups": _groups(plan),
    }


def _groups(plan: Plan) -> list[Json]:
    """The lines of the plan by incident, those that belong to none first."""
    listed = [(one.address, [change_line(one)]) for one in plan.changes]
    lines: dict[str, list[Line]] = {}
    for address, own in listed + difference_lines(plan):
        lines.setdefault(address.incident, []).extend(own)
    changes: dict[str, int] = {}
    for one in plan.changes:
        changes[one.address.incident] = changes.get(one.address.incident, 0) + 1
    return [
        {"incident": incident, "changes": changes.get(incident, 0), "lines": [*map(line, lines[incident])]}
        for incident in sorted(lines)
    ]


def line(one: Line) -> Json:
    """A line as the browser gets it."""
    return {"text": inert(one.text), "style": one.style}


def _texts(lines: Iterable[Line]) -> list[str]:
    return [inert(one.text) for one in lines if one.text]
