"""What a file's versions say that its newest cannot: who was told, when a status began, what was reopened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from reconciler.incident.model import Incident, Status
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
        """When the request to page a team began, and whether an edit made it (not the first version)."""
        start: tuple[datetime, bool] | None = None
        for number, (at, incident) in reversed(list(enumerate(self.readable))):
            if not incident.status.open or team not in teams_asked(incident, settings):
                break
            start = (at, number > 0)
        return start


def teams_asked(incident: Incident, settings: Settings) -> list[str]:
    """The teams that a file asks to page: of its severity, of its services, and its own, each once."""
    if incident.drill:
        return list(settings.drill.page)
    severity = next((one for one in settings.severities if one.name == incident.severity), None)
    services = [settings.services[name] for name in incident.services if name in settings.services]
    asked = [
        *(severity.page if severity else ()),
        *(service.team for service in services if service.team),
        *incident.page,
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
