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


def find_incident_files(root: str | os.PathLike[str], folder: str = FOLDER) -> Found:
    """Look through a folder below the repository's root; nothing is found where there is no such folder."""
    found = Found([], [])
    for path, what in sorted(_walk(os.fspath(root), folder, found.problems)):
        problem = misplaced(path, what)
        if problem is not None:
            found.problems.append(problem)
        elif not beside(path):
            found.files.append(path)
    return found


def _walk(root: str, folder: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Every path below a folder that is no folder itself, and what it is where it is no file."""
    whole = os.path.join(root, folder)
    if os.path.islink(whole):
        yield folder, "symbolic link"
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
            yield path, _what(entry)


def _what(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "symbolic link"
    return "" if entry.is_file(follow_symlinks=False) else "device or a pipe"
