"""What is recorded of how an incident went, for reports, metrics and plots: times with their sources. Pure.

A time comes from the file, from the commit that changed the status, or from PagerDuty; where none of them
tells it, it is missing, and nobody guesses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median
from types import MappingProxyType
from typing import Any, NamedTuple

from reconciler.incident.edits import moment
from reconciler.incident.history import History
from reconciler.incident.model import Incident, Status


class Source(StrEnum):
    """Where a time is recorded."""

    FILE = "file"
    COMMIT = "commit"
    PAGERDUTY = "pagerduty"


class Step(StrEnum):
    """What is reached in an incident's life, in this order."""

    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


class Recorded(NamedTuple):
    """When something happened, and who says so."""

    at: datetime
    source: Source


@dataclass(frozen=True, slots=True)
class Facts:
    """One incident. Of a private one nothing is told but its id and when it was declared.

    `steps` has what is recorded. `paged` is False where no team was ever asked for; `unanswered` is True
    where the log of each of its pages tells that nobody acknowledged it.
    """

    id: str
    declared_at: datetime
    private: bool = False
    drill: bool = False
    title: str = ""
    severity: str = ""
    status: Status = Status.INVESTIGATING
    services: tuple[str, ...] = ()
    detected: datetime | None = None
    steps: Mapping[Step, Recorded] = field(default_factory=lambda: MappingProxyType({}))
    paged: bool = True
    unanswered: bool = False
    links: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def counted(self) -> bool:
        """False for what tells nothing of how incidents go: drills, false alarms, and private ones."""
        return not (self.private or self.drill or self.status is Status.CANCELED)

    def expected(self, step: Step) -> bool:
        """Whether it must have come to that step, as its status tells."""
        if step is Step.ACKNOWLEDGED:
            return self.paged and (step in self.steps or not self.status.open)
        reached = (Status.RESOLVED, Status.CLOSED)
        return self.status in (reached if step is Step.RESOLVED else (Status.MITIGATED, *reached))

    def took(self, step: Step) -> timedelta | None:
        """How long that took from the declare; nothing where it was there before. None: not recorded."""
        recorded = self.steps.get(step)
        return max(recorded.at - self.declared_at, timedelta()) if recorded else None

    def to_json(self) -> dict[str, Any]:
        if self.private:
            return {"id": self.id, "private": True}
        return {
            "id": self.id,
            "private": False,
            "drill": self.drill,
            "title": self.title,
            "severity": self.severity,
            "status": self.status.value,
            "services": list(self.services),
            "declared_at": moment(self.declared_at),
            "detected_at": moment(self.detected) if self.detected else None,
            **{step.value: self._step(step) for step in Step},
            "paged": self.paged,
            "unanswered": self.unanswered,
            "links": dict(self.links),
        }

    def _step(self, step: Step) -> dict[str, Any] | None:
        recorded, took = self.steps.get(step), self.took(step)
        if recorded is None or took is None:
            return None
        seconds = int(took.total_seconds())
        return {"at": moment(recorded.at), "source": recorded.source.value, "seconds": seconds}


def facts(
    incident: Incident,
    history: History,
    acknowledged: object,
    *,
    paged: bool = True,
    links: Mapping[str, str] | None = None,
) -> Facts:
    """What is recorded of an incident; `acknowledged` is what is remembered of its pages, by team."""
    if incident.private:
        return Facts(incident.id, incident.declared_at, private=True, drill=incident.drill)
    answers = list(acknowledged.values()) if isinstance(acknowledged, Mapping) else []
    found = {
        Step.ACKNOWLEDGED: _first(answers),
        Step.MITIGATED: _mitigated(incident, history),
        Step.RESOLVED: _resolved(incident, history),
    }
    return Facts(
        id=incident.id,
        declared_at=incident.declared_at,
        drill=incident.drill,
        title=incident.title,
        severity=incident.severity,
        status=incident.status,
        services=incident.services,
        detected=incident.times.get("detected"),
        steps={step: recorded for step, recorded in found.items() if recorded},
        paged=paged,
        unanswered=bool(answers) and not any(answers),
        links=links or {},
    )


def _first(answers: Iterable[object]) -> Recorded | None:
    """The first of the acknowledgements that PagerDuty told of."""
    times = [one["at"] for one in answers if isinstance(one, Mapping) and "at" in one]
    moments = [at for at in map(_moment, times) if at is not None]
    return Recorded(min(moments), Source.PAGERDUTY) if moments else None


def _moment(text: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _mitigated(incident: Incident, history: History) -> Recorded | None:
    if incident.status not in (Status.MITIGATED, Status.RESOLVED, Status.CLOSED):
        return None
    return _of_file(incident, Status.MITIGATED) or _entered(Status.MITIGATED, history.readable)


def _resolved(incident: Incident, history: History) -> Recorded | None:
    """When it was resolved, and not opened again since."""
    if incident.status not in (Status.RESOLVED, Status.CLOSED):
        return None
    versions = history.readable
    opened = max((n for n, (_, one) in enumerate(versions) if one.status.open), default=0)
    return _of_file(incident, Status.RESOLVED) or _entered(Status.RESOLVED, versions[opened:])


def _of_file(incident: Incident, status: Status) -> Recorded | None:
    at = incident.times.get(status.value)
    return Recorded(at, Source.FILE) if at else None


def _entered(status: Status, versions: Iterable[tuple[datetime, Incident]]) -> Recorded | None:
    """The last commit that changed the status to it; a file that began with it does not tell since when."""
    times = [
        at for (_, before), (at, after) in pairwise(versions) if after.status is status is not before.status
    ]
    return Recorded(times[-1], Source.COMMIT) if times else None


class Median(NamedTuple):
    """How long a step took in the middle; `recorded` of the `of` incidents that came to it say so."""

    took: timedelta | None
    recorded: int
    of: int

    def to_json(self) -> dict[str, Any]:
        seconds = int(self.took.total_seconds()) if self.took is not None else None
        return {"median_seconds": seconds, "recorded": self.recorded, "of": self.of}


def median_of(step: Step, listed: Iterable[Facts]) -> Median:
    """The median of those of which the step is recorded."""
    expected = [one for one in listed if one.expected(step)]
    took = [one.took(step) for one in expected]
    known = [one.total_seconds() for one in took if one is not None]
    return Median(timedelta(seconds=median(known)) if known else None, len(known), len(expected))
