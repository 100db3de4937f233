"""One fault at one call of a run: refused, lost, killed before or after, or answered from the past."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from reconciler.sandbox.machine import Machine
from reconciler.targets.seam import Answer, Refused, Unanswered, is_read
from tests.support.scene import Scene
from tests.support.strikes import Killed


class Fault(Enum):
    """What befalls the call."""

    REFUSED = "refused before"
    LOST = "answer lost after"
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    STALE = "stale answer to"


class At(NamedTuple):
    """The call that the fault befalls, by its number in the run and its service; and its name."""

    number: int
    target: str
    method: str

    @property
    def faults(self) -> list[Fault]:
        """The faults that mean something there: only a look can be stale, only a write be lost unseen.

        To be killed at a look is to be killed after the write before it.
        """
        if is_read(self.method):
            return [Fault.REFUSED, Fault.STALE]
        return [Fault.REFUSED, Fault.LOST, Fault.KILLED_BEFORE, Fault.KILLED_AFTER]


@dataclass
class Numbering:
    """Counts the calls of all services of a scene, and lets the fault befall one of them."""

    at: int = 0
    fault: Fault | None = None
    calls: list[At] = field(default_factory=list)

    def over(self, scene: Scene) -> Scene:
        """Stand before every service of the scene."""
        for target in ("pagerduty", "slack", "notion"):
            scene.wrapped[target] = Faulty(getattr(scene, target), target, self)
        return scene


@dataclass
class Faulty:
    """One service behind the numbering; it knows its own state before the last write."""

    machine: Machine
    target: str
    numbering: Numbering
    before: dict[str, Any] | None = None

    def call(self, method: str, /, **arguments: Any) -> Answer:
        calls = self.numbering.calls
        calls.append(At(len(calls), self.target, method))
        fault = self.numbering.fault if len(calls) - 1 == self.numbering.at else None
        if not is_read(method) and fault not in (Fault.REFUSED, Fault.KILLED_BEFORE):
            self.before = self.machine.snapshot()
        return self._befallen(fault, method, arguments) if fault else self.machine.call(method, **arguments)

    def _befallen(self, fault: Fault, method: str, arguments: dict[str, Any]) -> Answer:
        if fault is Fault.REFUSED:
            raise Refused(method, "internal_error", "something went wrong")
        if fault is Fault.KILLED_BEFORE:
            raise Killed
        if fault is Fault.STALE:
            return self._from_the_past(method, arguments)
        self.machine.call(method, **arguments)
        raise Killed if fault is Fault.KILLED_AFTER else Unanswered(method, "connection reset")

    def _from_the_past(self, method: str, arguments: dict[str, Any]) -> Answer:
        """The answer as it was before this run's last write."""
        now = self.machine.snapshot()
        with self.machine.lock:
            self.machine.data = self.before or now
            try:
                return self.machine.call(method, **arguments)
            finally:
                self.machine.data = now
