"""What a run is at, while one waits: on a terminal a line that goes away, elsewhere one now and then.

It is written on standard error, never among what a command prints. The line is drawn by whoever calls
`tick`: a thread of the command line, or a test with a clock of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from reconciler.clock import Clock
from reconciler.incident.shown import JOINERS, inert
from reconciler.incident.text import one_line
from reconciler.run.telling import Begun, Holding, Idle, Progress, Step, Wait
from reconciler.views.changes import SERVICES
from reconciler.views.columns import short
from reconciler.views.screen import Screen
from reconciler.views.terminal import painted

#: What is done sooner is not worth a line.
SOON = timedelta(seconds=0.5)
#: Where lines stay, one is printed after so much time.
NOW_AND_THEN = timedelta(seconds=30)

#: To the beginning of the line, and all of it gone.
ERASE = "\r\x1b[K"
_TO_THE_END = "\x1b[K"


@dataclass(frozen=True)
class Doing:
    """What a run is at: the step, what it began last, and what it waits for."""

    step: str = ""
    last: str = ""
    wait: Wait | Idle | None = None

    def after(self, told: Progress) -> Doing:
        """The same after one more word."""
        if isinstance(told, Step):
            return Doing(told.what)
        if isinstance(told, Begun):
            return Doing(self.step, _begun(told))
        if isinstance(told, Holding):
            return self
        return Doing(self.step, self.last, told)

    def words(self, now: datetime) -> str:
        """In one line."""
        if isinstance(self.wait, Idle):
            return f"waiting for commits; looking again in {_left(self.wait.until, now)}"
        if isinstance(self.wait, Wait) and now < self.wait.until:
            return " · ".join(filter(None, (_waiting(self.wait, now), self.step)))
        return " · ".join(filter(None, (self.step, self.last)))


@dataclass
class Display:
    """Shows what a run is at. `write` takes text for standard error, `width` tells the terminal's columns."""

    write: Callable[[str], object]
    on: Screen
    clock: Clock
    width: Callable[[], int]
    stopping: Callable[[], bool] = lambda: False
    doing: Doing = field(default_factory=Doing)

    def __post_init__(self) -> None:
        self._lock = RLock()
        self._began = self._printed = self.clock.now()
        self._shown = ""

    def hear(self, told: Progress) -> None:
        """Take in one word of a run."""
        with self._lock:
            woken = isinstance(self.doing.wait, Idle) and not isinstance(told, Idle)
            if woken:
                self._began = self._printed = self.clock.now()
            self.doing = self.doing.after(told)

    def note(self, text: str) -> None:
        """A wait, in words: a line where lines stay; a terminal shows it anyway."""
        if not self.on.live:
            self._print(text)

    def tick(self) -> None:
        """Draw what is to be seen now."""
        with self._lock:
            now = self.clock.now()
            if self.on.live:
                self._draw(now)
            elif now - self._printed >= NOW_AND_THEN and not isinstance(self.doing.wait, Idle):
                self._print(f"after {_span(now - self._began)}: {self.doing.words(now)}")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Leave the terminal to something that is printed."""
        with self._lock:
            self.erase()
            yield

    def erase(self) -> None:
        """Take the line away."""
        with self._lock:
            if self._shown:
                self.write(ERASE)
            self._shown = ""

    def _draw(self, now: datetime) -> None:
        words = self.doing.words(now)
        if now - self._began < SOON or not words:
            return
        if self.stopping():
            words = f"stopping · {words}"
        told = words if isinstance(self.doing.wait, Idle) else f"{_span(now - self._began)} · {words}"
        line = short(inert(told, keep=JOINERS), self.width() - 1)
        if line != self._shown:
            styled = painted(line, "dim") if self.on.colour else line
            self.write(f"\r{styled}{_TO_THE_END}")
        self._shown = line

    def _print(self, text: str) -> None:
        with self._lock:
            self._printed = self.clock.now()
            self.write(f"{inert(text, keep=JOINERS)}\n")


def _begun(told: Begun) -> str:
    words = one_line(told.what, 200) or "looking"
    incident = f"{told.incident}: " if told.incident else ""
    return f"{SERVICES.get(told.target, told.target)} · {incident}{words}"


def _waiting(wait: Wait, now: datetime) -> str:
    what = " ".join(SERVICES.get(word, word) for word in wait.what.split(" "))
    return f"waiting for {what}, {_left(wait.until, now)} left ({one_line(wait.why, 200)})"


def _left(until: datetime, now: datetime) -> str:
    """The time that is left, a begun second counted whole."""
    return _span(max(until - now, timedelta()) + timedelta(seconds=0.999))


def _span(time: timedelta) -> str:
    """`27s`, `1:43`, `1:02:03`."""
    seconds = int(time.total_seconds())
    if seconds < 60:
        return f"{seconds}s"
    hours, rest = divmod(seconds, 3600)
    minutes = f"{rest // 60}:{rest % 60:02}"
    return f"{hours}:{minutes.zfill(5)}" if hours else minutes
