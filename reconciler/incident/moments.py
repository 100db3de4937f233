"""Times and durations as the files write them: text until here, so that no YAML reader guesses first."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

#: The shapes that the schemas ask for; of these only an impossible day is refused later.
TIME = re.compile(
    r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]"
    r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
DURATION = r"[0-9]{1,5}[dhms]( ?[0-9]{1,5}[dhms]){0,3}"
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def parse_time(text: str) -> datetime:
    """The moment in UTC that RFC 3339 text names, e.g. `2026-11-21T17:45:00+01:00`.

    Raises ValueError for any other shape, without a zone, and when there is no such day.
    """
    if not TIME.fullmatch(text):
        raise ValueError(f"{text} is no time with a zone")
    return datetime.fromisoformat(text).astimezone(UTC)


def point_in_time(text: str, now: datetime, *, end: bool = False) -> datetime:
    """The moment that `7d` (ago), `2026-11-21` (a day of UTC; its last second with `end`) or a time names.

    Raises ValueError for other text.
    """
    if re.fullmatch(DURATION, text):
        try:
            return now - parse_duration(text)
        except OverflowError:
            raise ValueError(f"{text} is too long ago") from None
    if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
        day = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return day + timedelta(days=1, seconds=-1) if end else day
    return parse_time(text)


def parse_duration(text: str) -> timedelta:
    """The duration that text such as `30m`, `24h` or `1h30m` names; ValueError for other text."""
    if not re.fullmatch(DURATION, text):
        raise ValueError(f"{text} is no duration")
    parts = (
        timedelta(**{_UNITS[unit]: int(number)}) for number, unit in re.findall(r"([0-9]+)([dhms])", text)
    )
    return sum(parts, timedelta())
