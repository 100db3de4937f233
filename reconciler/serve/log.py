"""The log of the resident process: one JSON line an event, for whoever collects logs.

No token is in it, and of a private incident only its id and what kind of thing was changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.incident.text import one_line
from reconciler.plan.plan import Heading, Outcome, Report, State
from reconciler.targets.discreet import without

_LONGEST = 500


class Log(Protocol):
    """Where events are told."""

    def event(self, name: str, /, **fields: Any) -> None:
        """Something has happened; `level` among the fields where it is not `info`."""
        ...

    def report(self, report: Report) -> None:
        """A turn of the loop has ended."""
        ...

    def failure(self, failure: Failure) -> None:
        """A turn of the loop ended in a failure."""
        ...


class JsonLog:
    """Writes each event as one line of JSON. Threads share it."""

    def __init__(self, write: Callable[[str], object], clock: Clock, secrets: Iterable[str] = ()):
        self._write, self._clock = write, clock
        self._secrets = [json.dumps(one, ensure_ascii=False)[1:-1] for one in secrets]

    def event(self, name: str, /, **fields: Any) -> None:
        """One line; a turn that only repeats the last one is told all the same."""
        at = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        told = {"at": at, "level": fields.pop("level", "info"), "event": name, **fields}
        line = without(json.dumps(told, ensure_ascii=False, default=str), self._secrets)
        self._write(f"{line}\n")

    def report(self, report: Report) -> None:
        """A line a change, and one for the turn."""
        secret = private(report)
        for outcome in report.outcomes:
            self.event("change", **_change(outcome, outcome.change.address.incident in secret))
        counts = {state.value: len(report.of(state)) for state in State}
        level = "info" if report.exit_code == 0 else "warning"
        self.event(
            "turn",
            level=level,
            revision=report.revision[:12],
            **counts,
            converged=report.converged,
            exit_code=report.exit_code,
            held_by=one_line(report.held_by, 120),
            notices=[one_line(notice, _LONGEST) for notice in report.notices],
            unreadable=len(report.after.unreadable),
            blocked=len(report.after.blocked),
            problems=[str(problem.location) for problem in report.after.problems],
        )

    def failure(self, failure: Failure) -> None:
        """Why a turn failed, and what to do."""
        said = " ".join(filter(None, (failure.message, one_line(failure.detail, _LONGEST))))
        self.event("failure", level="error", message=one_line(said, _LONGEST), next=failure.next)


def private(report: Report) -> set[str]:
    """The incidents of which nothing may be said: those whose heading is without a title, or missing."""
    headings: Iterator[Heading] = iter((*report.headings, *report.after.headings))
    open_ones = {one.key for one in headings if one.title}
    return {one.change.address.incident for one in report.outcomes} - open_ones


def _change(outcome: Outcome, secret: bool) -> dict[str, Any]:
    address, trouble = outcome.change.address, outcome.trouble
    thing = address.thing.partition("/")[0] if secret else address.thing
    told = {
        "incident": address.incident,
        "target": address.target,
        "thing": thing,
        "kind": outcome.change.kind.value,
        "outcome": outcome.state.value,
        "level": "info" if outcome.state is State.APPLIED else "warning",
    }
    if trouble is not None and not secret:
        told |= {"answer": one_line(trouble.answer, _LONGEST), "next": one_line(trouble.next, _LONGEST)}
    return told
