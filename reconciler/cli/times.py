"""Times on the command line. Apart from the verbs, so that who only looks does not load what they need."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from reconciler.clock import Clock, SystemClock, VirtualClock
from reconciler.incident.moments import parse_time
from reconciler.incident.shown import quoted


class Time(click.ParamType[datetime]):
    """A moment as the files write it."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            return parse_time(value)
        except ValueError:
            self.fail(f"{quoted(value)} is no time with a zone, such as 2026-11-21T16:45:00Z", param, ctx)


def clock_at(now: datetime | None) -> Clock:
    """The machine's clock, or one that stands at `now`."""
    return VirtualClock(now) if now else SystemClock()
