"""The loop: apply on every new commit and every interval, looking deeply no more often than limits allow.

Slack's read methods of an open incident take about 50 calls a minute; a quarter of that is the loop's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from reconciler.errors import Failure
from reconciler.plan.plan import Report
from reconciler.run.shell import Options, Shell

#: Deep looks a minute: a quarter of Slack's 50 calls a minute of `conversations.history` and the like.
DEEP_A_MINUTE = 12
#: Seconds between two looks at the remote for a new commit.
POLL = 10.0


@dataclass
class Spacing:
    """Which incidents are looked at deeply now: as many as the time that has passed allows, in turn."""

    last: dict[str, datetime] = field(default_factory=dict)
    credit: float = DEEP_A_MINUTE
    counted: datetime | None = None

    def turn(self, now: datetime) -> Callable[[str], bool]:
        """Begin a run: the answer says, for an incident, whether it is looked at deeply in it."""
        if self.counted is not None:
            gained = (now - self.counted) / timedelta(minutes=1) * DEEP_A_MINUTE
            self.credit = min(DEEP_A_MINUTE, self.credit + gained)
        self.counted = now
        asked: dict[str, bool] = {}

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


def loop(
    shell: Shell,
    options: Options,
    interval: float,
    show: Callable[[Report], None],
    complain: Callable[[Failure], None],
    going_on: Callable[[], bool],
) -> None:
    """Run until `going_on` says no; a failed turn is told and the next one tries again."""
    spacing = Spacing()
    seen: str | None = None
    due = shell.clock.now()
    while going_on():
        tip = _tip(shell)
        now = shell.clock.now()
        if now >= due or tip != seen:
            seen, due = tip, now + timedelta(seconds=interval)
            try:
                show(shell.apply(replace(options, deep=spacing.turn(now))))
            except Failure as failure:
                complain(failure)
        shell.clock.sleep(min(POLL, interval))


def _tip(shell: Shell) -> str | None:
    """The newest commit to work from, after a fetch; None where that cannot be said."""
    git = shell.git_settings()
    try:
        shell.repo.fetch(git.remote, git.branch)
        return shell.repo.tip(git.remote, git.branch).revision
    except Failure:
        return None
