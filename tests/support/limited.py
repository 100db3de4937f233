"""Mutants worked on in child processes with little memory and little time, so that a crash counts.

    python -m tests.support.limited 100000       works on mutants 0 to 99,999

A child answers one line a mutant. Where it dies, the mutant without an answer is what killed it, and
another child goes on behind it.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

MEGABYTES = 200  # that the mutants of one child may take, beyond what it has when it begins
SECONDS = 1.0  # of CPU that one mutant may take
CHUNK = 2500  # mutants a child


@dataclass
class Summary:
    """What became of many mutants."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    slowest: tuple[float, int] = (0.0, -1)

    def add(self, number: int, seconds: float, verdict: str) -> None:
        """Take in one answer; whatever is neither valid nor refused is a failure."""
        self.counts[verdict if verdict in ("valid", "refused") else "failed"] += 1
        self.slowest = max(self.slowest, (seconds, number))
        if verdict not in ("valid", "refused"):
            self.failures[number] = verdict

    def __add__(self, other: Summary) -> Summary:
        slowest = max(self.slowest, other.slowest)
        return Summary(self.counts + other.counts, self.failures | other.failures, slowest)


def swept(numbers: range, jobs: int = 1, megabytes: int = MEGABYTES) -> Summary:
    """Work on these mutants in so many processes side by side."""
    chunks = [
        range(first, min(first + CHUNK, numbers.stop)) for first in range(numbers.start, numbers.stop, CHUNK)
    ]
    with ThreadPoolExecutor(jobs) as executor:
        return sum(executor.map(lambda chunk: _chunk(chunk, megabytes), chunks), Summary())


def _chunk(numbers: range, megabytes: int) -> Summary:
    """One child after another, until all are worked on."""
    summary, first = Summary(), numbers.start
    while first < numbers.stop:
        command = [
            sys.executable,
            "-m",
            "tests.support.limited",
            "--child",
            str(first),
            str(numbers.stop),
            str(megabytes),
        ]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for answered in _answers(child):
            summary.add(*answered)
            first = answered[0] + 1
        if first < numbers.stop:
            summary.add(first, 0.0, f"the process died: {_death(child)}")
            first += 1
    return summary


def _answers(child: subprocess.Popen[str]) -> Iterator[tuple[int, float, str]]:
    assert child.stdout is not None
    for line in child.stdout:
        number, seconds, verdict = line.rstrip("\n").split(" ", 2)
        yield int(number), float(seconds), verdict
    child.wait()


def _death(child: subprocess.Popen[str]) -> str:
    assert child.stderr is not None
    with child.stderr as told:
        last = told.read().strip().splitlines()[-1:]
    code = child.returncode
    return " ".join([signal.Signals(-code).name if code < 0 else f"exit {code}", *last])


def work(numbers: range, megabytes: int) -> None:
    """What a child does."""
    from tests.support.mutation import mutant
    from tests.support.surviving import survive

    for number in (0, 1):
        survive(mutant(number))
    _limit_memory(megabytes)
    for number in numbers:
        _limit_time()
        verdict, seconds = _answer(number)
        print(number, f"{seconds:.3f}", verdict, flush=True)


def _answer(number: int) -> tuple[str, float]:
    """The verdict and the CPU time; what was slow is measured again, since the machine may have been busy."""
    verdict, seconds = _measured(number)
    for _ in range(2):
        if seconds > SECONDS:
            _limit_time()
            seconds = min(seconds, _measured(number)[1])
    if seconds > SECONDS and verdict in ("valid", "refused"):
        verdict = f"took {seconds:.1f} s"
    return verdict, seconds


def _measured(number: int) -> tuple[str, float]:
    from tests.support.mutation import mutant
    from tests.support.surviving import survive

    made = mutant(number)
    begun = time.process_time()
    try:
        verdict = survive(made)
    except Exception as error:
        verdict = ascii(f"{type(error).__name__} after {made.done}: {error}")[:500]
    return verdict, time.process_time() - begun


def _limit_memory(megabytes: int) -> None:
    with open("/proc/self/statm", encoding="ascii") as file:
        now = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 1_000_000,) * 2)


def _limit_time() -> None:
    """The kernel ends the process when one mutant takes several times what it may."""
    soft = int(time.process_time() + 4 * SECONDS) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def main(count: int) -> int:
    """The sweep; prints its line of the table and how to reproduce each failure."""
    begun = time.monotonic()
    summary = swept(range(count), jobs=os.cpu_count() or 1)
    for number, verdict in sorted(summary.failures.items())[:50]:
        print(f"  mutant {number}: {verdict}\n    reproduce: python -m tests.support.mutation {number}")
    known = ", ".join(f"{number:,} {word}" for word, number in sorted(summary.counts.items()))
    seconds, number = summary.slowest
    print(
        f"hostile files: {count:,} scenarios ({known}), {len(summary.failures)} failures, "
        f"{time.monotonic() - begun:.0f} s; the slowest took {seconds:.2f} s (mutant {number})"
    )
    return 1 if summary.failures else 0


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        first, last, memory = map(int, sys.argv[2:])
        work(range(first, last), memory)
    else:
        sys.exit(main(int(sys.argv[1])))
