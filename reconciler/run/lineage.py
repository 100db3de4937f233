"""Which file is which incident: under its own id, under a former one, or not there any more.

What is remembered says which incidents were made; where that is lost, the history says which files there
were. A file that may be an old one under a new name is left alone until it says so: a page too late can be
sent, a page too many cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.errors import Problem
from reconciler.incident import renames
from reconciler.incident.model import Incident
from reconciler.incident.place import incident_id
from reconciler.plan.memory import Memory
from reconciler.repo.git import GitTrouble
from reconciler.repo.loader import BadFile, load_incident
from reconciler.repo.removed import Removed, removed
from reconciler.repo.shelf import Shelf
from reconciler.repo.snapshot import UNCOMMITTED

Memories = Mapping[str, Memory]


@dataclass(frozen=True)
class Gone:
    """An incident without a file, by the id of its marks. `incident` is None where nothing can be read.

    `remembered` is False where only the history tells of it.
    """

    id: str
    path: str
    incident: Incident | None
    remembered: bool = True
    settled: bool = False

    @property
    def left(self) -> bool:
        """True when something may be left of it that nobody looks after any more."""
        return not self.settled and not (self.incident is not None and self.incident.status.over)


@dataclass(frozen=True)
class Lineage:
    """What was found: files that are not applied, incidents without a file, where files lay before.

    `cut` says that a former id was looked for in a history that is not whole.
    """

    problems: tuple[Problem, ...] = ()
    gone: Mapping[str, Gone] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)  # former id → where its file lay
    cut: bool = False

    def paths(self, incident: Incident) -> list[str]:
        """Where the incident's file lies, and where it lay under its former ids."""
        return [self.former[id] for id in incident.formerly if id in self.former] + [incident.path]


@dataclass(frozen=True)
class Files:
    """The files of a revision, as far as they could be read. `settled` were not: first id → path."""

    shelf: Shelf
    incidents: Sequence[Incident]
    unreadable: frozenset[str]  # paths
    settled: Mapping[str, str]


def trace(files: Files, memories: Memories, *, lost: bool, prune: bool) -> Lineage:
    """Tell apart what is new, renamed and gone. `lost`: what is remembered may not be all that was made."""
    present = {id: paths[0] for id, paths in files.shelf.paths.items()} | dict(files.settled)
    problems = renames.conflicts(map(renames.claim_of, files.incidents), present)
    bad = {problem.location.path for problem in problems}
    claiming = [one for one in files.incidents if one.formerly and one.path not in bad]
    fresh = [one for one in files.incidents if one.first not in memories and one.path not in bad]
    history = _Removals(files.shelf)
    wrong, cut = _unfounded(claiming, memories, history)
    bad |= {problem.location.path for problem in wrong}
    kept = _kept(files, present)
    gone = dict(_remembered(files, memories, kept))
    if prune or (lost and fresh):
        gone |= _from_history(history, {*kept, *memories})
    unsaid = dict(
        _unsaid(files.shelf, [one for one in fresh if one.path not in bad], gone, memories, history)
    )
    told = [renames.unsaid(one, old) for one, old in unsaid.values()]
    renamed = {old for _, old in unsaid.values()}
    return Lineage(
        problems=(*problems, *wrong, *told),
        gone={id: one for id, one in gone.items() if id not in renamed},
        former={id: one.path for id, one in history.all.items()} if claiming or prune else {},
        cut=cut,
    )


def _kept(files: Files, present: Mapping[str, str]) -> set[str]:
    """The ids that are not gone: of files, of their marks, and those that any file claims."""
    claimed = {former for one in files.incidents for former in one.formerly}
    return {*present, *claimed}


# what is gone ----------------------------------------------------------------------------------


def _remembered(files: Files, memories: Memories, kept: set[str]) -> Iterator[tuple[str, Gone]]:
    """Incidents that something is remembered of and that have no file; one that cannot be read is there."""
    without = {
        id: memory
        for id, memory in memories.items()
        if id not in kept and memory.path not in files.unreadable and (memory.things or memory.path)
    }
    for id, memory in without.items():
        incident = None if memory.settled else _content(files.shelf, memory.blob, memory.path)
        yield id, Gone(id, memory.path, incident, settled=memory.settled)


def _from_history(history: _Removals, known: set[str]) -> dict[str, Gone]:
    """Files that the branch once had and that were not over, of which nothing is remembered."""
    found: dict[str, Gone] = {}
    for stem, one in history.main_line.items():
        incident = history.last(one)
        first = incident.first if incident else stem
        if incident is not None and not known & {stem, first}:
            gone = Gone(first, one.path, incident, remembered=False)
            found |= {first: gone} if gone.left else {}
    return found


# what was renamed ------------------------------------------------------------------------------


def _unfounded(
    claiming: Iterable[Incident], memories: Memories, history: _Removals
) -> tuple[list[Problem], bool]:
    """What `formerly` says that the history does not bear out; and whether more of it is needed."""
    problems, cut = [], False
    for one in claiming:
        unknown = [id for id in one.formerly if id not in history.all and id not in memories]
        if unknown:
            cut = cut or history.cut
            problems.append(renames.never(one, unknown[0], cut=history.cut))
            continue
        last = {id: history.last(history.all[id]) for id in one.formerly if id in history.all}
        before = {id: incident.formerly for id, incident in last.items() if incident is not None}
        whole = renames.complete(one.formerly, before)
        if whole != list(one.formerly):
            problems.append(renames.incomplete(one, whole))
    return problems, cut


def _unsaid(
    shelf: Shelf, fresh: Iterable[Incident], gone: Mapping[str, Gone], memories: Memories, history: _Removals
) -> Iterator[tuple[str, tuple[Incident, str]]]:
    """Fresh files that are gone ones: the same bytes, the same beginning and title, or the same place."""
    for one in fresh:
        for old in gone.values():
            remembered = memories.get(old.id)
            same_bytes = remembered is not None and remembered.blob == shelf.blobs[one.path] != UNCOMMITTED
            same = old.incident is not None and renames.alike(one, old.incident)
            if same_bytes or old.path == one.path or (same and not history.before(one, old)):
                yield one.id, (one, old.id)
                break


def _content(shelf: Shelf, blob: str, path: str) -> Incident | None:
    """An incident as a blob has it, if that is still here and valid but for the settings' names."""
    try:
        return load_incident(shelf.repo.blobs([blob])[blob], path, None) if blob else None
    except (GitTrouble, BadFile):
        return None


class _Removals:
    """The removals of the history and of the work tree, looked up when they are needed."""

    def __init__(self, shelf: Shelf):
        self._shelf = shelf
        self._all: dict[str, Removed] | None = None
        self._main: dict[str, Removed] | None = None

    @property
    def all(self) -> Mapping[str, Removed]:
        """Every file that the history once had, by its id."""
        if self._all is None:
            self._all = self._removed(main_line=False)
        return self._all

    @property
    def main_line(self) -> Mapping[str, Removed]:
        """Those that the branch itself once had."""
        if self._main is None:
            self._main = self._removed(main_line=True)
        return self._main

    @property
    def cut(self) -> bool:
        """True when part of the history was left at the remote."""
        return self._shelf.repo.is_shallow

    def last(self, one: Removed) -> Incident | None:
        """What a file said last."""
        return _content(self._shelf, one.blob, one.path)

    def before(self, one: Incident, old: Gone) -> bool:
        """True when a file was there already while another, known from the history alone, was not gone."""
        removal = self.main_line.get(incident_id(old.path))
        if old.remembered or removal is None or removal.commit == UNCOMMITTED:
            return False
        parent = self._shelf.repo.resolve(f"{removal.commit}^")
        listed = self._shelf.repo.files(parent) if parent else {}
        return any(path.endswith(f"/{one.id}.yaml") for path in listed)

    def _removed(self, *, main_line: bool) -> dict[str, Removed]:
        shelf = self._shelf
        found = removed(shelf.repo, str(shelf.revision), main_line=main_line)
        away = shelf.snapshot.taken_away().items()
        return found | {incident_id(path): Removed(path, blob, UNCOMMITTED) for path, blob in away}
