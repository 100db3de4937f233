"""One Git revision as cases: the incidents that are not settled, with their histories, and what is wrong.

A bad file holds up only itself. Settled incidents cost nothing: their blob is compared, their file is not
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote

from reconciler.errors import Location, Problem
from reconciler.incident.history import History, Version
from reconciler.incident.model import Incident
from reconciler.incident.place import incident_id, same_ids
from reconciler.incident.settings import Settings
from reconciler.plan.memory import Memory
from reconciler.repo import history
from reconciler.repo.loader import BadFile, load_incident
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf
from reconciler.repo.snapshot import UNCOMMITTED
from reconciler.targets.case import Case

_URL = re.compile(r"(?:https://|ssh://git@|git@)(?:[^@/]*@)?([\w.-]+)(?::\d+(?=/))?[:/](.+?)(?:\.git)?/?")


@dataclass(frozen=True)
class Wanted:
    """What a run asks of a revision beside its files. `on` are the targets that can be reached."""

    now: datetime
    memories: Mapping[str, Memory]
    only: frozenset[str] = frozenset()
    allow_late_pages: bool = False
    on: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Revision:
    """All that one revision asks for. `incidents` are all that are not settled, also those not asked for."""

    commit: str
    cases: Mapping[str, Case]
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)  # of the files, where they can be known
    unreadable: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def cut(self) -> bool:
        """True when part of some incident's history was left at the remote."""
        return any(not case.history.complete for case in self.cases.values())


def read(shelf: Shelf, wanted: Wanted) -> Revision:
    """Read what `wanted.only` names, or all. Raises Failure for an id that there is not."""
    only = frozenset(shelf.find(given) for given in wanted.only)
    unsettled = [id for id in shelf.paths if not _settled(shelf, id, wanted.memories.get(id))]
    incidents, problems = _load(shelf, unsettled, wanted.memories)
    chosen = [one for one in incidents.values() if not only or one.id in only]
    urls = _urls(shelf, incidents.values())
    return Revision(
        commit=str(shelf.revision),
        cases=_cases(shelf, chosen, urls, wanted),
        incidents=incidents,
        urls=urls,
        unreadable=tuple(id for id in unsettled if id not in incidents),
        problems=tuple(one for one in problems if not only or incident_id(one.location.path) in only),
        notices=(*_uncommitted(shelf), *_told(shelf, wanted, only)),
    )


def web_address(repo: Repository, settings: Settings) -> str | None:
    """Where the repository is in a browser: as the settings say, else as the remote's address tells."""
    if settings.git.web:
        return settings.git.web.rstrip("/")
    remote = repo.git.ask("remote", "get-url", "--", settings.git.remote)
    found = _URL.fullmatch(remote.out.decode(errors="replace").strip()) if remote.code == 0 else None
    return f"https://{found[1]}/{found[2]}" if found else None


# files -----------------------------------------------------------------------------------------


def _settled(shelf: Shelf, id: str, memory: Memory | None) -> bool:
    if memory is None or not memory.settled:
        return False
    return [memory.blob] == [shelf.blobs[path] for path in shelf.paths[id]]


def _load(
    shelf: Shelf, ids: Iterable[str], memories: Mapping[str, Memory]
) -> tuple[dict[str, Incident], list[Problem]]:
    """The incidents whose files are good, and every problem of the others."""
    doubled = [path for paths in shelf.paths.values() if len(paths) > 1 for path in paths]
    renamed = _renamed(shelf, memories)
    single = [id for id in ids if len(shelf.paths[id]) == 1 and id not in renamed]
    incidents, problems = shelf.load(single)
    found = [*shelf.misplaced, *same_ids(doubled), *renamed.values(), *problems]
    return {one.id: one for one in incidents}, sorted(found, key=lambda one: one.location)


def _renamed(shelf: Shelf, memories: Mapping[str, Memory]) -> dict[str, Problem]:
    """New ids whose file is that of an incident that is gone: it would be paged and announced again."""
    gone = {memory.blob: id for id, memory in memories.items() if id not in shelf.paths and memory.things}
    fresh = (id for id in shelf.paths if id not in memories)
    was = {
        id: gone[shelf.blobs[path]] for id in fresh for path in shelf.paths[id] if shelf.blobs[path] in gone
    }
    return {id: _as_renamed(shelf.paths[id][0], old) for id, old in was.items()}


def _as_renamed(path: str, old: str) -> Problem:
    message = f"this file is that of {old} under a new name: everybody would be paged and told again"
    return Problem(Location(path), message, f"{old}.yaml, as its name")


# cases -----------------------------------------------------------------------------------------


def _cases(
    shelf: Shelf, incidents: list[Incident], urls: Mapping[str, str], wanted: Wanted
) -> dict[str, Case]:
    paths = [one.path for one in incidents]
    versions = history.versions(shelf.repo, str(shelf.revision), paths) if paths else {}
    files = _named_files(shelf)
    return {
        one.id: Case(
            incident=one,
            settings=shelf.settings,
            history=_history(shelf, one, versions.get(one.id, []), wanted.now),
            now=wanted.now,
            memory=wanted.memories.get(one.id, Memory()),
            blob=shelf.blobs[one.path],
            url=urls.get(one.id),
            files=files,
            allow_late_pages=wanted.allow_late_pages,
            on=wanted.on,
        )
        for one in incidents
    }


def _urls(shelf: Shelf, incidents: Iterable[Incident]) -> dict[str, str]:
    web, branch = web_address(shelf.repo, shelf.settings), quote(shelf.settings.git.branch)
    return {one.id: f"{web}/blob/{branch}/{quote(one.path)}" for one in incidents} if web else {}


def _history(shelf: Shelf, newest: Incident, versions: list[history.Version], now: datetime) -> History:
    """The versions as incidents; the newest is the one at hand, with its positions."""
    read = [Version(one.at, one.commit, one.author, _leniently(one, newest.path)) for one in versions]
    if shelf.blobs[newest.path] == UNCOMMITTED or not read:
        read.append(Version(now, UNCOMMITTED, "", newest))
    else:
        read[-1] = replace(read[-1], incident=newest)
    return History(tuple(read), not any(one.cut for one in versions))


def _leniently(version: history.Version, path: str) -> Incident | None:
    try:
        return load_incident(version.content, path, None) if version.content is not None else None
    except BadFile:
        return None


def _named_files(shelf: Shelf) -> dict[str, str]:
    """The files that the settings name, as far as they are in the repository at this revision."""
    template = shelf.settings.notion.template
    found = shelf.snapshot.find(template) if template else None
    return {template: found.content.decode("utf-8", "replace")} if template and found else {}


# notices ---------------------------------------------------------------------------------------


def _uncommitted(shelf: Shelf) -> list[str]:
    number = len(shelf.snapshot.edits)
    return [f"with uncommitted edits in {number} file{'s' if number > 1 else ''}"] if number else []


def _told(shelf: Shelf, wanted: Wanted, only: frozenset[str]) -> Iterable[str]:
    """Asked for and settled; remembered and without a file any more, of which nothing is retired."""
    for id, memory in sorted(wanted.memories.items()):
        if only and id not in only:
            continue
        if id not in shelf.paths and not memory.settled and memory.things:
            yield f"{id}: its file was removed from Git; nothing of it is retired"
        elif only and _settled(shelf, id, memory):
            yield f"{id} is settled: it is looked at again when its file changes"
