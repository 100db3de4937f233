"""What the state ref remembers of one incident: a cache. Losing it costs calls, never a duplicate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from reconciler.incident.text import web_link
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
        """Read what `to_json` wrote; raises TypeError or AttributeError for what does not fit."""
        url = data.get("url")
        return cls(
            id=_words(data.get("id", "")),
            fields=_mapping(data.get("fields") or {}),
            live=bool(data.get("live", True)),
            url=None if url is None else web_link(_words(url)),
            within=_words(data.get("within", "")),
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

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BlockedSince:
        """Read what `to_json` wrote; raises TypeError, KeyError or ValueError for what does not fit."""
        reason, next, at, under = (_words(data[key]) for key in ("reason", "next", "at", "under"))
        if datetime.fromisoformat(at).tzinfo is None:
            raise ValueError(f"{at} has no zone")
        return cls(reason, next, at, under)


@dataclass(frozen=True, slots=True)
class Memory:
    """All that is remembered of one incident.

    `told` names the last commit of the state that tells what was done for it: with it the document changes,
    also where nothing else that it says does, so that what was done is found by what touched the document.
    """

    blob: str = ""
    path: str = ""
    settled: bool = False
    things: Mapping[str, Remembered] = field(default_factory=lambda: MappingProxyType({}))
    blocked: Mapping[str, BlockedSince] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    told: str = ""

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
        } | ({"told": self.told} if self.told else {})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Memory:
        """Read what `to_json` wrote; what does not fit counts as forgotten."""
        try:
            return cls(
                blob=_words(data.get("blob", "")),
                path=_words(data.get("path", "")),
                settled=bool(data.get("settled", False)),
                things={key: Remembered.from_json(thing) for key, thing in data.get("things", {}).items()},
                blocked={key: BlockedSince.from_json(one) for key, one in data.get("blocked", {}).items()},
                facts={name: _mapping(fact) for name, fact in data.get("facts", {}).items()},
                told=_words(data.get("told", "")),
            )
        except (TypeError, AttributeError, ValueError, KeyError):
            return cls()


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is no mapping")
    return dict(value)
