"""Making and changing incidents as the API lets callers do."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from reconciler.sandbox.pagerduty import fields
from reconciler.sandbox.pagerduty.account import Account, Json, as_list, identified, reference
from reconciler.sandbox.pagerduty.lifecycle import (
    STATUSES,
    assign,
    escalate,
    merge,
    page_on_call,
    set_status,
    touch,
)
from reconciler.sandbox.pagerduty.record import log
from reconciler.sandbox.pagerduty.refusals import refused
from reconciler.sandbox.pagerduty.showing import brief, shown
from reconciler.targets.seam import Answer

MOST_AT_ONCE = 250

_DUPLICATE = "Open incident with matching dedup key already exists on this service"


def create(account: Account, arguments: Json) -> Answer:
    """Open an incident and page for it. Its key must not be that of another open incident on the service."""
    given = arguments.get("incident")
    if not isinstance(given, dict):
        raise account.invalid("params must be a Hash")
    if given.get("type") != "incident":
        raise account.invalid("Type must be incident.")
    title, service = fields.title(account, given), fields.service(account, given)
    fields.one_way(account, given)
    _refuse_duplicate(account, fields.key(account, given), service)
    chosen, people = _chosen(account, given, by_name=False), fields.people(account, given)
    incident = _blank(account, title, service, given)
    _place(incident, chosen)
    account.data["incidents"][incident["shown"]["id"]] = incident
    first = log(account, incident, "trigger", "web_trigger", event_details={"description": title})
    incident["shown"]["first_trigger_log_entry"] = reference(first)
    if people:
        assign(account, incident, people, "direct_assignment")
    else:
        page_on_call(account, incident)
    return {"incident": shown(account, incident)}


def update(account: Account, incident: Json, arguments: Json) -> Answer:
    """Change the incident; what cannot be changed, such as its key, is passed over in silence."""
    return {"incident": _change(account, _wish(account, incident, arguments.get("incident")))}


def update_many(account: Account, arguments: Json) -> Answer:
    """Change up to 250 incidents, each named by its id: all of them, or none where one is refused."""
    given = arguments.get("incidents")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise account.invalid("params must be a Hash")
    if len(given) > MOST_AT_ONCE:
        message = f"At most {MOST_AT_ONCE} incidents may be updated at a time"
        raise refused(account.method, 413, None, message=message)
    wishes = [_wish(account, find(account, one.get("id")), one) for one in given]
    done = [_change(account, wish) for wish in wishes]
    return {"incidents": done, "limit": len(done), "offset": 0, "more": False}


def merge_into(account: Account, target: Json, arguments: Json) -> Answer:
    """Resolve open incidents into an open one."""
    given = as_list(arguments.get("source_incidents"))
    sources = [find(account, one.get("id") if isinstance(one, dict) else None) for one in given]
    if not sources or target["shown"]["status"] == "resolved":
        raise account.impossible("The target incident must be open, with at least one source incident")
    if any(source is target or source["shown"]["status"] == "resolved" for source in sources):
        raise account.impossible("Source incidents must be open")
    for source in sources:
        merge(account, source, target)
    touch(account, target)
    return {"incident": brief(target)}


def find(account: Account, identity: Any) -> Json:
    """The incident of that id; 404 where there is none."""
    incident = account.find("incident", identity)
    if incident is None:
        raise account.not_found()
    return incident


class _Wish(NamedTuple):
    """One incident's update, checked: nothing in it can be refused any more."""

    incident: Json
    chosen: Json
    status: str
    note: str
    people: list[Json]
    level: int


def _wish(account: Account, incident: Json, given: Any) -> _Wish:
    if not isinstance(given, dict) or given.get("type") not in ("incident", "incident_reference"):
        raise account.invalid("Type must be incident or incident_reference.")
    status = given.get("status") or ""
    if status not in ("", *STATUSES):
        raise account.invalid("Status must be one of triggered, acknowledged, or resolved.")
    fields.one_way(account, given)
    chosen = _chosen(account, given, by_name=True)
    if "title" in given:
        chosen["title"] = fields.title(account, given)
    policy = chosen.get("escalation_policy", incident["shown"]["escalation_policy"])
    rules = account.data["escalation_policies"][policy["id"]]["escalation_rules"]
    level = fields.level(account, given, rules)
    return _Wish(
        incident, chosen, status, str(given.get("resolution") or ""), fields.people(account, given), level
    )


def _change(account: Account, wish: _Wish) -> Json:
    _record_changes(account, wish.incident, wish.chosen)
    if wish.status:
        set_status(account, wish.incident, wish.status, "website", wish.note)
    _reassign(account, wish)
    return shown(account, wish.incident)


def _reassign(account: Account, wish: _Wish) -> None:
    """Give an open incident to the people, the level or the policy that are asked for."""
    if wish.incident["shown"]["status"] == "resolved":
        return
    if wish.people:
        assign(account, wish.incident, wish.people, "direct_assignment")
    elif wish.level:
        escalate(account, wish.incident, wish.level)
    elif "escalation_policy" in wish.chosen and wish.status != "triggered":
        page_on_call(account, wish.incident)


def _refuse_duplicate(account: Account, key: str, service: Json) -> None:
    for incident in account.data["incidents"].values() if key else ():
        shown = incident["shown"]
        same = shown["incident_key"] == key and shown["service"]["id"] == service["id"]
        if same and shown["status"] != "resolved":
            raise account.impossible(_DUPLICATE)


def _chosen(account: Account, given: Json, *, by_name: bool) -> Json:
    """The optional fields that are given, checked before anything is done."""
    chosen: Json = {}
    if given.get("urgency") is not None:
        chosen["urgency"] = fields.urgency(account, given)
    if "priority" in given:
        chosen["priority"] = fields.priority(account, given, by_name=by_name)
    if given.get("escalation_policy"):
        chosen["escalation_policy"] = fields.policy(account, given)
    if "conference_bridge" in given:
        chosen["conference_bridge"] = fields.bridge(account, given)
    if given.get("body") is not None and not by_name:
        chosen["body"] = fields.body(account, given)
    if given.get("incident_type"):
        chosen["incident_type"] = fields.kind(account, given)
    if given.get("service") and by_name:
        chosen["service"] = reference(fields.service(account, given))
    return chosen


def _place(incident: Json, chosen: Json) -> None:
    for key, value in chosen.items():
        incident["hidden" if key in incident["hidden"] else "shown"][key] = value


def _record_changes(account: Account, incident: Json, chosen: Json) -> None:
    """Set the fields, with a log entry for what differs."""
    held = incident["shown"] | incident["hidden"]
    changed = {key: value for key, value in chosen.items() if held[key] != value}
    if not changed:
        return
    _place(incident, changed)
    number = incident["shown"]["incident_number"]
    touch(account, incident, summary=f"[#{number}] {incident['shown']['title']}")
    if "urgency" in changed:
        log(account, incident, "urgency_change", "website")
    if others := sorted(set(changed) - {"urgency"}):
        log(account, incident, "field_value_change", "website", changeset=others)


def _blank(account: Account, title: str, service: Json, given: Json) -> Json:
    """A triggered incident before anything optional is set on it."""
    identity, number = account.identity("Q"), len(account.data["incidents"]) + 1
    key = fields.key(account, given) or hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest()
    shown = identified("incident", identity, f"[#{number}] {title}") | {
        "incident_number": number,
        "title": title,
        "created_at": account.stamp,
        "updated_at": account.stamp,
        "status": "triggered",
        "incident_key": key,
        "service": reference(service),
        "assignments": [],
        "assigned_via": "escalation_policy",
        "last_status_change_at": account.stamp,
        "last_status_change_by": reference(service),
        "resolved_at": None,
        "alert_counts": {"all": 0, "triggered": 0, "resolved": 0},
        "is_mergeable": True,
        "incident_type": {"name": "incident_default"},
        "escalation_policy": service["escalation_policy"],
        "teams": [],
        "acknowledgements": [],
        "alert_grouping": None,
        "priority": None,
        "resolve_reason": None,
        "incidents_responders": [],
        "responder_requests": [],
        "urgency": "high",
    }
    hidden: Json = {"conference_bridge": None, "body": None}
    return {"shown": shown, "hidden": hidden, "opened_at": account.stamp, "log_entries": [], "notes": []}
