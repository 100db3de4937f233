"""The files that a history has lost: where each lay last, and which commit removed it.

Only what is removed needs a pass over the commits; so it is asked for when a file says `formerly`, when
something is to be retired, or when nothing is remembered of what was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reconciler.incident.place import FOLDER, incident_id
from reconciler.repo.git import text
from reconciler.repo.repository import Repository

_LOG = (
    "-c", "log.showSignature=false", "-c", "log.follow=false",
    "log", "--raw", "-z", "-m", "--no-abbrev", "--no-renames", "--no-color", "--no-notes", "--date-order",
    "--diff-filter=D", "--format=%H",
)  # fmt: skip


class Removed(NamedTuple):
    """A file that is not there any more: where it lay, what it held, and the commit without it."""

    path: str
    blob: str
    commit: str


def removed(repo: Repository, revision: str, *, main_line: bool = False) -> dict[str, Removed]:
    """Id → the newest removal of its file up to a revision, a mere move and what came back included.

    `main_line` looks at the branch as it stood, commit by commit: what only a side branch ever had, nobody
    can have applied.
    """
    found: dict[str, Removed] = {}
    for one in _log(repo, revision, main_line):
        if one.path.endswith(".yaml"):
            found.setdefault(incident_id(one.path), one)
    return found


def _log(repo: Repository, revision: str, main_line: bool) -> Iterator[Removed]:
    """Every removal, the newest first."""
    line = ("--first-parent",) if main_line else ()
    answer = repo.git.run(*_LOG, *line, "--end-of-options", revision, "--", FOLDER)
    tokens = iter(answer.split(b"\0"))
    commit = ""
    for token in tokens:
        word = token.lstrip(b"\n")
        if word.startswith(b":"):  # :100644 000000 blob 0000… D
            path, (mode, _, blob, *_) = text(next(tokens)), word[1:].decode().split(" ")
            if mode.startswith("100"):
                yield Removed(path, blob, commit)
        elif word:
            commit = word.decode()
