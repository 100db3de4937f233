"""`reconciler validate`: is everything right with the files? Offline, and quick enough for every save."""

from __future__ import annotations

import os
import sys

import click

from reconciler.errors import Problem
from reconciler.repo.checkup import check, select, select_all
from reconciler.repo.loader import BadFile
from reconciler.views.problems import as_github, as_json, as_text
from reconciler.views.screen import screen


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For a person, for a program, or as annotations in GitHub Actions.",
)
@click.option("--json", "as_document", is_flag=True, help="The same as --format json.")
@click.option(
    "--base",
    metavar="REV",
    help="Also what the edits since this branch left REV may mean: the settings' `rules`.",
)
@click.pass_obj
def validate(folder: str, paths: tuple[str, ...], form: str, as_document: bool, base: str | None) -> int:
    """Check incident files and settings, offline: schema and meaning, every problem at once.

    Without PATH: reconciler.yaml and everything below incidents/ of the repository around the folder.
    Exits 1 when there is an error; warnings alone exit 0.
    """
    selections = [select(os.path.join(folder, path)) for path in paths] or [select_all(folder)]
    report = check(*selections)
    if base is not None:
        report = report.with_problems(_transitions(folder, base))
    if as_document or form == "json":
        click.echo(as_json(report))
    elif form == "github":
        click.echo(as_github(report))
    else:
        colour = screen(sys.stdout).colour
        click.echo(as_text(report, colour=colour), color=colour)
    return 1 if report.errors else 0


def _transitions(folder: str, base: str) -> list[Problem]:
    from reconciler.repo.between import between
    from reconciler.repo.repository import Repository
    from reconciler.run.steps import violations

    try:
        return violations(between(Repository.open(folder), base))
    except BadFile:
        return []  # no settings to go by: their problems are told already
