"""`reconciler list`, `show`: what is open, and where everything is. Nothing is written."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from reconciler.cli import candidates
from reconciler.cli.times import Time, clock_at
from reconciler.incident.model import Status
from reconciler.incident.shown import inert
from reconciler.repo.repository import Repository
from reconciler.views.screen import screen

#: Something could not be read: the list is not complete.
INCOMPLETE = 3

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
_STATUS = click.Choice([status.value for status in Status])
_NOW = click.option("--now", type=Time(), help="Set the clock.")


@click.command(name="list")
@click.option("--all", "everything", is_flag=True, help="The resolved, closed and canceled ones too.")
@click.option(
    "--severity",
    "severities",
    multiple=True,
    metavar="NAME",
    shell_complete=candidates.severities,
    help="Only these. Repeatable.",
)
@click.option("--status", "statuses", multiple=True, type=_STATUS, help="Only these. Repeatable.")
@click.option(
    "--service", metavar="NAME", shell_complete=candidates.services, help="Only those that concern it."
)
@click.option(
    "--person",
    metavar="ADDRESS",
    shell_complete=candidates.people,
    help="Only those in which they have a part.",
)
@_JSON
@_NOW
@click.pass_obj
def list_(
    folder: str,
    everything: bool,
    severities: tuple[str, ...],
    statuses: tuple[str, ...],
    service: str | None,
    person: str | None,
    as_json: bool,
    now: datetime | None,
) -> int:
    """The open incidents, the worst first; of these the oldest. Exits 3 when a file could not be read."""
    from reconciler.run.look import Asked, overview
    from reconciler.views.incidents import overview_json, overview_lines, problem_line
    from reconciler.views.terminal import show as show_lines

    asked = Asked(everything, frozenset(severities), frozenset(statuses), service, person)
    seen = overview(Repository.open(folder), clock_at(now), asked)
    if as_json:
        _document(overview_json(seen))
    else:
        show_lines(overview_lines(seen, screen(sys.stdout).width))
        for note in seen.notes:
            click.echo(inert(note), err=True)
    for problem in seen.problems:
        click.echo(problem_line(problem), err=True)
    return INCOMPLETE if seen.problems else 0


@click.command()
@click.argument("id", metavar="ID", shell_complete=candidates.incidents())
@_JSON
@_NOW
@click.pass_obj
def show(folder: str, id: str, as_json: bool, now: datetime | None) -> None:
    """One incident: how it stands, who is in it, who was paged, and where everything is."""
    from reconciler.run.look import dossier
    from reconciler.views.incident import dossier_json, dossier_lines
    from reconciler.views.terminal import show as show_lines

    seen = dossier(Repository.open(folder), clock_at(now), id)
    if as_json:
        _document(dossier_json(seen))
    else:
        show_lines(dossier_lines(seen))


def _document(data: object) -> None:
    from reconciler.views.document import document

    click.echo(document(data, readable=sys.stdout.isatty()))
