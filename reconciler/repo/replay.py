"""Brings what only this machine has on top of what the remote's branch has become, for want of a person.

A resident process commits while the Git host is away, and so do its like; when the host is back, the first
one pushes and the others have diverged. Nobody is there to pull and push. Each of their commits, known by
its `Request-Id`, is made again on top: by the same author, of the same time, doing the same to what is there
now. What cannot be done any more, since somebody has set the same key, is left out, and the commit says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from reconciler.errors import Failure
from reconciler.incident.place import FOLDER
from reconciler.incident.settings import GitSettings
from reconciler.incident.text import one_line
from reconciler.repo import refs, remote
from reconciler.repo.branch import Branch
from reconciler.repo.carry import carried
from reconciler.repo.git import LostRace, text
from reconciler.repo.good_settings import settings_at
from reconciler.repo.loader import BadFile, load_incident
from reconciler.repo.objects import make_commit, standing_modes
from reconciler.repo.remote import Pushed
from reconciler.repo.repository import Repository
from reconciler.repo.snapshot import found_at
from reconciler.repo.waiting import left_behind, let_go

_REQUESTS = "--format=%H%x00%(trailers:key=Request-Id,valueonly,separator=%x20)%x00"
_WORDS = "--format=%P%x00%an%x00%ae%x00%ct%x00%B"


class Brought(NamedTuple):
    """How many commits were brought in, and what of them could not be."""

    number: int
    left_out: tuple[str, ...] = ()


def bring_in(repo: Repository, settings: GitSettings, now: datetime) -> Brought:
    """Make again, and push, what has diverged or was left behind; nothing where there is nothing of the kind.

    Looks at what was fetched last. Commits without a request, which people made, are left to people. Raises
    LostRace when others are quicker, and RemoteTrouble.
    """
    head = refs.branch_ref(settings.branch)
    ours = refs.value(repo.git, head)
    theirs = refs.value(repo.git, refs.tracking_ref(settings.remote, head))
    if theirs is None or not repo.has_remote(settings.remote):
        return Brought(0)
    diverged = ours is not None and not (repo.is_ancestor(ours, theirs) or repo.is_ancestor(theirs, ours))
    base = theirs if diverged or ours is None or repo.is_ancestor(ours, theirs) else ours
    own = requests(repo, f"{theirs}..{ours}") if diverged else []
    if not all(request for _, request in own):
        return Brought(0)
    held = left_behind(repo, now)
    lost = [commit for commit in held if not repo.is_ancestor(commit, base)]
    again = list(dict.fromkeys([*(commit for commit, _ in reversed(own)), *lost]))
    if not again:
        let_go(repo, held)
        return Brought(0)
    made = Replay(repo, base).run(again)
    if remote.push_branch(repo.git, settings.remote, made.base, head) is Pushed.RACED:
        raise LostRace(f"{settings.branch} has moved at {settings.remote}")
    _move(repo, settings, ours, made.base)
    let_go(repo, held)
    return Brought(len(again), tuple(made.left_out))


def carried_over(repo: Repository, last: str, commit: str) -> bool:
    """True where every commit that only `last` has was made again below `commit`, as its request tells."""
    if repo.resolve(last) is None:
        return False
    wanted = {request for _, request in requests(repo, f"{commit}..{last}")}
    made = {request for _, request in requests(repo, f"{last}..{commit}")}
    return "" not in wanted and wanted <= made


def _move(repo: Repository, settings: GitSettings, ours: str | None, made: str) -> None:
    """Take the branch of this repository along. Raises LostRace where it has moved meanwhile."""
    place = Branch.of(repo, settings.branch)
    if ours is None and place.work_tree is None:
        return
    if place.commit != ours:
        raise LostRace(f"{settings.branch} has moved meanwhile")
    place.advance(made)


def requests(repo: Repository, commits: str) -> list[tuple[str, str]]:
    """The commits of a range, the newest first, each with its request; empty where it has none."""
    look = ("-c", "log.showSignature=false", "log", "--topo-order", _REQUESTS, "--end-of-options", commits)
    words = text(repo.git.run(*look)).split("\0")
    pairs = zip(words[::2], words[1::2], strict=False)
    return [(commit.strip(), request.strip()) for commit, request in pairs]


@dataclass
class Replay:
    """Makes commits again on top of `base`, then the last of them; `left_out` tells what could not."""

    repo: Repository
    base: str

    def run(self, commits: Sequence[str]) -> Replay:
        """The same, once these are made again, the oldest first, but for those whose requests it has."""
        self.left_out: list[str] = []
        known = self._known(commits)
        for commit in commits:
            if not {request for _, request in requests(self.repo, f"{commit}^!")} & known:
                self._again(commit)
        return self

    def _known(self, commits: Iterable[str]) -> set[str]:
        """The requests that others have carried out since these commits were made."""
        found = (requests(self.repo, f"{commit}..{self.base}") for commit in commits)
        return {request for listed in found for _, request in listed if request}

    def _again(self, commit: str) -> None:
        look = ("-c", "log.showSignature=false", "log", "-1", _WORDS, "--end-of-options", commit)
        parents, name, address, at, said = text(self.repo.git.run(*look)).split("\0", 4)
        files: dict[str, bytes | None] = {}
        why: list[str] = []
        for path in self._touched(commit):
            try:
                files |= self._file(parents.split(" ")[0], commit, path)
            except Failure as failure:
                why.append(one_line(failure.message, 200))
        words = _left_out(said.strip(), why) if why else f"{said.strip()}\n"
        when = datetime.fromtimestamp(int(at), UTC)
        modes = standing_modes(self.repo.git, self.base, files)
        author = (name, address)
        self.base = make_commit(self.repo.git, [self.base], files, words, author, when, modes)
        self.left_out += [f"{said.partition(chr(10))[0]}: {one}" for one in why]

    def _touched(self, commit: str) -> list[str]:
        names = ("diff-tree", "--no-commit-id", "--name-only", "--no-renames", "-r", "-z", "--root", commit)
        return [path for path in text(self.repo.git.run(*names)).split("\0") if path]

    def _file(self, parent: str, commit: str, path: str) -> dict[str, bytes | None]:
        """What to write at a path so that it has what the commit did, if it has not yet. Raises Failure."""
        before = found_at(self.repo, parent, path) if parent else None
        after, now = (found_at(self.repo, revision, path) for revision in (commit, self.base))
        if now == after:
            return {}
        if now == before:
            return {path: after.content if after else None}
        if before is None or after is None or now is None:
            raise Failure(f"{path} was made or removed by somebody else meanwhile")
        content = carried(before.content, after.content, now.content, path)
        if path.startswith(f"{FOLDER}/"):
            self._refuse_bad(content, path)
        return {path: content}

    def _refuse_bad(self, content: bytes, path: str) -> None:
        try:
            load_incident(content, path, settings_at(self.repo, self.base)[0])
        except BadFile:  # what it says may be private
            raise Failure(f"{path} would not be valid any more") from None


def _left_out(said: str, why: Iterable[str]) -> str:
    """The commit's words, with what is left out before the trailers."""
    body, _, trailers = said.rpartition("\n\n")
    return "\n\n".join([body, *(f"Left out: {one}" for one in why), trailers]) + "\n"
