"""What can go wrong, in the words a person needs: attempted, answer, place, next step.

    Failure                     anything that is told to a user instead of a traceback (exit 1)
    ├── Conflict                somebody else has set the same field meanwhile (exit 1)
    ├── Refusal                 a guard or a policy said no (exit 4)
    ├── Held                    another reconciler holds the lease (exit 5)
    └── Usage                   the command's words are off (exit 64)

`Problem` is one finding in a file; `Trouble` is what befell one change or one read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Location(NamedTuple):
    """A place in a file of the repository; line and column count from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in a file: what is wrong, where, and what to write instead."""

    location: Location
    message: str
    hint: str = ""
    level: str = "error"  # or "warning"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something was not done: what was attempted, the answer, and what comes next."""

    attempted: str
    answer: str
    next: str = ""
    location: Location | None = None


class Failure(Exception):
    """Something that a user is told instead of seeing a traceback."""

    exit_code = 1

    def __init__(self, message: str, *, detail: str = "", next: str = "", location: Location | None = None):
        super().__init__(message)
        self.message, self.detail, self.next, self.location = message, detail, next, location


class Conflict(Failure):
    """Somebody has set the same field since it was looked at; the message says who, to what, and when."""


class Refusal(Failure):
    """A guard or a policy said no; `next` names the way out."""

    exit_code = 4


class Held(Failure):
    """Another reconciler holds the lease and changes are left."""

    exit_code = 5


class Usage(Failure):
    """The command was called with words that do not fit."""

    exit_code = 64


def defect(error: BaseException) -> Failure:
    """What nobody expected, as something a user can report; the traceback stays for whoever asks for it."""
    from traceback import extract_tb

    frames = [frame for frame in extract_tb(error.__traceback__) if "reconciler" in frame.filename]
    last = frames[-1] if frames else None
    place = f"in {last.name}, {'/'.join(last.filename.split('/')[-3:])}:{last.lineno}" if last else ""
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return Failure(
        f"this is a defect in the reconciler: {said[:300]}",
        detail=place,
        next="run it again with RECONCILER_TRACEBACK=1 in the environment, and report what it prints",
    )
