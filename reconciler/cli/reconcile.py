"""`plan`, `apply`, `loop`, `unlock`: parse, run, view, exit code."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import candidates
from reconciler.cli.root import fail
from reconciler.cli.summary import JOB_SUMMARY, summarised
from reconciler.cli.times import Time
from reconciler.cli.waiting import progress
from reconciler.errors import Usage
from reconciler.incident.shown import inert
from reconciler.views.progress import ERASE, Display
from reconciler.views.screen import screen

if TYPE_CHECKING:
    from reconciler.errors import Failure
    from reconciler.plan.plan import Report
    from reconciler.run.shell import Options, Shell

STOPPING = "stopping after the changes in hand; once more to stop at once"
AT_ONCE = "stopped at once: what was in hand may have been done, which the next run looks at first"

_INCIDENT = click.option(
    "--incident", "only", multiple=True, metavar="ID", shell_complete=candidates.incidents(),
    help="Only this one. Repeatable.",
)  # fmt: skip
_NOW = click.option("--now", type=Time(), help="Set the clock, e.g. 2026-11-28T16:45:00Z.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
_LATE = click.option("--allow-late-pages", is_flag=True, help="Page for incidents declared long ago.")
_PRUNE = click.option("--prune", is_flag=True, help="Retire incidents whose files were removed.")
_PRUNES = click.option(
    "--allow-prunes", type=click.IntRange(min=1), metavar="N", help="Retire up to so many at once."
)
_OLDER = click.option("--allow-older", is_flag=True, help="Apply although something newer was applied.")
WAIT = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=120,
    show_default=True,
    help="How long to wait for the lease.",
)
BUDGET = click.option(
    "--budget",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    default=600,
    show_default=True,
    help="When so much time has passed, nothing more is begun; what is left is named, with exit code 3.",
)
INTERVAL = click.option(
    "--interval",
    type=click.FloatRange(min=15),
    metavar="SECONDS",
    default=60,
    show_default=True,
    help="Between two looks at the services.",
)


@click.command()
@_INCIDENT
@_NOW
@_LATE
@_PRUNE
@_PRUNES
@click.option("--base", metavar="REV", help="What merging this branch into REV does; asks no service.")
@click.option("--live", is_flag=True, help="With --base: what the services say, too.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True,
    help="For a person, for a program, or for GitHub.",
)  # fmt: skip
@_JSON
@click.option(
    "--limit", "most", type=click.IntRange(min=2_000), metavar="N", default=65_000, show_default=True,
    help="With --format markdown: at most so many bytes, cut between two incidents.",
)  # fmt: skip
@click.option("--whole", metavar="WORDS", default="", help="Where the whole is, to be said where it was cut.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when changes are pending.")
@click.pass_obj
def plan(
    folder: str,
    /,
    only: tuple[str, ...],
    base: str | None,
    live: bool,
    form: str,
    as_json: bool,
    most: int,
    whole: str,
    detailed_exitcode: bool,
    **asked: Any,
) -> int:
    """Show what apply would do with what is here, uncommitted edits included. Writes nothing, anywhere.

    With --base REV: what merging this branch does to a world that is as REV asks for, without any token.
    """
    from reconciler.cli.branch import show, transition

    if live and base is None:
        raise Usage("--live goes with --base", next="`reconciler plan` alone asks the services")
    with progress() as display:
        shell, options = _shell(folder, display), asked_options(only, **asked)
        made = shell.plan(options) if base is None else transition(shell, base, options, live=live)
    show(made, "json" if as_json else form, most, whole)
    return made.exit_code(detailed_exitcode)


@click.command()
@_INCIDENT
@_NOW
@_LATE
@_PRUNE
@_PRUNES
@_OLDER
@WAIT
@BUDGET
@_JSON
@JOB_SUMMARY
@click.pass_obj
def apply(folder: str, /, only: tuple[str, ...], as_json: bool, job_summary: str | None, **asked: Any) -> int:
    """Bring Slack, PagerDuty and Notion in line with the tip of the branch, and look again."""
    from reconciler.forge.actions import inside
    from reconciler.views.problems import annotation
    from reconciler.views.report import report_lines, summary
    from reconciler.views.summary import report_markdown
    from reconciler.views.terminal import show

    with summarised(job_summary) as tell, _stoppable() as stop, progress(stop.is_set) as display:
        report = _shell(folder, display, stop).apply(asked_options(only, **asked))
        tell(report_markdown(report))
    if as_json:
        _document(report.to_json())
    else:
        show(report_lines(report))
    if report.exit_code and inside(os.environ):
        click.echo(annotation("error", summary(report), "see the job's summary, or its log"), err=True)
    return report.exit_code


@click.command()
@INTERVAL
@_LATE
@WAIT
@BUDGET
@click.pass_obj
def loop(folder: str, /, interval: float, **asked: Any) -> None:
    """Apply on every new commit and every interval, until stopped."""
    from reconciler.run.loop import Told
    from reconciler.run.loop import loop as run_loop

    with _stoppable() as stop, progress(stop.is_set) as display:
        teller = Teller(display)
        told = Told(teller.report, teller.failure)
        run_loop(_shell(folder, display, stop), asked_options(**asked), interval, told, stop)


@click.command()
@click.pass_obj
def unlock(folder: str) -> None:
    """End a lease whose holder is gone."""
    with progress() as display:
        done = _shell(folder, display).unlock()
    click.echo(inert(done))


class Teller:
    """Tells the loop's reports, but not again what the last one said."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._last: list[str] = []

    def report(self, report: Report) -> None:
        """Show a report that did something, or that says something new."""
        from reconciler.views.report import report_lines
        from reconciler.views.terminal import show

        lines = list(report_lines(report))
        texts = [line.text for line in lines]
        if report.outcomes or texts != self._last:
            with self._display.aside():
                show(lines)
        self._last = texts

    def failure(self, failure: Failure) -> None:
        """Tell why a turn has failed."""
        with self._display.aside():
            fail(failure)


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """SIGTERM and Ctrl-C stop a run after the changes in hand; the second one stops at once."""
    stop = threading.Event()
    line = ERASE if screen(sys.stderr).live else ""

    def handle(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt(AT_ONCE)
        stop.set()
        os.write(2, f"{line}{STOPPING}\n".encode())

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _document(data: object) -> None:
    from reconciler.views.document import document

    click.echo(document(data))


def _shell(folder: str, display: Display, stop: threading.Event | None = None) -> Shell:
    from reconciler.repo.repository import Repository
    from reconciler.run.shell import Shell

    return Shell(
        Repository.open(folder),
        os.environ,
        told=display.note,
        doing=display.hear,
        stopping=stop.is_set if stop else lambda: False,
    )


def asked_options(only: tuple[str, ...] = (), **asked: Any) -> Options:
    """What was asked for, by whom."""
    from reconciler.run.shell import Options

    return Options(only=frozenset(only), holder=_holder(), run=_run(), **asked)


def _holder() -> str:
    """Who holds the lease, in words: the job in GitHub Actions, else user, machine and process."""
    return _job() or f"{_user()} (process {os.getpid()})"


def _run() -> str:
    """What the state's commits name as the run that made them."""
    return _job() or _user()


def _user() -> str:
    name = os.environ.get("USER") or os.environ.get("LOGNAME") or "somebody"
    return f"{name} on {socket.gethostname()}"


def _job() -> str:
    """The address of the job that this runs in; empty outside GitHub Actions."""
    server, repository, run = (
        os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if run else ""
