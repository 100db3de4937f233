"""What differs, incident by incident, from what has been seen so far; computed anew when there is news."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from reconciler.plan.address import Address
from reconciler.plan.change import Blocked, Change
from reconciler.plan.diff import Difference, compare
from reconciler.plan.resource import Resource
from reconciler.plan.world import World
from reconciler.targets.base import Target
from reconciler.targets.case import Case


class Differing:
    """The differences of all cases. Whoever learns something adds the incidents concerned to `stale`.

    `blocked` tells, for a change, whether an earlier refusal of it still stands.
    """

    def __init__(
        self,
        cases: Mapping[str, Case],
        targets: Sequence[Target],
        world: World,
        blocked: Callable[[Case, Change], Blocked | None],
    ):
        self._cases, self._targets, self._world, self._blocked = cases, targets, world, blocked
        self._differences: dict[str, dict[Address, Difference]] = {}
        self._desired: dict[str, dict[str, list[Resource]]] = {}
        self._resources: dict[str, dict[Address, Resource]] = {}
        self._waiting: dict[str, set[Address]] = {}
        self.stale = set(cases)

    def differences(self, incident: str) -> Mapping[Address, Difference]:
        """All that differs for one incident, as far as is known."""
        return self._differences.get(incident, {})

    def waiting(self, incident: str) -> set[Address]:
        """What differs, and waits for something blocked or unread: not among the differences."""
        return self._waiting.get(incident, set())

    def resources(self, incident: str) -> Mapping[Address, Resource]:
        """All that is desired for one incident."""
        return self._resources.get(incident, {})

    def desired(self, incident: str, target: str) -> list[Resource]:
        """What is desired of one target for one incident."""
        return self._desired[incident][target]

    def refresh(self) -> list[str]:
        """Compare what is stale, in the order of the cases; returns the incidents."""
        refreshed = [incident for incident in self._cases if incident in self.stale]
        self.stale.clear()
        for incident in refreshed:
            self._compare(incident, self._cases[incident])
        return refreshed

    def _compare(self, incident: str, case: Case) -> None:
        by_target = {
            target.name: target.resources(case, self._world) if case.asks(target.name) else []
            for target in self._targets
        }
        self._desired[incident] = by_target
        desired = [one for listed in by_target.values() for one in listed]
        among = {one.address: one for one in desired}
        found = {one.address: compare(one, among, self._world, case.memory, case.blob) for one in desired}
        self._resources[incident] = among
        differences = {
            address: self._or_blocked(case, difference)
            for address, difference in found.items()
            if difference is not None
        }
        waiting = self._waiting[incident] = _what_waits(differences)
        self._differences[incident] = {
            address: one for address, one in differences.items() if address not in waiting
        }

    def _or_blocked(self, case: Case, difference: Difference) -> Difference:
        if not isinstance(difference, Change):
            return difference
        return self._blocked(case, difference) or difference


def _what_waits(differences: Mapping[Address, Difference]) -> set[Address]:
    """The changes that need what is blocked or unread, or what waits for it: no news."""
    shut = {address for address, one in differences.items() if not isinstance(one, Change)}
    waiting: set[Address] = set()
    while more := {
        address
        for address, one in differences.items()
        if isinstance(one, Change) and one.needs in shut | waiting and address not in waiting
    }:
        waiting |= more
    return waiting
