"""What one look at the set-up found: a sentence, whether all is well, and what to do where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import Location


class Sign(StrEnum):
    """How it stands: in order, not in order, or worth knowing (which also is what nobody can know)."""

    GOOD = "good"
    BAD = "bad"
    KNOW = "know"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at; `place` is where in the files it is asked for."""

    sign: Sign
    text: str
    remedy: str = ""
    place: Location | None = None


def good(text: str) -> Diagnosis:
    """It is as it should be."""
    return Diagnosis(Sign.GOOD, text)


def bad(text: str, remedy: str, place: Location | None = None) -> Diagnosis:
    """It is not as it should be, or could not be looked at; `remedy` says what to do."""
    return Diagnosis(Sign.BAD, text, remedy, place)


def know(text: str, remedy: str = "", place: Location | None = None) -> Diagnosis:
    """It holds up nothing, and is worth knowing."""
    return Diagnosis(Sign.KNOW, text, remedy, place)
