"""The story of an incident, or of all: each decision with what it changed, each run with what it did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from reconciler.incident.edits import moment
from reconciler.incident.text import one_line, utc
from reconciler.plan.address import Address
from reconciler.plan.change import Kind
from reconciler.repo.brought import Pull
from reconciler.repo.story import Event
from reconciler.run.story import Stories
from reconciler.run.telling import count
from reconciler.views.changes import STYLES as CHANGE_STYLES
from reconciler.views.changes import SYMBOLS, Line, thing
from reconciler.views.edits import Edit, edits
from reconciler.views.verbatim import code, fence

_LONG = 300
_STYLES = {**CHANGE_STYLES, "-": "red"}
_VIA = {
    "": "by hand",
    "slack": "through Slack",
    "cli": "from a shell",
    "shell": "from a shell",
    "workflow": "by a workflow",
}
#: What was done: kind, target, thing, and how it ended unless it was done.
_EFFECT = re.compile(r"([a-z]+) ([a-z]+) (.+?)(?:: (failed|uncertain))?")
_DONE = {
    "create": "made",
    "update": "updated",
    "restore": "restored",
    "adopt": "adopted",
    "retire": "retired",
}


class _Effect(NamedTuple):
    kind: str
    name: str
    rest: str
    ended: str


# a terminal ------------------------------------------------------------------------------------


def story_lines(events: Iterable[Event], *, named: bool = False) -> Iterator[Line]:
    """A heading a commit, and a line for each thing that it changed or did; `named`: of which incident."""
    for number, event in enumerate(events):
        yield from [Line("")] if number else []
        id = f"{one_line(event.incident)}  " if named else ""
        yield Line(f"{utc(event.at)}  {id}{_by(event)}  {event.commit[:12]}", "bold")
        if subject := _subject(event):
            yield Line(f"  {subject}")
        yield from _body(event)


def _body(event: Event) -> Iterator[Line]:
    for edit in _told(event):
        yield Line(f"  {edit.sign} {edit.words}", _STYLES.get(edit.sign, ""))
        yield from (Line(f"      {text}", "", 6) for text in edit.text)
    if event.note:
        yield Line(f"  {one_line(event.note, _LONG)}", "red")


def stories_lines(told: Stories) -> Iterator[Line]:
    """The story of all incidents, and in the last line how much of it this is."""
    yield from story_lines(told.events, named=True)
    yield from [Line("")] if told.events else []
    yield Line(_bounds(told), "dim")


def nothing_lines(id: str) -> Iterator[Line]:
    """For an incident of which nothing fits."""
    yield Line(f"Nothing in the story of {one_line(id)} fits.")


# Markdown and JSON -----------------------------------------------------------------------------


def story_markdown(id: str, events: Sequence[Event], web: str | None) -> Iterator[str]:
    """The same for a page or a comment; `web` is where the repository is in a browser."""
    yield f"## {code(id)}"
    yield ""
    yield from _items(events, web, named=False)
    if not events:
        yield "Nothing in its story fits."


def stories_markdown(told: Stories, web: str | None) -> Iterator[str]:
    """The story of all incidents."""
    yield "## Incidents"
    yield ""
    yield from _items(told.events, web, named=True)
    yield _bounds(told)


def story_json(id: str, events: Sequence[Event]) -> dict[str, Any]:
    """The same as data."""
    return {"id": id, "events": [event.to_json() for event in events]}


def stories_json(told: Stories) -> dict[str, Any]:
    """The story of all incidents as data, with the bounds that it keeps to."""
    since, until = (moment(at) if at else None for at in (told.sought.since, told.sought.until))
    events = [event.to_json() for event in told.events]
    return {"since": since, "until": until, "limit": told.sought.most, "more": told.more, "events": events}


def _items(events: Iterable[Event], web: str | None, *, named: bool) -> Iterator[str]:
    for event in events:
        id = f" {code(event.incident)}" if named else ""
        subject = _subject(event)
        yield f"**{utc(event.at)}**{id} {_author(event, web)}{f': {code(subject)}' if subject else ''}"
        yield ""
        if lines := [line.text.removeprefix("  ") for line in _body(event)]:
            yield from (fence(lines), "")


def _author(event: Event, web: str | None) -> str:
    short = code(event.commit[:12])
    commit = f"[{short}]({web}/commit/{event.commit})" if web else short
    if event.is_effect:
        return f"{code(_by(event))} {commit}"
    pull = event.pull
    if pull is None:
        return f"{code(event.who)} {_way(event)} {commit}"
    number = f"[#{pull.number}]({web}/pull/{pull.number})" if web else f"#{pull.number}"
    return f"{code(event.who)} {_way(event)} {commit} in {number}"


# words -----------------------------------------------------------------------------------------


def _by(event: Event) -> str:
    """Who, by which way, and in which pull request; of a run what it is called and what it applied."""
    if event.is_effect:
        run = f" by {one_line(event.run, _LONG)}" if event.run else ""
        return f"applied{f' {event.revision[:12]}' if event.revision else ''}{run}"
    return f"{one_line(event.who)} {_way(event)}{_in(event.pull) if event.pull else ''}"


def _way(event: Event) -> str:
    return _VIA.get(event.via, f"via {event.via}")


def _in(pull: Pull) -> str:
    merged = f", merged by {one_line(pull.who)} at {utc(pull.at)}" if pull.at else ""
    return f", in pull request #{pull.number}{merged}"


def _subject(event: Event) -> str:
    """What the commit says of itself, unless that is said already."""
    if event.is_effect:
        return ""
    return one_line(event.subject.removeprefix(f"{event.incident}: "), _LONG)


def _told(event: Event) -> Iterator[Edit]:
    yield from edits(event.changes)
    known = [_parsed(effect) for effect in event.effects]
    for one, group in groupby(known, lambda effect: effect._replace(rest="…" if effect.rest else "")):
        rests = ", ".join(one_line(effect.rest) for effect in group)
        name = one_line(f"{one.name} {rests}", _LONG)
        done = _DONE.get(one.kind, one.kind)
        if one.ended == "failed":
            yield Edit("x", f"{name}: not {done}, failed")
        elif one.ended == "uncertain":
            yield Edit("?", f"{name}: perhaps {done}, the answer was lost")
        else:
            yield Edit(_sign(one.kind), f"{name}: {done}")


def _sign(kind: str) -> str:
    return SYMBOLS[Kind(kind)] if kind in _DONE else "+"


def _parsed(effect: str) -> _Effect:
    """`create slack channel: failed`."""
    found = _EFFECT.fullmatch(effect)
    if found is None:
        return _Effect("", effect, "", "")
    name, rest = thing(Address(found[2], "", found[3]))
    return _Effect(found[1], name, rest, found[4] or "")


def _bounds(told: Stories) -> str:
    sought = told.sought
    since = f"since {utc(sought.since)}" if sought.since else ""
    until = f"until {utc(sought.until)}" if sought.until else ""
    when = " ".join(filter(None, (since, until)))
    if not told.events:
        return f"Nothing {when}; `--since 90d` looks further back."
    number = count(len(told.events), "event")
    if told.more:
        return f"The newest {number} {when}; `--limit {2 * len(told.events)}` tells more of them."
    return f"{number} {when}; `--since 90d` looks further back."
