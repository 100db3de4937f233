"""One repository, as the rest of the program sees it: revisions, files, and what the remote's branch says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import Failure
from reconciler.repo import refs, remote, tree
from reconciler.repo.git import Git, text
from reconciler.repo.tree import Edits, Listing

#: The branches of single incidents, each named by an id, on which edits wait for a review.
PROPOSALS = "incident/"


class Tip(NamedTuple):
    """The commit to work from, and what a user should know about the choice."""

    revision: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository on this machine. It keeps nothing but its place, so threads may share it."""

    git: Git
    bare: bool = False

    @classmethod
    def open(cls, folder: str | Path) -> Repository:
        """The repository that `folder` lies in. Raises Failure when there is none."""
        git = Git(folder)
        top = git.ask("rev-parse", "--show-toplevel")
        if top.code == 0:
            return cls(Git(text(top.out).removesuffix("\n")))
        bare = git.ask("rev-parse", "--is-bare-repository", "--absolute-git-dir")
        answer, _, place = text(bare.out).removesuffix("\n").partition("\n")
        if bare.code == 0 and answer == "true":
            return cls(Git(place), bare=True)
        raise _no_repository(folder, top.error)

    @property
    def folder(self) -> Path:
        """The top of the work tree, or the bare repository itself."""
        return self.git.folder

    @property
    def own_folder(self) -> Path:
        """Where a process may keep what concerns this clone alone; it need not be there yet."""
        return self.folder / self.git.line("rev-parse", "--git-path", "reconciler")

    def remote_place(self, name: str) -> tuple[str, str] | None:
        """Host and path of a remote's address (`github.com`, `example/incidents`); None where it has none."""
        answer = self.git.ask("remote", "get-url", "--", name)
        found = _ADDRESS.fullmatch(text(answer.out).strip()) if answer.code == 0 else None
        return (found[1], found[2]) if found else None

    # Revisions

    def resolve(self, revision: str) -> str | None:
        """The commit that a branch, a tag, `HEAD~2` or an abbreviated id names; None where there is none."""
        return refs.value(self.git, f"{revision}^{{commit}}")

    def is_ancestor(self, a: str, b: str) -> bool:
        """True when `b` is `a` or descends from it, as far as the history here goes.

        A shallow clone cannot know: on False ask `is_shallow`, `deepen`, and ask again.
        """
        return a == b or self.git.ask("merge-base", "--is-ancestor", "--end-of-options", a, b).code == 0

    @property
    def is_shallow(self) -> bool:
        """True when part of the history was left at the remote."""
        return self.git.line("rev-parse", "--is-shallow-repository") == "true"

    # The remote

    def has_remote(self, name: str) -> bool:
        """True when a remote of that name is configured."""
        return self.git.ask("remote", "get-url", "--", name).code == 0

    def fetch(
        self, name: str, branch: str, *, timeout: float = remote.TIMEOUT, proposals: bool = False
    ) -> None:
        """Bring the remote's branch here, as `refs/remotes/…`, if there is a remote; `timeout` in seconds.

        With `proposals` also the branches of single incidents, as the remote has them at the same moment;
        those that it has no more go. Raises RemoteTrouble.
        """
        if not self.has_remote(name):
            return
        every = f"+refs/heads/{PROPOSALS}*:refs/remotes/{name}/{PROPOSALS}*"
        prune, also = (["--prune"], [every]) if proposals else ([], [])
        remote.fetch(self.git, name, _refspec(name, branch), *prune, timeout=timeout, also=also)

    def deepen(self, name: str, branch: str) -> None:
        """Fetch what a shallow clone left out. Raises Failure when that is impossible."""
        if not self.is_shallow:
            return
        if not self.has_remote(name):
            raise Failure(
                "the history here is cut off, and there is no remote to fetch the rest from",
                next=f"add the remote (`git remote add {name} …`), or clone again in full",
            )
        timeout = remote.HISTORY_TIMEOUT
        remote.fetch(self.git, name, _refspec(name, branch), "--unshallow", timeout=timeout)
        if self.is_shallow:
            raise Failure(
                f"the history here is cut off, and {name} did not have the rest",
                next="clone again in full from a repository that has the whole history",
            )

    def tip(self, name: str, branch: str, *, fetched: bool = True) -> Tip:
        """The commit that decides: the remote's tip of the branch, or local commits on top of it.

        Looks only at what is here: `fetch` comes before; `fetched=False` says that it failed. Raises Failure
        when neither side has the branch.
        """
        head = refs.branch_ref(branch)
        ours = refs.value(self.git, head)
        theirs = refs.value(self.git, refs.tracking_ref(name, head))
        if not self.has_remote(name):
            theirs, fetched = None, True
        note = "" if fetched else f"{name} could not be reached: this is {branch} as it was last fetched"
        if ours is None or theirs is None:
            return Tip(ours or theirs or self._no_branch(branch), note)
        if self.is_ancestor(theirs, ours):
            return Tip(ours, note)
        if self.is_ancestor(ours, theirs):
            return Tip(theirs, note)
        return Tip(theirs, "; ".join(filter(None, (note, _diverged(name, branch)))))

    def _no_branch(self, branch: str) -> str:
        here = self.git.line(
            "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes"
        ).split()
        raise Failure(
            f"there is no branch {branch}",
            detail=f"branches here: {', '.join(here)}" if here else "this repository has no commit yet",
            next=f"name the branch in the settings (`git: {{branch: …}}`), or commit something on {branch}",
        )

    # Files

    def listing(self, revision: str, folder: str = "incidents") -> Listing:
        """The files below a folder (`""`: all) at a commit, and apart what is no file (links, submodules)."""
        return tree.listing(self.git, revision, *_below(folder))

    def files(self, revision: str, folder: str = "incidents") -> dict[str, str]:
        """The files below a folder at a commit: path → blob id."""
        return self.listing(revision, folder).files

    def read(self, revision: str, path: str) -> bytes | None:
        """The content of one file at a commit; None where there is no file of that path."""
        return tree.read(self.git, revision, path)

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of many blobs, in one process."""
        return tree.blobs(self.git, ids)

    def dirty(self, folder: str = "incidents") -> list[str]:
        """The paths below a folder that differ from HEAD in the index or the work tree, or are untracked."""
        return [] if self.bare else tree.dirty(self.git, *_below(folder))

    def edits(self, folder: str = "incidents") -> Edits:
        """What the work tree holds below a folder other than HEAD does."""
        return Edits() if self.bare else tree.edits(self.git, *_below(folder))


_ADDRESS = re.compile(
    r"(?:https?://|ssh://(?:\w+@)?|\w+@)(?:[^@/]*@)?([\w.-]+)(?::\d+(?=/))?[:/](.+?)(?:\.git)?/?"
)


def _below(folder: str) -> list[str]:
    return [folder] if folder else []


def _refspec(name: str, branch: str) -> str:
    head = refs.branch_ref(branch)
    return f"+{head}:{refs.tracking_ref(name, head)}"


def _diverged(name: str, branch: str) -> str:
    return (
        f"{branch} here and at {name} have diverged: the commits that only this machine has are left out; "
        "`git pull --rebase` and push to bring them in"
    )


def _no_repository(folder: str | Path, error: str) -> Failure:
    if "dubious ownership" in error:
        return Failure(
            f"Git does not trust the repository in {folder}, because it belongs to another user",
            detail=error,
            next="`git config --global --add safe.directory` and its path, if you trust it",
        )
    return Failure(
        f"there is no Git repository in {Path(folder).absolute()}",
        detail=error,
        next="go to the folder of your incidents, or name it (`reconciler -C DIR …`); `git init` makes one",
    )
