"""The story of one incident, or of all: decisions and effects by time. Nothing is written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.errors import Failure
from reconciler.incident.place import FOLDER, beside, incident_id
from reconciler.incident.settings import GitSettings, Settings
from reconciler.repo import history, layout
from reconciler.repo.chronicle import Chronicle, Stretch
from reconciler.repo.git import raw, text
from reconciler.repo.good_settings import settings_in
from reconciler.repo.history import Version
from reconciler.repo.lived import Lived, lived
from reconciler.repo.loader import says_private
from reconciler.repo.proposals import as_proposed, branch_of, laid_over, new_proposals
from reconciler.repo.removed import removed
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf, newest_shelf
from reconciler.repo.snapshot import Snapshot
from reconciler.repo.story import Event, all_effects, decisions, effects, read, told_in_private

#: An id as we draw them; the file of such a one mostly lies in the folder of its month.
_USUAL = re.compile(r"\d{8}-[a-z0-9_-]{1,71}")


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
    sought = sought or Sought()
    settings, newest = _newest(repo)
    path, revision = _found(repo, newest, given)
    id, formerly = incident_id(path), _formerly(repo, revision, path)
    with ThreadPoolExecutor(1) as other:  # Git looks at the state and at the branch at once
        doing = other.submit(effects_of, repo, settings.git, formerly[0] if formerly else id)
        names = list(_names(repo, revision, path, formerly, lambda lay: lived(repo, revision, lay)))
        done = doing.result()
    versions = [version for name in reversed(names) for version in name.versions]
    pulls = {commit: pull for name in names for commit, pull in name.pulls.items()}
    events = [*decisions(versions, path, pulls), *(replace(one, incident=id) for one in reversed(done))]
    if any(version.content is not None and says_private(version.content) for version in versions):
        events = [told_in_private(event) for event in events]
    if revision != newest and events:
        events[0] = replace(events[0], note=f"on branch {branch_of(id)}, not merged")
    told = sorted(sought.of(events), key=lambda event: event.at)
    return id, told if sought.most is None else told[-sought.most :]


def stories(repo: Repository, sought: Sought) -> Stories:
    """The decisions and effects of all incidents since a time, as many as are asked for."""
    shelf = newest_shelf(repo)
    if shelf.revision is None or sought.since is None:
        return Stories((), sought, more=False)
    most = None if sought.picks or sought.most is None else sought.most + 1
    stretch = Stretch(sought.since, sought.until, most)
    chronicle = Chronicle(repo, shelf.revision, stretch)
    state = _state_at(repo, shelf.settings.git)
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


def _newest(repo: Repository) -> tuple[Settings, str | None]:
    """The settings and the commit that `newest_shelf` goes by; no file but the settings is looked at."""
    here = repo.resolve("HEAD")
    settings = settings_in(Snapshot(repo, here, {}, {})).settings
    if here is None:
        return settings, None
    revision = repo.tip(settings.git.remote, settings.git.branch).revision
    return settings_in(Snapshot(repo, revision, {}, {})).settings if revision != here else settings, revision


def _found(repo: Repository, revision: str | None, given: str) -> tuple[str, str]:
    """Where the file lies whose id is `given`, or begins with it, and at which commit.

    What lies nowhere on the branch may be proposed on one of its own; a shelf knows what to say otherwise.
    """
    if revision is not None and given and (path := _quickly(repo, revision, given)):
        return path, revision
    shelf = newest_shelf(repo)
    if shelf.revision is not None:
        shelf = laid_over(shelf, new_proposals(shelf, shelf.settings.git))
    id = shelf.find(given)
    return shelf.path(id), str(as_proposed(shelf, id).revision)


def _quickly(repo: Repository, revision: str, given: str) -> str | None:
    """Where the one file lies that fits, without making something of all the others."""
    usual = f"{FOLDER}/{given[:4]}/{given[4:6]}/{given}.yaml"
    if _USUAL.fullmatch(given) and repo.read(revision, usual) is not None:
        return usual
    listed = repo.git.run("ls-tree", "-r", "-z", "--end-of-options", revision, FOLDER)
    begun = [found.start() for found in re.finditer(b"/" + re.escape(raw(given)), listed)]
    entries = [listed[listed.rfind(b"\0", 0, at) + 1 : listed.index(b"\0", at)] for at in begun]
    files = [text(entry.partition(b"\t")[2]) for entry in entries if entry.startswith(b"100")]
    ours = [path for path in files if path.endswith(".yaml") and not beside(path)]
    fitting = [path for path in ours if incident_id(path).startswith(given)]
    exact = [path for path in fitting if incident_id(path) == given]
    if len(exact or fitting) == 1:
        return (exact or fitting)[0]
    return None


def versions_of(repo: Repository, revision: str, path: str, formerly: Sequence[str]) -> list[Version]:
    """The versions of a file, those under its former ids first."""

    def look(lay: str) -> Lived:
        return Lived(history.versions(repo, revision, [lay])[incident_id(lay)], {})

    names = list(_names(repo, revision, path, formerly, look))
    return [version for name in reversed(names) for version in name.versions]


def _names(
    repo: Repository, revision: str, path: str, formerly: Sequence[str], look: Callable[[str], Lived]
) -> Iterator[Lived]:
    """The life of a file under each name that it had, the last one first."""
    known = look(path)
    yield known
    for former in reversed(formerly):
        lay = _lay(repo, known.versions[0].commit, former) if known.versions else None
        if lay is None and (lost := removed(repo, revision).get(former)):  # that takes a pass over all
            lay = lost.path
        if lay is not None:
            known = look(lay)
            yield known


def _lay(repo: Repository, commit: str, id: str) -> str | None:
    """Where the file of that id lay just before a commit, such as the one that renamed it."""
    parent = repo.resolve(f"{commit}^")
    listed = repo.files(parent, FOLDER) if parent else {}
    return next((path for path in listed if incident_id(path) == id and path.endswith(".yaml")), None)


def effects_of(repo: Repository, git: GitSettings, id: str, most: int | None = None) -> list[Event]:
    """What runs did for the incident that has this id in its marks, the newest first."""
    state = _state_at(repo, git)
    return list(effects(repo, state, id, most)) if state else []


def _state_at(repo: Repository, git: GitSettings) -> str:
    """The newest commit of the state that is here; empty where nothing was applied yet."""
    try:
        return repo.tip(git.remote, git.state).revision
    except Failure:
        return ""


def _formerly(repo: Repository, revision: str, path: str) -> Sequence[str]:
    """The ids that a file lists as its former ones; none where it cannot be read."""
    listed = (read(repo.read(revision, path) or b"", path)[0] or {}).get("formerly")
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else ()
