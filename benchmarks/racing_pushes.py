"""Eight people who commit at once onto one remote: how long the slowest takes, and whether one is lost.

    python benchmarks/racing_pushes.py [WRITERS [COMMITS]]

Each writer has a clone and makes its commits one after the other, as fast as they go; a push that lost a race
is made again on top of the winner. Told are the mean and the slowest, against the same commits made by one
writer after the other: the remote takes one push at a time, so that a writer among eight waits for seven.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier

from reconciler.clock import SystemClock
from reconciler.incident.settings import GitSettings
from reconciler.repo.commit import Files, Words, commit_and_push
from reconciler.repo.repository import Repository

#: The slowest may take so many times the mean.
MOST = 5.0


def git(folder: Path, *arguments: str) -> str:
    """Run git and return what it says."""
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def cloned(folder: Path, writers: int) -> list[Path]:
    """A remote with one commit, and so many clones."""
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    hub = f"file://{folder}/remote.git"
    git(folder, "clone", "--quiet", hub, "first")
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
    git(folder / "first", *who, "commit", "--quiet", "--allow-empty", "--message=Begin")
    git(folder / "first", "push", "--quiet", "origin", "HEAD:main")
    for number in range(writers):
        git(folder, "clone", "--quiet", hub, f"clone{number}")
    return [folder / f"clone{number}" for number in range(writers)]


def writes(clone: Path, commits: int) -> list[float]:
    """Make commits in a clone, and return the seconds that each took."""
    repo, took = Repository.open(clone), []
    for number in range(commits):
        name = f"incidents/2026/11/20261121-{clone.name}-{number}.yaml"
        words = Words(f"Declare {name}", (clone.name, f"{clone.name}@example.com"), {"Incident": name})
        edit: dict[str, bytes | None] = {name: b"x\n"}
        begun = time.perf_counter()
        done = commit_and_push(repo, GitSettings(), partial(_once, edit), words, SystemClock())
        took.append(time.perf_counter() - begun)
        assert done.pushed, done.note
    return took


def _once(edit: Files, _: str | None) -> Files:
    return edit


def at_once(folder: Path, writers: int, commits: int) -> list[float]:
    """All writers at once; each commit has to be there, once, in one line."""
    clones, together = cloned(folder, writers), Barrier(writers)

    def begin(clone: Path) -> list[float]:
        together.wait()
        return writes(clone, commits)

    with ThreadPoolExecutor(writers) as pool:
        took = [seconds for each in pool.map(begin, clones) for seconds in each]
    hub = folder / "remote.git"
    subjects = git(hub, "log", "--format=%s", "main").splitlines()
    assert len(set(subjects)) == len(subjects) == writers * commits + 1, (
        "a commit was lost, or is there twice"
    )
    assert not git(hub, "log", "--merges", "--format=%h", "main"), "the history is not one line"
    assert len(git(hub, "ls-tree", "-r", "--name-only", "main").splitlines()) == writers * commits
    return took


def main(writers: int, commits: int) -> int:
    """Measure, tell, and return 1 when the slowest took too long."""
    with TemporaryDirectory() as folder:
        alone = writes(cloned(Path(folder), 1)[0], writers * commits)
    with TemporaryDirectory() as folder:
        begun = time.perf_counter()
        took = at_once(Path(folder), writers, commits)
        wall = time.perf_counter() - begun
    one, mean, slowest = sum(alone) / len(alone), sum(took) / len(took), max(took)
    print(f"{len(alone)} commits one after the other: {sum(alone):.1f} s, {one * 1000:.0f} ms each")
    print(f"{writers} writers at once: {wall:.1f} s in all, {wall / sum(alone):.2f} times that")
    print(
        f"a commit among them: {mean:.2f} s, {mean / one:.1f} times one alone; none lost, each once, one line"
    )
    print(
        f"the slowest of {len(took)}: {slowest:.2f} s, {slowest / mean:.1f} times the mean; {MOST:g} allowed"
    )
    return 0 if slowest <= MOST * mean else 1


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:] or ("8", "10"))))
