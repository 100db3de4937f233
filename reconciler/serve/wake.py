"""What the loop waits on: it is woken by a commit made here, and ended by a signal."""

from __future__ import annotations

from threading import Condition


class Wake:
    """Ends a wait when there is something to do, or when all is to end. Threads share it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._stopped = self._woken = False

    def is_set(self) -> bool:
        """True once all is to end."""
        return self._stopped

    def stop(self) -> None:
        """End every wait, now and from now on."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait so many seconds, or until it is woken; True once all is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._stopped, seconds)
            self._woken = False
            return self._stopped

    def pause(self, seconds: float) -> bool:
        """Wait so many seconds whoever wakes; True once all is to end."""
        with self._changed:
            return self._changed.wait_for(lambda: self._stopped, seconds)
