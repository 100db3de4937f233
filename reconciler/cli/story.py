"""`reconciler log`, `report`: who did what when, and how long it all took. No service is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import click

from reconciler.cli import candidates
from reconciler.cli.times import Time, clock_at
from reconciler.errors import Usage
from reconciler.incident.edits import ORDER
from reconciler.incident.moments import point_in_time
from reconciler.incident.shown import inert, quoted
from reconciler.repo import graph
from reconciler.repo.repository import Repository

#: Some file could not be read: what is told is not complete.
INCOMPLETE = 3
#: How far the story of all incidents goes back, and how many of its events are told, where nobody says.
BACK, MOST = timedelta(days=30), 200

_NOW = click.option("--now", type=Time(), help="Set the clock.")
_JSON = click.option("--json", "as_document", is_flag=True, help="One JSON document on stdout.")
_SINCE = click.option("--since", metavar="WHEN", help="A day, a time, or how long ago: 2026-11-21, 7d, 12h.")
_UNTIL = click.option("--until", metavar="WHEN", help="The same; of a day, its end.")


@click.command()
@click.argument("id", metavar="[ID]", required=False, shell_complete=candidates.incidents())
@_SINCE
@_UNTIL
@click.option(
    "--by",
    metavar="WHO",
    default="",
    shell_complete=candidates.people,
    help="Only what this person decided: a name or an address.",
)
@click.option(
    "--field",
    metavar="KEY",
    default="",
    shell_complete=lambda _ctx, _param, begun: [key for key in ORDER if key.startswith(begun)],
    help="Only what became of one key: status, roles.commander.",
)
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="The newest N only.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="For a person, for a program, or for a page on GitHub.",
)
@_JSON
@click.option("--no-pager", is_flag=True, help="Print it all at once, also on a terminal.")
@_NOW
@click.pass_obj
def log(
    folder: str,
    /,
    id: str | None,
    form: str,
    as_document: bool,
    no_pager: bool,
    now: datetime | None,
    **asked: Any,
) -> None:
    """Who did what when, and what it caused: decisions and effects as one story.

    With ID that of one incident from its beginning; without, what happened to any in the last 30 days, the
    newest first.
    """
    from reconciler.run.story import stories, story
    from reconciler.views import story as views

    repo = Repository.open(folder)
    sought = _sought(clock_at(now).now(), whole=id is not None, **asked)
    form = "json" if as_document else form
    if id is None:
        told = stories(repo, sought)
        if form == "json":
            _document(views.stories_json(told))
        elif form == "markdown":
            _print(views.stories_markdown(told, _web(repo)))
        else:
            _paged(views.stories_lines(told), repo, no_pager)
    else:
        found, events = story(repo, id, sought)
        if form == "json":
            _document(views.story_json(found, events))
        elif form == "markdown":
            _print(views.story_markdown(found, events, _web(repo)))
        else:
            _paged(views.story_lines(events) if events else views.nothing_lines(found), repo, no_pager)
    sys.stdout.flush()
    _index(repo)


@click.command()
@_SINCE
@_UNTIL
@_JSON
@_NOW
@click.pass_obj
def report(folder: str, since: str | None, until: str | None, as_document: bool, now: datetime | None) -> int:
    """The incidents of the last 30 days, or of another period, as Markdown.

    How many by severity and service, which are open, and how long it took to acknowledge, to mitigate and to
    resolve them, from what is recorded. Exits 3 when a file could not be read.
    """
    from reconciler.run.period import period
    from reconciler.views.period import period_json, period_markdown

    clock = clock_at(now)
    end = _moment("--until", until, clock.now(), end=True) or clock.now()
    begin = _moment("--since", since, clock.now()) or end - BACK
    if begin > end:
        raise Usage("the period ends before it begins", next="--since comes before --until")
    seen = period(Repository.open(folder), clock, begin, end)
    if as_document:
        _document(period_json(seen))
    else:
        _print(period_markdown(seen))
    for note in filter(None, [seen.note]):
        click.echo(inert(note), err=True)
    for problem in seen.problems:
        click.echo(inert(f"not counted: {problem.location}: {problem.message}"), err=True)
    return INCOMPLETE if seen.problems else 0


def _sought(
    now: datetime,
    *,
    whole: bool,
    since: str | None,
    until: str | None,
    by: str,
    field: str,
    limit: int | None,
) -> Any:
    """What is asked for, within bounds where it is about all incidents."""
    from reconciler.run.story import Sought

    key = field.partition(".")[0].partition(" ")[0]
    if field and key not in ORDER:
        raise Usage(f"an incident has no key {quoted(key)}", next=f"one of these: {', '.join(ORDER)}")
    begin = _moment("--since", since, now)
    end = _moment("--until", until, now, end=True)
    if not whole:
        begin, limit = begin or (end or now) - BACK, limit or MOST
    return Sought(begin, end, " ".join(by.split()), field, limit)


def _moment(option: str, given: str | None, now: datetime, *, end: bool = False) -> datetime | None:
    if given is None:
        return None
    try:
        return point_in_time(given, now, end=end)
    except ValueError:
        raise Usage(
            f"{option} {quoted(given)} is neither a day, nor a time, nor how long ago",
            next="write it like 2026-11-21, 2026-11-21T16:45:00Z or 7d",
        ) from None


def _index(repo: Repository) -> None:
    """Once in a while, after everything was told: what makes the next time quicker."""
    from reconciler.cli.waiting import progress
    from reconciler.run.telling import Step

    if graph.due(repo, "HEAD"):
        with suppress(KeyboardInterrupt), progress() as display:
            display.hear(Step("writing Git's index of changed paths, so that the next time is quicker"))
            graph.write(repo)


def _web(repo: Repository) -> str | None:
    from reconciler.repo.shelf import settings_at
    from reconciler.run.revision import web_address

    return web_address(repo, settings_at(repo, repo.resolve("HEAD"))[0])


def _paged(lines: Iterable[Any], repo: Repository, no_pager: bool) -> None:
    from reconciler.views.pager import show_paged

    show_paged(lines, repo, wanted=not no_pager)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _document(data: object) -> None:
    from reconciler.views.document import document

    click.echo(document(data, readable=sys.stdout.isatty()))
