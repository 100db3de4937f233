"""Steps of a walk that people take in PagerDuty, and what they may count on afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.sandbox.pagerduty.people import People as Responders
from tests.support.walk_ends import Record
from tests.support.walking import STEPS, Walk, step

BO = "bo@example.com"


def _page(walk: Walk) -> Record:
    """The first page's record."""
    listed = walk.scene.pagerduty.data["incidents"].values()
    fitting: list[Record] = [raw for raw in listed if raw["shown"]["incident_key"].startswith("acme/")]
    return fitting[0]


def _ended(walk: Walk, found: Record) -> None:
    """Whoever ended it is not woken again for it, until the file opens the incident again."""
    if not walk.incident.status.open:
        return
    woken = _woken(found)
    walk.promise(f"ended in PagerDuty: {found['shown']['id']}", lambda: _woken(found) == woken)


def _woken(found: Record) -> int:
    return sum(entry["type"] == "notify_log_entry" for entry in found["log_entries"])


def _respond(method: str, *more: Any) -> Callable[[Walk], object]:
    def do(walk: Walk) -> None:
        found = _page(walk)
        walk.release(f"ended in PagerDuty: {found['shown']['id']}")
        getattr(Responders(walk.scene.pagerduty), method)(found["shown"]["id"], BO, *more)
        if found["shown"]["status"] == "resolved":
            _ended(walk, found)

    return do


def _change(**fields: Any) -> Callable[[Walk], object]:
    return lambda walk: Responders(walk.scene.pagerduty).change(_page(walk)["shown"]["id"], BO, **fields)


STEPS |= {
    "bo acknowledges": _respond("acknowledge"),
    "bo resolves the page": _respond("resolve"),
    "bo triggers the page again": _respond("reopen"),
    "bo snoozes the page": _respond("snooze"),
    "bo changes the priority": _change(priority="P5"),
    "bo changes the urgency": _change(urgency="low"),
    "bo retitles the page": _change(title="Disk is full"),
    "bo moves the page": _change(escalation_policy={"id": "PESC003", "type": "escalation_policy_reference"}),
}


@step("bo merges the page")
def merge(walk: Walk) -> None:
    found = _page(walk)
    service = {"id": "PSVC001", "type": "service_reference"}
    alert = {"type": "incident", "title": "Disk is full", "service": service}
    other = walk.scene.pagerduty.call("POST /incidents", incident=alert)["incident"]["id"]
    Responders(walk.scene.pagerduty).merge(found["shown"]["id"], other, BO)
    walk.release(f"ended in PagerDuty: {found['shown']['id']}")
    _ended(walk, found)


@step("pages time out after an hour")
def times_out(walk: Walk) -> None:
    walk.scene.pagerduty.data["services"]["PSVC001"]["auto_resolve_timeout"] = 3600


@step("bo writes a note")
def note(walk: Walk) -> None:
    found, text = _page(walk), f"It is the disk, {walk.next()}."
    Responders(walk.scene.pagerduty).write_note(found["shown"]["id"], BO, text)
    walk.promise(f"note: {text}", lambda: any(one["content"] == text for one in found["notes"]))
