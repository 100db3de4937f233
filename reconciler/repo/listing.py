"""Which files of a working tree are incidents. No symbolic link is followed, nothing is skipped silently."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from reconciler.errors import Location, Problem
from reconciler.incident.place import FOLDER, beside, misplaced


class Found(NamedTuple):
    """The incident files of a repository, sorted, and what lies among them and should not.

    Paths are relative to the repository, with `/`.
    """

    files: list[str]
    problems: list[Problem]


def find_incident_files(root: str | os.PathLike[str]) -> Found:
    """Look through `incidents/` below the repository's root; without that folder nothing is found."""
    found = Found([], [])
    for path, link in sorted(_walk(os.fspath(root), FOLDER, found.problems)):
        problem = misplaced(path, link=link)
        if problem is not None:
            found.problems.append(problem)
        elif not beside(path):
            found.files.append(path)
    return found


def _walk(root: str, folder: str, problems: list[Problem]) -> Iterator[tuple[str, bool]]:
    """Every path below a folder that is no folder itself, and whether it is a symbolic link."""
    whole = os.path.join(root, folder)
    if os.path.islink(whole):
        yield folder, True
        return
    try:
        entries = list(os.scandir(whole))
    except FileNotFoundError:
        return
    except OSError as error:
        problems.append(Problem(Location(folder), f"this folder cannot be read: {error.strerror}"))
        return
    for entry in entries:
        path = f"{folder}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, path, problems)
        else:
            yield path, entry.is_symlink()
