"""Calling for teams in tests: entries of `escalations`, and how often a page has woken somebody."""

from __future__ import annotations

from datetime import timedelta

from reconciler.incident.model import Escalation
from tests.support.scene import ID, START, Scene


def call_for(
    team: str, minutes: float, by: str | None = "ana@example.com", why: str | None = None
) -> Escalation:
    """A call for a team so many minutes after the declare."""
    return Escalation(START + timedelta(minutes=minutes), team, by, why)


def woken(scene: Scene, team: str, id: str = ID) -> int:
    """How often the team's page has notified somebody."""
    record = scene.pagerduty.data["incidents"][scene.page(team, id)["id"]]
    return sum(one["type"] == "notify_log_entry" for one in record["log_entries"])
