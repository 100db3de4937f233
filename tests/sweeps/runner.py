"""Runs kinds of scenarios on all cores and counts what became of them."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from typing import NamedTuple

#: Pieces that each process gets of a kind, so that all end at about the same time.
PIECES = 16


class Failed(NamedTuple):
    """A scenario in which a law was broken, and what was said of it."""

    scenario: str
    why: str


@dataclass
class Result:
    """What became of one kind: scenarios tried, cases they stood for, failures, seconds."""

    kind: str
    scenarios: int = 0
    cases: int = 0
    seconds: float = 0.0
    failed: list[Failed] = field(default_factory=list)


def run(kind: str, names: Sequence[str] = (), jobs: int | None = None) -> Result:
    """Try all scenarios of a kind, or these."""
    begun = time.monotonic()
    chosen = list(names) or list(import_module(f"tests.sweeps.{kind}").scenarios())
    result = Result(kind, scenarios=len(chosen))
    for cases, failed in _worked(kind, chosen, jobs or os.cpu_count() or 1):
        result.cases += cases
        result.failed += failed
    result.seconds = time.monotonic() - begun
    return result


def _worked(kind: str, chosen: Sequence[str], jobs: int) -> Iterator[tuple[int, list[Failed]]]:
    if len(chosen) == 1:
        yield _piece(kind, chosen)
        return
    pieces = [chosen[first :: jobs * PIECES] for first in range(min(len(chosen), jobs * PIECES))]
    with ProcessPoolExecutor(jobs) as executor:
        yield from executor.map(_piece, [kind] * len(pieces), pieces)


def _piece(kind: str, chosen: Sequence[str]) -> tuple[int, list[Failed]]:
    check = import_module(f"tests.sweeps.{kind}").check
    cases, failed = 0, []
    for name in chosen:
        try:
            cases += check(name)
        except Exception as error:
            failed.append(Failed(name, _told(error)))
    return cases, failed


def _told(error: Exception) -> str:
    if isinstance(error, AssertionError) and str(error):
        return str(error)
    return "".join(traceback.format_exception(error)).rstrip()
