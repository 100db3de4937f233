"""The lease as the engine's gate: taken only to write, and never waited for by a page.

After a wait the world may have moved, so the gate stays shut for the rest of that pass; the run then reads
and plans again with the lease in hand.
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.repo.lease import Acquired, HeldBy, Lease, NoRemote


class LeaseGate:
    """Opens when the lease is held, or when there is no remote to hold it at."""

    def __init__(self, lease: Lease, wait: float):
        self._lease, self._wait = lease, wait
        self._answer: Acquired | HeldBy | NoRemote | None = None
        self.waited = False

    def open(self) -> bool:
        """True while writes may start."""
        if isinstance(self._answer, NoRemote):
            return True
        return isinstance(self._answer, Acquired) and not self.waited and self._lease.may_create()

    def ask(self) -> Callable[[], None] | None:
        """Work that takes the lease; None when it was asked for already."""
        return self._take if self._answer is None else None

    def _take(self) -> None:
        answer = self._lease.acquire(wait=0)
        if isinstance(answer, HeldBy) and self._wait > 0:
            answer = self._lease.acquire(wait=self._wait)
            self.waited = isinstance(answer, Acquired)
        self._answer = answer

    def again(self) -> None:
        """The run has read and planned anew with the lease in hand."""
        self.waited = False

    @property
    def holder(self) -> HeldBy | None:
        """Who holds the lease instead."""
        return self._answer if isinstance(self._answer, HeldBy) else None

    @property
    def note(self) -> str:
        """Why there is no lease although writes go on."""
        return self._answer.note if isinstance(self._answer, NoRemote) else ""

    def close(self) -> None:
        """Give the lease back if it was taken."""
        if isinstance(self._answer, Acquired):
            self._lease.release()
