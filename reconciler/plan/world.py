"""What was seen of the targets. Unknown is not absent: only a look that succeeded says `Absent`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from reconciler.plan.address import Address

EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Present:
    """It is there. `live` is False for what was retired: an archived channel, a resolved page."""

    id: str = ""
    fields: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    live: bool = True
    url: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Absent:
    """A complete look did not find it."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was not looked at, or could not be read; `looked` tells the two apart."""

    reason: str = "not looked at"
    looked: bool = False


Observed = Present | Absent | Unknown
Sightings = Mapping[Address, Observed]
NOT_LOOKED_AT = Unknown()


class World(Mapping[Address, Observed]):
    """Everything seen so far in one run; what was not looked at is Unknown."""

    def __init__(self, sightings: Sightings | None = None):
        self._seen: dict[Address, Observed] = dict(sightings or {})

    def __getitem__(self, address: Address) -> Observed:
        return self._seen.get(address, NOT_LOOKED_AT)

    def __contains__(self, address: object) -> bool:
        return address in self._seen

    def __iter__(self) -> Iterator[Address]:
        return iter(list(self._seen))

    def __len__(self) -> int:
        return len(self._seen)

    def learn(self, sightings: Sightings) -> None:
        """Take in what a look or an applied change has shown."""
        self._seen.update(sightings)

    def present(self, address: Address) -> Present | None:
        """The thing if it is known to be there."""
        seen = self[address]
        return seen if isinstance(seen, Present) else None
