"""What waits until a service takes calls again, and how long a run may wait at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.clock import Clock, SystemClock
from reconciler.plan.address import Address
from reconciler.run.telling import Tell, Wait, count, nobody

#: Seconds that a run begins work in, unless it is told otherwise: two thirds of a CI job's 15 minutes.
BUDGET = 600.0
#: Seconds between two looks at whether a run that waits is to stop, and whether there are news.
SLICE, NEWS = 1.0, 10.0
#: Seconds that are waited at least, whatever a service says.
SHORTEST = 0.1


@dataclass(frozen=True)
class Bounds:
    """When a run ends: at `until`, when it is told to stop, or, while it only waits, when there are news.

    Without `until` that is BUDGET after it began.
    """

    clock: Clock = field(default_factory=SystemClock)
    until: datetime | None = None
    stopping: Callable[[], bool] = lambda: False
    news: Callable[[], bool] = lambda: False


class Holds:
    """Things that go on at a known moment; nothing is waited for beyond a run's bounds."""

    def __init__(self, bounds: Bounds, told: Tell = nobody):
        self._bounds, self._clock, self._told = bounds, bounds.clock, told
        self._until = bounds.until or self._clock.now() + timedelta(seconds=BUDGET)
        self._due: dict[Address | str, datetime] = {}
        self._asked = self._clock.now()
        self._interrupted = False

    def add(self, thing: Address | str, seconds: float) -> None:
        """Hold something for so many seconds."""
        self._due[thing] = self._clock.now() + timedelta(seconds=max(SHORTEST, min(seconds, 10 * BUDGET)))

    def __contains__(self, thing: object) -> bool:
        return thing in self._due

    @property
    def over(self) -> bool:
        """True once nothing may be begun any more."""
        return self._interrupted or self._bounds.stopping() or self._clock.now() >= self._until

    def left(self) -> float | None:
        """Seconds until the first may go on; None when nothing is held."""
        if not self._due:
            return None
        return max(0.0, (self._first() - self._clock.now()).total_seconds())

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
            if self._clock.now() + timedelta(seconds=left) >= self._until:
                break
            if left == 0:
                return self.freed()
            self._told(
                Wait(self._awaited(), f"a rate limit; {count(len(self._due), 'call')} held up", self._first())
            )
            self._clock.sleep(min(left, SLICE))
            self._interrupted = self._interrupted or self._news()
        return []

    def _first(self) -> datetime:
        return min(self._due.values())

    def _awaited(self) -> str:
        """The targets that are waited for: of an address, and before a look's name."""
        held = (one.target if isinstance(one, Address) else one.partition(" ")[0] for one in self._due)
        return " and ".join(sorted(set(held)))

    def _news(self) -> bool:
        if (self._clock.now() - self._asked).total_seconds() < NEWS:
            return False
        self._asked = self._clock.now()
        return self._bounds.news()
