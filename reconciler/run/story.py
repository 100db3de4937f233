"""The story of one incident, or of all: decisions and effects by time. Nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.errors import Failure
from reconciler.incident.place import FOLDER, incident_id
from reconciler.repo import brought, history, layout
from reconciler.repo.chronicle import Chronicle, Stretch
from reconciler.repo.history import Version
from reconciler.repo.loader import BadFile, says_private
from reconciler.repo.removed import removed
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf, newest_shelf
from reconciler.repo.story import Event, all_effects, decisions, effects, told_in_private


@dataclass(frozen=True, slots=True)
class Sought:
    """What of a story to tell: a stretch of time, one person's decisions, one field's, so much at most."""

    since: datetime | None = None
    until: datetime | None = None
    by: str = ""
    field: str = ""
    most: int | None = None

    @property
    def picks(self) -> bool:
        """True where not everything of the time is told."""
        return bool(self.by or self.field)

    def of(self, events: Iterable[Event]) -> Iterator[Event]:
        """Those of the events that are sought, as far as they are."""
        for event in events:
            late = self.until is not None and event.at > self.until
            if late or (self.since is not None and event.at < self.since):
                continue
            if self.by and (event.is_effect or self.by.casefold() not in event.who.casefold()):
                continue
            if not self.field:
                yield event
            elif changes := [change for change in event.changes if self._names(change.field)]:
                yield replace(event, changes=changes)

    def _names(self, field: str) -> bool:
        return field == self.field or field.startswith((f"{self.field}.", f"{self.field} "))


@dataclass(frozen=True, slots=True)
class Stories:
    """What happened in a repository, the newest first; `more` says that there was more in the time."""

    events: Sequence[Event]
    sought: Sought
    more: bool


def story(repo: Repository, given: str, sought: Sought | None = None) -> tuple[str, list[Event]]:
    """The id, and its decisions and effects by time, the oldest first; of a private incident no values."""
    shelf = newest_shelf(repo)
    id = shelf.find(given)
    path = shelf.path(id)
    before = _formerly(shelf, id)
    versions = versions_of(shelf, path, before)
    pulls = brought.of_file(repo, str(shelf.revision), {path, *(one.path for one in versions if one.path)})
    first = before[0] if before else id
    done = [replace(event, incident=id) for event in effects_of(shelf, first)]
    events = [*decisions(versions, path, pulls), *reversed(done)]
    if any(version.content is not None and says_private(version.content) for version in versions):
        events = [told_in_private(event) for event in events]
    return id, sorted((sought or Sought()).of(events), key=lambda event: event.at)


def stories(repo: Repository, sought: Sought) -> Stories:
    """The decisions and effects of all incidents since a time, as many as are asked for."""
    shelf = newest_shelf(repo)
    if shelf.revision is None or sought.since is None:
        return Stories((), sought, more=False)
    most = None if sought.picks or sought.most is None else sought.most + 1
    stretch = Stretch(sought.since, sought.until, most)
    chronicle = Chronicle(repo, shelf.revision, stretch)
    state = _state_at(shelf)
    done = list(all_effects(repo, state, *stretch.bounds)) if state else []
    secret = _private(shelf, chronicle, state, done)
    events = [*done, *chronicle.events()]
    told = list(sought.of(_redacted(events, secret)))
    told.sort(key=lambda event: event.at, reverse=True)
    shown = told if sought.most is None else told[: sought.most]
    return Stories(shown, sought, more=len(shown) < len(told))


def _redacted(events: Iterable[Event], secret: Callable[[str], bool]) -> Iterator[Event]:
    """The same, without words of private incidents: nor those of a commit that is about one of them."""
    listed = list(events)
    mixed = {event.commit for event in listed if not event.is_effect and secret(event.incident)}
    for event in listed:
        if secret(event.incident):
            yield told_in_private(event)
        else:
            yield replace(event, subject="") if event.commit in mixed else event


def _private(
    shelf: Shelf, chronicle: Chronicle, state: str, done: Collection[Event]
) -> Callable[[str], bool]:
    """Tells which incidents are private: as their files say now, or said in that time, or cannot say."""
    ids = {event.incident for event in (*chronicle.events(), *done)}
    now = {id: shelf.paths[id] for id in ids if id in shelf.paths}
    contents = shelf.snapshot.contents(path for paths in now.values() for path in paths)
    found = {id for id, paths in now.items() if any(says_private(contents[path]) for path in paths)}
    decided = {event.incident for event in chronicle.events()}
    for id in ids - set(now) - decided:
        content = _renamed(shelf, state, id)
        if content is None or says_private(content):
            found.add(id)
    return (found | chronicle.private).__contains__


def _renamed(shelf: Shelf, state: str, first: str) -> bytes | None:
    """The file of an incident that has another name by now, as far as is remembered."""
    document = shelf.repo.read(state, layout.place(first)) if state else None
    try:
        path = str(json.loads(document or b"{}")["path"])
    except (ValueError, LookupError, TypeError):
        return None
    return shelf.snapshot.contents([path])[path] if path in shelf.blobs else None


# one incident ----------------------------------------------------------------------------------


def versions_of(shelf: Shelf, path: str, formerly: Sequence[str]) -> list[Version]:
    """The versions of a file, those under its former ids first."""
    repo, revision = shelf.repo, str(shelf.revision)
    told = history.versions(repo, revision, [path])[incident_id(path)]
    for former in reversed(formerly):
        lay = _lay(repo, told[0].commit, former) if told else None
        if lay is None and (lost := removed(repo, revision).get(former)):  # that takes a pass over all
            lay = lost.path
        if lay is not None:
            told = [*history.versions(repo, revision, [lay])[former], *told]
    return told


def _lay(repo: Repository, commit: str, id: str) -> str | None:
    """Where the file of that id lay just before a commit, such as the one that renamed it."""
    parent = repo.resolve(f"{commit}^")
    listed = repo.files(parent, FOLDER) if parent else {}
    return next((path for path in listed if incident_id(path) == id and path.endswith(".yaml")), None)


def effects_of(shelf: Shelf, id: str, most: int | None = None) -> list[Event]:
    """What runs did for the incident that has this id in its marks, the newest first."""
    state = _state_at(shelf)
    return list(effects(shelf.repo, state, id, most)) if state else []


def _state_at(shelf: Shelf) -> str:
    """The newest commit of the state that is here; empty where nothing was applied yet."""
    git = shelf.settings.git
    try:
        return shelf.repo.tip(git.remote, git.state).revision
    except Failure:
        return ""


def _formerly(shelf: Shelf, id: str) -> Sequence[str]:
    """The ids that a file lists as its former ones; none where it is invalid."""
    try:
        return shelf.incident(id).formerly
    except BadFile:
        return ()
