"""What the targets' doctors share: a read that fails, in whichever way, is one line and ends nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from reconciler.errors import Location
from reconciler.plan.diagnosis import Diagnosis, bad
from reconciler.targets.base import Target
from reconciler.targets.seam import CallError, RateLimited, Refused, Unreachable, Unusable

Found = TypeVar("Found")

AGAIN = "run `reconciler doctor` again"


class Examination(Generic[Found]):
    """One look: `found` is what it found, `failed` what is said where it could not be had."""

    def __init__(self, found: Found | None = None, failed: Diagnosis | None = None, error: str = ""):
        self._found, self.failed, self.error = found, failed, error

    @property
    def found(self) -> Found:
        """What was found; asked for only where nothing failed."""
        assert self._found is not None, self.failed
        return self._found


def examine(
    target: Target, what: str, look: Callable[[], Found], place: Location | None = None
) -> Examination[Found]:
    """Look, and return what was found, never None; `what` names it, such as "the user groups"."""
    try:
        return Examination(found=look())
    except CallError as error:
        return _failed(target, what, error, place)
    except Unusable.SIGNS as error:
        return _failed(target, what, Unusable.by(what, error), place)


def _failed(target: Target, what: str, error: CallError, place: Location | None) -> Examination[Found]:
    told = target.explain(what, error, None)
    text = f"{what} could not be read: {told.answer}"
    code = error.code if isinstance(error, Refused) else ""
    return Examination(failed=bad(text, _remedy(target, error, told.next), place), error=code)


def _remedy(target: Target, error: CallError, advised: str) -> str:
    if isinstance(error, Refused):
        return advised if target.permanent(error) else AGAIN
    if isinstance(error, RateLimited):
        return f"{AGAIN} in {error.retry_after:.0f} s"
    if isinstance(error, Unreachable):
        return f"check the network and the service's address; {AGAIN}"
    return f"{AGAIN}; if it stays, report this line as a defect" if isinstance(error, Unusable) else AGAIN


def some(words: list[str], most: int = 8) -> str:
    """A list as a person would name it, cut where it is long."""
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {more} more" if more > 0 else "")
