"""Mutated incident files and settings: an answer with a line number, or valid; see `support/limited.py`."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.limited import swept

COUNT = 100_000
#: Mutants of one child: many, since it looks only once at what several of them say alike.
CHUNK = 25_000


def scenarios() -> Sequence[str]:
    """Ranges of mutants, each worked on in a child process of its own."""
    return [f"mutants {first} to {first + CHUNK - 1}" for first in range(0, COUNT, CHUNK)]


def check(name: str) -> int:
    """Work on the mutants of a range."""
    _, first, _, last = name.split()
    numbers = range(int(first), int(last) + 1)
    summary = swept(numbers)
    told = [
        f"mutant {number}: {why}\n  python -m tests.support.mutation {number}"
        for number, why in sorted(summary.failures.items())
    ]
    assert not told, "\n".join(told)
    assert summary.counts["valid"] > len(numbers) // 5, f"too few are planned and shown: {summary.counts}"
    return len(numbers)
