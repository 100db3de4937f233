"""The lease as the engine's gate: taken only to write, and never waited for by a page.

Whoever had to wait, or finds that somebody else has written meanwhile, has planned on what is out of date:
the gate then stays shut for the rest of that pass, and the run reads and plans again with the lease in hand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from reconciler.clock import Clock
from reconciler.incident.text import clock_time
from reconciler.repo.lease import REF, Acquired, HeldBy, Lease, NoRemote
from reconciler.run.telling import Holding, Tell, Wait, nobody

#: Seconds between two looks at whether the run is to stop waiting.
SLICE = 3.0

NOBODY = (
    "going on without the lease: nobody holds it, and still it cannot be taken; "
    f"if that goes on, remove the lock that was left behind at the remote ({REF}.lock)"
)


class LeaseGate:
    """Opens when the lease is held, or cannot be had for want of a remote (`lease` None: known before).

    `wait` is in seconds. `moved` says whether somebody else has written since this run has read; `share`
    brings to the others what is about to be applied, and says whether it is still the newest.
    """

    def __init__(self, lease: Lease | None, clock: Clock, wait: float, stopping: Callable[[], bool]):
        self._lease, self._clock, self._wait, self._stopping = lease, clock, wait, stopping
        self._answer: Acquired | HeldBy | NoRemote | None = None if lease else NoRemote("")
        self._lock = Lock()
        self._closed = False
        self._stale = False
        self.told: Tell = nobody
        self.moved: Callable[[], bool] = lambda: False
        self.share: Callable[[], bool] = lambda: True

    def open(self) -> bool:
        """True while writes may start."""
        if self._lease is None or isinstance(self._answer, NoRemote):
            return not self._stale
        return isinstance(self._answer, Acquired) and not self._stale and self._lease.may_create()

    @property
    def alone(self) -> bool:
        """True while nobody else can be writing."""
        return isinstance(self._answer, Acquired)

    def ask(self) -> Callable[[], None] | None:
        """Work that takes the lease; None when it was asked for already."""
        return self._take if self._answer is None else None

    def _take(self) -> None:
        assert self._lease is not None
        answer = self._lease.acquire(wait=0)
        waited = isinstance(answer, HeldBy)
        until = self._clock.now() + timedelta(seconds=self._wait)
        while isinstance(answer, HeldBy) and (left := self._left(until)) > 0:
            self.told(Wait("the lease", f"held by {answer.holder} since {clock_time(answer.since)}", until))
            answer = self._lease.acquire(wait=min(left, SLICE))
        if isinstance(answer, HeldBy) and answer.unseen:
            answer = NoRemote(NOBODY)
        self._stale = not isinstance(answer, HeldBy) and (waited or self.moved() or not self.share())
        with self._lock:
            self._answer = answer
            self.told(Holding(isinstance(answer, Acquired)))
            if self._closed:
                self._give_back(self._lease)

    def _left(self, until: datetime) -> float:
        """Seconds that may still be waited; none when the run is over."""
        over = self._closed or self._stopping()
        return 0.0 if over else (until - self._clock.now()).total_seconds()

    def outdated(self) -> None:
        """What this pass has planned on is not the newest any more."""
        self._stale = True

    def again(self) -> bool:
        """True when the run has to read and plan anew; what it plans then counts."""
        needed = self._stale or self.holder is not None
        self._stale = False
        return needed

    @property
    def holder(self) -> HeldBy | None:
        """Who holds the lease instead."""
        return self._answer if isinstance(self._answer, HeldBy) else None

    @property
    def note(self) -> str:
        """Why there is no lease although writes go on."""
        return self._answer.note if isinstance(self._answer, NoRemote) else ""

    def close(self) -> None:
        """Give the lease back if it was taken, may have been, or is being taken."""
        with self._lock:
            self._closed = True
            if self._answer is not None and self._lease is not None:
                self._give_back(self._lease)

    def _give_back(self, lease: Lease) -> None:
        lease.release()
        self.told(Holding(False))
