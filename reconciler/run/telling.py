"""What a run tells of itself while it is under way, as data: whoever shows it makes words of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple


class Step(NamedTuple):
    """A part of the run has begun: `fetching main from origin`, `looking at 12 incidents`."""

    what: str


class Begun(NamedTuple):
    """A read or a change of one incident was sent to a target; `what` is empty for a read."""

    target: str
    incident: str
    what: str = ""


class Wait(NamedTuple):
    """The run waits, at most until then: for what, and why."""

    what: str
    why: str
    until: datetime


class Idle(NamedTuple):
    """All is done for now; it goes on then, or when there is something new."""

    until: datetime


class Holding(NamedTuple):
    """The lease was taken, or given back."""

    held: bool


Progress = Step | Begun | Wait | Idle | Holding
Tell = Callable[[Progress], None]


def nobody(_: Progress) -> None:
    """Nobody listens."""


def count(number: int, noun: str) -> str:
    """`1 incident`, `12 incidents`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
