"""One incident with all that decides what is desired of it: pure values, no look at the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from reconciler.incident.history import History
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.plan.address import Address
from reconciler.plan.memory import Memory


@dataclass(frozen=True, slots=True)
class Case:
    """`now` is the run's clock; `blob` the file's id in Git; `files` what the settings name, by path."""

    incident: Incident
    settings: Settings
    history: History
    now: datetime
    memory: Memory = Memory()
    blob: str = ""
    url: str | None = None
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    allow_late_pages: bool = False

    def at(self, target: str, thing: str) -> Address:
        """The address of one of this incident's things."""
        return Address(target, self.incident.id, thing)

    @property
    def mark(self) -> str:
        """The mark of this incident: who manages it, and which it is."""
        return f"{self.settings.name}/{self.incident.id}"


def shared(target: str, thing: str) -> Address:
    """The address of something that belongs to no incident: a person, a list, a database."""
    return Address(target, "", thing)
