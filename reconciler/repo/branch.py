"""Moves a branch of this repository, and takes the work tree along in which it is checked out.

Otherwise `git status` would show there the opposite of every edit that this tool commits, and the next
`git commit` would undo it.
"""

from __future__ import annotations

import fcntl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reconciler.errors import Failure
from reconciler.repo import refs
from reconciler.repo.git import Git, LostRace, lock_in, text
from reconciler.repo.repository import Repository
from reconciler.repo.tree import dirty


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch as it was found: its ref, its commit (None: it has none yet), and where it is checked out."""

    git: Git
    ref: str
    commit: str | None
    work_tree: Git | None

    @classmethod
    def of(cls, repo: Repository, name: str) -> Branch:
        """The branch as it is now; linked work trees are looked through too."""
        ref = refs.branch_ref(name)
        commit = refs.value(repo.git, ref)
        return cls(repo.git, ref, commit, _work_tree(repo, ref, commit))

    def refuse_dirty(self, paths: Collection[str]) -> None:
        """Raise Failure when one of these paths has edits that are not committed."""
        if self.work_tree is None or not paths:
            return
        touched = _uncommitted(self.work_tree, paths)
        if touched:
            raise Failure(
                f"{touched[0]} has edits that are not committed, in {self.work_tree.folder}",
                detail="nothing was written, so that they are not lost",
                next="commit them or put them aside (`git stash`), and try again",
            )

    def advance(self, new: str) -> None:
        """Move the branch from its commit to `new`, the work tree with it.

        Uncommitted edits of other files stay as they are. Raises Failure when edits are in the way, and
        LostRace when the branch has moved; then nothing is changed.
        """
        if self.work_tree is None:
            return self._move(new)
        with _alone(self.work_tree):
            if refs.value(self.git, self.ref) != self.commit:
                raise self._lost()
            self._check_out(self.commit, new)
            try:
                self._move(new)
            except Failure:
                self._check_out(new, self.commit)
                raise

    def _move(self, new: str) -> None:
        if not refs.move(self.git, self.ref, new, self.commit):
            raise self._lost()

    def _lost(self) -> LostRace:
        return LostRace(f"{self.ref} has moved meanwhile", next="try again")

    def _check_out(self, old: str | None, new: str | None) -> None:
        assert self.work_tree is not None
        self.work_tree.ask("update-index", "-q", "--refresh")
        ends = [commit or self.git.line("mktree") for commit in (old, new)]
        answer = self.work_tree.ask("read-tree", "-m", "-u", *ends)
        if answer.code:
            locked = lock_in(answer.error)
            raise Failure(
                f"the work tree {self.work_tree.folder} could not take the new commit",
                detail=answer.error,
                next=f"if no other git is at work there, one was killed: remove {locked}"
                if locked
                else "commit its edits or put them aside (`git stash`), and try again",
            )


@contextmanager
def _alone(work_tree: Git) -> Iterator[None]:
    """Of our own processes and threads, one at a time moves a work tree; a crash leaves nothing locked."""
    place = work_tree.folder / work_tree.line("rev-parse", "--git-path", "reconciler.lock")
    with open(place, "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _work_tree(repo: Repository, ref: str, commit: str | None) -> Git | None:
    if commit is None:  # a branch without a commit is in no list
        head = repo.git.ask("symbolic-ref", "--quiet", "HEAD")
        return repo.git if not repo.bare and text(head.out).strip() == ref else None
    place = repo.git.line("for-each-ref", "--format=%(worktreepath)", ref)
    if not place:
        return None
    work_tree = Git(place)  # or a bare repository whose HEAD names the branch
    return work_tree if work_tree.ask("rev-parse", "--is-inside-work-tree").out == b"true\n" else None


def _uncommitted(work_tree: Git, paths: Collection[str]) -> list[str]:
    untracked = work_tree.run("ls-files", "-z", "--others", "--", *paths)  # ignored ones, too
    return sorted({*dirty(work_tree, *paths), *filter(None, text(untracked).split("\0"))})
