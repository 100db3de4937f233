"""A service's error in a person's words: what it means, and what to do about it.

A target's table maps the service's code to (meaning, next step); what no table knows is told as it came.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.errors import Location, Trouble
from reconciler.incident.text import one_line
from reconciler.targets.seam import (
    CallError,
    RateLimited,
    Refused,
    Unanswered,
    Unreachable,
    Unusable,
    is_read,
)

Advice = Mapping[str, tuple[str, str]]
AGAIN = "run apply again; what is missing is made then"
REPORT = "run apply again: it looks first and makes nothing twice; if it stays, report this line as a defect"


def trouble(
    attempted: str, service: str, error: CallError, table: Advice, location: Location | None
) -> Trouble:
    """What befell one call, with the place in the files that asked for it."""
    answer, step = _words(service, error, table)
    return Trouble(attempted, answer, step, location)


def _words(service: str, error: CallError, table: Advice) -> tuple[str, str]:
    if isinstance(error, RateLimited):
        return f"{service} asks to wait {error.retry_after:g} s (rate limit)", AGAIN
    if isinstance(error, Unreachable):
        return (
            f"{service} could not be reached: {one_line(error.message, 200)}",
            f"check the network; {AGAIN}",
        )
    if isinstance(error, Unusable):
        return f"an answer of {service} could not be used: {error.message}", REPORT
    if isinstance(error, Unanswered):
        answer = f"no usable answer from {service}: {one_line(error.message, 200)}"
        if is_read(error.method):
            return answer, AGAIN
        return f"{answer}; it may be done", "run apply again: it looks first and makes nothing twice"
    assert isinstance(error, Refused)
    meaning, step = table.get(error.code, (error.detail or "refused", AGAIN))
    said = one_line(f"{error.code} {error.detail}" if error.code.isdigit() else error.code, 200)
    return f"{service} answered {said}" + (f": {meaning}" if meaning not in said else ""), step


def permanent(error: CallError | None, table: Advice) -> bool:
    """True for an answer that stays the same until the file, the settings or the token change."""
    return isinstance(error, Refused) and error.code in table
