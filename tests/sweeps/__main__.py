"""`script/sweep`: every kind of scenario, a line each, and how to reproduce what failed.

script/sweep                      all kinds; of those that take long (THINNED) each twelfth scenario
script/sweep --whole              all kinds, and all of their scenarios
script/sweep faults races         these kinds
script/sweep faults 'NAME'        one scenario, by the name that its failure was told with
script/sweep --list faults        the names of a kind's scenarios
"""

from __future__ import annotations

import sys
from importlib import import_module

from tests.sweeps import sample
from tests.sweeps.runner import Result, run

#: In the order in which they are run: what it tries.
KINDS = {
    "pairs": "every two faults of a declare, in one run or in runs that follow",
    "faults": "every fault at every call of an incident's life",
    "races": "two runs at once without the lease, in every order of calls",
    "leased": "two runs at once that take the lease, on real Git",
    "eight": "eight real processes at once, with the lease and without",
    "limits": "up to 50 incidents at once under rate limits, and outages",
    "git": "a fault at each of Git's calls and death at each write, on real Git",
    "branches": "each edit of a life, seen from its branch and planned after the merge",
    "mishaps": "what befalls a repository, at each moment of a life, mended again",
    "pulls": "a fault at each call of GitHub and Git, from a declare to its end",
    "commits": "a fault or death at each step of committing an edit",
    "processes": "real processes over HTTP, killed, stopped, answered by nonsense",
    "serving": "three resident processes over HTTP, one of them killed",
    "walks": "random walks of edits, people, faults and runs, by their seeds",
    "defects": "seeded defects, each caught by the tests that it names",
    "hostile": "mutated incident files and settings, in child processes with limits",
    "answers": "odd texts in every field of every answer: inert, and bounded",
    "private": "a private incident under every fault: no word where it must not be",
    "texts": "a life with an odd text in every field: inert, quiet, of the same form",
}

#: Failures of a kind that are told in full.
TOLD = 20

#: Real processes, real Git and long draws: of these a sweep of all kinds tries one scenario in `EACH`.
THINNED = {
    *("races", "leased", "eight", "limits", "git", "mishaps", "commits", "processes", "serving", "walks"),
    *("branches", "defects", "pulls"),
}
EACH = 12


def main(arguments: list[str]) -> int:
    """Run what was asked for; 1 when a law was broken, 64 for a kind that is none."""
    if arguments[:1] == ["--list"]:
        print("\n".join(import_module(f"tests.sweeps.{arguments[1]}").scenarios()))
        return 0
    kinds = [word for word in arguments if word in KINDS]
    names = [word for word in arguments if word not in KINDS and word != "--whole"]
    if names and len(kinds) != 1:
        print(
            f"error: no kind of scenario is called {names[0]!r}\n  there are: {', '.join(KINDS)}",
            file=sys.stderr,
        )
        return 64
    thin = not kinds and "--whole" not in arguments
    results = [_run(kind, _some(kind) if thin and kind in THINNED else names) for kind in kinds or KINDS]
    _table(results)
    return 1 if any(result.failed for result in results) else 0


def _some(kind: str) -> list[str]:
    """One scenario in so many, always the same ones; at least two."""
    names = import_module(f"tests.sweeps.{kind}").scenarios()
    return sample(names, max(2, len(names) // EACH))


def _run(kind: str, names: list[str]) -> Result:
    result = run(kind, names)
    for scenario, why in result.failed[:TOLD]:
        print(f"FAILED {kind}: {scenario}")
        print("  " + why.replace("\n", "\n  "))
        print(f"  reproduce: script/sweep {kind} {_quoted(scenario)}", flush=True)
    print(_line(kind, result.cases, len(result.failed), result.seconds), flush=True)
    return result


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "'\\''") + "'"


def _line(kind: str, cases: int, failures: int, seconds: float) -> str:
    return f"| {kind:<10} | {KINDS.get(kind, ''):<70} | {cases:>7,} | {failures:>3} | {seconds:>5.0f} |"


def _table(results: list[Result]) -> None:
    cases = sum(result.cases for result in results)
    failures = sum(len(result.failed) for result in results)
    print(_line("in all", cases, failures, sum(result.seconds for result in results)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
