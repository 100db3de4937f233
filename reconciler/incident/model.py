"""The incident as pure data: what one YAML file asks for (docs: the README's "The incident file")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from reconciler.errors import Location

Path = tuple[str | int, ...]


class Status(StrEnum):
    """Where an incident stands; the names are the field's own words."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELED = "canceled"

    @property
    def open(self) -> bool:
        """True while people work on the incident."""
        return self in (Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATED)

    @property
    def over(self) -> bool:
        """True for the two statuses after which nothing more is expected."""
        return self in (Status.CLOSED, Status.CANCELED)


@dataclass(frozen=True, slots=True)
class Update:
    """One message to everybody who was told; `at` is its key."""

    at: datetime
    text: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class TimelineNote:
    """One line for the document's timeline, such as a message that somebody pinned; `at` is its key."""

    at: datetime
    text: str
    by: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """One call for a team: it is paged, or notified again where it was paged before; `at` is its key."""

    at: datetime
    team: str
    by: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Adopted:
    """What others made and the file hands over: by team, the id of a PagerDuty incident."""

    pagerduty: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident file. Times are aware and in UTC; people are e-mail addresses."""

    id: str
    title: str
    severity: str
    status: Status
    declared_at: datetime
    path: str
    reporter: str | None = None
    summary: str | None = None
    services: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    responders: tuple[str, ...] = ()
    page: tuple[str, ...] = ()
    bridge: str | None = None
    times: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    updates: tuple[Update, ...] = ()
    timeline: tuple[TimelineNote, ...] = ()
    postmortem: str | None = None
    escalations: tuple[Escalation, ...] = ()
    adopt: Adopted = Adopted()
    private: bool = False
    drill: bool = False
    paused: bool = False
    formerly: tuple[str, ...] = ()
    positions: Mapping[Path, tuple[int, int]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )

    @property
    def first(self) -> str:
        """The id that its marks carry for ever: the first it had, however the file is called now."""
        return self.formerly[0] if self.formerly else self.id

    def where(self, *path: str | int) -> Location:
        """The place of a key in the file, or of its nearest parent that the file has."""
        while path and path not in self.positions:
            path = path[:-1]
        line, column = self.positions.get(path, (1, 1))
        return Location(self.path, line, column)
