"""What a target is: pure desires, looks as data, and an interpreter of changes.

    resources(case, world)          pure: what is desired, given what has been seen so far
    looks(case, world, desired, …)  pure: which reads are still needed to say what differs
    read(api, look, cases)          one read → sightings
    apply(api, changes, …)          one batch of changes → how each ended, and what is now known

A run asks for resources and looks again whenever it has learned something, so links between targets,
lookups of people and half-done work need no code of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.errors import Location, Trouble
from reconciler.plan.address import Address
from reconciler.plan.change import Change, Note
from reconciler.plan.resource import Resource
from reconciler.plan.world import EMPTY, Sightings, World
from reconciler.targets.case import Case
from reconciler.targets.seam import Api, CallError


@dataclass(frozen=True, slots=True)
class Look:
    """One read that is needed; `answers` become Unknown when it fails. A shared one has no `incident`."""

    key: str
    kind: str
    incident: str = ""
    arguments: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    answers: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How one change ended: `error` is None when it was applied. `note` tells what was left out."""

    change: Change
    sightings: Sightings = field(default_factory=dict)
    error: CallError | None = None
    note: str = ""


class Target(Protocol):
    """A service that is brought in line."""

    name: str

    def leased(self, thing: str) -> bool:
        """Whether the lease is needed to write a thing; not for what is safe to send twice."""
        ...

    def resources(self, case: Case, world: World) -> list[Resource]:
        """What is desired of this target for one incident; pure."""
        ...

    def looks(self, case: Case, world: World, desired: Sequence[Resource], *, deep: bool) -> list[Look]:
        """The reads that are still needed to compare what is desired of this target; pure.

        `deep` also compares what costs a call an incident.
        """
        ...

    def read(self, api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
        """Carry out one read. Raises CallError; then the look's answers count as unknown."""
        ...

    def apply(self, api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
        """Carry out the changes of one batch, in one call where the service allows it."""
        ...

    def explain(self, attempted: str, error: CallError, location: Location | None) -> Trouble:
        """The error in a person's words, with the place in the files that asked, and what to do."""
        ...

    def permanent(self, error: CallError) -> bool:
        """True for an answer that stays until the file, the settings or the token change."""
        ...

    def notes(self, case: Case, world: World) -> list[Note]:
        """Facts worth telling that ask for no change."""
        ...

    def facts(self, case: Case, world: World) -> Mapping[str, Any]:
        """What of the world is to be remembered although nobody desires it (acknowledgements)."""
        ...
