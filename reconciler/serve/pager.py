"""Sends the pages of what was declared or escalated here at once, while its commit is still being pushed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from reconciler.errors import Failure, defect
from reconciler.plan.plan import State
from reconciler.repo.errand import Fresh
from reconciler.run.page import page
from reconciler.run.shell import Shell
from reconciler.serve.log import Log
from reconciler.serve.metrics import Metrics
from reconciler.targets.connect import VARIABLES

#: So many are paged for side by side, and so many are remembered as done.
_AT_ONCE, _REMEMBERED = 8, 1000


@dataclass
class Pager:
    """Pages for what calls somebody; give its `made` to a desk. What fails here the loop's next turn does."""

    shell: Shell
    log: Log
    metrics: Metrics
    _done: dict[str, None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, "pager")

    def made(self, fresh: Fresh) -> None:
        """A commit was made that calls somebody."""
        if not self.shell.environ.get(VARIABLES["pagerduty"].token, "").strip():
            return
        with self._lock:
            if fresh.request in self._done:
                return
            self._done[fresh.request] = None
            for old in list(self._done)[:-_REMEMBERED]:
                del self._done[old]
        self._threads.submit(self._page, fresh, self.shell.clock.now())

    def close(self) -> None:
        """Finish what is in hand."""
        self._threads.shutdown()

    def _page(self, fresh: Fresh, since: datetime) -> None:
        try:
            outcomes = page(self.shell, fresh)
        except Failure as failure:
            self._failed(failure)
            return
        except Exception as error:
            self._failed(defect(error))
            return
        self.metrics.carried_out(outcomes)
        seconds = (self.shell.clock.now() - since).total_seconds()
        for one in outcomes:
            address, applied = one.change.address, one.state is State.APPLIED
            if applied:
                self.metrics.paged.observe(seconds)
            self.log.event(
                "page",
                level="info" if applied else "error",
                incident=address.incident,
                team=address.thing,
                outcome=one.state.value,
                seconds=round(seconds, 3),
            )

    def _failed(self, failure: Failure) -> None:
        self.metrics.failures.labels("page").inc()
        self.log.event("page failed", level="error", message=failure.message, next="the next run pages")
