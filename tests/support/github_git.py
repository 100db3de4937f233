"""The branches that pull requests are about: in a real bare repository, merged as GitHub merges."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tests.support.repositories import Remote, dated

REVIEWER = ("Rhea Viewer", "reviewer@example.com")


class Merged(Enum):
    """The three ways in which GitHub merges."""

    MERGE = "merge"
    SQUASH = "squash"
    REBASE = "rebase"


@dataclass
class Branches:
    """Without a remote every branch exists, and is ahead of every other."""

    remote: Remote | None

    def tip(self, name: str) -> str:
        """The commit of a branch; empty when there is none."""
        if self.remote is None:
            return hashlib.sha1(name.encode()).hexdigest()
        return self.remote.tip(f"refs/heads/{name}")

    def ahead(self, head: str, base: str) -> bool:
        """Whether the branch has commits that its base does not have."""
        if self.remote is None:
            return True
        return self.remote.git("rev-list", "--count", f"refs/heads/{base}..refs/heads/{head}") != "0"

    def delete(self, name: str) -> None:
        """Remove a branch."""
        if self.remote is not None:
            self.remote.git("update-ref", "-d", f"refs/heads/{name}")

    def merge(self, head: str, base: str, how: Merged, number: int, title: str, at: datetime) -> str:
        """Merge a branch; the commit that its base is at then."""
        if self.remote is None:
            return self.tip(base)
        ours, theirs = self.tip(base), self.tip(head)
        if how is Merged.REBASE:
            made = ours
            for one in self.remote.git("rev-list", "--reverse", f"{ours}..{theirs}").split():
                made = self._again(one, made, ours)
        else:
            tree = self.remote.git("merge-tree", "--write-tree", ours, theirs)
            words = f"Merge pull request #{number} from acme/{head}\n\n{title}"
            parents = ["-p", ours, "-p", theirs] if how is Merged.MERGE else ["-p", ours]
            said = words if how is Merged.MERGE else f"{title}\n\n{self._bodies(ours, theirs)}"
            made = self._commit(tree, parents, said, at)
        self.remote.git("update-ref", f"refs/heads/{base}", made, ours)
        return made

    def _bodies(self, ours: str, theirs: str) -> str:
        """What a squash collects: the messages of the commits, trailers and all."""
        assert self.remote is not None
        return self.remote.git("log", "--reverse", "--format=* %B", f"{ours}..{theirs}")

    def _again(self, commit: str, parent: str, ours: str) -> str:
        """A commit made again on another parent."""
        assert self.remote is not None
        tree = self.remote.git("merge-tree", "--write-tree", ours, commit)
        words = self.remote.git("log", "-1", "--format=%B", commit)
        name, address, at = self.remote.git("log", "-1", "--format=%an%n%ae%n%at", commit).splitlines()
        when = datetime.fromtimestamp(int(at)).astimezone()
        return self._commit(tree, ["-p", parent], words, when, (name, address))

    def _commit(
        self, tree: str, parents: list[str], words: str, at: datetime, by: tuple[str, str] = REVIEWER
    ) -> str:
        assert self.remote is not None
        return self.remote.git("commit-tree", tree, *parents, input=words.encode(), env=dated(at, by))
