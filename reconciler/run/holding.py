"""What waits until a service takes calls again, and how long a run may wait at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from reconciler.clock import Clock
from reconciler.plan.address import Address

#: Seconds that a run begins work in, unless it is told otherwise: two thirds of a CI job's 15 minutes.
BUDGET = 600.0
#: Seconds between two looks at whether the run is to stop.
SLICE = 1.0
#: Seconds that are waited at least, whatever a service says.
SHORTEST = 0.1


class Holds:
    """Things that go on at a known moment; nothing is waited for beyond `until`."""

    def __init__(self, clock: Clock, until: datetime | None, stopping: Callable[[], bool]):
        self._clock, self._stopping = clock, stopping
        self.until = until or clock.now() + timedelta(seconds=BUDGET)
        self._due: dict[Address | str, datetime] = {}

    def add(self, thing: Address | str, seconds: float) -> None:
        """Hold something for so many seconds."""
        self._due[thing] = self._clock.now() + timedelta(seconds=max(SHORTEST, min(seconds, 10 * BUDGET)))

    def __contains__(self, thing: object) -> bool:
        return thing in self._due

    @property
    def over(self) -> bool:
        """True once nothing may be begun any more."""
        return self._stopping() or self._clock.now() >= self.until

    def left(self) -> float | None:
        """Seconds until the first may go on; None when nothing is held."""
        if not self._due:
            return None
        return max(0.0, (min(self._due.values()) - self._clock.now()).total_seconds())

    def freed(self) -> list[Address | str]:
        """What may go on now; it is held no longer."""
        now = self._clock.now()
        free = [thing for thing, due in self._due.items() if due <= now]
        for thing in free:
            del self._due[thing]
        return free

    def wait(self) -> list[Address | str]:
        """Wait for the first, and return what is free then; empty when there is no time left for it."""
        while (left := self.left()) is not None and not self.over:
            if self._clock.now() + timedelta(seconds=left) >= self.until:
                break
            if left == 0:
                return self.freed()
            self._clock.sleep(min(left, SLICE))
        return []
