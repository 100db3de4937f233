"""What all verbs ask for in the same words: who, when, by which request, pushed or not."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import uuid4

import click

from reconciler.cli import candidates
from reconciler.cli.times import Time, clock_at
from reconciler.clock import SystemClock
from reconciler.errors import Failure, Usage
from reconciler.forge import actions
from reconciler.forge.requests import requests_of
from reconciler.incident.shown import inert, quoted
from reconciler.repo.errand import Request, Written
from reconciler.repo.objects import Person
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import settings_at
from reconciler.repo.verbs import Desk
from reconciler.views.proposed import proposed_lines

_AUTHOR = re.compile(r"\s*([^<>]*?)\s*<\s*([^<>\s]+)\s*>\s*")
BY = click.option(
    "--by",
    metavar="ADDRESS",
    shell_complete=candidates.people,
    help="Who says so. Default: the author's address.",
)
_ADDRESS = re.compile(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Call:
    """One call of a verb: where it works, and who asks for what."""

    desk: Desk
    request: Request

    @property
    def now(self) -> datetime:
        """The moment that is written down: to the second."""
        return self.desk.clock.now().replace(microsecond=0)

    def person(self, by: str | None) -> str | None:
        """The address that goes into the file: `by`, else the author's where it is one that others know."""
        address = self.request.author[1]
        known = _ADDRESS.fullmatch(address) and not actions.is_noreply(address)
        return by or (address if known else None)


def verb(function: Callable[..., Written]) -> click.Command:
    """A command that makes one commit, and says which."""

    @click.option(
        "--author",
        metavar="'NAME <ADDRESS>'",
        shell_complete=candidates.authors,
        help="Default: who began the workflow's run, else Git's user.name and user.email.",
    )
    @click.option("--no-push", is_flag=True, help="Commit here only.")
    @click.option("--request-id", metavar="ID", help="The same ID twice makes one commit.")
    @click.option("--now", type=Time(), help="Set the clock.")
    @wraps(function)
    def run(
        author: str | None,
        no_push: bool,
        request_id: str | None,
        now: datetime | None,
        **own: Any,
    ) -> None:
        repo = Repository.open(click.get_current_context().obj)
        settings, _ = settings_at(repo, repo.resolve("HEAD"))
        clock = clock_at(now)
        pulls = requests_of(repo, settings.git, os.environ, SystemClock())
        desk = Desk(repo, settings.git, clock, pulls=pulls)
        request = Request(
            author=_author(repo, author),
            id=_one_line(request_id) or uuid4().hex,
            given=request_id is not None,
            via="workflow" if actions.inside(os.environ) else "cli",
            push=not no_push,
        )
        _say(_shown(lambda: function(Call(desk, request), **own), typing="-" in own.values()))

    return click.command()(run)


def _shown(work: Callable[[], Written], *, typing: bool) -> Written:
    """Do the work, and show that it goes on; not to somebody who is typing a text."""
    from reconciler.cli.waiting import progress
    from reconciler.run.telling import Step

    if typing:
        return work()
    with progress() as display:
        display.hear(Step("committing, and pushing"))
        return work()


def read_text(given: str) -> str:
    """The text of an argument; `-` stands for what comes on standard input."""
    if given != "-":
        return given
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as wrong:
        raise Failure("the text on standard input is not UTF-8", detail=str(wrong)) from None


def _author(repo: Repository, given: str | None) -> Person:
    if given is not None:
        found = _AUTHOR.fullmatch(given)
        if found is None:
            raise Usage(
                f"{quoted(given)} is no author", next='write it like --author "Ana <ana@example.com>"'
            )
        return found[1] or found[2], found[2]
    from reconciler.repo.identity import person

    name, address = actions.actor(os.environ) or person(repo)
    if not address:
        raise Usage(
            "Git does not know who you are",
            next='git config --global user.email ana@example.com, or --author "Ana <ana@example.com>"',
        )
    return name or address, address


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _say(written: Written) -> None:
    lines = [f"{written.id}: {written.did}", f"  {written.path}"]
    if written.repeated:
        lines[0] = f"{written.id}: this request was carried out before; nothing was changed"
    elif written.commit is None:
        lines[0] = f"{written.id} {written.did}; nothing was changed"
    if written.commit:
        place = f" to {written.proposed.branch}" if written.proposed else ""
        pushed = f", pushed{place}" if written.pushed else ""
        lines.append(f"  commit {written.commit[:12]}{pushed}")
    lines += [f"  {note}" for note in written.notes]
    lines += [f"  {line}" for line in proposed_lines(written.proposed)] if written.proposed else []
    lines.append(f"  next: reconciler plan --incident {written.id}")
    click.echo("\n".join(map(inert, lines)))
