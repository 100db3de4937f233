"""One thing that others made belongs to one incident: to that which was declared first. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.incident.model import Incident


def takers(incidents: Iterable[Incident]) -> dict[str, str]:
    """PagerDuty incident → the incident (its first id) whose page it becomes."""
    found: dict[str, str] = {}
    for one in sorted(incidents, key=lambda one: (one.declared_at, one.first)):
        for page in one.adopt.pagerduty.values():
            found.setdefault(page, one.first)
    return found
