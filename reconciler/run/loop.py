"""The loop: apply on every new commit and every interval, looking deeply no more often than limits allow.

Slack's read methods of an open incident take about 50 calls a minute; a quarter of that is the loop's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from reconciler.errors import Failure, defect
from reconciler.plan.plan import Report
from reconciler.repo.proposals import newest, tips
from reconciler.run.ground import Ground
from reconciler.run.shell import Options, Shell
from reconciler.run.telling import Idle

#: Deep looks a minute: a quarter of Slack's 50 calls a minute of `conversations.history` and the like.
DEEP_A_MINUTE = 8
#: Of these, as many at once: with what is gained in the next minute it stays below the quarter.
AT_ONCE = 4
#: Seconds between two looks at the remote for a new commit.
POLL = 10.0


@dataclass
class Spacing:
    """Which incidents are looked at deeply now: as many as the time that has passed allows, in turn."""

    last: dict[str, datetime] = field(default_factory=dict)
    credit: float = AT_ONCE
    counted: datetime | None = None
    asked: dict[str, bool] = field(default_factory=dict)

    def turn(self, now: datetime) -> Callable[[str], bool]:
        """Begin a run: the answer says, for an incident, whether it is looked at deeply in it."""
        if self.counted is not None:
            gained = (now - self.counted) / timedelta(minutes=1) * DEEP_A_MINUTE
            self.credit = min(AT_ONCE, self.credit + gained)
        self.counted = now
        self.last = {incident: at for incident, at in self.last.items() if incident in self.asked}
        asked = self.asked = {}

        def deep(incident: str) -> bool:
            if incident not in asked:
                asked[incident] = self._grant(incident, now)
            return asked[incident]

        return deep

    def _grant(self, incident: str, now: datetime) -> bool:
        waited = now - self.last[incident] if incident in self.last else timedelta.max
        rounds = timedelta(minutes=len(self.last) / DEEP_A_MINUTE)
        if self.credit < 1 or waited < rounds:
            return False
        self.credit -= 1
        self.last[incident] = now
        return True


class Stop(Protocol):
    """Says when to end; a `threading.Event` that a signal sets."""

    def is_set(self) -> bool: ...

    def wait(self, seconds: float) -> bool:
        """Wait so many seconds, or until it is set."""
        ...


@dataclass(frozen=True)
class Told:
    """Who hears how a turn has ended."""

    report: Callable[[Report], None]
    failure: Callable[[Failure], object]


def loop(shell: Shell, options: Options, interval: float, told: Told, stop: Stop) -> None:
    """Run until it is stopped; a failed turn is told, and the next one tries again. `interval` in seconds."""
    spacing = Spacing()
    seen: str | None = None
    due = shell.clock.now()
    while not stop.is_set():
        here, now = _here(shell), shell.clock.now()
        if stop.is_set():
            return
        marks = _marks(shell, here)
        if now >= due or marks != seen:
            seen, due = marks, now + timedelta(seconds=interval)
            newer = partial(_newer, shell, seen)
            _turn(shell, replace(options, deep=spacing.turn(now), news=newer), here, told)
        shell.doing(Idle(due))
        stop.wait(min(POLL, interval))


def _turn(shell: Shell, options: Options, here: Ground | None, told: Told) -> None:
    try:
        report = shell.apply(options, here)
    except Failure as failure:
        told.failure(failure)
    except Exception as error:
        told.failure(defect(error))
    else:
        told.report(report)


def _newer(shell: Shell, seen: str | None) -> bool:
    """True when there is a commit that the turn under way does not know of."""
    return _marks(shell, _here(shell)) != seen


def _here(shell: Shell) -> Ground | None:
    """The newest commit to work from, fetched now; None where there is none, which a turn then tells."""
    try:
        return shell.newest()
    except Failure:
        return None


def _marks(shell: Shell, here: Ground | None) -> str | None:
    """What is another as soon as there is something new to work from."""
    if here is None:
        return None
    proposed = sorted(filter(None, (newest(shell.repo, one) for one in tips(shell.repo, here.git).values())))
    return " ".join([here.commit, *proposed])
