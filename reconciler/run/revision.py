"""One Git revision as cases: the incidents that are not settled, with their histories, and what is wrong.

A bad file holds up only itself. Settled incidents cost nothing: their blob is compared, their file is not
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import quote

from reconciler.errors import Problem
from reconciler.incident.adoption import takers
from reconciler.incident.history import History, Version
from reconciler.incident.model import Incident
from reconciler.incident.place import incident_id, same_ids
from reconciler.incident.settings import Settings
from reconciler.plan.memory import Memory
from reconciler.plan.resource import Hold
from reconciler.repo import history
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf
from reconciler.repo.snapshot import UNCOMMITTED
from reconciler.repo.story import readable
from reconciler.run.lineage import Files, Lineage, trace
from reconciler.run.retired import Retired, notices, retired
from reconciler.run.wanted import Wanted
from reconciler.targets.case import Case


@dataclass(frozen=True)
class Revision:
    """All that one revision asks for, by the ids of the incidents' marks.

    `incidents` are all that are not settled, also those not asked for; `unreadable` are ids of files.
    """

    commit: str
    cases: Mapping[str, Case]
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)  # of the files, where they can be known
    unreadable: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    hold: Hold | None = None  # why nothing is done of those whose files were removed
    lineage: Lineage = field(default_factory=Lineage)

    @property
    def cut(self) -> bool:
        """True when part of some incident's history was left at the remote."""
        return self.lineage.cut or any(not case.history.complete for case in self.cases.values())


def read(shelf: Shelf, wanted: Wanted) -> Revision:
    """Read what `wanted.only` names, or all. Raises Failure for an id that there is not."""
    known = _keys(shelf, wanted.memories)
    settled = {key: shelf.paths[id][0] for id, key in known.items() if _settled(shelf, id, key, wanted)}
    unsettled = [id for id, key in known.items() if key not in settled]
    loaded, problems = _load(shelf, unsettled)
    bad = frozenset(path for id in unsettled if id not in loaded for path in shelf.paths[id])
    files = Files(shelf, tuple(loaded.values()), bad, settled)
    lineage = trace(files, wanted.memories, lost=wanted.lost, prune=wanted.prune)
    problems = sorted([*problems, *lineage.problems], key=lambda one: one.location)
    stopped = {one.location.path for one in lineage.problems}
    incidents = {one.first: one for one in loaded.values() if one.path not in stopped}
    only = frozenset(_find(shelf, given, lineage, wanted.prune) for given in wanted.only)
    chosen = [one for one in incidents.values() if (not only or one.id in only) and not wanted.none]
    urls = _urls(shelf, incidents.values())
    gone = Retired({})
    if wanted.prune:
        gone = retired(shelf, lineage, wanted, only, unsure=bool(problems))
    return Revision(
        commit=str(shelf.revision),
        cases={**_cases(shelf, lineage, chosen, urls, wanted), **gone.cases},
        incidents=incidents,
        urls=urls,
        unreadable=tuple(id for id in unsettled if id not in loaded),
        problems=tuple(
            one for one in [*problems, *gone.problems] if not only or incident_id(one.location.path) in only
        ),
        notices=(*_uncommitted(shelf), *_told(shelf, settled, known, only), *_gone(lineage, wanted, only)),
        hold=gone.hold,
        lineage=lineage,
    )


def _find(shelf: Shelf, given: str, lineage: Lineage, prune: bool) -> str:
    """The id that was meant, also that of a file that is gone, where such are asked for."""
    return given if prune and given in lineage.gone else shelf.find(given)


def _keys(shelf: Shelf, memories: Mapping[str, Memory]) -> dict[str, str]:
    """Id → what it is remembered under: itself, or, where the file was renamed, the first id that it had."""
    by_path = {memory.path: key for key, memory in memories.items() if memory.settled}
    return {id: id if id in memories else by_path.get(paths[0], id) for id, paths in shelf.paths.items()}


def web_address(repo: Repository, settings: Settings) -> str | None:
    """Where the repository is in a browser: as the settings say, else as the remote's address tells."""
    if settings.git.web:
        return settings.git.web.rstrip("/")
    place = repo.remote_place(settings.git.remote)
    return f"https://{place[0]}/{place[1]}" if place else None


# files -----------------------------------------------------------------------------------------


def _settled(shelf: Shelf, id: str, key: str, wanted: Wanted) -> bool:
    memory = wanted.memories.get(key)
    if memory is None or not memory.settled:
        return False
    return [memory.blob] == [shelf.blobs[path] for path in shelf.paths[id]]


def _load(shelf: Shelf, ids: Iterable[str]) -> tuple[dict[str, Incident], list[Problem]]:
    """The incidents whose files are good, by their ids, and every problem of the others."""
    doubled = [path for paths in shelf.paths.values() if len(paths) > 1 for path in paths]
    incidents, problems = shelf.load(id for id in ids if len(shelf.paths[id]) == 1)
    found = [*shelf.misplaced, *same_ids(doubled), *problems]
    return {one.id: one for one in incidents}, found


# cases -----------------------------------------------------------------------------------------


def _cases(
    shelf: Shelf, lineage: Lineage, incidents: list[Incident], urls: Mapping[str, str], wanted: Wanted
) -> dict[str, Case]:
    paths = {one.id: lineage.paths(one) for one in incidents}
    every = [path for listed in paths.values() for path in listed]
    versions = history.versions(shelf.repo, str(shelf.revision), every) if paths else {}
    files, taken = _named_files(shelf), takers(incidents)
    return {
        one.first: Case(
            incident=one,
            settings=shelf.settings,
            history=_history(shelf, one, history.joined(versions, paths[one.id]), wanted.now),
            now=wanted.now,
            memory=wanted.memories.get(one.first, Memory()),
            blob=shelf.blobs[one.path],
            url=urls.get(one.first),
            files=files,
            allow_late_pages=wanted.allow_late_pages,
            on=wanted.on,
            takers=taken,
        )
        for one in incidents
    }


def _urls(shelf: Shelf, incidents: Iterable[Incident]) -> dict[str, str]:
    web, branch = web_address(shelf.repo, shelf.settings), quote(shelf.settings.git.branch)
    return {one.first: f"{web}/blob/{branch}/{quote(one.path)}" for one in incidents} if web else {}


def _history(shelf: Shelf, newest: Incident, versions: list[history.Version], now: datetime) -> History:
    """The versions as incidents; the newest is the one at hand, with its positions."""
    read = [Version(one.at, one.commit, one.author, readable(one, newest.path)) for one in versions]
    if shelf.blobs[newest.path] == UNCOMMITTED or not read:
        read.append(Version(now, UNCOMMITTED, "", newest))
    else:
        read[-1] = replace(read[-1], incident=newest)
    return History(tuple(read), not any(one.cut for one in versions))


def _named_files(shelf: Shelf) -> dict[str, str]:
    """The files that the settings name, as far as they are in the repository at this revision."""
    template = shelf.settings.notion.template
    found = shelf.snapshot.find(template) if template else None
    return {template: found.content.decode("utf-8", "replace")} if template and found else {}


# notices ---------------------------------------------------------------------------------------


def _uncommitted(shelf: Shelf) -> list[str]:
    number = len(shelf.snapshot.edits)
    return [f"with uncommitted edits in {number} file{'s' if number > 1 else ''}"] if number else []


def _told(
    shelf: Shelf, settled: Mapping[str, str], known: Mapping[str, str], only: frozenset[str]
) -> Iterable[str]:
    """Asked for, and settled."""
    for id in sorted(only & set(shelf.paths)):
        if known[id] in settled:
            yield f"{id} is settled: it is looked at again when its file changes"


def _gone(lineage: Lineage, wanted: Wanted, only: frozenset[str]) -> Iterable[str]:
    """Without a file any more, where nothing of them is retired."""
    return () if wanted.prune else notices(lineage.gone.values(), only)
