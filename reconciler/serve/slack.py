"""The helper's part of the process: connected to Slack by a socket, or called by Slack over HTTP.

Slack may be away for hours. The helper is then connected again and again, and nothing else waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread

from reconciler.errors import Failure, defect
from reconciler.forge.requests import requests_of
from reconciler.helper.app import Helper, Surroundings, build
from reconciler.incident.text import one_line
from reconciler.plan.plan import Report
from reconciler.repo.good_settings import settings_at
from reconciler.repo.verbs import Desk
from reconciler.run.shell import Shell
from reconciler.serve.log import Log
from reconciler.serve.metrics import Metrics
from reconciler.serve.pager import Pager
from reconciler.serve.record import Record
from reconciler.serve.wake import Wake
from reconciler.serve.ways import Way
from reconciler.targets.connect import VARIABLES

#: Bolt warns of what is meant so: each call has the token, and Bolt needs none.
_AS_MEANT = "As `installation_store` or `authorize` has been used"
#: Seconds between two looks at the connection, and after which one that is lost is made anew.
_TICK, _LOST = 1.0, 60.0
#: Seconds that the end of a connection is waited for.
_CLOSING = 5.0


@dataclass
class Slack:
    """The helper as a part of the process. `way` makes a new way in."""

    shell: Shell
    log: Log
    wake: Wake
    metrics: Metrics
    record: Record
    way: Callable[[], Way]
    signing_secret: str | None = None
    _reports: SimpleQueue[Report] = field(default_factory=SimpleQueue)

    def heard(self, report: Report) -> None:
        """A run has ended: told to the helper by a thread of its own, since Slack may be slow."""
        self._reports.put(report)

    def run(self) -> None:
        """Help until all is to end; ends with a Failure where the way in is lost for long."""
        pager = Pager(self.shell, self.log, self.metrics)
        try:
            with _logged(self.log), self._helper(pager) as helper:
                self._reached(helper)
        finally:
            self._is("not connected")
            pager.close()

    @contextmanager
    def _helper(self, pager: Pager) -> Iterator[Helper]:
        shell = self.shell
        settings, _ = settings_at(shell.repo, shell.repo.resolve("HEAD"))
        own = {key: shell.environ[key] for key in VARIABLES["slack"] if key in shell.environ}
        api = shell.connect(own, settings, clock=shell.clock, stopping=self.wake.is_set)["slack"]
        pulls = requests_of(shell.repo, settings.git, shell.environ, shell.clock)
        desk = Desk(shell.repo, settings.git, shell.clock, pager.made, pulls)
        around = Surroundings(
            wrote=lambda _: self.wake.wake(), polls=False, signing_secret=self.signing_secret
        )
        helper = build(shell.repo, desk, api, shell.clock, self._say, around)
        helper.start()
        over = Event()
        teller = Thread(target=self._tell, args=(helper, over), name="reports", daemon=True)
        teller.start()
        try:
            yield helper
        finally:
            over.set()
            helper.close()

    def _reached(self, helper: Helper) -> None:
        way = self.way()
        try:
            way.open(helper)
            lost = 0.0
            while lost < _LOST:
                self._is("connected" if way.connected() else "connecting")
                if self.wake.pause(_TICK):
                    return
                lost = 0.0 if way.connected() else lost + _TICK
            raise Failure(f"the connection to Slack is lost for {_LOST:g} seconds")
        except Failure:
            raise
        except Exception as error:
            raise Failure(f"the helper is not connected to Slack: {one_line(str(error), 200)}") from None
        finally:
            closing = Thread(target=_closed, args=(way,), name="closing", daemon=True)
            closing.start()
            closing.join(_CLOSING)

    def _is(self, state: str) -> None:
        if self.record.helper != state:
            self.log.event("helper", state=state)
        self.record.helper = state
        self.metrics.helper.set(state == "connected")

    def _tell(self, helper: Helper, over: Event) -> None:
        while not over.is_set():
            try:
                helper.heard(self._reports.get(timeout=_TICK))
            except Empty:
                continue
            except Exception as error:  # the next report is told all the same
                self._say(defect(error).message)

    def _say(self, words: str) -> None:
        self.metrics.failures.labels("helper").inc()
        self.log.event("helper", level="warning", message=one_line(words, 300))


def _closed(way: Way) -> None:
    with suppress(Exception):  # an end that fails is an end
        way.close()


class _Heard(logging.Handler):
    """What Slack's libraries say, without their tracebacks."""

    def __init__(self, log: Log):
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        words = record.getMessage().partition("\n")[0]
        if words.startswith(_AS_MEANT):
            return
        self._log.event("slack", level=record.levelname.lower(), message=one_line(words, 300))


@contextmanager
def _logged(log: Log) -> Iterator[None]:
    """While this lasts, the log hears Slack's libraries."""
    heard, loggers = _Heard(log), [logging.getLogger(name) for name in ("slack_bolt", "slack_sdk", "uvicorn")]
    for one in loggers:
        one.addHandler(heard)
        one.propagate = False
    try:
        yield
    finally:
        for one in loggers:
            one.removeHandler(heard)
