"""Where calls are carried out side by side. A run only submits work and waits for some of it to end."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Protocol

Work = Callable[[], Any]

#: Seconds after which whoever waits wakes up: a signal that another thread took is heard only then.
SLICE = 0.5


class Pool(Protocol):
    """Carries out work; what it gives back is what the work returned, in no order."""

    def submit(self, work: Work, lane: str = "") -> None:
        """Carry out the work some time; what is slow in one lane holds up no other."""
        ...

    def finished(self, within: float | None = None) -> list[Any]:
        """Wait for some of the work and return its results; empty when none is under way.

        Also empty when none has ended `within` so many seconds.
        """
        ...


class Threads:
    """Real threads, for real calls: so many a lane, each lane a service, so that a page never queues."""

    def __init__(self, size: int = 8):
        self._size = size
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._running: set[Future[Any]] = set()

    def submit(self, work: Work, lane: str = "") -> None:
        if lane not in self._lanes:
            self._lanes[lane] = ThreadPoolExecutor(self._size, thread_name_prefix=lane or "call")
        self._running.add(self._lanes[lane].submit(work))

    def finished(self, within: float | None = None) -> list[Any]:
        if not self._running:
            return []
        done, left = set[Future[Any]](), math.inf if within is None else within
        while not done and left >= 0:
            done, self._running = wait(self._running, min(left, SLICE), return_when=FIRST_COMPLETED)
            left -= SLICE
        return [future.result() for future in done]

    def __enter__(self) -> Threads:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the calls that are under way, unless somebody has no patience; the rest never begins."""
        patient = kind is None or not issubclass(kind, KeyboardInterrupt)
        for lane in self._lanes.values():
            lane.shutdown(wait=patient, cancel_futures=True)


class Rounds:
    """One thread, in rounds: all that was submitted runs, in order, before anything is handed back."""

    def __init__(self) -> None:
        self._waiting: list[Work] = []
        self.rounds = 0

    def submit(self, work: Work, lane: str = "") -> None:
        self._waiting.append(work)

    def finished(self, within: float | None = None) -> list[Any]:
        if not self._waiting:
            return []
        self.rounds += 1
        waiting, self._waiting = self._waiting, []
        return [work() for work in waiting]
