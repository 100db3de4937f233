"""The incidents of a period, counted: pure data for a report, for metrics, for plots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from reconciler.incident.edits import moment
from reconciler.incident.facts import Facts, Median, Step, median_of
from reconciler.incident.model import Status


class Group(NamedTuple):
    """Some of the incidents under a name: a severity, a service, or all."""

    name: str
    facts: Sequence[Facts]

    @property
    def open(self) -> int:
        """How many of them are open."""
        return sum(one.status.open for one in self.facts)

    def median(self, step: Step) -> Median:
        """How long a step took them."""
        return median_of(step, self.facts)

    def to_json(self) -> dict[str, Any]:
        steps = {step.value: self.median(step).to_json() for step in Step}
        return {"name": self.name, "declared": len(self.facts), "open": self.open, **steps}


@dataclass(frozen=True, slots=True)
class Period:
    """The incidents declared from `since` to `until`, and those declared before that are open still.

    `severities` are the settings' names, the worst first.
    """

    since: datetime
    until: datetime
    declared: Sequence[Facts]
    before: Sequence[Facts] = ()
    severities: Sequence[str] = ()

    @property
    def counted(self) -> Sequence[Facts]:
        """Those that the numbers are about."""
        return [one for one in self.declared if one.counted]

    @property
    def private(self) -> Sequence[Facts]:
        """Private ones, drills left out."""
        return [one for one in self.declared if one.private and not one.drill]

    @property
    def canceled(self) -> Sequence[Facts]:
        """False alarms, drills left out."""
        return [one for one in self.declared if self._canceled(one)]

    @property
    def drills(self) -> Sequence[Facts]:
        """What was practised."""
        return [one for one in self.declared if one.drill]

    @property
    def all(self) -> Group:
        """All that are counted."""
        return Group("all", self.counted)

    @property
    def by_severity(self) -> Sequence[Group]:
        """The worst first; those that the settings name no more come last."""
        named = sorted({one.severity for one in self.counted} - set(self.severities))
        return self._groups([*self.severities, *named], lambda one: (one.severity,))

    @property
    def by_service(self) -> Sequence[Group]:
        """An incident counts for each of its services; those that name none come last."""
        named = sorted({service for one in self.counted for service in one.services})
        return self._groups([*named, ""], lambda one: one.services or ("",))

    def _groups(self, names: Iterable[str], of: Callable[[Facts], Sequence[str]]) -> list[Group]:
        groups = (Group(name, [one for one in self.counted if name in of(one)]) for name in names)
        return [group for group in groups if group.facts]

    @staticmethod
    def _canceled(one: Facts) -> bool:
        return one.status is Status.CANCELED and not one.drill and not one.private

    def to_json(self) -> dict[str, Any]:
        return {
            "since": moment(self.since),
            "until": moment(self.until),
            "declared": len(self.counted) + len(self.private) + len(self.canceled),
            "private": len(self.private),
            "canceled": len(self.canceled),
            "drills": len(self.drills),
            "all": self.all.to_json(),
            "severities": [group.to_json() for group in self.by_severity],
            "services": [group.to_json() for group in self.by_service],
            "incidents": [one.to_json() for one in self.declared if not one.drill],
            "open_before": [one.to_json() for one in self.before],
        }
