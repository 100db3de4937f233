"""`reconciler doctor`: is everything there that a run needs? Tokens, scopes, channels, ids, refs."""

from __future__ import annotations

import os
import sys

import click

from reconciler.cli.waiting import progress


@click.command()
@click.option("--fix", is_flag=True, help="Add the properties that a Notion database lacks.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.pass_obj
def doctor(folder: str, fix: bool, as_json: bool) -> int:
    """Check tokens, scopes and settings against the live services, and the remote. Exits 1 for any ✘.

    Nothing is written, but for one thing: to see whether the remote takes the state and the lease, a ref
    beside each is made and removed. With --fix properties are added in Notion; none that is there is changed.
    """
    from reconciler.repo.repository import Repository
    from reconciler.run.doctor import Doctor
    from reconciler.run.telling import Step
    from reconciler.views.doctor import checkup_json, checkup_lines
    from reconciler.views.document import document
    from reconciler.views.terminal import show

    with progress() as display:
        display.hear(Step("looking at Git, Slack, PagerDuty and Notion"))
        made = Doctor(Repository.open(folder), os.environ, told=display.note).examine(fix=fix)
    if as_json:
        click.echo(document(checkup_json(made), readable=sys.stdout.isatty()))
    else:
        show(checkup_lines(made))
    return made.exit_code
