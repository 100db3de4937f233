"""What a file's versions say that its newest cannot: who was told, when a status began, what was reopened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from reconciler.incident.model import Escalation, Incident, Status
from reconciler.incident.settings import Settings


@dataclass(frozen=True, slots=True)
class Version:
    """The file as one commit left it; `at` is the committer's date; `incident` is None if unreadable."""

    at: datetime
    commit: str
    author: str
    incident: Incident | None


@dataclass(frozen=True, slots=True)
class History:
    """The versions of one file, oldest first. `complete` is False in a shallow clone."""

    versions: tuple[Version, ...]
    complete: bool = True

    @property
    def readable(self) -> list[tuple[datetime, Incident]]:
        """The versions that were valid incidents, oldest first."""
        return [(version.at, version.incident) for version in self.versions if version.incident is not None]

    @property
    def was_open(self) -> bool:
        """True when any version was open: a file first seen as over wakes nobody."""
        return any(incident.status.open for _, incident in self.readable)

    @property
    def endings(self) -> list[Status]:
        """Each time that it went from open to resolved, closed or canceled: to which."""
        statuses = [incident.status for _, incident in self.readable]
        return [after for before, after in pairwise(statuses) if before.open and not after.open]

    @property
    def reopenings(self) -> int:
        """How often it went back to open."""
        statuses = [incident.status for _, incident in self.readable]
        return sum(after.open and not before.open for before, after in pairwise(statuses))

    @property
    def last_over(self) -> datetime | None:
        """When it was last closed or canceled before it was opened again; None if it never was."""
        left = [at for at, incident in self.readable if incident.status.over]
        return left[-1] if left and self.readable[-1][1].status.open else None

    def began(self, status: Status) -> datetime | None:
        """When the present run of that status began: the file's `times`, else the commit that set it."""
        if not self.readable:
            return None
        newest = self.readable[-1][1]
        if status.value in newest.times:
            return newest.times[status.value]
        return self._run_start(lambda incident: incident.status is status)

    def open_since(self) -> datetime | None:
        """When the present open stretch began (the declare, or the last reopening)."""
        return self._run_start(lambda incident: incident.status.open)

    def _run_start(self, holds: Callable[[Incident], bool]) -> datetime | None:
        start: datetime | None = None
        for at, incident in reversed(self.readable):
            if not holds(incident):
                return start
            start = at
        return start if self.complete else None

    def teams_ever(self, settings: Settings) -> list[str]:
        """Every team that any version asked to page, in the order in which they came."""
        return _unique(team for _, incident in self.readable for team in teams_asked(incident, settings))

    def announced_ever(self, settings: Settings) -> list[str]:
        """Every channel in which any version asked to announce, in the order in which they came."""
        return _unique(
            channel
            for _, incident in self.readable
            if incident.status.open
            for channel in announced_in(incident, settings)
        )

    def asked_since(self, team: str, settings: Settings) -> tuple[datetime, bool] | None:
        """When the request to page a team began, and whether an edit made it (not the first version).

        Whoever calls for the team again asks anew.
        """
        start: tuple[datetime, bool] | None = None
        for number, (at, incident) in reversed(list(enumerate(self.readable))):
            if not incident.status.open or team not in teams_asked(incident, settings):
                break
            start = (at, number > 0)
            if number > 0 and self._called_at(number, team):
                break
        return start

    def _called_at(self, number: int, team: str) -> bool:
        """True when that readable version called for a team, and the one before did not."""
        before, after = (self.readable[one][1].escalations for one in (number - 1, number))
        known = {one.at for one in before}
        return any(one.team == team and one.at not in known for one in after)

    def called_since(self, call: Escalation) -> datetime | None:
        """When a commit first had a call for a team; None where that cannot be seen."""
        for number, (at, incident) in enumerate(self.readable):
            if any((one.at, one.team) == (call.at, call.team) for one in incident.escalations):
                return at if number or self.complete else None
        return None

    def pages_by(self, call: Escalation, settings: Settings) -> bool:
        """True when the version that first asked for the team has the call: its page answers it."""
        for _, incident in self.readable:
            if incident.status.open and call.team in teams_asked(incident, settings):
                return any((one.at, one.team) == (call.at, call.team) for one in incident.escalations)
        return False

    def adopted(self) -> dict[str, str]:
        """By team, the PagerDuty incident that the file names as its page, or did: the newest one counts."""
        return {team: page for _, one in self.readable for team, page in one.adopt.pagerduty.items()}


def teams_asked(incident: Incident, settings: Settings) -> list[str]:
    """The teams that a file asks to page, each once: of its severity, of its services, and its own.

    Those that it calls for count, and those of which it names the page.
    """
    if incident.drill:
        return list(settings.drill.page)
    severity = next((one for one in settings.severities if one.name == incident.severity), None)
    services = [settings.services[name] for name in incident.services if name in settings.services]
    asked = [
        *(severity.page if severity else ()),
        *(service.team for service in services if service.team),
        *incident.page,
        *(one.team for one in incident.escalations),
        *incident.adopt.pagerduty,
    ]
    return [team for team in _unique(asked) if team in settings.teams]


def announced_in(incident: Incident, settings: Settings) -> list[str]:
    """The channels in which a file asks to announce; none for a private incident."""
    if incident.private:
        return []
    if incident.drill:
        return list(settings.drill.announce)
    severity = next((one for one in settings.severities if one.name == incident.severity), None)
    return list(severity.announce) if severity else []


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
