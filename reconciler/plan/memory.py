"""What the state ref remembers of one incident: a cache. Losing it costs calls, never a duplicate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from reconciler.plan.address import Address
from reconciler.plan.world import EMPTY


@dataclass(frozen=True, slots=True)
class Remembered:
    """One thing as it was last known to be as desired."""

    id: str = ""
    fields: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    live: bool = True
    url: str | None = None
    within: str = ""

    def to_json(self) -> dict[str, Any]:
        data = {"id": self.id, "fields": dict(self.fields), "live": self.live}
        return data | {name: value for name, value in (("url", self.url), ("within", self.within)) if value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Remembered:
        return cls(
            id=str(data.get("id", "")),
            fields=data.get("fields") or {},
            live=bool(data.get("live", True)),
            url=data.get("url"),
            within=str(data.get("within", "")),
        )


@dataclass(frozen=True, slots=True)
class BlockedSince:
    """A difference that could not be removed: why, since when, and under which file, settings and token."""

    reason: str
    next: str
    at: str
    under: str

    def to_json(self) -> dict[str, str]:
        return {"reason": self.reason, "next": self.next, "at": self.at, "under": self.under}


@dataclass(frozen=True, slots=True)
class Memory:
    """All that is remembered of one incident."""

    blob: str = ""
    path: str = ""
    settled: bool = False
    things: Mapping[str, Remembered] = field(default_factory=lambda: MappingProxyType({}))
    blocked: Mapping[str, BlockedSince] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, Any] = field(default_factory=lambda: EMPTY)

    def of(self, address: Address) -> Remembered | None:
        """What is remembered of one thing of this incident."""
        return self.things.get(address.key)

    def forget(self, address: Address) -> Memory:
        """The same memory without one thing."""
        return replace(self, things={key: thing for key, thing in self.things.items() if key != address.key})

    def to_json(self) -> dict[str, Any]:
        return {
            "blob": self.blob,
            "path": self.path,
            "settled": self.settled,
            "things": {key: thing.to_json() for key, thing in sorted(self.things.items())},
            "blocked": {key: since.to_json() for key, since in sorted(self.blocked.items())},
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Memory:
        """Read what `to_json` wrote; what does not fit counts as forgotten."""
        try:
            return cls(
                blob=str(data.get("blob", "")),
                path=str(data.get("path", "")),
                settled=bool(data.get("settled", False)),
                things={key: Remembered.from_json(thing) for key, thing in data.get("things", {}).items()},
                blocked={key: BlockedSince(**since) for key, since in data.get("blocked", {}).items()},
                facts=dict(data.get("facts", {})),
            )
        except (TypeError, AttributeError, ValueError):
            return cls()
