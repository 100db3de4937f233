"""The incident files of one revision, found by their ids and read by the settings of the same revision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.errors import Failure, Problem
from reconciler.incident.finding import nearest
from reconciler.incident.model import Incident
from reconciler.incident.place import FOLDER, beside, incident_id, misplaced, same_ids
from reconciler.incident.settings import Settings
from reconciler.incident.shown import inert, quoted
from reconciler.repo.loader import BadFile, load_incident, load_settings
from reconciler.repo.repository import Repository
from reconciler.repo.tree import Listing

SETTINGS = "reconciler.yaml"

_LISTED = 8  # ids that a message names
_LOOKED_BACK = 20  # versions of broken settings before which a good one is not looked for


@dataclass(frozen=True, slots=True)
class Shelf:
    """One revision (None: nothing is committed yet). `note` says where the settings are not its own."""

    repo: Repository
    revision: str | None
    settings: Settings
    blobs: Mapping[str, str]  # path → blob, of the incident files
    paths: Mapping[str, tuple[str, ...]]  # id → where it lies
    misplaced: tuple[Problem, ...] = ()
    note: str = ""

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
        assert self.revision is not None
        content = self.repo.read(self.revision, self.path(id))
        assert content is not None
        return content

    def incident(self, id: str) -> Incident:
        """The incident of that id. Raises BadFile when its file is invalid."""
        return load_incident(self.content(id), self.path(id), self.settings)

    def load(self, ids: Iterable[str]) -> tuple[list[Incident], list[Problem]]:
        """The incidents of these ids, read in one go, and what is wrong with the files of the others."""
        paths = [path for id in ids for path in self.paths[id]]
        contents = self.repo.blobs(self.blobs[path] for path in paths)
        incidents: list[Incident] = []
        problems = same_ids(paths)
        for path in paths:
            try:
                incidents.append(load_incident(contents[self.blobs[path]], path, self.settings))
            except BadFile as bad:
                problems += [problem for problem in bad.problems if problem.level == "error"]
        return incidents, problems

    def _unknown(self, given: str) -> Failure:
        inside = sorted(id for id in self.paths if given and given in id)
        near = nearest(given, self.paths) if given else None
        close = list(dict.fromkeys([*inside, *([near] if near else [])]))
        return Failure(
            f"there is no incident {quoted(given)}",
            detail=f"near to it: {_shortened(close)}" if close else "",
            next="`reconciler list --all` shows every id",
        )


def shelf_at(repo: Repository, revision: str | None) -> Shelf:
    """The incidents of a revision. Raises Failure where there are no settings to go by."""
    listing = repo.listing(revision, FOLDER) if revision else Listing({}, {})
    settings, note = settings_at(repo, revision)
    kinds = dict.fromkeys(listing.files, "") | listing.others
    strange = (misplaced(path, what) for path, what in sorted(kinds.items()))
    blobs = {
        path: blob for path, blob in listing.files.items() if path.endswith(".yaml") and not beside(path)
    }
    paths: dict[str, tuple[str, ...]] = {}
    for path in sorted(blobs):
        paths[incident_id(path)] = (*paths.get(incident_id(path), ()), path)
    return Shelf(repo, revision, settings, blobs, paths, tuple(filter(None, strange)), note)


def newest_shelf(repo: Repository) -> Shelf:
    """The incidents at the tip of the settings' branch, as far as this machine knows; asks no remote."""
    here = shelf_at(repo, repo.resolve("HEAD"))
    git = here.settings.git
    if here.revision is None:
        return here
    revision = repo.tip(git.remote, git.branch).revision
    return here if revision == here.revision else shelf_at(repo, revision)


def settings_at(repo: Repository, revision: str | None) -> tuple[Settings, str]:
    """The settings to go by at a revision, and a note where they are not its own. Raises Failure: none."""
    content = repo.read(revision, SETTINGS) if revision else None
    if content is not None:
        return _good_settings(repo, str(revision), content)
    try:
        content = (repo.folder / SETTINGS).read_bytes()
    except OSError:
        raise Failure(
            f"there is no {SETTINGS} in {repo.folder}",
            detail="it names the severities, and the branch on which incidents live",
            next=f"write {SETTINGS} (at least `severities:`) and commit it",
        ) from None
    return _loaded(repo, content), f"{SETTINGS} is not committed yet: `git add {SETTINGS}` and commit it"


def _good_settings(repo: Repository, revision: str, content: bytes) -> tuple[Settings, str]:
    """The settings of a revision; where they are invalid the last good ones: nobody waits for a repair."""
    try:
        return _loaded(repo, content), ""
    except BadFile as bad:
        good = _last_good(repo, revision)
        if good is None:
            raise
        settings, commit = good
        place = bad.location or SETTINGS
        return settings, f"{place}: {bad.message}: the settings of commit {commit[:12]} are used instead"


def _last_good(repo: Repository, revision: str) -> tuple[Settings, str] | None:
    commits = repo.git.line("rev-list", f"--max-count={_LOOKED_BACK}", revision, "--", SETTINGS)
    for commit in commits.split():
        try:
            return _loaded(repo, repo.read(commit, SETTINGS) or b""), commit
        except BadFile:
            continue
    return None


def _loaded(repo: Repository, content: bytes) -> Settings:
    return load_settings(content, SETTINGS, name=repo.folder.name)


def _shortened(ids: list[str]) -> str:
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return inert(", ".join(ids[:_LISTED])) + more
