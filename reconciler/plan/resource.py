"""What the files ask of a target: one resource a thing, each compared by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.errors import Location
from reconciler.plan.address import Address
from reconciler.plan.change import Cause
from reconciler.plan.drift import ENFORCED, ITSELF, Policies, Policy
from reconciler.plan.world import EMPTY, Observed


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a resource is not made now, and the flag or the act that lets it go."""

    reason: str
    next: str = ""
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing as it is desired.

    live      False asks for it to be retired where it is there; then nothing is made.
    make      False: brought in line where it is there, never made.
    drift     what becomes of what people change, by field; the rest has the policy of the thing itself.
    part_of   exists only within this: absent with it.
    needs     must be there before this can be made or changed.
    after     waited for until it is known how they ended, whichever way.
    hold      known reason why it cannot be made.
    unread    why it cannot be said whether a change is needed.
    due       True when only the time that has passed asks for it.
    batch     changes of one batch go into one call.
    seen      what other sightings tell of it; a sighting at its own address goes first.
    reason    why, where the fields alone do not tell.
    adopts    what is found was made by others, and the file hands it over.
    within    the id of what holds it: what was once done in one channel is done again in the next.
    """

    address: Address
    summary: str
    fields: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    body: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    live: bool = True
    make: bool = True
    drift: Policies = field(default_factory=lambda: ENFORCED)
    part_of: Address | None = None
    needs: Address | None = None
    after: tuple[Address, ...] = ()
    hold: Hold | None = None
    unread: str | None = None
    due: bool = False
    cause: Cause | None = None
    batch: str = ""
    seen: Observed | None = None
    within: str = ""
    reason: str = ""
    adopts: bool = False
    location: Location | None = None

    def policy(self, field: str = ITSELF) -> Policy:
        """What becomes of it, or of one field, when a person changes it."""
        return self.drift.get(field) or self.drift.get(ITSELF, Policy.ENFORCE)
