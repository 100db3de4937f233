"""The incident files of one revision, found by their ids and read by the settings of the same revision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler.errors import Failure, Problem
from reconciler.incident.finding import nearest
from reconciler.incident.model import Incident
from reconciler.incident.place import beside, incident_id, misplaced, same_ids
from reconciler.incident.settings import Settings
from reconciler.incident.shown import inert, quoted
from reconciler.repo.good_settings import settings_at, settings_in
from reconciler.repo.loader import BadFile, load_incident, says_private
from reconciler.repo.repository import Repository
from reconciler.repo.snapshot import Snapshot, snapshot

if TYPE_CHECKING:
    from reconciler.repo.proposals import Proposal

__all__ = ["NoIncident", "Shelf", "newest_shelf", "settings_at", "shelf_at", "shelve"]

_LISTED = 8  # ids that a message names


class NoIncident(Failure):
    """No incident has that id, or one that begins so."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The incidents of one snapshot. `note` says where the settings are not its own."""

    snapshot: Snapshot
    settings: Settings
    paths: Mapping[str, tuple[str, ...]]  # id → where it lies
    misplaced: tuple[Problem, ...] = ()
    note: str = ""
    proposed: Mapping[str, Proposal] = field(default_factory=dict)  # laid over the revision's own files

    @property
    def repo(self) -> Repository:
        """Where the snapshot was taken."""
        return self.snapshot.repo

    @property
    def revision(self) -> str | None:
        """Of what; None while nothing is committed."""
        return self.snapshot.revision

    @property
    def proposed_new(self) -> frozenset[str]:
        """The ids that only branches have."""
        return frozenset(id for id, one in self.proposed.items() if one.new)

    @property
    def blobs(self) -> Mapping[str, str]:
        """Path → blob."""
        return self.snapshot.files

    def find(self, given: str) -> str:
        """The id that `given` is, or is the beginning of. Raises Failure where none or several are."""
        if given in self.paths:
            return given
        fitting = sorted(id for id in self.paths if id.startswith(given)) if given else []
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise Failure(
                f"{quoted(given)} fits {len(fitting)} incidents",
                detail=_shortened(fitting),
                next="type more of the id",
            )
        raise self._unknown(given)

    def path(self, id: str) -> str:
        """Where the incident's file lies. Raises Failure when two files have that id."""
        first, *others = self.paths[id]
        if others:
            raise Failure(
                f"two files have the id {inert(id)}",
                detail=inert(first) + "".join(f"\n{inert(other)}" for other in others),
                next="rename or remove one of the two, and commit that",
            )
        return first

    def content(self, id: str) -> bytes:
        """The bytes of an incident's file."""
        path = self.path(id)
        return self.snapshot.contents([path])[path]

    def incident(self, id: str) -> Incident:
        """The incident of that id. Raises BadFile when its file is invalid."""
        return load_incident(self.content(id), self.path(id), self.settings)

    def load(self, ids: Iterable[str]) -> tuple[list[Incident], list[Problem]]:
        """The incidents of these ids, read in one go, and what is wrong with the files of the others."""
        paths = [path for id in ids for path in self.paths[id]]
        contents = self.snapshot.contents(paths)
        incidents: list[Incident] = []
        problems = same_ids(paths)
        for path in paths:
            try:
                incidents.append(load_incident(contents[path], path, self.settings))
            except BadFile as bad:
                found = [problem for problem in bad.problems if problem.level == "error"]
                problems += map(_wordless, found) if says_private(contents[path]) else found
        return incidents, problems

    def _unknown(self, given: str) -> Failure:
        inside = sorted(id for id in self.paths if given and given in id)
        near = nearest(given, self.paths) if given else None
        close = list(dict.fromkeys([*inside, *([near] if near else [])]))
        return NoIncident(
            f"there is no incident {quoted(given)}",
            detail=f"near to it: {_shortened(close)}" if close else "",
            next="`reconciler list --all` shows every id",
        )


def _wordless(problem: Problem) -> Problem:
    """A problem of a private incident's file: its place, and nothing that the file says."""
    hint = f"what `reconciler validate {problem.location.path}` says"
    return replace(problem, message="this private incident's file has an error here", hint=hint)


def shelf_at(repo: Repository, revision: str | None) -> Shelf:
    """The incidents of a revision. Raises Failure where there are no settings to go by."""
    found = snapshot(repo, revision)
    known = settings_in(found)
    return shelve(found, known.settings, known.note)


def shelve(found: Snapshot, settings: Settings, note: str = "") -> Shelf:
    """The incidents of a snapshot, by their ids."""
    kinds = dict.fromkeys(found.files, "") | dict(found.others)
    strange = (misplaced(path, what) for path, what in sorted(kinds.items()))
    paths: dict[str, tuple[str, ...]] = {}
    for path in sorted(found.files):
        if path.endswith(".yaml") and not beside(path):
            paths[incident_id(path)] = (*paths.get(incident_id(path), ()), path)
    return Shelf(found, settings, paths, tuple(filter(None, strange)), note)


def newest_shelf(repo: Repository) -> Shelf:
    """The incidents at the tip of the settings' branch, as far as this machine knows; asks no remote."""
    here = shelf_at(repo, repo.resolve("HEAD"))
    git = here.settings.git
    if here.revision is None:
        return here
    revision = repo.tip(git.remote, git.branch).revision
    return here if revision == here.revision else shelf_at(repo, revision)


def _shortened(ids: list[str]) -> str:
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return inert(", ".join(ids[:_LISTED])) + more
