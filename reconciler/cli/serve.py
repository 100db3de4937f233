"""`reconciler serve`: the loop and the Slack helper in one process, for a machine that looks after itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.reconcile import AT_ONCE, BUDGET, INTERVAL, STOPPING, WAIT, Teller, asked_options
from reconciler.cli.root import STOPPED
from reconciler.cli.waiting import progress
from reconciler.errors import Failure, Usage

if TYPE_CHECKING:
    from reconciler.plan.plan import Report
    from reconciler.serve.log import Log
    from reconciler.serve.parts import Part
    from reconciler.serve.service import Service
    from reconciler.serve.wake import Wake
    from reconciler.views.progress import Display

#: Seconds in which threads that have been told to end are gone.
_LEFT = 3.0


@click.command()
@INTERVAL
@WAIT
@BUDGET
@click.option(
    "--health",
    metavar="HOST:PORT",
    default="127.0.0.1:9464",
    show_default=True,
    help="Where /healthz, /readyz and /metrics are; port 0: any free one.",
)
@click.option(
    "--clone",
    "url",
    metavar="URL",
    envvar="RECONCILER_CLONE",
    help="Clone this where there is no repository yet; also RECONCILER_CLONE.",
)
@click.option(
    "--http",
    metavar="[HOST:]PORT",
    help="Let Slack call here instead of a socket; needs SLACK_SIGNING_SECRET.",
)
@click.option(
    "--log",
    "style",
    type=click.Choice(["human", "json"]),
    default="human",
    show_default=True,
    help="json: one line an event, on stdout.",
)
@click.pass_obj
def serve(
    folder: str, /, url: str | None, health: str, http: str | None, style: str, interval: float, **asked: Any
) -> int:
    """Run the loop and, with SLACK_APP_TOKEN, the Slack helper, until stopped.

    Commits that only this machine has are pushed. SIGTERM ends it after the changes in hand.
    """
    from reconciler.serve.door import Place, answers, opened
    from reconciler.serve.wake import Wake

    place, wake = Place.of(health), Wake()
    if url:
        _cloned(folder, url)
    with _ended() as ended, _voice(style, wake) as (log, display):
        service = _service(folder, log, display, wake, interval, asked)
        beside = _helper(service, http)
        said = answers(service.record.to_json, service.metrics.text)
        with opened(place, said) as there:
            log.event("started", health=f"http://{there}/", branch=service.shell.git_settings().branch)
            in_time = service.run(beside, ended)
        log.event("ended", in_time=in_time)
    return _gone(0 if in_time else 1)


def _gone(code: int) -> int:
    """End here and now where threads are left for which Python would wait for ever."""
    until = time.monotonic() + _LEFT
    others = [one for one in threading.enumerate() if one is not threading.current_thread()]
    for thread in others:
        if not thread.daemon:
            thread.join(max(0.0, until - time.monotonic()))
    if any(thread.is_alive() and not thread.daemon for thread in others):
        sys.stdout.flush()
        os._exit(code)
    return code


def _cloned(folder: str, url: str) -> None:
    from reconciler.repo.remote import clone

    if not (os.path.isdir(folder) and os.listdir(folder)):
        clone(url, folder)


def _service(
    folder: str, log: Log, display: Display | None, wake: Wake, interval: float, asked: dict[str, Any]
) -> Service:
    from reconciler.repo.git import Hurried
    from reconciler.repo.repository import Repository
    from reconciler.run.shell import Shell
    from reconciler.run.telling import nobody
    from reconciler.serve.metrics import Metrics
    from reconciler.serve.record import Record
    from reconciler.serve.service import HUNG, Service

    found = Repository.open(folder)
    shell = Shell(
        Repository(Hurried(found.folder, wake.is_set), found.bare),
        os.environ,
        told=display.note if display else lambda words: log.event("waiting", message=words),
        doing=display.hear if display else nobody,
        stopping=wake.is_set,
    )
    options = asked_options(**asked)
    record = Record(shell.clock, timedelta(seconds=options.budget) + HUNG)
    return Service(shell, options, interval, log, wake, Metrics(), record)


def _helper(service: Service, http: str | None) -> list[Part]:
    """The helper's part, where there are tokens for it."""
    from reconciler.serve.door import Place

    token, secret = (os.environ.get(name, "").strip() for name in ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"))
    wanted = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET" if http else "SLACK_APP_TOKEN")
    missing = [name for name in wanted if not os.environ.get(name, "").strip()]
    if missing and http:
        raise Usage(f"{missing[0]} is not set", next="set it, or leave out --http")
    if missing:
        service.log.event("helper off", message=f"the helper is off: {missing[0]} is not set")
        return []
    from reconciler.serve.parts import Part
    from reconciler.serve.slack import Slack
    from reconciler.serve.ways import Http, Socket

    url = os.environ.get("SLACK_API_URL", "").strip() or None
    place = Place.of(http) if http else None
    slack = Slack(
        service.shell,
        service.log,
        service.wake,
        service.metrics,
        service.record,
        (lambda: Http(place)) if place else (lambda: Socket(token, url)),
        secret if http else None,
    )
    service.record.helper = "not connected"
    service.heard.append(slack.heard)
    return [Part("helper", slack.run)]


@contextmanager
def _voice(style: str, wake: Wake) -> Iterator[tuple[Log, Display | None]]:
    """Who tells what happens: lines for people, or JSON for machines."""
    if style == "human":
        with progress(wake.is_set) as display:
            yield _Human(display), display
        return
    from reconciler.clock import SystemClock
    from reconciler.serve.log import JsonLog
    from reconciler.targets.connect import secrets

    yield JsonLog(_line, SystemClock(), secrets(os.environ)), None


def _line(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


class _Human:
    """The loop's own words, and a line for whatever else happens."""

    def __init__(self, display: Display) -> None:
        self._display, self._teller = display, Teller(display)
        self._lock = threading.Lock()

    def event(self, name: str, /, **fields: Any) -> None:
        """One line on standard error."""
        fields.pop("level", None)
        told = ", ".join(
            f"{key.replace('_', ' ')}: {value}" for key, value in fields.items() if key != "message"
        )
        words = " · ".join(filter(None, (str(fields.get("message", "")) or name, told)))
        with self._lock, self._display.aside():
            click.echo(_plain(words), err=True)

    def report(self, report: Report) -> None:
        """As `loop` does."""
        with self._lock:
            self._teller.report(report)
            sys.stdout.flush()  # whoever collects it does not wait for a full buffer

    def failure(self, failure: Failure) -> None:
        """As `loop` does."""
        with self._lock:
            self._teller.failure(failure)


def _plain(words: str) -> str:
    from reconciler.incident.shown import inert
    from reconciler.targets.connect import secrets
    from reconciler.targets.discreet import without

    return inert(without(words, secrets(os.environ)))


@contextmanager
def _ended() -> Iterator[Callable[[], object]]:
    """Returns when SIGTERM or Ctrl-C comes; the second one ends the process at once."""
    signals: SimpleQueue[int] = SimpleQueue()
    seen: list[int] = []

    def handle(number: int, frame: object) -> None:
        seen.append(number)
        if len(seen) > 1:
            os.write(2, f"{AT_ONCE}\n".encode())
            os._exit(STOPPED)
        os.write(2, f"{STOPPING}\n".encode())
        signals.put(number)

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}

    def wait() -> None:
        while True:  # a signal that another thread took is seen when this one looks up
            with suppress(Empty):
                signals.get(timeout=0.5)
                return

    try:
        yield wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
