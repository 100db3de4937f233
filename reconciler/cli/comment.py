"""`reconciler comment`: one comment on a pull request, made once and kept up to date."""

from __future__ import annotations

import os

import click

from reconciler.cli.asking import read_text
from reconciler.clock import SystemClock
from reconciler.errors import Failure, Usage
from reconciler.forge import actions
from reconciler.forge.comments import author, mark, sticky
from reconciler.forge.hub import TOKEN, Hub, NotAllowed, hub
from reconciler.incident.shown import inert
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import settings_at
from reconciler.views.problems import annotation


@click.command()
@click.option(
    "--file", metavar="FILE", required=True, help="What it says, in Markdown; `-` is standard input."
)
@click.option("--pull", type=click.IntRange(min=1), metavar="N", help="Default: the one that a job is for.")
@click.option(
    "--key", metavar="KEY", default="plan", show_default=True, help="There is one comment for each key."
)
@click.pass_obj
def comment(folder: str, file: str, pull: int | None, key: str) -> None:
    """Keep one comment on a pull request up to date: it is found again, changed, or left as it is.

    GITHUB_TOKEN needs the right `pull-requests: write`. A job for a fork's pull request has it never: then
    nothing is written, which is no error.
    """
    number = pull or actions.pull(os.environ)
    if number is None:
        raise Usage("there is no pull request to comment on", next="name one: --pull 12")
    text = _read(file)
    at, name = _hub(folder)
    try:
        posted = sticky(at, number, mark(name, key), text, author(at, os.environ[TOKEN].strip()))
    except NotAllowed as refused:
        _not_allowed(refused, number)
    else:
        click.echo(inert(f"comment on #{number} {posted.did.value}: {posted.comment.url}"))


def _read(file: str) -> str:
    if file == "-":
        return read_text(file)
    try:
        with open(file, encoding="utf-8") as opened:
            return opened.read()
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as wrong:
        raise Failure(f"{file} is not UTF-8", detail=str(wrong)) from None


def _hub(folder: str) -> tuple[Hub, str]:
    """The repository at GitHub, and this instance's name. Raises Failure."""
    repo = Repository.open(folder)
    settings, _ = settings_at(repo, repo.resolve("HEAD"))
    found = hub(repo, settings.git, os.environ, SystemClock())
    if found is None:
        raise Failure(
            "no comment can be written: there is no GITHUB_TOKEN, or the remote is not at GitHub",
            next="in a job: `env: {GITHUB_TOKEN: ${{ github.token }}}`; elsewhere set GITHUB_REPOSITORY, too",
        )
    return found, settings.name


def _not_allowed(refused: NotAllowed, number: int) -> None:
    """Without the right nothing is written; from a fork nobody could have expected it."""
    if actions.from_fork(os.environ):
        click.echo(f"no comment on #{number}: it comes from a fork, whose jobs may write nothing")
        return
    told = f"no comment on #{number}: {refused.message}"
    click.echo(
        annotation("warning", told, refused.next) if actions.inside(os.environ) else inert(told), err=True
    )
