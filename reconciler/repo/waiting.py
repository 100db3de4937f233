"""Commits that are told before they are on the branch: each under a ref of its own until it is.

Whoever sends a page on a commit that is still being pushed must not lose it: were the process killed then,
on-call would have been called for an incident that is nowhere. The next start finds it here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.repo import refs
from reconciler.repo.repository import Repository

PREFIX = "refs/reconciler/waiting/"


@dataclass
class Keeping:
    """The commits of one edit: a lost race makes another one."""

    repo: Repository
    _kept: list[str] = field(default_factory=list)

    def keep(self, commit: str) -> None:
        """Hold on to a commit. Raises GitTrouble."""
        refs.move(self.repo.git, f"{PREFIX}{commit}", commit, None)
        self._kept.append(commit)

    def let_go(self) -> None:
        """What became of the edit is known: it is on a branch, or was given up."""
        for commit in self._kept:
            let_go(self.repo, commit)


def let_go(repo: Repository, commit: str) -> None:
    """Hold on to a commit no longer."""
    repo.git.ask("update-ref", "-d", f"{PREFIX}{commit}")


def waiting(repo: Repository) -> list[str]:
    """The commits that are held, the oldest first."""
    return repo.git.line("for-each-ref", "--sort=committerdate", "--format=%(objectname)", PREFIX).split()
