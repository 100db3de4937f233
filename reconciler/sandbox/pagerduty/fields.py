"""The fields that a caller may give an incident, checked one by one, as for a create so for an update."""

from __future__ import annotations

import re
from typing import Any

from reconciler.sandbox.pagerduty.account import Account, Json, as_list, reference

_DIALLED = re.compile(r"[-+0-9 ,#*().]+")
_PRIORITY_ABILITY = "priorities"


def title(account: Account, given: Json) -> str:
    """The title; PagerDuty wants one that is not blank."""
    text = given.get("title")
    if not isinstance(text, str) or not text.strip():
        raise account.invalid("Title cannot be empty.")
    return text


def key(account: Account, given: Json) -> str:
    """The key that tells a repeated create; empty when there is none."""
    value = given.get("incident_key") or ""
    if not isinstance(value, str):
        raise account.invalid("Incident key must be a string.")
    return value


def kind(account: Account, given: Json) -> Json:
    """The incident's type, by its name."""
    name = _mapping(account, given["incident_type"]).get("name")
    if not isinstance(name, str):
        raise account.invalid("Incident type must have a name.")
    return {"name": name}


def urgency(account: Account, given: Json) -> str:
    """`high` or `low`."""
    value = given["urgency"]
    if value not in ("high", "low"):
        raise account.invalid("Urgency must be high or low.")
    return str(value)


def service(account: Account, given: Json) -> Json:
    """The service, whole; an unknown one is a bad argument and no 404."""
    if not isinstance(given.get("service"), dict):
        raise account.invalid("Service cannot be empty.")
    return account.need("service", given["service"], account.impossible("Service not found"))


def policy(account: Account, given: Json) -> Json:
    """The escalation policy, as a reference."""
    refusal = account.impossible("Escalation policy not found")
    return reference(account.need("escalation_policy", given["escalation_policy"], refusal))


def priority(account: Account, given: Json, *, by_name: bool) -> Json | None:
    """The priority, as a reference; only an update takes a name instead of an object. None removes it."""
    value = given["priority"]
    if value is None:
        return None
    known = account.data["priorities"] if _PRIORITY_ABILITY in account.data["abilities"] else {}
    if by_name and isinstance(value, str):
        found = next((one for one in known.values() if one["name"] == value), None)
    else:
        found = known.get(str(value.get("id"))) if isinstance(value, dict) else None
    if found is None:
        raise account.impossible("Priority not found")
    return reference(found)


def people(account: Account, given: Json) -> list[Json]:
    """Those to whom an incident is to be assigned, as references."""
    refusal = account.impossible("Assignee not found")
    assignees = [_mapping(account, one).get("assignee") for one in as_list(given.get("assignments"))]
    return [reference(account.need("user", assignee, refusal)) for assignee in assignees]


def bridge(account: Account, given: Json) -> Json | None:
    """The conference bridge: a number to dial, an address, or both. None removes it."""
    if given["conference_bridge"] is None:
        return None
    value = _mapping(account, given["conference_bridge"])
    url, number = value.get("conference_url"), value.get("conference_number")
    if url and not re.match(r"https?://\S+$", str(url)):
        raise account.invalid("Conference URL is invalid.")
    if number and not _DIALLED.fullmatch(str(number)):
        raise account.invalid("Conference number is invalid.")
    return {"conference_number": number, "conference_url": url}


def one_way(account: Account, given: Json) -> None:
    """People or a policy: not both."""
    if given.get("assignments") and given.get("escalation_policy"):
        raise account.invalid("Assignments and escalation policy cannot both be specified.")


def level(account: Account, given: Json, rules: list[Json]) -> int:
    """The level of the escalation policy to go to; 0 when none is asked for."""
    value = given.get("escalation_level") or 0
    if not isinstance(value, int) or not 0 <= value <= len(rules):
        raise account.invalid("Escalation level does not exist.")
    return value


def body(account: Account, given: Json) -> Json:
    """The body, kept as it came."""
    if "type" not in _mapping(account, given["body"]):
        raise account.invalid("Body must have a type.")
    return _mapping(account, given["body"])


def _mapping(account: Account, value: Any) -> Json:
    if not isinstance(value, dict):
        raise account.invalid("params must be a Hash")
    return value
