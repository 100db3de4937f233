"""The files of one revision, as they are or with the work tree's edits laid over them.

Everybody who reads settings and incidents reads them here, so that a plan, an apply, a list and an edit in
Git mean the same by "the files of this revision".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.incident.place import FOLDER
from reconciler.repo.repository import Repository
from reconciler.repo.tree import Listing

SETTINGS = "reconciler.yaml"

#: Stands where a blob id would, for what is not committed.
UNCOMMITTED = "uncommitted"


class Found(NamedTuple):
    """A file: the id of its blob, and its content."""

    blob: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One revision (None: nothing is committed yet). `edits` is what differs in the work tree, if asked."""

    repo: Repository
    revision: str | None
    files: Mapping[str, str]  # path → blob, below incidents/
    others: Mapping[str, str]  # path → what it is, where it is no file
    edits: Mapping[str, bytes | None] = field(default_factory=dict)  # None: removed
    edited: bool = False

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of some of the files, read in one go."""
        edited = {path: self.edits.get(path) for path in paths}
        blobs = self.repo.blobs(self.files[path] for path, content in edited.items() if content is None)
        return {
            path: blobs[self.files[path]] if content is None else content for path, content in edited.items()
        }

    def find(self, path: str) -> Found | None:
        """Any file of the repository; None where there is none of that path."""
        edits = self.repo.edits(path).files if self.edited else {}
        if path in edits:
            content = edits[path]
            return None if content is None else Found(UNCOMMITTED, content)
        return found_at(self.repo, self.revision, path) if self.revision else None

    def taken_away(self) -> dict[str, str]:
        """The files that the revision has and the work tree has not: path → blob."""
        gone = [path for path, content in self.edits.items() if content is None and path not in self.files]
        listed = self.repo.files(self.revision, FOLDER) if gone and self.revision else {}
        return {path: listed[path] for path in gone if path in listed}


def snapshot(repo: Repository, revision: str | None, *, edited: bool = False) -> Snapshot:
    """The files of a revision; with `edited`, as the work tree has them, committed or not."""
    listing = repo.listing(revision, FOLDER) if revision else Listing({}, {})
    if not edited or repo.bare:
        return Snapshot(repo, revision, listing.files, listing.others)
    found = repo.edits(FOLDER)
    files = {path: blob for path, blob in listing.files.items() if path not in found.others}
    for path, content in found.files.items():
        files.pop(path, None)
        files |= {path: UNCOMMITTED} if content is not None else {}
    others = {path: what for path, what in listing.others.items() if path not in found.files}
    edits = {**found.files, **dict.fromkeys(found.others), **repo.edits(SETTINGS).files}
    return Snapshot(repo, revision, files, others | found.others, edits, edited=True)


def found_at(repo: Repository, revision: str, path: str) -> Found | None:
    """One file at a commit; None where there is none of that path."""
    inside = path and not path.startswith("/") and ".." not in path.split("/")
    blob = repo.listing(revision, path).files.get(path) if inside else None
    return Found(blob, repo.blobs([blob])[blob]) if blob else None
