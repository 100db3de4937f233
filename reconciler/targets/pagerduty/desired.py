"""What an incident asks of PagerDuty: one page a team, and a note on it with the links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from reconciler.errors import Location
from reconciler.incident.history import teams_asked
from reconciler.incident.text import lines, one_line, person_name
from reconciler.plan.address import Address
from reconciler.plan.change import Cause
from reconciler.plan.resource import Hold, Resource
from reconciler.plan.world import Absent, Present, World
from reconciler.targets.case import Case, shared
from reconciler.targets.drift import policies
from reconciler.targets.links import teams, url_of
from reconciler.targets.pagerduty import again

TITLE_LIMIT = 255
NAME = "pagerduty"
PRIORITIES = shared(NAME, "priorities")


def resources(case: Case, world: World) -> list[Resource]:
    """A page for each team that any version of the file asked for, and its note with links."""
    asked = teams_asked(case.incident, case.settings)
    if case.review is not None:
        return _unreviewed(case, world, asked)
    return [
        one
        for team in teams(case)
        for one in (
            page(case, world, team, team in asked),
            links(case, world, team, team in asked),
            *again.resources(case, world, team),
            *_twice(case, world, team),
        )
    ]


def _unreviewed(case: Case, world: World, asked: list[str]) -> list[Resource]:
    """Pages of our own, and who is called for again: what others made is not taken over before a review."""
    taken = case.history.adopted()
    own = [team for team in teams(case) if team not in taken]
    return [
        one
        for team in own
        for one in (page(case, world, team, team in asked), *again.resources(case, world, team))
    ]


def is_page(thing: str) -> bool:
    """False for what belongs to a page: its notes, and what wakes its on-call again."""
    return not (thing.endswith("/links") or "/links/" in thing or "/again/" in thing)


def incident_key(case: Case, team: str) -> str:
    """The de-duplication key of a page; frozen (docs/marks.md)."""
    return f"{case.mark}/{team}"


def page(case: Case, world: World, team: str, asked: bool) -> Resource:
    """The page of one team."""
    address = case.at(NAME, team)
    live = _live(case, world, team)
    seen = world.present(address)
    urgency = case.severity.urgency
    taken = adopted(case, world, team)
    return Resource(
        address,
        _called(case, team, taken),
        fields=_fields(case, world, team, urgency),
        body=_body(case, world, team),
        live=live,
        make=asked and case.history.was_open,
        drift=policies(NAME, "page"),
        hold=_nothing_there(case, world, team, taken) or _hold(case, team, seen, live),
        adopts=taken is not None,
        after=(PRIORITIES,),
        location=_place(case, team),
        reason="open again" if live and seen is not None and not seen.live else "",
    )


def adopted(case: Case, world: World, team: str) -> str | None:
    """The PagerDuty incident that is taken over as a team's page; none where it has one that we have sent."""
    taken = case.history.adopted().get(team)
    seen = world.present(case.at(NAME, team))
    return None if seen is not None and seen.id != taken else taken


def _called(case: Case, team: str, taken: str | None) -> str:
    if not case.incident.status.open:
        return f"resolve the page of {team}"
    urgency = case.severity.urgency
    return f"{taken} becomes the page of {team} ({urgency})" if taken else f"page {team} ({urgency})"


def not_ours(case: Case, team: str) -> Address:
    """Where it is kept whose page the one is that was to be taken over: `of`, another incident of ours."""
    return case.at(NAME, f"{team}/adopted")


def taken_by(case: Case, page: str) -> str | None:
    """Another incident whose file names that page as well, and which was declared before."""
    other = case.takers.get(page, case.id)
    return None if other == case.id else other


def _nothing_there(case: Case, world: World, team: str, taken: str | None) -> Hold | None:
    """Why nothing can be taken over; the team is not paged instead, since somebody may be at work."""
    if taken is None or not isinstance(world[case.at(NAME, team)], Absent):
        return None
    seen = world.present(not_ours(case, team))
    other = taken_by(case, taken) or (str(seen.extra["of"]) if seen else None)
    step = "correct `adopt:` in the file"
    if other is not None:
        return Hold(f"{taken} is the page of {other}", step)
    return Hold(f"PagerDuty has no incident {taken} that this token can see", step)


def _hold(case: Case, team: str, seen: Present | None, live: bool) -> Hold | None:
    return _late(case, team) if live and not (seen and seen.live) else None


def title(case: Case) -> str:
    """The page's title: generic for a private incident, tagged for a drill."""
    incident = case.incident
    if incident.private:
        return f"[{incident.severity.upper()}] Private incident {incident.id}"
    drill = "[DRILL] " if incident.drill else ""
    return one_line(f"{drill}[{incident.severity.upper()}] {incident.title}", TITLE_LIMIT)


def _fields(case: Case, world: World, team: str, urgency: str) -> dict[str, str]:
    seen = world.present(case.at(NAME, team))
    if seen is not None and not (seen.live or _live(case, world, team)):
        return {}
    if not case.incident.status.open:
        return {}
    fields = {"title": title(case), "urgency": urgency}
    priority = case.severity.priority
    if priority and (_is(seen, priority) or priority in priorities(world)):
        fields["priority"] = priority
    return fields


def _is(seen: Present | None, priority: str) -> bool:
    return seen is not None and seen.fields.get("priority") == priority


def priorities(world: World) -> Mapping[str, str]:
    """The account's priorities by name, with their ids; empty while they are not known."""
    known = world.present(PRIORITIES)
    return known.fields if known else {}


def _live(case: Case, world: World, team: str) -> bool:
    """Whether the page shall be open: as the file is, but what was resolved in PagerDuty stays resolved.

    Where it was merged into another page, that one counts: while it is open, somebody is at work.
    """
    if not case.incident.status.open:
        return False
    seen = world.present(case.at(NAME, team))
    if seen is None or seen.live:
        return True
    if seen.extra.get("merged_into"):
        target = world.present(case.at(NAME, f"{team}/merged"))
        if target is None or target.live:
            return False
    return case.settings.pagerduty.when_resolved == "reopen" or reopened_since(case, team, seen)


def reopened_since(case: Case, team: str, seen: Present) -> bool:
    """True when the file was reopened after the page was resolved, or when it was we who resolved it.

    So it is when somebody has called for the team since.
    """
    remembered = case.memory.of(case.at(NAME, team))
    if remembered is not None and not remembered.live:
        return True
    since = case.history.open_since() if case.history.reopenings else None
    resolved_at = _moment(seen.extra.get("resolved_at"))
    if again.called_after(case, team, resolved_at):
        return True
    return since is not None and resolved_at is not None and resolved_at <= since


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _late(case: Case, team: str) -> Hold | None:
    """Waking somebody is late when the declare is old and no recent edit of the file asks for it."""
    limit = case.settings.pagerduty.late_after
    age = case.now - case.incident.declared_at
    if case.allow_late_pages or age <= limit:
        return None
    since = case.history.asked_since(team, case.settings)
    if since is not None and since[1] and case.now - since[0] <= limit:
        return None
    return Hold(
        f"late: declared {age.days} days ago, and no edit asks for this page now"
        if age.days > 1
        else "late: declared more than a day ago, and no edit asks for this page now",
        "page all the same with `reconciler apply --allow-late-pages`",
        "--allow-late-pages",
    )


def _place(case: Case, team: str) -> Location:
    incident = case.incident
    if team in incident.adopt.pagerduty:
        return incident.where("adopt", "pagerduty", team)
    if team in incident.page:
        return incident.where("page", incident.page.index(team))
    for number, _ in again.calls(case, team):
        return incident.where("escalations", number, "team")
    return case.settings.where("teams", team, "pagerduty_service")


def _body(case: Case, world: World, team: str) -> dict[str, object]:
    """What a create sends beside the compared fields."""
    settings = case.settings.teams[team]
    body: dict[str, object] = {
        "incident_key": incident_key(case, team),
        "service": settings.pagerduty_service,
        "details": details(case, world),
        "resolution": _resolution(case),
        "answers": again.things(case, team),
    }
    if settings.escalation_policy:
        body["escalation_policy"] = settings.escalation_policy
    if case.incident.bridge and not case.incident.private:
        body["bridge"] = case.incident.bridge
    return body


def _resolution(case: Case) -> str:
    if case.removed:
        return f"The incident's file was removed from Git: {case.incident.path}"
    return f"The incident is {case.incident.status.value}: {case.url or case.incident.path}"


def details(case: Case, world: World) -> str:
    """The page's body: what is known when it goes out, with the links there are."""
    incident = case.incident
    if incident.private:
        return f"A private incident. Its file: {case.url or incident.path}"
    people = [f"{role}: {person_name(who, case.settings)}" for role, who in incident.roles.items()]
    told = [
        "This is a drill." if incident.drill else "",
        lines(incident.summary or "", 4000),
        f"Status: {incident.status.value}",
        ", ".join(people),
        f"Services: {', '.join(incident.services)}" if incident.services else "",
        f"Bridge: {incident.bridge}" if incident.bridge else "",
        f"File: {case.url or incident.path}",
        _link(case, world, "Slack", "slack", "channel"),
        _link(case, world, "Document", "notion", "page"),
    ]
    return "\n".join(line for line in told if line)


def _link(case: Case, world: World, word: str, target: str, thing: str) -> str:
    url = url_of(case, world, target, thing)
    return f"{word}: {url}" if url else ""


def links(case: Case, world: World, team: str, asked: bool) -> Resource:
    """The note with the links that did not exist when the page went out."""
    address = case.at(NAME, f"{team}/links")
    told = [_link(case, world, "Slack", "slack", "channel"), _link(case, world, "Document", "notion", "page")]
    known = "\n".join(line for line in told if line)
    page, remembered = world.present(case.at(NAME, team)), case.memory.of(address)
    wanted = case.incident.status.open and (page is None or page.live)
    return Resource(
        address,
        f"note the links on the page of {team}",
        fields={"links": known} if wanted and known else {},
        body={"page": page.id if page else "", "mark": note_mark(case, team)},
        make=wanted and (bool(known) if page else asked) and bool({"slack", "notion"} & case.on),
        drift=policies(NAME, "links"),
        part_of=case.at(NAME, team),
        needs=case.at(NAME, team),
        after=(case.at("slack", "channel"), case.at("notion", "page")),
        seen=Present(id=remembered.id, fields=remembered.fields) if remembered else None,
        location=_place(case, team),
    )


def _twice(case: Case, world: World, team: str) -> Iterator[Resource]:
    """Our younger notes on a page, where two runs at once have both written one."""
    note, seen = world.present(case.at(NAME, f"{team}/links")), world.present(case.at(NAME, team))
    for id in note.extra.get("twice", ()) if note and seen else ():
        yield Resource(
            case.at(NAME, f"{team}/links/{id}"),
            f"a second note with the links on the page of {team} is deleted",
            body={"page": seen.id if seen else ""},
            live=False,
            seen=Present(id=id),
            cause=Cause.DRIFTED,
            drift=policies(NAME, "links"),
        )


def note_mark(case: Case, team: str) -> str:
    """The first line of our note, by which it is found again; frozen (docs/marks.md)."""
    return f"[{case.mark}/{team}/links]"
