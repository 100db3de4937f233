"""Incidents as branches propose them: `incident/<id>` holds edits of that one file, which wait for a review.

A branch is believed for its own incident's file and for nothing else; settings and all other incidents are
those of the main branch. What was merged proposes nothing any more, however it was merged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from reconciler.incident.place import FOLDER, check_id, incident_id
from reconciler.incident.settings import GitSettings
from reconciler.repo.git import text
from reconciler.repo.repository import PROPOSALS, Repository
from reconciler.repo.shelf import Shelf

#: What this machine has committed for a proposal and not seen through yet: its push, or its pull request.
PENDING = "refs/reconciler/proposing"

_FILE = "100"  # how the mode of a file begins


class Proposal(NamedTuple):
    """One incident's file at the tip of its branch. `new`: the main branch has no such incident."""

    id: str
    commit: str
    path: str
    blob: str
    new: bool

    @property
    def branch(self) -> str:
        """The name of its branch."""
        return branch_of(self.id)


class Tips(NamedTuple):
    """Where a proposal stands: at the remote as it was fetched last, and here."""

    theirs: str | None = None
    ours: str | None = None


def branch_of(id: str) -> str:
    """The branch on which edits of an incident are proposed."""
    return f"{PROPOSALS}{id}"


def tips(repo: Repository, git: GitSettings) -> dict[str, Tips]:
    """The branches of incidents, by id, as far as this machine knows."""
    theirs, ours = f"refs/remotes/{git.remote}/{PROPOSALS}", f"{PENDING}/"
    form = "--format=%(refname) %(objectname)"
    found: dict[str, Tips] = {}
    for line in repo.git.line("for-each-ref", form, theirs, ours).splitlines():
        name, _, commit = line.partition(" ")
        own = name.startswith(ours)
        id = name.removeprefix(ours if own else theirs)
        known = found.get(id, Tips())
        found[id] = known._replace(ours=commit) if own else known._replace(theirs=commit)
    return found


def newest(repo: Repository, known: Tips) -> str | None:
    """The tip to go by: this machine's, unless the remote has moved on from it."""
    if known.ours is None or known.theirs is None:
        return known.ours or known.theirs
    return known.theirs if repo.is_ancestor(known.ours, known.theirs) else known.ours


def proposed(shelf: Shelf, git: GitSettings, ids: Collection[str] | None = None) -> dict[str, Proposal]:
    """What branches propose beyond a revision of the main branch: of these ids, or of all."""
    found: dict[str, Proposal] = {}
    for id, known in tips(shelf.repo, git).items():
        if ids is None or id in ids:
            one = _read(shelf, id, newest(shelf.repo, known))
            found |= {id: one} if one else {}
    past = bygone(shelf, [one.path for one in found.values() if one.new])
    return {id: one for id, one in found.items() if id not in past}


def new_proposals(shelf: Shelf, git: GitSettings) -> dict[str, Proposal]:
    """Those of incidents that the main branch does not have, and never had."""
    fresh = [id for id in tips(shelf.repo, git) if id not in shelf.paths]
    return {id: one for id, one in proposed(shelf, git, fresh).items() if one.new} if fresh else {}


def laid_over(shelf: Shelf, found: Mapping[str, Proposal]) -> Shelf:
    """The shelf with these files as their branches have them."""
    if not found:
        return shelf
    files = {path: blob for path, blob in shelf.snapshot.files.items() if incident_id(path) not in found} | {
        one.path: one.blob for one in found.values()
    }
    paths = {**shelf.paths, **{id: (one.path,) for id, one in found.items()}}
    return replace(shelf, snapshot=replace(shelf.snapshot, files=files), paths=paths, proposed=dict(found))


def as_proposed(shelf: Shelf, id: str) -> Shelf:
    """The shelf with the history of the branch that proposes an incident, where one does."""
    one = shelf.proposed.get(id)
    return replace(shelf, snapshot=replace(shelf.snapshot, revision=one.commit)) if one else shelf


def merged(shelf: Shelf, one: Proposal) -> bool:
    """Whether the main branch has had the file as the proposal leaves it: merged, or made again there."""
    return one.blob in _blobs_since(shelf, one)


def touched_since(shelf: Shelf, one: Proposal) -> bool:
    """Whether the main branch has changed the file since the branch left it."""
    return bool(_blobs_since(shelf, one))


def _blobs_since(shelf: Shelf, one: Proposal) -> set[str]:
    """What the main branch has made of the file since the branch left it."""
    look = ("-c", "log.showSignature=false", "log", "--format=", "--raw", "-m", "--no-abbrev", "--no-renames")
    span = f"{one.commit}..{shelf.revision}"
    answer = shelf.repo.git.ask(*look, "--end-of-options", span, "--", one.path)
    return {line.split(" ")[3] for line in text(answer.out).splitlines() if line.startswith(":")}


def _read(shelf: Shelf, id: str, tip: str | None) -> Proposal | None:
    """The incident's own file as its branch changed it; None where it did not."""
    for path, blob in _changed(shelf, tip) if tip else ():
        if path.rpartition("/")[2] != f"{id}.yaml" or check_id(id):
            continue
        there = shelf.paths.get(id)
        if there is None:
            return Proposal(id, str(tip), path, blob, new=True)
        if shelf.blobs[there[0]] != blob:
            one = Proposal(id, str(tip), path, blob, new=False)
            return None if merged(shelf, one) else one
    return None


def _changed(shelf: Shelf, tip: str) -> Iterator[tuple[str, str]]:
    """The incident files that a branch has changed since it left the main one: path and blob.

    In a shallow clone it may not be known where it left; then, those that differ.
    """
    look = ("diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--end-of-options")
    answer = shelf.repo.git.ask(*look, f"{shelf.revision}...{tip}", "--", FOLDER)
    if answer.code:
        answer = shelf.repo.git.ask(*look, f"{shelf.revision}..{tip}", "--", FOLDER)
    words = text(answer.out).split("\0") if answer.code == 0 else []
    for about, path in zip(words[::2], words[1::2], strict=False):
        _, mode, _, blob, _ = about.split(" ")
        if mode.startswith(_FILE):
            yield path, blob


def bygone(shelf: Shelf, paths: Collection[str]) -> set[str]:
    """The ids of those that the main branch once had: what was removed there no old branch proposes."""
    if not paths:
        return set()
    look = ("-c", "log.showSignature=false", "log", "--format=", "--name-only", "-z", "-m", "--no-renames")
    answer = shelf.repo.git.ask(*look, "--end-of-options", str(shelf.revision), "--", *paths)
    return {incident_id(path.strip("\n")) for path in text(answer.out).split("\0") if path.strip("\n")}


_WORDS = re.compile(r"^(?=(?:Incident|Via|Request-Id):)", re.M)


def quoted_trailers(body: str) -> str:
    """A commit's text whose lines cannot be taken for trailers, should a merge collect it with others."""
    return _WORDS.sub(" ", body)
