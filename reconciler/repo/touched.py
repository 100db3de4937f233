"""Which files were touched lately: enough to leave most of a long history unread."""

from __future__ import annotations

from datetime import datetime

from reconciler.incident.place import FOLDER
from reconciler.repo.git import text
from reconciler.repo.repository import Repository

_LOG = (
    "-c", "log.showSignature=false", "-c", "log.follow=false", "-c", "core.quotePath=false",
    "log", "--format=@%ct", "--name-only", "--no-renames", "--no-color", "-m",
)  # fmt: skip


def touched_since(repo: Repository, revision: str, since: datetime) -> set[str]:
    """The files below `incidents/` that a commit since then has added, edited, moved or removed."""
    found: set[str] = set()
    lately = False
    for line in text(repo.git.run(*_LOG, "--end-of-options", revision, "--", FOLDER)).splitlines():
        if line.startswith("@"):
            lately = int(line[1:]) >= since.timestamp()
        elif line and lately:
            found.add(line)
    return found
