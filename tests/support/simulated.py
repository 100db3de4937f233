"""Many calls side by side on a virtual clock: how long a run would take, without waiting for it.

Each lane has so many workers. Work is carried out at the moment at which a worker takes it up, and ends after
as many seconds as it made calls times what a call takes.
"""

from __future__ import annotations

import heapq
from collections import deque
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from reconciler.clock import VirtualClock
from reconciler.run.pool import Work


class Ticking(VirtualClock):
    """A virtual clock that can be set forward to a moment."""

    def reach(self, moment: datetime) -> None:
        """Let time pass until that moment, if it is not over."""
        self.sleep((moment - self.now()).total_seconds())


class Simulated:
    """A pool in virtual time; `calls` tells how many calls were made so far, by whomever."""

    def __init__(self, clock: Ticking, calls: list[Any], seconds: float = 0.2, workers: int = 8):
        self._clock, self._calls, self._seconds, self._workers = clock, calls, seconds, workers
        self._queues: dict[str, deque[Work]] = {}
        self._busy: dict[str, int] = {}
        self._running: list[tuple[datetime, int, str, Any]] = []
        self._order = count()

    def submit(self, work: Work, lane: str = "") -> None:
        self._queues.setdefault(lane, deque()).append(work)

    def finished(self, within: float | None = None) -> list[Any]:
        self._start()
        limit = None if within is None else self._clock.now() + timedelta(seconds=within)
        if not self._running:
            return []
        if limit is not None and self._running[0][0] > limit:
            self._clock.reach(limit)
            return []
        ended, _, lane, result = heapq.heappop(self._running)
        self._clock.reach(ended)
        self._busy[lane] -= 1
        return [result]

    def _start(self) -> None:
        """Let free workers take up what waits in their lanes."""
        for lane, queue in self._queues.items():
            while queue and self._busy.get(lane, 0) < self._workers:
                self._busy[lane] = self._busy.get(lane, 0) + 1
                before, began = len(self._calls), self._clock.now()
                result = queue.popleft()()
                took = timedelta(seconds=self._seconds * (len(self._calls) - before))
                heapq.heappush(self._running, (began + took, next(self._order), lane, result))
