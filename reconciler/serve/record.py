"""What the process knows of itself: when its loop last moved, how its turns ended, how the helper is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from reconciler.clock import Clock


@dataclass
class Record:
    """Written by the parts, read by whoever asks for their health. Threads share it.

    A loop that has not moved for `patience` counts as hung.
    """

    clock: Clock
    patience: timedelta
    helper: str = "off"
    failure: str = ""
    success: datetime | None = None
    turns: int = 0
    stopping: bool = False
    _moved: datetime = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._moved = self.clock.now()

    def moved(self) -> None:
        """The loop is alive."""
        self._moved = self.clock.now()

    def turned(self, failure: str = "") -> None:
        """A turn has ended: well, or why not."""
        with self._lock:
            self.turns += 1
            self.failure = failure
            if not failure:
                self.success = self.clock.now()

    @property
    def alive(self) -> bool:
        """False when the loop has hung."""
        return self.clock.now() - self._moved <= self.patience

    @property
    def ready(self) -> bool:
        """True from the end of the first turn until all is to end."""
        return self.turns > 0 and self.alive and not self.stopping

    def to_json(self) -> dict[str, Any]:
        """What `/healthz` and `/readyz` say: no word of an incident."""
        with self._lock:
            return {
                "alive": self.alive,
                "ready": self.ready,
                "helper": self.helper,
                "turns": self.turns,
                "last_success": self.success.isoformat() if self.success else None,
                "failing": bool(self.failure),
            }
