"""What the story of one incident costs among a thousand others, and among ten thousand.

    python benchmarks/log.py [PAIRS] [FEW] [MANY]

Makes two repositories by `git fast-import` in a temporary folder, each incident with three commits on the
branch, one of them in a pull request, and three on the state; in the middle one incident with ten edits. The
two of a pair run one right after the other, so that a machine's slow phases fall on both; told is the median
of the pairs' ratios.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.git import STATUSES, content, path, seconds
from reconciler.repo import graph
from reconciler.repo.layout import place
from reconciler.repo.repository import Repository

ONE = "20221121-honest-rhinoceros"
LIES = f"incidents/2022/11/{ONE}.yaml"
SETTINGS = b"name: acme\nseverities: [{name: sev2}]\n"
EDITS = 10
#: How much longer it may take among ten times as many, in how many seconds, and how much without a graph.
MOST, LIMIT = 1.5, 1.0


def decided(incidents: int) -> Iterator[bytes]:
    """The branch: settings, the others, and in the middle of them the one with its edits.

    Each is declared on the branch, mitigated in a pull request, and resolved on the branch.
    """
    yield _head("main", 1_500_000_000) + _file("reconciler.yaml", SETTINGS)
    for number in range(incidents):
        for step, status in enumerate(STATUSES):
            yield from _edit(path(number), content(number, status), _at(number) + 50 * step, pull=step == 1)
        if number == incidents // 2:
            for edit in range(EDITS):
                yield from _edit(LIES, _edited(edit), _at(number) + 150 + edit, pull=edit % 3 == 0)


def _edit(name: str, body: bytes, at: int, *, pull: bool) -> Iterator[bytes]:
    """One commit, and where it is of a pull request the merge that brings it in."""
    if not pull:
        yield _head("main", at) + _file(name, body)
        return
    yield _head("topic", at) + b"from refs/heads/main\n" + _file(name, body)
    merged = _head("main", at + 1, b"Merge pull request #12 from ana/topic")
    yield merged + b"merge refs/heads/topic\n" + _file(name, body)


def effects(incidents: int) -> Iterator[bytes]:
    """The state: three runs for each incident, and one for each edit of the one, which only tell of it."""
    for number in range(incidents):
        id = Path(path(number)).stem
        for step in range(3):
            yield _run(id, _at(number) + 30 + step, step)
        if number == incidents // 2:
            for edit in range(EDITS):
                yield _run(ONE, _at(number) + 170 + edit, edit)


def _at(number: int) -> int:
    return 1_600_000_000 + 180 * number


def _edited(edit: int) -> bytes:
    return f"title: Down\nseverity: sev2\nstatus: identified\nsummary: Edit {edit}\n".encode() + (
        b"declared_at: 2022-11-21T16:45:00Z\n"
    )


def _run(id: str, at: int, step: int) -> bytes:
    words = f"update slack:{id}/topic\n\n[skip ci]\n\nRevision: {'c0ffee' * 6}c0ff\nRun: 7\n".encode()
    document = json.dumps({"blob": "0" * 40, "things": {}, "told": str(step)}).encode()
    return _head("reconciler-state", at, words) + _file(place(id), document)


def _head(branch: str, at: int, words: bytes = b"Edit") -> bytes:
    who = b"committer Ana <ana@example.com> %d +0000\n" % at
    return b"commit refs/heads/%s\n%sdata %d\n%s\n" % (branch.encode(), who, len(words), words)


def _file(name: str, content: bytes) -> bytes:
    return b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(content), content)


def _end(incidents: int) -> str:
    return datetime.fromtimestamp(_at(incidents), UTC).isoformat().replace("+00:00", "Z")


def make(folder: Path, incidents: int) -> Repository:
    """A repository to measure on."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
    for chunks in (decided(incidents), effects(incidents)):
        command = ["git", "-C", str(folder), "fast-import", "--quiet"]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            process.stdin.writelines(chunks)
        assert process.returncode == 0
    return Repository.open(folder)


def command(repo: Repository, *words: str) -> Callable[[], object]:
    """What somebody types, from the start of Python to its end."""
    typed = [sys.executable, "-m", "reconciler", "-C", str(repo.folder), *words]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}

    def run() -> None:
        done = subprocess.run(typed, check=True, capture_output=True, env=environ)
        assert b"c0ffee" in done.stdout  # what runs did is told

    return run


def measure(
    name: str, few: Callable[[], object], many: Callable[[], object], pairs: int
) -> tuple[float, float]:
    """Time the two, print what came out; their ratio, and the seconds among many."""
    times = [(seconds(few), seconds(many)) for _ in range(pairs + 1)][1:]  # the first pair warms up
    short, long = (median(column) for column in zip(*times, strict=True))
    ratio = median(one / other for other, one in times)
    print(f"{name}: {short * 1000:.0f} ms among few, {long * 1000:.0f} ms among many, {ratio:.2f} times")
    return ratio, long


def main(pairs: int = 5, few: int = 1_000, many: int = 10_000) -> int:
    """Measure, without Git's index of changed paths and with it; 1 when a bound was not kept."""
    with TemporaryDirectory() as folder:
        repos = [make(Path(folder) / str(number), number) for number in (few, many)]
        one = [command(repo, "log", ONE, "--no-pager") for repo in repos]
        for repo in repos:
            subprocess.run(["git", "-C", str(repo.folder), "config", "core.commitGraph", "false"], check=True)
        measure(f"log {ONE}, without a commit-graph", one[0], one[1], pairs)
        for repo in repos:
            subprocess.run(
                ["git", "-C", str(repo.folder), "config", "--unset", "core.commitGraph"], check=True
            )
        written = seconds(lambda: graph.write(repos[1]))
        print(f"writing the commit-graph of {6 * many} commits, once: {written:.1f} s")
        ratio, long = measure(f"log {ONE}", one[0], one[1], pairs)
        every = [
            command(repo, "log", "--no-pager", "--since", "12h", "--now", _end(number))
            for repo, number in zip(repos, (few, many), strict=True)
        ]
        measure("log, of all in half a day", every[0], every[1], pairs)
        return 0 if ratio <= MOST and long < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
