"""How an incident changes its status, whoever asks: a caller, a person, a merge or a timeout.

Triggered and acknowledged incidents are open. Resolving is not the end: set to either open status, a resolved
incident is open again, with the same id, key and timeline.
"""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.pagerduty.account import Account, Json, reference
from reconciler.sandbox.pagerduty.record import log

STATUSES = ("triggered", "acknowledged", "resolved")


def set_status(account: Account, incident: Json, status: str, channel: str, note: str = "") -> None:
    """Bring the incident to the status; nothing happens where it has it already."""
    if status == "resolved":
        resolve(account, incident, channel, note)
    elif status == "acknowledged":
        acknowledge(account, incident, channel)
    else:
        trigger(account, incident, channel)


def resolve(
    account: Account, incident: Json, channel: str, note: str = "", reason: Json | None = None
) -> None:
    """End the incident: nobody is assigned any more, and its acknowledgements are gone from it."""
    if incident["shown"]["status"] == "resolved":
        return
    _changed(account, incident, "resolved")
    incident["shown"] |= {"resolved_at": account.stamp, "resolve_reason": reason, "assignments": []}
    incident["shown"]["acknowledgements"] = []
    log(account, incident, "resolve", channel, **({"note": note} if note else {}))


def acknowledge(account: Account, incident: Json, channel: str) -> None:
    """Somebody takes the incident on, and it is theirs; a second person's acknowledgement joins the first."""
    held = incident["shown"]["acknowledgements"]
    if any(one["acknowledger"]["id"] == account.agent["id"] for one in held):
        return
    _open_again(account, incident)
    _changed(account, incident, "acknowledged")
    held.append({"at": account.stamp, "acknowledger": account.agent})
    log(account, incident, "acknowledge", channel)
    assign(account, incident, [account.agent], "direct_assignment", notify=False)


def trigger(account: Account, incident: Json, channel: str) -> None:
    """Nobody works on the incident: whoever is on call is told again."""
    before = incident["shown"]["status"]
    if before == "triggered":
        return
    _open_again(account, incident)
    _changed(account, incident, "triggered")
    incident["shown"]["acknowledgements"] = []
    if before == "acknowledged":
        log(account, incident, "unacknowledge", channel)
    page_on_call(account, incident)


def page_on_call(account: Account, incident: Json, level: int = 1) -> None:
    """Assign the incident to those whom its escalation policy names at that level, and tell them."""
    policy = account.data["escalation_policies"][incident["shown"]["escalation_policy"]["id"]]
    assign(account, incident, policy["escalation_rules"][level - 1]["targets"], "escalation_policy")


def escalate(account: Account, incident: Json, level: int) -> None:
    """Go to a level of its policy: nobody has it acknowledged any more, and those of the level are told.

    That is so too where it is at that level already.
    """
    if incident["shown"]["status"] == "acknowledged":
        _changed(account, incident, "triggered")
        incident["shown"]["acknowledgements"] = []
    policy = account.data["escalation_policies"][incident["shown"]["escalation_policy"]["id"]]
    people = policy["escalation_rules"][level - 1]["targets"]
    touch(account, incident)
    assign(account, incident, people, "escalation_policy", what="escalate")


def assign(
    account: Account,
    incident: Json,
    people: list[Json],
    via: str,
    *,
    what: str = "assign",
    notify: bool = True,
) -> None:
    """Make the incident these people's."""
    incident["shown"]["assignments"] = [{"at": account.stamp, "assignee": person} for person in people]
    incident["shown"]["assigned_via"] = via
    log(account, incident, what, "auto", assignees=people)
    for person in people if notify else []:
        log(account, incident, "notify", "auto", user=person)


def merge(account: Account, source: Json, target: Json) -> None:
    """The source is resolved, and says into which incident it went."""
    reason = {"type": "merge_resolve_reason", "incident": reference(target["shown"])}
    resolve(account, source, "website", reason=reason)


def touch(account: Account, incident: Json, **fields: Any) -> None:
    """Set fields of the incident that are no status."""
    incident["shown"] |= fields | {"updated_at": account.stamp}


def _changed(account: Account, incident: Json, status: str) -> None:
    incident.pop("snoozed_until", None)
    touch(account, incident, status=status)
    incident["shown"] |= {"last_status_change_at": account.stamp, "last_status_change_by": account.agent}


def _open_again(account: Account, incident: Json) -> None:
    if incident["shown"]["status"] == "resolved":
        incident["opened_at"] = account.stamp
        incident["shown"] |= {"resolved_at": None, "resolve_reason": None}
