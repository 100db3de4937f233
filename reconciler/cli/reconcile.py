"""`plan`, `apply`, `loop`, `unlock`: parse, run, view, exit code."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from reconciler.errors import Failure, Usage
from reconciler.plan.plan import Plan, Report

if TYPE_CHECKING:
    from reconciler.run.shell import Options, Shell

_INCIDENT = click.option("--incident", "only", multiple=True, metavar="ID", help="Only this incident.")
_NOW = click.option("--now", metavar="TIME", help="Set the clock, e.g. 2026-11-28T16:45:00Z.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
_LATE = click.option("--allow-late-pages", is_flag=True, help="Page for incidents declared long ago.")
_OLDER = click.option("--allow-older", is_flag=True, help="Apply although something newer was applied.")
_WAIT = click.option(
    "--wait", type=float, default=120, show_default=True, help="Seconds to wait for the lease."
)


@click.command()
@_INCIDENT
@_NOW
@_LATE
@_JSON
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when changes are pending.")
@click.pass_obj
def plan(
    folder: str,
    only: tuple[str, ...],
    now: str | None,
    allow_late_pages: bool,
    as_json: bool,
    detailed_exitcode: bool,
) -> int:
    """Show what apply would do with what is here, uncommitted edits included. Writes nothing, anywhere."""
    from reconciler.views.plan import plan_lines
    from reconciler.views.terminal import show

    options = _options(only=only, now=now, allow_late_pages=allow_late_pages)
    made: Plan = _shell(folder).plan(options)
    if as_json:
        click.echo(json.dumps(made.to_json(), indent=2))
    else:
        show(plan_lines(made))
    return made.exit_code(detailed_exitcode)


@click.command()
@_INCIDENT
@_NOW
@_LATE
@_OLDER
@_WAIT
@_JSON
@click.pass_obj
def apply(
    folder: str,
    only: tuple[str, ...],
    now: str | None,
    allow_late_pages: bool,
    allow_older: bool,
    wait: float,
    as_json: bool,
) -> int:
    """Bring Slack, PagerDuty and Notion in line with the tip of the branch, and look again."""
    options = _options(
        only=only, now=now, allow_late_pages=allow_late_pages, allow_older=allow_older, wait=wait
    )
    report = _shell(folder).apply(options)
    _show_report(report, as_json)
    return report.exit_code


@click.command()
@click.option("--interval", type=click.FloatRange(min=15), default=60, show_default=True, help="Seconds.")
@_LATE
@_WAIT
@click.pass_obj
def loop(folder: str, interval: float, allow_late_pages: bool, wait: float) -> None:
    """Apply on every new commit and every interval, until stopped."""
    import signal

    from reconciler.run.loop import loop as run_loop

    stopped: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: stopped.append(number))
    options = _options(allow_late_pages=allow_late_pages, wait=wait)

    def show(report: Report) -> None:
        if report.outcomes or report.exit_code:
            _show_report(report, as_json=False)

    def complain(failure: Failure) -> None:
        click.echo(f"error: {failure.message}; trying again at the next interval", err=True)

    run_loop(_shell(folder), options, interval, show, complain, lambda: not stopped)


@click.command()
@click.pass_obj
def unlock(folder: str) -> None:
    """End a lease whose holder is gone."""
    from reconciler.repo.lease import unlock as end

    shell = _shell(folder)
    click.echo(end(shell.repo, shell.git_settings()))


def _show_report(report: Report, as_json: bool) -> None:
    from reconciler.views.report import report_lines
    from reconciler.views.terminal import show

    if as_json:
        click.echo(json.dumps(report.to_json(), indent=2))
    else:
        show(report_lines(report))


def _shell(folder: str) -> Shell:
    from reconciler.repo.repository import Repository
    from reconciler.run.shell import Shell

    return Shell(Repository.open(folder), os.environ, told=lambda text: click.echo(text, err=True))


def _options(*, only: tuple[str, ...] = (), now: str | None = None, **more: Any) -> Options:
    from reconciler.run.shell import Options

    return Options(only=frozenset(only), now=_time(now), holder=_holder(), run=_run(), **more)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Usage(f"--now {text} is no time", next="write it like 2026-11-28T16:45:00Z") from None
    if moment.tzinfo is None:
        raise Usage(f"--now {text} has no zone", next=f"write {text}Z for UTC")
    return moment.astimezone(UTC)


def _holder() -> str:
    """Who holds the lease, in words: the job in GitHub Actions, else the user and machine."""
    return _run() or f"{os.environ.get('USER', 'somebody')} on {socket.gethostname()} (process {os.getpid()})"


def _run() -> str:
    """The address of the job that this runs in; empty outside GitHub Actions."""
    server, repository, run = (
        os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if run else ""
