"""Commits that are told before they are on the branch: each under a ref of its own until it is.

Whoever sends a page on a commit that is still being pushed must not lose it: were the process killed then,
on-call would have been called for an incident that is nowhere. The next start finds it here.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.repo import refs
from reconciler.repo.repository import Repository

PREFIX = "refs/reconciler/waiting"
#: Names this process: its own commits are being pushed, those of others were left behind.
_OURS = secrets.token_hex(4)
#: No push takes so long: what this process still holds then was refused.
_STUCK = timedelta(minutes=3)


@dataclass
class Keeping:
    """The commit of one edit: the one that a lost race makes takes its place."""

    repo: Repository
    _kept: list[str] = field(default_factory=list)

    def keep(self, commit: str) -> None:
        """Hold on to a commit. Raises GitTrouble."""
        refs.move(self.repo.git, f"{PREFIX}/{_OURS}/{commit}", commit, None)
        before, self._kept = self._kept, [commit]
        let_go(self.repo, [one for one in before if one != commit])

    def let_go(self) -> None:
        """What became of the edit is known: it is on a branch, or was given up."""
        let_go(self.repo, self._kept)


def left_behind(repo: Repository, now: datetime) -> list[str]:
    """The commits that are held and not under way, the oldest first."""
    return [
        commit
        for name, commit, at in _held(repo)
        if f"/{_OURS}/" not in name or now.timestamp() - at > _STUCK.total_seconds()
    ]


def let_go(repo: Repository, commits: list[str]) -> None:
    """Hold on to these commits no longer."""
    for name, commit, _ in _held(repo) if commits else ():
        if commit in commits:
            repo.git.ask("update-ref", "-d", name, commit)


def held(repo: Repository) -> list[str]:
    """Every commit that is held."""
    return [commit for _, commit, _ in _held(repo)]


def _held(repo: Repository) -> list[tuple[str, str, int]]:
    form = "--format=%(refname) %(objectname) %(committerdate:unix)"
    lines = repo.git.line("for-each-ref", "--sort=committerdate", form, f"{PREFIX}/").splitlines()
    parts = (line.split(" ") for line in lines)
    return [(name, commit, int(at)) for name, commit, at in parts]
