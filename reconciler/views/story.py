"""The story of an incident: each decision with what it changed, each run with what it did, by time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reconciler.incident.difference import FieldChanged
from reconciler.incident.text import one_line, utc
from reconciler.repo.story import Event
from reconciler.views.changes import Line

_LONG = 300


def story_lines(events: Iterable[Event]) -> Iterator[Line]:
    """A heading a commit, and a line for each thing that it changed or did."""
    for event in events:
        yield Line(f"{utc(event.at)}  {one_line(event.who)}  {event.commit[:12]}", "bold")
        if event.subject:
            yield Line(f"  {one_line(event.subject, _LONG)}")
        for change in event.changes:
            yield Line(f"  ~ {_change(change)}", "yellow")
        for effect in event.effects:
            yield Line(f"  + {one_line(effect, _LONG)}", "green")
        if event.note:
            yield Line(f"  {one_line(event.note, _LONG)}", "red")


def story_json(id: str, events: Sequence[Event]) -> dict[str, Any]:
    """The same as data."""
    return {"id": id, "events": [event.to_json() for event in events]}


def _change(change: FieldChanged) -> str:
    name = one_line(change.field)
    if change.before is None and change.after is None:
        return f"{name}: (private)"
    if change.before is None:
        return f"{name}: {_value(change.after)}"
    return f"{name}: {_value(change.before)}  →  {_value(change.after)}"


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _LONG)
