"""Numbered cases worked on in child processes with little memory and little time, so that a crash counts.

A child answers one line a case. Where it dies, the case without an answer is what killed it, and another
child goes on behind it.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import NamedTuple

#: What a child tries: a function of a number that answers in a word, or raises what is a defect.
MUTANTS = "tests.support.surviving:tried"
#: Words that are no failure.
FINE = ("valid", "refused")
#: Seconds after which a case that does nothing is over.
PATIENCE = 300
#: So many dead children in one range are no accident of single cases.
DEATHS = 5


class Limits(NamedTuple):
    """What one case may take: memory beyond what the child has when it begins, and seconds of CPU."""

    megabytes: int = 200
    seconds: float = 1.0


LIMITS = Limits()


@dataclass
class Summary:
    """What became of many cases."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    slowest: tuple[float, int] = (0.0, -1)

    def add(self, number: int, seconds: float, verdict: str) -> None:
        """Take in one answer; what is not fine is a failure."""
        self.counts[verdict if verdict in FINE else "failed"] += 1
        self.slowest = max(self.slowest, (seconds, number))
        if verdict not in FINE:
            self.failures[number] = verdict


def swept(numbers: range, trial: str = MUTANTS, limits: Limits = LIMITS) -> Summary:
    """Try these numbers, in one child after another until all are done."""
    summary, first, deaths = Summary(), numbers.start, 0
    while first < numbers.stop:
        with _child(range(first, numbers.stop), trial, limits) as child:
            for answered in _answers(child):
                summary.add(*answered)
                first = answered[0] + 1
            if first < numbers.stop:
                summary.add(first, 0.0, f"the process died: {_death(child)}")
                first, deaths = first + 1, deaths + 1
        assert deaths < DEATHS, f"{deaths} processes died: {summary.failures}"
    return summary


def _child(numbers: range, trial: str, limits: Limits) -> subprocess.Popen[str]:
    given = (trial, numbers.start, numbers.stop, *limits)
    command = [sys.executable, "-m", "tests.support.limited", *map(str, given)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _answers(child: subprocess.Popen[str]) -> Iterator[tuple[int, float, str]]:
    assert child.stdout is not None
    for line in child.stdout:
        number, seconds, verdict = line.rstrip("\n").split(" ", 2)
        yield int(number), float(seconds), verdict


def _death(child: subprocess.Popen[str]) -> str:
    assert child.stderr is not None
    last = child.stderr.read().strip().splitlines()[-1:]
    code = child.wait()
    return " ".join([signal.Signals(-code).name if code < 0 else f"exit {code}", *last])


# in the child ----------------------------------------------------------------------------------


def work(numbers: range, trial: Callable[[int], str], limits: Limits) -> None:
    """Try the numbers, an answer each; 0 and 1 go first and unlimited, to have all imported and made."""
    for number in (0, 1):
        trial(number)
    _limit_memory(limits.megabytes)
    for number in numbers:
        _limit_time(limits.seconds)
        verdict, seconds = _answer(number, trial, limits.seconds)
        print(number, f"{seconds:.3f}", verdict, flush=True)


def _answer(number: int, trial: Callable[[int], str], most: float) -> tuple[str, float]:
    """The verdict and the CPU time; what was slow is measured again, since the machine may have been busy."""
    verdict, seconds = _measured(number, trial)
    for _ in range(2):
        if seconds > most:
            _limit_time(most)
            seconds = min(seconds, _measured(number, trial)[1])
    if seconds > most and verdict in FINE:
        verdict = f"took {seconds:.1f} s"
    return verdict, seconds


def _measured(number: int, trial: Callable[[int], str]) -> tuple[str, float]:
    begun = time.process_time()
    try:
        verdict = trial(number)
    except Exception as error:
        verdict = ascii(f"{type(error).__name__}: {error}")[:500]
    return verdict, time.process_time() - begun


def _limit_memory(megabytes: int) -> None:
    with open("/proc/self/statm", encoding="ascii") as file:
        now = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * 1_000_000,) * 2)


def _limit_time(seconds: float) -> None:
    """The kernel ends the process when one case takes several times what it may, or does nothing.

    Counted from here: RLIMIT_CPU counts from the start by ticks, which on a busy machine run ahead.
    """
    signal.setitimer(signal.ITIMER_PROF, 4 * seconds + 1)
    signal.alarm(PATIENCE)


def main(trial: str, first: str, last: str, megabytes: str, seconds: str) -> None:
    """What a child is started with."""
    module, _, name = trial.partition(":")
    limits = Limits(int(megabytes), float(seconds))
    work(range(int(first), int(last)), getattr(import_module(module), name), limits)


if __name__ == "__main__":
    main(*sys.argv[1:])
