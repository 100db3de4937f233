"""Pushes what only this machine has, before it is written into the world.

An apply takes local commits on top of the remote's branch: a verb made them while the remote was out of
reach, or somebody has not pushed yet. Once they are applied, every other machine refuses to go on without
them, so they must be there for the others (docs/decisions/0007-applied-is-pushed.md). The push goes beside
the looks and the pages, and what waits for the lease waits for it; one that lost a race means that this run
has planned on what is not the newest, and plans again.
"""

from __future__ import annotations

from threading import Lock

from reconciler.errors import Failure
from reconciler.incident.text import one_line
from reconciler.repo import refs
from reconciler.repo.commit import push_waiting
from reconciler.repo.git import LostRace
from reconciler.repo.remote import Unanswered
from reconciler.repo.repository import Repository
from reconciler.run.ground import Ground


class Sharing:
    """The commits of one pass that the remote does not have yet. `note` tells what became of them."""

    def __init__(self, repo: Repository, at: Ground):
        self._repo, self._at = repo, at
        self._lock = Lock()
        self._lost: bool | None = None
        self.note = ""

    def done(self) -> bool:
        """Push them, once; False when somebody else was first, and the run has to look again."""
        with self._lock:
            if self._lost is None:
                self._lost = self._push()
            return not self._lost

    def _push(self) -> bool:
        waiting = self._waiting()
        if not waiting:
            return False
        git, commit = self._at.git, self._at.commit
        commits = f"{waiting} commit{'s' if waiting > 1 else ''} of {git.branch}"
        try:
            push_waiting(self._repo, git, commit)
        except LostRace:
            return True
        except Unanswered as silent:
            self.note = (
                f"whether {commits}, applied here, reached {git.remote} is not known: {silent.message}"
            )
            return False
        except Failure as failure:
            why = one_line(
                f"{failure.message} ({failure.detail})" if failure.detail else failure.message, 300
            )
            self.note = (
                f"{commits}, applied here, could not be pushed to {git.remote}: {why}; "
                "other machines refuse to apply until that is done"
            )
            return False
        self.note = f"pushed {commits} that only this machine had, up to {commit[:12]}"
        return False

    def _waiting(self) -> int:
        """How many commits the remote's branch is behind; none where it is not there, or not known."""
        git, commit = self._at.git, self._at.commit
        theirs = refs.value(self._repo.git, refs.tracking_ref(git.remote, refs.branch_ref(git.branch)))
        known = self._at.reachable and self._repo.has_remote(git.remote) and theirs is not None
        if not known or theirs == commit or not self._repo.is_ancestor(str(theirs), commit):
            return 0
        return int(self._repo.git.line("rev-list", "--count", f"{theirs}..{commit}"))
