"""Every resource has one address; it orders plans, keys the world and names things in every view."""

from __future__ import annotations

from typing import NamedTuple


class Address(NamedTuple):
    """`slack:20261121-honest-rhinoceros/channel`; what belongs to no incident has an empty one."""

    target: str
    incident: str
    thing: str

    def __str__(self) -> str:
        return f"{self.target}:{self.incident}/{self.thing}"

    @property
    def key(self) -> str:
        """The address within its incident, as the memory of that incident keys it: `slack:channel`."""
        return f"{self.target}:{self.thing}"
