"""Which files below `incidents/` are incidents, and what is wrong with the others: none is skipped silently.

Paths are relative to the repository and use `/`, as Git writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.errors import Location, Problem
from reconciler.incident.finding import Finding

FOLDER = "incidents"

#: An id is a file name on every system, part of a channel's name and of every mark.
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_BESIDE = frozenset({".gitkeep", ".gitignore", ".gitattributes"})


def incident_id(path: str) -> str:
    """The id of the incident that a file holds: its name without `.yaml`."""
    return path.rpartition("/")[2].removesuffix(".yaml")


def beside(path: str) -> bool:
    """True for what may lie among the incidents without being one: a README, Git's own files."""
    name = path.rpartition("/")[2]
    return name in _BESIDE or name.partition(".")[0] == "README"


def misplaced(path: str, what: str = "") -> Problem | None:
    """What is wrong with something that lies below `incidents/`, judged by its name.

    `what` says what it is where it is no file: a `symbolic link`, a `submodule`.
    """
    name = path.rpartition("/")[2]
    if what:
        return _problem(path, f"is a {what}, which is never followed", "the file itself, in its place")
    if beside(path) or name.endswith(".yaml"):
        return None
    if name.endswith(".yml"):
        return _problem(path, "ends in `.yml`, so it is not read", f"{name[:-4]}.yaml, as its name")
    return _problem(
        path, "is no incident: those end in `.yaml`", "incidents only here, and this file elsewhere"
    )


def check_id(id: str) -> list[Finding]:
    """What is wrong with an id; at most one finding, at the top of the file."""
    if _ID.fullmatch(id):
        return []
    better = re.sub(r"[^a-z0-9_-]+", "-", id.lower()).strip("-_")[:80]
    hint = f"{better}.yaml, as its name" if better else ""
    words = (
        "an id begins with a lower-case letter or digit, goes on with those, `-` or `_`, and has 80 at most"
    )
    return [Finding((), f"the file's name makes no id: {words}", hint)]


def same_ids(paths: Iterable[str]) -> list[Problem]:
    """A problem for each file whose id another file, earlier in the order of paths, already has."""
    first: dict[str, str] = {}
    problems = []
    for path in sorted(paths):
        other = first.setdefault(incident_id(path), path)
        if other != path:
            problems.append(_problem(path, f"has the same id as {other}", "another name for one of the two"))
    return problems


def _problem(path: str, message: str, hint: str) -> Problem:
    return Problem(Location(path), f"this file {message}", hint)
