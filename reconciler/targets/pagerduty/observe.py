"""How PagerDuty is looked at: one list of the open pages, then only what that list cannot tell.

`incident_key` de-duplicates against open incidents alone, so a page that is not remembered is looked up
in all states before one is made (PagerDuty REST: "List incidents", `date_range=all`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from reconciler.incident.text import one_line
from reconciler.plan.address import Address
from reconciler.plan.resource import Resource
from reconciler.plan.world import Absent, Observed, Present, Sightings, World
from reconciler.targets.base import Look
from reconciler.targets.case import MADE, Case, shared
from reconciler.targets.links import log_needed
from reconciler.targets.pagerduty import again, desired
from reconciler.targets.seam import Answer, Api, Refused, Unanswered, items_of, text_of

NAME = desired.NAME
OPEN = shared(NAME, "open pages")
PAGES_AT_MOST = 100


def looks(case: Case, world: World, resources: Sequence[Resource]) -> list[Look]:
    """The reads that one incident still needs."""
    if not resources:
        return []
    needed = [Look("open pages", "open", answers=(OPEN,))]
    for resource in resources:
        if desired.is_page(resource.address.thing):
            needed += _page_looks(case, world, resource.address.thing)
    return needed


def _page_looks(case: Case, world: World, team: str) -> Iterator[Look]:
    address = case.at(NAME, team)
    adopted = case.history.adopted().get(team)
    others = adopted is not None and desired.taken_by(case, adopted) is not None
    remembered = case.memory.of(address)
    if adopted and remembered and (others or remembered.id != adopted):
        remembered = None
    seen = world.present(address)
    if remembered is None and case.history.was_open and not case.past_grace:
        yield _of_others(case, team, adopted) if adopted and not others else _by_key(case, team)
    if remembered is None and case.incident.status.open:
        yield from _priorities(case)
    wanted = remembered is not None and (remembered.live or case.incident.status.open)
    if remembered is not None and wanted and seen is None and OPEN in world:
        yield _by_id(case, team, remembered.id)
    if seen is not None:
        yield from _of_seen(case, world, team, seen)


def _of_seen(case: Case, world: World, team: str, seen: Present) -> Iterator[Look]:
    note = case.at(NAME, f"{team}/links")
    wanted = case.severity.priority
    if seen.live and wanted and seen.fields.get("priority") != wanted:
        yield from _priorities(case)
    unsure = case.memory.of(note) is None or note.thing in _made(case, world)
    if seen.live and case.incident.status.open and unsure and note not in world:
        yield Look(f"notes {seen.id}", "notes", case.id, {"id": seen.id, "team": team}, (note,))
    if log_needed(case, world, team) or again.unsure(case, team, seen):
        answers = (case.at(NAME, f"{team}/log"),)
        yield Look(f"log {seen.id}", "log", case.id, {"id": seen.id, "team": team}, answers)
    merged = seen.extra.get("merged_into")
    if merged:
        answers = (case.at(NAME, f"{team}/merged"),)
        yield Look(f"merged {merged}", "merged", case.id, {"id": merged, "team": team}, answers)


def _made(case: Case, world: World) -> Sequence[str]:
    """What this run has made: another may have made it too, so that it is looked at again."""
    known = world.present(case.at(NAME, MADE))
    return known.fields["things"] if known else ()


def _priorities(case: Case) -> Iterator[Look]:
    if case.severity.priority:
        yield Look("priorities", "priorities", answers=(desired.PRIORITIES,))


def _by_key(case: Case, team: str) -> Look:
    key = desired.incident_key(case, team)
    return Look(f"key {key}", "key", case.id, {"key": key, "team": team}, (case.at(NAME, team),))


def _of_others(case: Case, team: str, id: str) -> Look:
    return Look(f"adopted {id}", "adopted", case.id, {"id": id, "team": team}, (case.at(NAME, team),))


def _by_id(case: Case, team: str, id: str) -> Look:
    return Look(f"page {id}", "page", case.id, {"id": id, "team": team}, (case.at(NAME, team),))


def read(api: Api, look: Look, cases: Mapping[str, Case]) -> Sightings:
    """Carry out one read."""
    if look.kind == "open":
        return _read_open(api, cases)
    if look.kind == "priorities":
        return {desired.PRIORITIES: _read_priorities(api)}
    case = cases[look.incident]
    team = look.arguments["team"]
    address = look.answers[0]
    if look.kind == "key":
        return {address: find(api, desired.incident_key(case, team))}
    if look.kind == "adopted":
        return _find_adopted(api, case, team, look.arguments["id"])
    if look.kind == "notes":
        return {address: _find_note(api, case, team, look.arguments["id"])}
    if look.kind == "log":
        return {address: _what_log_tells(api, look.arguments["id"])}
    try:
        return {address: sighting(api.call("GET /incidents/{id}", id=look.arguments["id"])["incident"])}
    except Refused as refused:
        if refused.code != "404" or look.kind == "merged":
            raise
    return {address: find(api, desired.incident_key(case, team))}


def _read_priorities(api: Api) -> Present:
    """The priorities by name; none where the account's plan has none (402)."""
    try:
        found = items_of(api.call("GET /priorities", limit=100), "priorities")
    except Refused as refused:
        if refused.code != "402":
            raise
        found = []
    return Present(fields={text_of(one, "name"): text_of(one, "id") for one in found})


def _read_open(api: Api, cases: Mapping[str, Case]) -> Sightings:
    """All open pages of the settings' services; those with a mark of ours are seen."""
    case = next(iter(cases.values()))
    services = sorted({team.pagerduty_service for team in case.settings.teams.values()})
    found: dict[Any, Observed] = {OPEN: Present()}
    taken = _taken_over(cases.values())
    for incident in list_incidents(api, statuses=["triggered", "acknowledged"], service_ids=services):
        name, _, rest = str(incident.get("incident_key") or "").partition("/")
        id, _, team = rest.partition("/")
        if name == case.settings.name and id in cases and team:
            found.setdefault(cases[id].at(NAME, team), sighting(incident))
        elif incident.get("id") in taken:
            found.setdefault(taken[incident["id"]], sighting(incident))
    return found


def _taken_over(cases: Iterable[Case]) -> dict[str, Address]:
    """The pages that others have made and that are remembered to be ours."""
    return {
        id: case.at(NAME, team)
        for case in cases
        for team, id in case.history.adopted().items()
        if (one := case.memory.of(case.at(NAME, team))) is not None
        and one.id == id
        and desired.taken_by(case, id) is None
    }


def _find_adopted(api: Api, case: Case, team: str, id: str) -> Sightings:
    """The page that we have sent ourselves, which goes first; else the one that is to be taken over.

    One that we have sent for another incident is none.
    """
    address = case.at(NAME, team)
    own = find(api, desired.incident_key(case, team))
    if isinstance(own, Present):
        return {address: own}
    try:
        found = sighting(api.call("GET /incidents/{id}", id=id)["incident"])
    except Refused as refused:
        if refused.code != "404":
            raise
        return {address: Absent()}
    name, _, rest = str(found.extra["key"] or "").partition("/")
    if name != case.settings.name or "/" not in rest:
        return {address: found}
    return {address: Absent(), desired.not_ours(case, team): Present(extra={"of": rest.partition("/")[0]})}


def list_incidents(api: Api, **filters: Any) -> Iterator[Mapping[str, Any]]:
    """The incidents that fit, page after page, the oldest first, whatever their age."""
    for number in range(PAGES_AT_MOST):
        answer = api.call(
            "GET /incidents",
            date_range="all",
            sort_by="created_at:asc",
            limit=100,
            offset=100 * number,
            **filters,
        )
        yield from items_of(answer, "incidents")
        if not answer["more"]:
            return
    raise Unanswered("GET /incidents", f"more than {100 * PAGES_AT_MOST} open incidents: the list is cut off")


def find(api: Api, key: str) -> Observed:
    """The page with that key in whichever state: an open one first, then the oldest."""
    assert key, "an empty key would list every incident"
    listed = list_incidents(api, incident_key=key)
    fitting = [one for one in listed if text_of(one, "incident_key") == key]
    if not fitting:
        return Absent()
    return sighting(min(fitting, key=lambda one: one.get("status") == "resolved"))


def sighting(incident: Answer) -> Present:
    """A PagerDuty incident as the plan compares it."""
    reason = incident.get("resolve_reason") or {}
    merged = (
        (reason.get("incident") or {}).get("id") if reason.get("type") == "merge_resolve_reason" else None
    )
    return Present(
        id=text_of(incident, "id"),
        fields={
            "title": one_line(str(incident.get("title") or "")),
            "urgency": incident.get("urgency"),
            "priority": _priority(incident),
        },
        live=text_of(incident, "status") != "resolved",
        url=incident.get("html_url"),
        extra={
            "status": incident.get("status"),
            "number": incident.get("incident_number"),
            "acknowledged": _acknowledged(incident),
            "resolved_at": incident.get("resolved_at"),
            "by": _agent(incident.get("last_status_change_by")),
            "merged_into": merged,
            "key": incident.get("incident_key"),
            "created": incident.get("created_at"),
        },
    )


def _priority(incident: Answer) -> str | None:
    priority = incident.get("priority") or {}
    return priority.get("name") or priority.get("summary")


def _acknowledged(incident: Answer) -> dict[str, str] | None:
    if incident.get("acknowledgements") in (None, []):
        return None
    first = min(items_of(incident, "acknowledgements"), key=lambda one: _moment(one, "at"))
    return {"at": _moment(first, "at"), "by": _agent(first.get("acknowledger"))["name"]}


def _moment(answer: Answer, name: str) -> str:
    """A time as PagerDuty writes it. Raises ValueError for what is none."""
    moment = text_of(answer, name)
    datetime.fromisoformat(moment)
    return moment


def _agent(reference: object) -> dict[str, str]:
    if not isinstance(reference, Mapping):
        return {"name": "somebody", "type": ""}
    kind = str(reference.get("type", "")).removesuffix("_reference")
    return {"name": one_line(str(reference.get("summary") or "somebody"), 60), "type": kind}


def _find_note(api: Api, case: Case, team: str, id: str) -> Observed:
    """Our note: the oldest one counts, where two runs at once have both written one."""
    mark = desired.note_mark(case, team)
    found = items_of(api.call("GET /incidents/{id}/notes", id=id), "notes")
    ours = [note for note in found if str(note["content"]).partition("\n")[0] == mark]
    if not ours:
        return Absent()
    first, *others = sorted(ours, key=lambda note: (str(note.get("created_at")), text_of(note, "id")))
    links = str(first["content"]).partition("\n")[2]
    twice = [text_of(note, "id") for note in others]
    return Present(id=text_of(first, "id"), fields={"links": links}, extra={"twice": twice})


def _what_log_tells(api: Api, id: str) -> Observed:
    """Who acknowledged the page first, and when somebody has sent it to its on-call anew (`called`)."""
    entries = list(_log(api, id))
    called = [_moment(one, "created_at") for one in entries if _sent_anew(one)]
    extra: dict[str, Any] = {"called": called} if called else {}
    taken = [one for one in entries if text_of(one, "type").startswith("acknowledge_log_entry")]
    if taken:
        first = min(taken, key=lambda one: _moment(one, "created_at"))
        by = _agent({"summary": text_of(first["agent"], "summary")})["name"]
        extra["acknowledged"] = {"at": _moment(first, "created_at"), "by": by}
    return Present(extra=extra)


def _log(api: Api, id: str) -> Iterator[Mapping[str, Any]]:
    for number in range(PAGES_AT_MOST):
        answer = api.call("GET /incidents/{id}/log_entries", id=id, limit=100, offset=100 * number)
        yield from items_of(answer, "log_entries")
        if not answer.get("more"):
            return
    raise Unanswered("GET /incidents/{id}/log_entries", f"more than {100 * PAGES_AT_MOST} entries")


def _sent_anew(entry: Mapping[str, Any]) -> bool:
    """Whether somebody has put the page to a level of its policy, or made it that of others than themselves.

    Whoever acknowledges a page has it from then on, which wakes nobody.
    """
    what = text_of(entry, "type")
    if not what.startswith(("escalate_log_entry", "assign_log_entry")):
        return False
    agent = entry["agent"]
    if not text_of(agent, "type").startswith("user"):
        return False
    if what.startswith("escalate_log_entry"):
        return True
    theirs = [text_of(one, "id") for one in items_of(entry, "assignees")]
    return bool(theirs) and text_of(agent, "id") not in theirs
