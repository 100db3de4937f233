"""An incident as an answer: what is always in it, and what only `include[]` brings."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from reconciler.sandbox.pagerduty.account import Account, Json, as_list, reference
from reconciler.sandbox.pagerduty.timeouts import pending

#: what is included → the members in which references become whole objects
_WHOLE = {
    "services": ("service",),
    "escalation_policies": ("escalation_policy",),
    "priorities": ("priority",),
    "agents": ("last_status_change_by",),
    "users": ("last_status_change_by", "assignee", "acknowledger"),
    "assignees": ("assignee",),
    "acknowledgers": ("acknowledger",),
}


def shown(account: Account, incident: Json, arguments: Json | None = None) -> Json:
    """The incident as PagerDuty answers it; bridge and body only when they are included."""
    wanted = {name for name in as_list((arguments or {}).get("include")) if isinstance(name, str)}
    answer = dict(incident["shown"])
    answer["pending_actions"] = pending(account, incident)
    if answer["status"] == "triggered":
        answer["last_status_change_at"] = answer["updated_at"]
    answer |= {key: incident["hidden"][key] for key in ("conference_bridge", "body") if key in wanted}
    if "first_trigger_log_entries" in wanted:
        answer["first_trigger_log_entry"] = incident["log_entries"][0]
    members = {member for name in wanted for member in _WHOLE.get(name, ())}
    return {key: _expanded(account, key, value, members) for key, value in answer.items()}


def brief(incident: Json) -> Json:
    """The incident as a reference."""
    return reference(incident["shown"])


def _expanded(account: Account, key: str, value: Any, members: Collection[str]) -> Any:
    if isinstance(value, list):
        return [_expanded(account, key, item, members) for item in value]
    if not isinstance(value, dict):
        return value
    if key in members and value["type"].endswith("_reference"):
        return account.find(value["type"].removesuffix("_reference"), value["id"]) or value
    if key in ("assignments", "acknowledgements"):
        return {inner: _expanded(account, inner, item, members) for inner, item in value.items()}
    return value
