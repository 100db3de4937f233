"""PagerDuty for tests: the sandbox's machine on a clock that jumps, and the shortest way to a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reconciler.clock import VirtualClock
from reconciler.sandbox.pagerduty import PagerDutyMachine

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
DAY = 86_400


def machine() -> tuple[PagerDutyMachine, VirtualClock]:
    """The example account, and the clock it lives by."""
    clock = VirtualClock(START)
    return PagerDutyMachine.example(clock.now), clock


def wanted(key: str | None = "acme/one/primary", service: str = "PSVC001", **fields: Any) -> dict[str, Any]:
    """The `incident` of a create."""
    incident = {
        "type": "incident",
        "title": "Checkout is down",
        "service": {"id": service, "type": "service_reference"},
    }
    return incident | ({"incident_key": key} if key else {}) | fields


def opened(account: PagerDutyMachine, key: str | None = "acme/one/primary", **fields: Any) -> dict[str, Any]:
    """A new incident, as PagerDuty answers it."""
    return dict(account.call("POST /incidents", incident=wanted(key, **fields))["incident"])


def changed(account: PagerDutyMachine, id: str, **fields: Any) -> dict[str, Any]:
    """The incident after an update."""
    incident = {"type": "incident_reference"} | fields
    return dict(account.call("PUT /incidents/{id}", id=id, incident=incident)["incident"])


def got(account: PagerDutyMachine, id: str, **query: Any) -> dict[str, Any]:
    """The incident now."""
    return dict(account.call("GET /incidents/{id}", id=id, **query)["incident"])


def listed(account: PagerDutyMachine, **query: Any) -> list[str]:
    """The keys of the incidents that fit, in their order."""
    return [one["incident_key"] for one in account.call("GET /incidents", **query)["incidents"]]


def logged(account: PagerDutyMachine, id: str) -> list[dict[str, Any]]:
    """The incident's log entries, the oldest first."""
    entries = account.call("GET /incidents/{id}/log_entries", id=id, limit=100)["log_entries"]
    return list(reversed(entries))
