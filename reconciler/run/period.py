"""Reads what is recorded of the incidents of a period: files, history, what is remembered. Writes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from reconciler.clock import Clock
from reconciler.errors import Location, Problem
from reconciler.incident.facts import Facts, facts
from reconciler.incident.model import Incident, Status
from reconciler.incident.period import Period
from reconciler.incident.place import same_ids
from reconciler.plan.memory import Memory
from reconciler.repo import history
from reconciler.repo.loader import BadFile, load_incident
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf, newest_shelf
from reconciler.repo.state import StateStore
from reconciler.repo.story import as_history
from reconciler.run.revision import web_address
from reconciler.run.story import versions_of

#: What most files say on a line of their own: it spares reading the others as YAML.
_DECLARED = re.compile(rb"^declared_at:[ \t]*[\"']?(20\d\d-\d\d-\d\d)", re.MULTILINE)
_STATUS = re.compile(rb"^status:[ \t]*[\"']?([a-z]+)", re.MULTILINE)
_OPEN = frozenset(status.value.encode() for status in Status if status.open)
_DAY = timedelta(days=1)
#: What a link is called, by the thing that it leads to.
_LINKS = {"slack:channel": "channel", "notion:page": "document"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A period, what is wrong with files that may belong to it, and a note on the settings."""

    period: Period
    problems: tuple[Problem, ...] = ()
    note: str = ""


def period(repo: Repository, clock: Clock, since: datetime, until: datetime) -> Seen:
    """The incidents declared from `since` to `until`, as the newest commit here and the state know them."""
    shelf = newest_shelf(repo)
    incidents, problems = _read(shelf, since, until)
    memories = StateStore(repo, shelf.settings.git, clock).load(fetch=False).incidents
    told = _facts(shelf, incidents, {id: Memory.from_json(one) for id, one in memories.items()})
    told.sort(key=lambda one: (one.declared_at, one.id))
    found = Period(
        since=since,
        until=until,
        declared=tuple(one for one in told if since <= one.declared_at <= until),
        before=tuple(one for one in told if one.declared_at < since and not one.drill),
        severities=tuple(severity.name for severity in shelf.settings.severities),
    )
    return Seen(found, (*shelf.misplaced, *problems), shelf.note)


def _read(shelf: Shelf, since: datetime, until: datetime) -> tuple[list[Incident], list[Problem]]:
    """Those declared in the time, and those declared before that are open; names are not checked.

    A severity that was in use then may have left the settings since.
    """
    paths = [path for listed in shelf.paths.values() for path in listed]
    contents = shelf.snapshot.contents(paths)
    incidents, problems = [], same_ids(paths)
    twice = {one.location.path for one in problems}
    for path in paths:
        if path in twice or _settled_otherwise(contents[path], since, until):
            continue
        try:
            incident = load_incident(contents[path], path, None)
        except BadFile as bad:
            problems += [_wordless(one) for one in bad.problems if one.level == "error"]
            continue
        inside = since <= incident.declared_at <= until
        if inside or (incident.status.open and incident.declared_at < since):
            incidents.append(incident)
    return incidents, problems


def _settled_otherwise(content: bytes, since: datetime, until: datetime) -> bool:
    """True where a look tells that a file is of another time, and not open: then it need not be read."""
    days, statuses = _DECLARED.findall(content), _STATUS.findall(content)
    if len(days) != 1 or len(statuses) != 1:
        return False
    day = days[0].decode()
    inside = f"{since - _DAY:%Y-%m-%d}" <= day <= f"{until + _DAY:%Y-%m-%d}"
    return not inside and statuses[0] not in _OPEN


def _wordless(problem: Problem) -> Problem:
    """The place alone: the file may be private."""
    place = problem.location
    return Problem(Location(*place), "this file has an error here", f"`reconciler validate {place.path}`")


def _facts(shelf: Shelf, incidents: Iterable[Incident], memories: Mapping[str, Memory]) -> list[Facts]:
    listed = list(incidents)
    plain = [one.path for one in listed if not one.formerly and not one.private]
    versions = history.versions(shelf.repo, str(shelf.revision), plain) if plain else {}
    web = web_address(shelf.repo, shelf.settings)
    told = []
    for one in listed:
        own = (
            []
            if one.private
            else versions.get(one.id) or versions_of(shelf.repo, str(shelf.revision), one.path, one.formerly)
        )
        lived = as_history(own, one.path)
        memory = memories.get(one.first, Memory())
        paged = bool(lived.teams_ever(shelf.settings)) or any(map(_is_page, memory.things))
        links = _links(shelf, one, memory, web)
        told.append(facts(one, lived, memory.facts.get("acknowledged"), paged=paged, links=links))
    return told


def _links(shelf: Shelf, incident: Incident, memory: Memory, web: str | None) -> dict[str, str]:
    """The file, the channel, the document and the pages, as far as it is known where they are."""
    branch = quote(shelf.settings.git.branch)
    file = {"file": f"{web}/blob/{branch}/{quote(incident.path)}"} if web else {}
    known = {key: one.url for key, one in sorted(memory.things.items()) if one.url}
    named = {name: known[key] for key, name in _LINKS.items() if key in known}
    pages = {f"page {key.partition(':')[2]}": url for key, url in known.items() if _is_page(key)}
    return {**file, **named, **pages}


def _is_page(key: str) -> bool:
    return key.startswith("pagerduty:") and "/" not in key
