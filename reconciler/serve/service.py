"""What `reconciler serve` runs: the loop, and beside it whatever else the settings and tokens ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from reconciler.errors import Failure
from reconciler.plan.change import Kind
from reconciler.plan.plan import Outcome, Report, State
from reconciler.repo.history import committed
from reconciler.run.loop import Told, loop
from reconciler.run.shell import Options, Shell
from reconciler.run.telling import Begun, Holding, Progress
from reconciler.serve.log import Log
from reconciler.serve.metrics import Metrics
from reconciler.serve.parts import Part, together
from reconciler.serve.record import Record
from reconciler.serve.wake import Wake
from reconciler.targets.pagerduty.desired import NAME as PAGES
from reconciler.targets.pagerduty.desired import is_page

#: Seconds that everything has to end in, after it was told to: a call in hand may take 30.
ENDING = 40.0
#: Seconds for the fetch before a run: nobody who looks after a page may wait long for a Git host.
PATIENCE = 10.0
#: A loop that has not moved for so long beyond a run's own time has hung.
HUNG = timedelta(minutes=5)


@dataclass
class Service:
    """One process. `shell` is as the command line makes it; its voice and its end are taken over here."""

    shell: Shell
    options: Options
    interval: float
    log: Log
    wake: Wake
    metrics: Metrics
    record: Record
    heard: list[Callable[[Report], None]] = field(default_factory=list)
    _sent: dict[str, datetime] = field(default_factory=dict)  # when the first page of an incident was

    def run(self, beside: Sequence[Part], ended: Callable[[], object]) -> bool:
        """Run until `ended` returns; False when something was still at work after `ENDING` seconds."""
        parts = [Part("loop", self._loop), *beside]
        return together(parts, self.wake, self.log, self._until(ended), ENDING)

    def _until(self, ended: Callable[[], object]) -> Callable[[], None]:
        def wait() -> None:
            ended()
            self.record.stopping = True
            self.log.event("stopping")

        return wait

    def _loop(self) -> None:
        shell = replace(
            self.shell, doing=self._doing, stopping=self.wake.is_set, patience=PATIENCE, joins=True
        )
        loop(shell, self.options, self.interval, Told(self._report, self._failure), self.wake)

    def _doing(self, told: Progress) -> None:
        self.record.moved()
        if isinstance(told, Holding):
            self.metrics.lease.set(told.held)
        elif isinstance(told, Begun) and told.target == PAGES and told.what:
            self._sent.setdefault(told.incident, self.shell.clock.now())
        self.shell.doing(told)

    def _report(self, report: Report) -> None:
        self.record.turned("" if report.exit_code == 0 else "not all is done")
        self.metrics.reported(report, self.shell.clock.now())
        self._paged(report)
        self.log.report(report)
        for hear in self.heard:
            hear(report)

    def _paged(self, report: Report) -> None:
        """Take in how long after its commit each page was sent."""
        sent, self._sent = self._sent, {}
        paths = {one.key: one.path for one in report.headings}
        for address in (one.change.address for one in report.of(State.APPLIED) if _is_new_page(one)):
            if address.incident in sent and paths.get(address.incident):
                with suppress(Failure):
                    made = committed(self.shell.repo, report.revision, paths[address.incident])
                    self.metrics.paged.observe(max(0.0, (sent[address.incident] - made).total_seconds()))

    def _failure(self, failure: Failure) -> None:
        self.record.turned(failure.message)
        self.metrics.failed(failure)
        self.log.failure(failure)


def _is_new_page(one: Outcome) -> bool:
    address = one.change.address
    return address.target == PAGES and is_page(address.thing) and one.change.kind is Kind.CREATE
