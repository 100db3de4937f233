"""The plan's vocabulary: changes and the reasons for having none. Frozen, sorted, JSON-able; no callables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.errors import Location
from reconciler.plan.address import Address
from reconciler.plan.world import EMPTY


class Kind(StrEnum):
    """What a change does."""

    CREATE = "create"
    UPDATE = "update"
    RESTORE = "restore"
    ADOPT = "adopt"
    RETIRE = "retire"


class Cause(StrEnum):
    """Why there is a change."""

    EDITED = "edited"  # the file or the settings ask for something else now
    DRIFTED = "drifted"  # the world differs although the file did not change
    UNFINISHED = "unfinished"  # asked for before, not done yet
    DUE = "due"  # its time has come


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; `before` is None for what does not exist yet."""

    name: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference to be removed.

    `fields` are compared and shown; `body` is what is sent along and cannot be read back (a message's
    blocks). `id` is the service's own id of what is changed, empty for what does not exist. `needs` must be
    there first; `after` are not waited for longer than it takes to know how they ended.
    """

    address: Address
    kind: Kind
    cause: Cause
    summary: str
    fields: tuple[FieldChange, ...] = ()
    body: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    id: str = ""
    needs: Address | None = None
    after: tuple[Address, ...] = ()
    batch: str = ""
    location: Location | None = None
    reason: str = ""

    def value(self, name: str) -> Any:
        """What a field shall become; None when it stays."""
        return next((change.after for change in self.fields if change.name == name), None)

    def changes(self, name: str) -> bool:
        """True when the field is among those that differ."""
        return any(change.name == name for change in self.fields)

    def to_json(self) -> dict[str, Any]:
        return {
            "address": str(self.address),
            "target": self.address.target,
            "incident": self.address.incident,
            "thing": self.address.thing,
            "kind": self.kind.value,
            "cause": self.cause.value,
            "summary": self.summary,
            "reason": self.reason,
            "fields": [change.to_json() for change in self.fields],
            "location": str(self.location) if self.location else None,
        }


@dataclass(frozen=True, slots=True)
class Blocked:
    """A difference that cannot be removed now, for a known reason; `flag` lifts it where there is one."""

    address: Address
    reason: str
    next: str = ""
    location: Location | None = None
    flag: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "address": str(self.address),
            "reason": self.reason,
            "next": self.next,
            "location": str(self.location) if self.location else None,
            "flag": self.flag,
        }


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something could not be read, so nothing is planned there."""

    address: Address
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {"address": str(self.address), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Note:
    """A fact worth telling that asks for no change."""

    address: Address
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"address": str(self.address), "text": self.text}
