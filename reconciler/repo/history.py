"""What each incident file was, commit by commit, from one pass over the history.

A version is dated by the committer's date of the commit that changed the file, wherever it was made: a change
made on a branch counts from its own commit and not from the merge, and a merge counts only where it changed
the file itself, in a conflict. The first parent is not followed alone: a plain `git pull` makes merges whose
first parent is one's own side, and what others had on the branch before would change its date by it.

A file is known by its stem, so that a move between folders is nothing, and is looked for by whole paths as
long as they are few: Git then leaves out every folder that cannot hold them (0.3 s instead of 1.9 s for
30,000 commits). Where a file turns up, its commit is asked whether it came from another folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from reconciler.repo.git import text
from reconciler.repo.repository import Repository
from reconciler.repo.tree import listing

#: Up to so many paths are asked for by name; beyond, the whole folder is quicker.
_FEW = 64

#: What `read_log` reads.
LOG = (
    "-c", "log.showSignature=false", "-c", "log.showRoot=true", "-c", "log.follow=false",
    "log", "--raw", "-z", "-c", "--no-abbrev", "--no-renames", "--no-color", "--no-notes", "--encoding=UTF-8",
    "--format=%H%x00%ct%x00%an%x00%ae%x00%B",
)  # fmt: skip
_MOVES = (
    "diff-tree", "--stdin", "-r", "-m", "-z", "--raw", "--no-commit-id", "--no-renames", "--diff-filter=D",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """One file as one commit left it. `at` is the committer's date, aware, in UTC.

    `blob` and `content` are None where the commit removed the file. At the edge of a shallow clone
    (`cut`) the change may be older than the commit.
    """

    commit: str
    at: datetime
    author: str
    email: str
    message: str
    blob: str | None
    content: bytes | None = field(repr=False)
    cut: bool = False
    path: str = ""  # where it lay; empty where it was removed
    befores: tuple[str | None, ...] = ()  # the blobs that its parents had there, several for a merge


def committed(repo: Repository, revision: str, path: str) -> datetime:
    """When the newest commit that touched a file was made. Raises GitTrouble."""
    look = ("-c", "log.showSignature=false", "log", "-1", "--format=%ct", "--end-of-options")
    return datetime.fromtimestamp(int(repo.git.line(*look, revision, "--", path)), UTC)


def moved(repo: Repository, commit: str, path: str) -> bool:
    """Whether a commit removed a file of that name elsewhere: the one at the path came from there."""
    folder = path.partition("/")[0]
    answer = repo.git.run(*_MOVES, "--", folder, input=commit.encode() + b"\n")
    gone = (text(token) for token in answer.split(b"\0") if not token.startswith(b":"))
    return any(_stem(one) == _stem(path) for one in gone if one != path)


class Entry(NamedTuple):
    """What a commit did to a file: the blobs that its parents had there, and its own."""

    path: str
    befores: tuple[str | None, ...]
    after: str | None

    @property
    def merge(self) -> bool:
        return len(self.befores) > 1


class Commit(NamedTuple):
    """One commit of a log: what is known of it, and what it did to the wanted files."""

    head: list[bytes]  # id, seconds, author, email, message
    entries: list[Entry]


class _Span(NamedTuple):
    revision: str
    since: str | None
    folder: str
    whole: bool


class _Step(NamedTuple):
    commit: Commit
    blob: str | None
    entry: Entry | None  # of the place where the file lies then


Steps = list[_Step]


def versions(
    repo: Repository,
    revision: str,
    paths: Iterable[str],
    since: str | None = None,
    folder: str = "incidents",
    *,
    whole: bool = False,
) -> dict[str, list[Version]]:
    """The versions of incident files up to a revision: stem → oldest first; a mere move makes none.

    Where two lines met and one of them was taken, the other is left out, unless the `whole` is asked for.

    `paths` are where the files lie, or lay last. With `since`, only commits that it does not have; a `since`
    that is not here any more counts as none. One pass and one batch, whatever the number of files.
    """
    known = since is not None and repo.resolve(since) is not None
    span = _Span(revision, since if known else None, folder, whole)
    steps = _steps(repo, span, set(paths))
    contents = repo.blobs(step.blob for found in steps.values() for step in found if step.blob)
    edge = _edge(repo)
    return {stem: [_version(step, contents, edge) for step in found] for stem, found in steps.items()}


def joined(found: Mapping[str, list[Version]], paths: Iterable[str]) -> list[Version]:
    """The versions of one incident that had several names, each a path, the oldest name first."""
    return [version for stem in dict.fromkeys(map(_stem, paths)) for version in found.get(stem, ())]


def _version(step: _Step, contents: Mapping[str, bytes], edge: set[str]) -> Version:
    oid, seconds, author, email, message = (text(part) for part in step.commit.head)
    at = datetime.fromtimestamp(int(seconds), UTC)
    content = contents[step.blob] if step.blob else None
    path, befores = (step.entry.path, step.entry.befores) if step.entry else ("", ())
    known = befores if any(befores) else ()  # of one that was moved it is not known here
    return Version(oid, at, author, email, message.strip(), step.blob, content, oid in edge, path, known)


def _edge(repo: Repository) -> set[str]:
    shallow = repo.folder / repo.git.line("rev-parse", "--git-path", "shallow")
    return set(shallow.read_text().split()) if shallow.exists() else set()


def _steps(repo: Repository, span: _Span, paths: set[str]) -> dict[str, Steps]:
    """Stem → each commit that changed the file, with the blob it left."""
    wanted = {_stem(path) for path in paths}
    few = len(paths) <= _FEW
    below = paths if few else {span.folder}
    commits = list(_log(repo, span, below, wanted))
    former = _former_paths(repo, commits, wanted, span.folder) - paths if few else set()
    if former:
        return _steps(repo, span, paths | former)
    steps, parted = _by_stem(commits, wanted, _start(repo, span, below))
    if len(wanted) > 1:
        # Where a merge took one side of a file, only a look at that file alone leaves the other side out.
        for stem in parted:
            steps[stem] = _steps(repo, span, {path for path in paths if _stem(path) == stem})[stem]
    return steps


def _start(repo: Repository, span: _Span, below: set[str]) -> dict[str, str]:
    return listing(repo.git, span.since, *below).files if span.since and below else {}


def _by_stem(
    commits: Iterable[Commit], wanted: set[str], start: Mapping[str, str]
) -> tuple[dict[str, Steps], set[str]]:
    """Sort the commits by file, and name the files that were changed on two lines at once.

    `start` is what lay where before the first commit.
    """
    steps: dict[str, Steps] = {stem: [] for stem in wanted}
    present: dict[str, dict[str, str]] = {stem: {} for stem in wanted}
    parted = set()
    for path, blob in start.items():
        present.get(_stem(path), {})[path] = blob
    for commit in commits:
        for stem in {_stem(entry.path) for entry in commit.entries}:
            entries = [entry for entry in commit.entries if _stem(entry.path) == stem]
            if any(
                not entry.merge and entry.befores[0] != present[stem].get(entry.path) for entry in entries
            ):
                parted.add(stem)
            before = _newest(present[stem])
            _update(present[stem], entries)
            if _newest(present[stem]) != before:
                lies = next((entry for entry in entries if entry.after), None)
                steps[stem].append(_Step(commit, _newest(present[stem]), lies))
    return steps, parted


def _update(present: dict[str, str], entries: Iterable[Entry]) -> None:
    """Bring the places of one file up to date."""
    for entry in entries:
        present.pop(entry.path, None)
        if entry.after is not None:
            present[entry.path] = entry.after


def _newest(present: Mapping[str, str]) -> str | None:
    """Of a file that lies in two places for a while (copied, then removed) the newer counts."""
    return next(reversed(list(present.values())), None)


def _former_paths(repo: Repository, commits: Iterable[Commit], wanted: set[str], folder: str) -> set[str]:
    """Where the wanted files lay before the commits in which they turn up."""
    seen: set[str] = set()
    arrivals = []
    for commit in commits:
        fresh = {entry.path for entry in commit.entries if entry.after} - seen
        seen |= fresh
        if fresh:
            arrivals.append(commit.head[0] + b"\n")
    answer = repo.git.run(*_MOVES, "--", folder, input=b"".join(arrivals))
    found = (text(token) for token in answer.split(b"\0") if not token.startswith(b":"))
    return {path for path in found if _stem(path) in wanted}


def _log(repo: Repository, span: _Span, below: set[str], wanted: set[str]) -> Iterator[Commit]:
    """The commits that touched wanted files, oldest first."""
    if not below:
        return
    ends = [span.revision, f"^{span.since}"] if span.since else [span.revision]
    order = ("--date-order", "--reverse", *(("--full-history",) if span.whole else ()))
    answer = repo.git.run(*LOG, *order, "--end-of-options", *ends, "--", *sorted(below))
    yield from read_log(answer, lambda path: _stem(path) in wanted)


def read_log(answer: bytes, wanted: Callable[[str], bool]) -> Iterator[Commit]:
    """The commits that a log (`LOG`) tells of and that touched wanted files."""
    tokens = iter(answer.split(b"\0"))
    commit = Commit([], [])
    for token in tokens:
        token = token.lstrip(b"\n")
        if token.startswith(b":"):
            path = text(next(tokens))
            if wanted(path):
                commit.entries.append(_entry(path, token))
        elif token:
            if commit.entries:
                yield commit
            commit = Commit([token, *islice(tokens, 4)], [])
    if commit.entries:
        yield commit


def _entry(path: str, record: bytes) -> Entry:
    """Read `:mode new-mode blob new-blob M`, or a merge's `::mode mode new-mode blob blob new-blob MM`."""
    parents = record.count(b":")
    words = record[parents:].decode().split(" ")
    modes, blobs = words[: parents + 1], words[parents + 1 : -1]
    files = [blob if mode.startswith("100") else None for mode, blob in zip(modes, blobs, strict=True)]
    return Entry(path, tuple(files[:parents]), files[parents])


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name
