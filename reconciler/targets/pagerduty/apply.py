"""How a change is carried out on PagerDuty. The page goes first, and goes even without what is optional."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.plan.address import Address
from reconciler.plan.change import Change, Kind
from reconciler.plan.world import Absent, Observed, Present, World
from reconciler.targets.base import Ended
from reconciler.targets.case import Case
from reconciler.targets.pagerduty import desired, observe
from reconciler.targets.seam import Api, CallError, Refused, text_of


def notify_again(api: Api, changes: Sequence[Change]) -> list[Ended]:
    """Wake the on-call of one page: once, however many calls for the team are open.

    PagerDuty: "escalation_level: 1" sends a page through its policy anew, an acknowledged one as well.
    """
    page = changes[0].address._replace(thing=changes[0].address.thing.partition("/again/")[0])
    incident = {"type": "incident_reference", "escalation_level": 1}
    try:
        answer = api.call("PUT /incidents/{id}", id=changes[0].body["page"], incident=incident)
    except CallError as error:
        return [Ended(change, error=error) for change in changes]
    shown = {page: observe.sighting(answer["incident"])}
    return [Ended(change, {change.address: Present(), **shown}) for change in changes]


def carry_out(api: Api, change: Change, case: Case, world: World) -> Ended:
    """One change; a refusal of what is optional sends the rest without it."""
    try:
        if change.kind is Kind.RETIRE and not desired.is_page(change.address.thing):
            return _second_note(api, change)
        if not desired.is_page(change.address.thing):
            return _note(api, change)
        if change.kind is Kind.CREATE or not change.id:
            return _create(api, change, world)
        return _update(api, change, world)
    except CallError as error:
        return Ended(change, error=error)


def _note(api: Api, change: Change) -> Ended:
    """The note is made, or brought up to date; one that a person has deleted is left so."""
    links = change.value("links")
    note = {"content": f"{change.body['mark']}\n{links}"}
    if not change.id:
        made = api.call("POST /incidents/{id}/notes", id=change.body["page"], note=note)["note"]
        return Ended(change, {change.address: Present(id=text_of(made, "id"), fields={"links": links})})
    done = {change.address: Present(id=change.id, fields={"links": links})}
    try:
        api.call("PUT /incidents/{id}/notes/{note_id}", id=change.body["page"], note_id=change.id, note=note)
    except Refused as refused:
        if refused.code != "404":
            raise
        return Ended(change, done, note="deleted in PagerDuty: left so")
    return Ended(change, done)


def _second_note(api: Api, change: Change) -> Ended:
    try:
        api.call("DELETE /incidents/{id}/notes/{note_id}", id=change.body["page"], note_id=change.id)
    except Refused as refused:
        if refused.code != "404":
            raise
    return Ended(change, {change.address: Present(id=change.id, live=False)})


def _create(api: Api, change: Change, world: World) -> Ended:
    incident = _new_incident(change, world)
    left_out: list[str] = []
    while True:
        try:
            made = api.call("POST /incidents", incident=incident)["incident"]
            break
        except Refused as refused:
            if _is_duplicate(refused):
                return _found(api, change)
            optional = _refused_option(refused, incident)
            if optional is None:
                raise
            incident = {name: value for name, value in incident.items() if name != optional}
            left_out.append(f"{optional.replace('_', ' ')} ({refused.detail or refused.code})")
    note = f"sent without its {', '.join(left_out)}" if left_out else ""
    return Ended(change, _sightings(change, observe.sighting(made)), note=note)


def _new_incident(change: Change, world: World) -> dict[str, Any]:
    body = change.body
    incident: dict[str, Any] = {
        "type": "incident",
        "title": change.value("title"),
        "service": {"id": body["service"], "type": "service_reference"},
        "urgency": change.value("urgency"),
        "incident_key": body["incident_key"],
        "body": {"type": "incident_body", "details": body["details"]},
    }
    priority = desired.priorities(world).get(change.value("priority"))
    if priority:
        incident["priority"] = {"id": priority, "type": "priority_reference"}
    if "escalation_policy" in body:
        incident["escalation_policy"] = {
            "id": body["escalation_policy"],
            "type": "escalation_policy_reference",
        }
    if "bridge" in body:
        incident["conference_bridge"] = {"conference_url": body["bridge"]}
    return incident


def _is_duplicate(refused: Refused) -> bool:
    errors = (refused.answer.get("error") or {}).get("errors") or []
    return refused.code == "400" and any("dedup key" in str(error) for error in errors)


def _refused_option(refused: Refused, incident: dict[str, Any]) -> str | None:
    """The optional part that a refusal names; None when the page itself was refused."""
    words = f"{refused.detail} {refused.answer}".lower()
    for option, names in (("priority", ("priorit",)), ("conference_bridge", ("conference", "bridge"))):
        if option in incident and any(name in words for name in names):
            return option
    return None


def _found(api: Api, change: Change) -> Ended:
    """The key is taken by an open page: it is ours, sent by a run whose answer was lost."""
    seen = observe.find(api, change.body["incident_key"])
    if isinstance(seen, Absent):
        raise Refused("POST /incidents", "400", "the key is taken, but no page with it can be seen")
    return Ended(change, {change.address: seen}, note="was already sent")


def _sightings(change: Change, made: Present) -> dict[Address, Observed]:
    """A page just sent has no note and no acknowledgement, which saves looking."""
    links, log = (change.address._replace(thing=f"{change.address.thing}/{one}") for one in ("links", "log"))
    return {change.address: made, links: Absent(), log: Present()}


def _update(api: Api, change: Change, world: World) -> Ended:
    incident: dict[str, Any] = {"type": "incident_reference"}
    seen = world.present(change.address)
    if change.kind is Kind.RETIRE:
        incident |= {"status": "resolved", "resolution": change.body["resolution"]}
    elif seen is not None and not seen.live:
        incident["status"] = "triggered"
    incident |= {field.name: field.after for field in change.fields}
    answer = api.call("PUT /incidents/{id}", id=change.id, incident=incident)
    told: dict[Address, Observed] = {change.address: observe.sighting(answer["incident"])}
    if incident.get("status") == "triggered":
        told |= {change.address._replace(thing=one): Present() for one in change.body["answers"]}
    return Ended(change, told)
