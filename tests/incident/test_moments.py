"""Moments as people type them: a day, a time, how long ago."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconciler.incident.moments import point_in_time

NOW = datetime(2026, 11, 21, 16, 45, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("7d", "2026-11-14T16:45:30", None),
        ("1h30m", "2026-11-21T15:15:30", None),
        ("2026-11-20", "2026-11-20T00:00:00", "2026-11-20T23:59:59"),
        ("2026-11-20T10:00:00+01:00", "2026-11-20T09:00:00", None),
    ],
)
def test_a_point_in_time(text: str, begin: str, end: str | None) -> None:
    assert point_in_time(text, NOW).isoformat() == f"{begin}+00:00"
    assert point_in_time(text, NOW, end=True).isoformat() == f"{end or begin}+00:00"


@pytest.mark.parametrize("text", ["", "soon", "7", "d7", "2026-02-30", "2026-11-20T10:00:00", "-7d"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        point_in_time(text, NOW)


def test_longer_ago_than_there_is_time_is_refused() -> None:
    with pytest.raises(ValueError, match="too long ago"):
        point_in_time("99999d 99999d 99999d 99999d", datetime(900, 1, 1, tzinfo=UTC))
