"""When commits came to the branch itself: those of a side branch all at once, by their merge.

What a run applies is the tip of the branch. A pull request of three commits is applied as its merge leaves
it, and what it said in between was never asked for. Where somebody has pulled into commits of their own, the
branch is the merge's other parent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple

from reconciler.repo.repository import Repository


class Landing(NamedTuple):
    """Where on the branch a commit came to it, counted from the first one, and when."""

    place: int
    at: datetime


class MainLine:
    """The commits that were the branch's tip one after the other, as far as its merges tell."""

    def __init__(self, repo: Repository, revision: str, branch: str):
        self._repo, self._revision = repo, revision
        self._pulled = re.compile(rf"Merge (remote-tracking )?branch '([^']+/)?{re.escape(branch)}'( of |$)")
        self._known: dict[str, Landing | None] = {}

    def landed(self, commit: str) -> Landing | None:
        """When a commit came to the branch; None for one that it does not have."""
        if commit not in self._known:
            self._known[commit] = self._line.get(commit) or self._merged(commit)
        return self._known[commit]

    @cached_property
    def _line(self) -> dict[str, Landing]:
        newest_first = list(self._walked())
        return {
            commit: Landing(place, datetime.fromtimestamp(int(seconds), UTC))
            for place, (seconds, commit) in enumerate(reversed(newest_first))
        }

    def _walked(self) -> Iterator[tuple[str, str]]:
        """The line's commits with their seconds, the newest first."""
        start: str | None = self._revision
        while start is not None:
            look = ("rev-list", "--first-parent", "--timestamp", "--end-of-options", start)
            pulled = self._pulls(start)
            start = None
            for line in self._repo.git.line(*look).splitlines():
                seconds, _, commit = line.partition(" ")
                yield seconds, commit
                if commit in pulled:
                    start = pulled[commit]
                    break

    def _pulls(self, start: str) -> dict[str, str]:
        """The merges by which the branch was pulled into somebody's own commits, with its own tip."""
        look = ("-c", "log.showSignature=false", "log", "--first-parent", "--merges", "--format=%H %P %s")
        words = (
            line.split(" ", 3) for line in self._repo.git.line(*look, "--end-of-options", start).splitlines()
        )
        return {one[0]: one[2] for one in words if len(one) == 4 and self._pulled.match(one[3])}

    def _merged(self, commit: str) -> Landing | None:
        """The first commit of the line that descends from this one."""
        if not self._repo.is_ancestor(commit, self._revision):
            return None
        look = ("rev-list", "--ancestry-path", "--end-of-options")
        since = self._repo.git.line(*look, f"{commit}..{self._revision}").split()
        return min((self._line[one] for one in since if one in self._line), default=None)
