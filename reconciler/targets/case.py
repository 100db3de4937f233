"""One incident with all that decides what is desired of it: pure values, no look at the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from reconciler.incident.history import History
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings, Severity
from reconciler.plan.address import Address
from reconciler.plan.memory import Memory

#: The thing at whose address it is kept what a run has just made and others may have made as well: `things`.
MADE = "made"


@dataclass(frozen=True, slots=True)
class Review:
    """A new incident that waits on a branch for its review: the branch's commit, its pull request if known.

    `over`: that was closed without being merged, or the branch is gone.
    """

    commit: str
    number: int | None = None
    over: bool = False

    def to_json(self) -> dict[str, object]:
        """As it is remembered."""
        return {"commit": self.commit, "number": self.number}


@dataclass(frozen=True, slots=True)
class Case:
    """`now` is the run's clock; `blob` the file's id in Git; `files` what the settings name, by path;
    `on` the targets that have a token; `removed` how often the file was removed, where it is to be retired;
    `takers` which incident each thing becomes that some file adopts; `review` that nobody has reviewed it
    yet: then it is paged for, and nothing else is done.
    """

    incident: Incident
    settings: Settings
    history: History
    now: datetime
    memory: Memory = field(default_factory=Memory)
    blob: str = ""
    url: str | None = None
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    allow_late_pages: bool = False
    on: frozenset[str] = frozenset({"pagerduty", "slack", "notion"})
    removed: int = 0
    takers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    review: Review | None = None

    def asks(self, target: str) -> bool:
        """Whether anything is desired of a target for this incident."""
        return self.review is None or target == "pagerduty"

    @property
    def id(self) -> str:
        """The id that the incident's marks carry and its memory is kept under: the first it had."""
        return self.incident.first

    def at(self, target: str, thing: str) -> Address:
        """The address of one of this incident's things."""
        return Address(target, self.id, thing)

    @property
    def severity(self) -> Severity:
        """The settings of the incident's severity; the loader has seen to it that there are some."""
        return self.settings.severity(self.incident.severity)

    @property
    def database(self) -> str | None:
        """The Notion database of the incident's document; a private incident has its own, or none."""
        notion = self.settings.notion
        return notion.private_database if self.incident.private else notion.database

    @property
    def past_grace(self) -> bool:
        """True when the incident has been closed or canceled for as long as its channel is kept.

        That of one whose file was removed is kept no longer: nobody would look after it.
        """
        if self.removed:
            return True
        status = self.incident.status
        since = self.history.began(status) if status.over else None
        return since is not None and self.now >= since + self.settings.slack.archive_after

    @property
    def mark(self) -> str:
        """The mark of this incident: who manages it, and which it is."""
        return f"{self.settings.name}/{self.id}"


def shared(target: str, thing: str) -> Address:
    """The address of something that belongs to no incident: a person, a list, a database."""
    return Address(target, "", thing)
