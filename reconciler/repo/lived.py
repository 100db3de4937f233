"""All that was ever said in one file, also what a merge has put aside, and in which pull requests it came.

Git finds what touched one file quickly as long as it may leave out the lines of which nothing is left. Here
they count: what stood on the branch for a while had its effects. So first the quick look tells from when to
when the file lived, and the slow one, at each parent of each merge, keeps to that time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reconciler.incident.place import incident_id
from reconciler.repo import brought, history
from reconciler.repo.brought import Pull
from reconciler.repo.history import Version
from reconciler.repo.repository import Repository


class Lived(NamedTuple):
    """The versions of one file, the oldest first, and the pull requests by commit."""

    versions: Sequence[Version]
    pulls: Mapping[str, Pull]


def lived(repo: Repository, revision: str, path: str) -> Lived:
    """The life of the file that lies, or lay last, at a path."""
    found = brought.touched(repo, revision, path)
    if not found:
        return Lived((), {})
    stem, last, first = incident_id(path), found[0], found[-1]
    if history.moved(repo, first, path):
        quick = history.versions(repo, revision, [path])[stem]
        first = quick[0].commit if quick else first
        paths = {path, *(one.path for one in quick if one.path)}
    else:
        paths = {path}
    before = repo.resolve(f"{first}^")
    ends = [last, f"^{before}"] if before else [last]
    merges = repo.git.line("rev-list", "--merges", "--max-count=1", "--end-of-options", *ends)
    whole = history.versions(repo, last, paths, since=before, whole=bool(merges))[stem]
    return Lived(whole, brought.of_file(repo, ends, paths) if merges else {})
