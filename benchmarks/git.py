"""What reading the repository costs, against the bare `git` commands that it cannot do without.

    python benchmarks/git.py [PAIRS] [INCIDENTS]

Makes a repository of 10,000 incidents in 30,000 commits in a temporary folder, by `git fast-import`. The two
of a pair run one right after the other, so that a machine's slow phases fall on both; told is the median of
the pairs' ratios.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reconciler.clock import SystemClock
from reconciler.incident.settings import GitSettings
from reconciler.repo.commit import Words, commit_edit
from reconciler.repo.history import versions
from reconciler.repo.repository import Repository
from reconciler.repo.state import State, StateStore

STATUSES = ("investigating", "mitigated", "resolved")
ANA = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
WORDS = Words("Edit", ("Ana", "ana@example.com"), {})
LOG = ("log", "--raw", "-z", "--no-abbrev", "--no-renames", "--format=%H%x00%ct", "main", "--")

#: A case: what is measured, ours, the bare commands, and the ratio that it must keep.
Case = tuple[str, Callable[[], object], Callable[[], object], float]


def path(number: int) -> str:
    """Where incident `number` lies: 150 a month."""
    year, month = 2020 + number // 1800, number % 1800 // 150 + 1
    return f"incidents/{year}/{month:02d}/{year}{month:02d}{number % 28 + 1:02d}-word-animal{number}.yaml"


def content(number: int, status: str) -> bytes:
    """A file of the usual length, and unlike the others."""
    lines = [f"title: Incident {number}", "severity: sev2", f"status: {status}"]
    lines += [f"# line {line}: {(number * 7919 + line * 104729) % 1000003:06d}" for line in range(40)]
    return "\n".join(lines).encode() + b"\n"


def commits(incidents: int) -> Iterator[bytes]:
    """What fast-import reads: each incident is declared, mitigated and resolved, a minute between commits."""
    for number in range(incidents):
        for step, status in enumerate(STATUSES):
            at = 1_600_000_000 + 60 * (3 * number + step)
            body = content(number, status)
            yield b"commit refs/heads/main\ncommitter Ana <ana@example.com> %d +0000\ndata 4\nEdit\n" % at
            yield b"M 100644 inline %s\ndata %d\n%s\n" % (path(number).encode(), len(body), body)


def make(folder: Path, incidents: int) -> Repository:
    """The repository to measure on, with a state of a thousand incidents beside it."""
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(folder)], check=True)
    command = ["git", "-C", str(folder), "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.writelines(commits(incidents))
    assert process.returncode == 0
    subprocess.run(["git", "-C", str(folder), "reset", "--quiet", "--hard"], check=True)
    repo = Repository.open(folder)
    store = StateStore(repo, GitSettings(), SystemClock())
    documents = {Path(path(number)).stem: {"blob": "0" * 40, "number": number} for number in range(1000)}
    store.save(replace(store.load(), incidents=documents), ["remember"])
    return repo


def cases(repo: Repository, incidents: int) -> list[Case]:
    """What is measured. The bare side runs the same Git, reads its answer and does nothing with it."""
    bare, store = repo.git.run, StateStore(repo, GitSettings(), SystemClock())
    known = repo.files("main")
    asked = "\n".join(known.values()).encode() + b"\n"
    remembered = repo.files("reconciler-state", "")
    documents = "\n".join(remembered.values()).encode() + b"\n"
    one, all_of_them = path(incidents // 2), list(known)
    edits = iter(range(1_000_000))

    def edit() -> str | None:
        files = {one: b"status: edit %d\n" % next(edits)}
        return commit_edit(repo, "main", repo.resolve("main"), files, WORDS, datetime.now(UTC))

    def commit_by_hand() -> None:
        (repo.folder / one).write_bytes(b"status: by hand %d\n" % next(edits))
        bare(*ANA, "commit", "--quiet", "--all", "--message=Edit")

    def list_it() -> bytes:
        return bare("ls-tree", "-r", "-z", "main", "incidents")

    def read_state() -> None:
        bare("ls-tree", "-r", "-z", "reconciler-state")
        bare("cat-file", "--batch", "--buffer", input=documents)

    def load_state() -> State:
        return store.load()

    return [
        ("nothing changed: every blob id compared", lambda: repo.files("main") == known, list_it, 2.0),
        (
            "every file read",
            lambda: repo.blobs(repo.files("main").values()),
            lambda: (list_it(), bare("cat-file", "--batch", "--buffer", input=asked)),
            1.5,
        ),
        ("one incident's history", lambda: versions(repo, "main", [one]), lambda: bare(*LOG, one), 1.5),
        (
            "every incident's history",
            lambda: versions(repo, "main", all_of_them),
            lambda: (bare(*LOG, "incidents"), bare("cat-file", "--batch", "--buffer", input=asked)),
            2.5,
        ),
        ("the state of 1,000 incidents", load_state, read_state, 3.0),
        ("one edit as a commit", edit, commit_by_hand, 4.0),
    ]


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(case: Case, pairs: int) -> bool:
    """Time one case, print what came out, and say whether the ratio was kept."""
    name, ours, bare, most = case
    times = [(seconds(bare), seconds(ours)) for _ in range(pairs + 1)][1:]  # the first pair warms up
    theirs, mine = (median(column) * 1000 for column in zip(*times, strict=True))
    ratio = median(our / their for their, our in times)
    print(f"{name}: {mine:.0f} ms, {ratio:.2f} times bare git ({theirs:.0f} ms); {most} allowed")
    return ratio <= most


def main(pairs: int = 5, incidents: int = 10_000) -> int:
    """Measure every case; 1 when a ratio was not kept."""
    with TemporaryDirectory() as folder:
        repo = make(Path(folder) / "incidents", incidents)
        kept = [measure(case, pairs) for case in cases(repo, incidents)]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
