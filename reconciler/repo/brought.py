"""In which pull request a commit came: told by the merges of the history alone, no service is asked.

A merge of a pull request says so in its message, and so does a commit into which one was squashed. Commits
that were put on top of the branch one by one, which GitHub calls rebasing, leave no trace of theirs.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from reconciler.incident.edits import moment
from reconciler.repo.git import text
from reconciler.repo.repository import Repository

#: GitHub's and Bitbucket's, Azure's; GitLab tells it in the body.
_MERGED = re.compile(
    r"\AMerge pull request #(\d{1,9}) from |\AMerged in .*\(pull request #(\d{1,9})\)$"
    r"|\AMerged PR (\d{1,9}): |^See merge request \S*!(\d{1,9})$",
    re.MULTILINE,
)
_SQUASHED = re.compile(r"\A[^\n]*\(#(\d{1,9})\)[ \t]*$", re.MULTILINE)

_LOG = ("-c", "log.showSignature=false", "-c", "log.follow=false", "log", "-z", "--no-color", "--no-notes")
_FORMAT = ("--encoding=UTF-8", "--format=%H%x00%P%x00%ct%x00%an <%ae>%x00%B")


class Pull(NamedTuple):
    """A pull request: its number, and the commit that brought it in, with who made that and when."""

    number: int
    commit: str = ""
    who: str = ""
    at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        at = moment(self.at) if self.at else None
        return {"number": self.number, "merge": self.commit or None, "by": self.who or None, "at": at}


class Node(NamedTuple):
    """A commit among others: its parents, its time, and the pull request that it merges."""

    parents: Sequence[str]
    seconds: int
    pull: Pull | None = None


def bound(option: str, at: datetime) -> str:
    """A bound in time, as Git reads it: fewer digits than nine would be a day or an hour to it."""
    return f"--{option}=@{max(int(at.timestamp()), 100_000_000)}"


def squashed(message: str) -> Pull | None:
    """The pull request that a commit holds as a whole, as its subject says: `Back again (#12)`."""
    found = _SQUASHED.search(message)
    return Pull(int(found[1])) if found else None


def touched(repo: Repository, revision: str, path: str) -> list[str]:
    """The commits that touched a file, and the merges by which they came in, the newest first."""
    return repo.git.line("rev-list", "--show-pulls", "--end-of-options", revision, "--", path).split()


def of_file(repo: Repository, ends: Sequence[str], paths: Iterable[str]) -> dict[str, Pull]:
    """For each commit that touched a file, the pull request in which it came; the innermost one counts.

    `ends` say which commits to look at, as `git rev-list` has it: every merge among them costs.
    """
    listed = sorted(paths)
    look = (*_LOG, *_FORMAT, "--full-history", "--end-of-options", *ends, "--", *listed)
    found: dict[str, Pull] = {}
    for merge, node in _nodes(repo, look).items():
        if node.pull is not None:
            inside = ("rev-list", "--full-history", "--end-of-options", merge, f"^{merge}^1", "--", *listed)
            found |= dict.fromkeys(repo.git.line(*inside).split(), node.pull)
    return found


def of_commits(repo: Repository, revision: str, since: datetime) -> dict[str, Pull]:
    """The same for every commit since then, in whichever file."""
    nodes = _nodes(repo, (*_LOG, *_FORMAT, bound("since", since), "--end-of-options", revision, "--"))
    found: dict[str, Pull] = {}
    for merge, node in nodes.items():
        if node.pull is not None:
            found |= dict.fromkeys((merge, *_inside(nodes, node)), node.pull)
    return found


def _nodes(repo: Repository, look: Sequence[str]) -> dict[str, Node]:
    """Commit → what it is, the newest first."""
    words = text(repo.git.run(*look)).split("\0")
    return {
        commit.strip(): _node(commit.strip(), *about)
        for commit, *about in zip(
            words[::5], words[1::5], words[2::5], words[3::5], words[4::5], strict=False
        )
    }


def _node(commit: str, parents: str, seconds: str, who: str, message: str) -> Node:
    between = parents.split()
    found = _MERGED.search(message)
    if found is None:
        return Node(between, int(seconds))
    number = next(int(one) for one in found.groups() if one)
    return Node(between, int(seconds), Pull(number, commit, who, datetime.fromtimestamp(int(seconds), UTC)))


def _inside(nodes: Mapping[str, Node], merge: Node) -> Iterator[str]:
    """What a merge brought: what its later parents have and its first has not. The newest come first."""
    base, *others = merge.parents or ("",)
    known = dict.fromkeys(others, False) | {base: True}  # commit → whether the first parent has it
    queue = [(-nodes[one].seconds, one) for one in known if one in nodes]
    heapq.heapify(queue)
    inside = []
    while any(not known[one] for _, one in queue):
        _, commit = heapq.heappop(queue)
        if not known[commit]:
            inside.append(commit)
        for parent in nodes[commit].parents:
            if parent in nodes and (parent not in known or (known[commit] and not known[parent])):
                heapq.heappush(queue, (-nodes[parent].seconds, parent))
                known[parent] = known[commit]
    yield from (commit for commit in dict.fromkeys(inside) if not known[commit])
