"""The settings of a snapshot; where they are invalid, older ones: nobody waits at night for a repair.

Whoever reads incidents says which older ones count: a run those that it applied last, an edit in Git the last
good ones of the history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from reconciler.errors import Failure
from reconciler.incident.settings import Settings
from reconciler.incident.shown import inert
from reconciler.repo.git import GitTrouble
from reconciler.repo.loader import BadFile, load_settings
from reconciler.repo.repository import Repository
from reconciler.repo.snapshot import SETTINGS, UNCOMMITTED, Found, Snapshot, found_at, snapshot

_LOOKED_BACK = 20  # versions of broken settings before which a good one is not looked for


class Known(NamedTuple):
    """Settings, the blob they were read from, and a note where that is not the snapshot's own."""

    settings: Settings
    blob: str
    note: str = ""


class Older(NamedTuple):
    """Settings that may be used instead, and what to call them."""

    found: Found
    words: str


def settings_at(repo: Repository, revision: str | None) -> tuple[Settings, str]:
    """The settings to go by at a revision, and a note where they are not its own. Raises Failure: none."""
    known = settings_in(snapshot(repo, revision))
    return known.settings, known.note


def settings_in(found: Snapshot, instead: Iterable[Older] | None = None) -> Known:
    """The settings of a snapshot. Where they are invalid, the first that can be used `instead`.

    Unless told, these are the newest good ones of the history, and where there are none at all, what lies
    in the work tree. Raises Failure when there are none to go by, with every problem of the snapshot's own.
    """
    own = found.find(SETTINGS)
    name = instance_name(found.repo)
    if own is None:
        return _nowhere(found, name, may_be_uncommitted=instead is None)
    try:
        return Known(_loaded(own.content, name), own.blob)
    except BadFile as bad:
        for (blob, content), words in _earlier(found) if instead is None else instead:
            settings = _valid(content, name)
            if settings is not None:
                place = bad.location or inert(SETTINGS)
                return Known(settings, blob, f"{place}: {bad.message}: {words} are used instead")
        raise


def over_time(repo: Repository, revision: str) -> list[tuple[datetime, Settings]]:
    """The good settings of a branch, each with the date since when it had them, the oldest first."""
    name = instance_name(repo)
    found: list[tuple[datetime, Settings]] = []
    look = ("rev-list", "--timestamp", "--reverse", "--first-parent", "--end-of-options", revision)
    for line in repo.git.line(*look, "--", SETTINGS).splitlines():
        seconds, _, commit = line.partition(" ")
        older = found_at(repo, commit, SETTINGS)
        settings = _valid(older.content, name) if older is not None else None
        if settings is not None and not (found and found[-1][1] == settings):
            found.append((datetime.fromtimestamp(int(seconds), UTC), settings))
    return found


def last_applied(repo: Repository, blob: str | None) -> Iterator[Older]:
    """The settings of the last run, if they are known and still here."""
    if blob is None:
        return
    try:
        yield Older(Found(blob, repo.blobs([blob])[blob]), "the last applied settings")
    except GitTrouble:
        return


def instance_name(repo: Repository) -> str:
    """The repository's name: the end of its remote's address, else its folder's name."""
    remote = repo.git.ask("remote", "get-url", "--", "origin")
    place = remote.out.decode(errors="replace").strip() if remote.code == 0 else str(repo.folder)
    name = re.split(r"[/:@]", place.rstrip("/"))[-1].removesuffix(".git")
    return re.sub(r"[^A-Za-z0-9_.-]", "-", name) or "incidents"


def _nowhere(found: Snapshot, name: str, *, may_be_uncommitted: bool) -> Known:
    """The settings that lie in the work tree, where no commit has any. Raises Failure."""
    place = found.repo.folder / SETTINGS
    if not may_be_uncommitted or place.is_symlink() or not place.is_file():
        at = f" at {found.revision[:12]}" if found.revision else ""
        raise Failure(
            f"there is no {SETTINGS} in {found.repo.folder}{at}",
            detail="it names the severities, and the branch on which incidents live",
            next=f"write {SETTINGS} (at least `severities:`) and commit it",
        )
    note = f"{SETTINGS} is not committed yet: `git add {SETTINGS}` and commit it"
    return Known(_loaded(place.read_bytes(), name), UNCOMMITTED, note)


def _earlier(found: Snapshot) -> Iterator[Older]:
    """The settings of earlier commits, the newest first."""
    if found.revision is None:
        return
    look = ("rev-list", f"--max-count={_LOOKED_BACK}", found.revision, "--", SETTINGS)
    for commit in found.repo.git.line(*look).split():
        older = found_at(found.repo, commit, SETTINGS)
        if older is not None:
            yield Older(older, f"the settings of commit {commit[:12]}")


def _valid(content: bytes, name: str) -> Settings | None:
    try:
        return _loaded(content, name)
    except BadFile:
        return None


def _loaded(content: bytes, name: str) -> Settings:
    return load_settings(content, SETTINGS, name=name)
