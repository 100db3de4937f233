"""Keeps Git's own index of which commit touched which file (the commit-graph with changed paths).

With it one file's history is found without opening the commits of the others: 0.05 s instead of 0.7 s among
30,000. Nothing depends on it, and it is nobody's content: Git drops and remakes it as it likes. So it is
written where somebody has just waited for a history, after they have been told, and wherever that cannot be
done (a repository that is read-only, shallow, in parts, or set up without it) it is left.
"""

from __future__ import annotations

import struct
import time
from pathlib import Path

from reconciler.errors import Failure
from reconciler.repo.repository import Repository

#: A history of so many commits is worth it; so many seconds after an attempt comes the next one.
LARGE, FRESH = 2000, 24 * 3600.0
#: Seconds that writing may take: for 30,000 commits it takes two.
PATIENCE = 30.0

_WRITE = ("commit-graph", "write", "--reachable", "--changed-paths", "--no-progress")
#: Settings that say that there shall be none.
_SWITCHES = ("core.commitGraph", "gc.writeCommitGraph")
_CHANGED_PATHS = b"BIDX"
_TROUBLE = (Failure, OSError, ValueError, IndexError, struct.error)


def due(repo: Repository, revision: str) -> bool:
    """Whether the graph may be written, is worth it, and was not tried to be within the day. Never raises."""
    try:
        tried = _stamp(repo)
        if tried.exists() and time.time() - tried.stat().st_mtime < FRESH:
            return False
        return _wanted(repo) and _large(repo, revision)
    except _TROUBLE:
        return False


def write(repo: Repository) -> bool:
    """Write the graph, of all refs; whether that could be done. Never raises."""
    try:
        _stamp(repo).touch()  # where it takes too long it is not tried at every look
        newest = _newest(repo)
        known = newest is not None and _has_paths(newest)
        return repo.git.ask(*_WRITE, "--split" if known else "--split=replace", timeout=PATIENCE).code == 0
    except _TROUBLE:
        return False


def _stamp(repo: Repository) -> Path:
    """A file that is as old as the last attempt."""
    return repo.folder / repo.git.line("rev-parse", "--git-path", "reconciler-graph")


def _newest(repo: Repository) -> Path | None:
    """The file of the graph that was written last: a single one, or the top one of a chain."""
    info = repo.folder / repo.git.line("rev-parse", "--git-path", "objects/info")
    chain, single = info / "commit-graphs" / "commit-graph-chain", info / "commit-graph"
    if chain.exists():
        return chain.with_name(f"graph-{chain.read_text().split()[-1]}.graph")
    return single if single.exists() else None


def _has_paths(graph: Path) -> bool:
    """Whether a graph tells of changed paths: a chunk of it is called so (gitformat-commit-graph)."""
    with graph.open("rb") as file:
        signature, _, _, chunks, _ = struct.unpack(">4s4B", file.read(8))
        names = [file.read(12)[:4] for _ in range(chunks)]
    return signature == b"CGPH" and _CHANGED_PATHS in names


def _wanted(repo: Repository) -> bool:
    """False where the settings of Git say no, and where what was left at the remote would be fetched."""
    parted = repo.git.ask("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$")
    off = (repo.git.ask("config", "--type=bool", "--get", one).out.strip() == b"false" for one in _SWITCHES)
    return parted.code != 0 and not any(off) and not repo.is_shallow


def _large(repo: Repository, revision: str) -> bool:
    counted = repo.git.line("rev-list", "--count", f"--max-count={LARGE}", "--end-of-options", revision)
    return int(counted) >= LARGE
