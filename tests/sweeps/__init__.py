"""The laws held by exhaustion: every scenario of a kind, by name, the same for `script/sweep` and the tests.

A kind is a module here with two functions:

    scenarios() -> Sequence[str]    the names of all its scenarios, always the same and in the same order
    check(name) -> int              tries one; raises AssertionError where a law is broken, and returns how
                                    many cases it stood for

`script/sweep` runs them all and prints a table; `script/sweep KIND 'NAME'` reproduces one. The tests in
`tests/laws/` run the quick ones whole and a seeded sample of the others (`sample`).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Drawn = TypeVar("Drawn")


def sample(names: Sequence[Drawn], size: int, seed: int = 0) -> list[Drawn]:
    """So many of the names, or of other things, in their order; always the same ones."""
    chosen = set(Random(seed).sample(range(len(names)), min(size, len(names))))
    return [name for number, name in enumerate(names) if number in chosen]
