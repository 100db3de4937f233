"""What a form shows for an incident: choices from the settings, and in each field what the file says now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from reconciler.helper.forms import Choice, Filled
from reconciler.helper.said import line
from reconciler.helper.verbs import ROLES, Wish
from reconciler.incident.history import teams_asked
from reconciler.incident.model import Incident, Status
from reconciler.incident.settings import Settings
from reconciler.incident.text import clock_time
from reconciler.plan.memory import Memory

_MEANS = {
    Status.INVESTIGATING: "the cause is sought",
    Status.IDENTIFIED: "the cause is known",
    Status.MITIGATED: "under control",
    Status.RESOLVED: "all clear",
    Status.CLOSED: "the review is done",
    Status.CANCELED: "a false alarm",
}


def filled(wish: Wish, settings: Settings, incident: Incident | None, memory: Memory) -> Filled:
    """The choices and present values of a verb's form."""
    choices = _choices(settings, incident)
    if incident is None:
        return Filled(choices, {})
    above = tuple(_paged(incident, settings, memory)) if wish.verb == "escalate" else ()
    subject = f"{incident.id} · {line(incident.severity)} · {incident.status.value} · {line(incident.title)}"
    return Filled(choices, _values(wish, incident), above, subject)


def seen(wish: Wish, incident: Incident | None) -> Wish:
    """The wish with what the file says now of what it is to change: so a later conflict can be told."""
    if incident is None or wish.verb not in ("status", "severity", "title", "role"):
        return wish
    if wish.verb == "role":
        return replace(wish, seen={"roles": dict(incident.roles)})
    return replace(wish, seen={wish.verb: str(getattr(incident, wish.verb))})


def _choices(settings: Settings, incident: Incident | None) -> Mapping[str, list[Choice]]:
    teams = [Choice(name) for name in settings.teams]
    private = [Choice("private", "Only who is invited sees it")] if settings.private_allowed else []
    roles = dict.fromkeys([*ROLES, *(incident.roles if incident else ())])
    statuses = [one for one in Status if not one.over or (incident and not incident.status.open)]
    return {
        "severity": [Choice(one.name, one.description) for one in settings.severities],
        "services": [Choice(name) for name in settings.services],
        "page": teams,
        "team": teams,
        "ticks": [*private, Choice("drill", "An exercise: wakes nobody but those named for it")],
        "status": [Choice(one.value, _MEANS[one]) for one in statuses],
        "role": [Choice(role) for role in roles],
    }


def _values(wish: Wish, incident: Incident) -> dict[str, Any]:
    if wish.verb in ("status", "severity", "title"):
        return {wish.verb: str(getattr(incident, wish.verb))}
    return {}


def _paged(incident: Incident, settings: Settings, memory: Memory) -> Iterator[str]:
    """Who was paged already, and who took it: to page them again is to notify them again."""
    known = memory.facts.get("acknowledged")
    taken = known if isinstance(known, Mapping) else {}
    for team in teams_asked(incident, settings):
        page = memory.things.get(f"pagerduty:{team}")
        if page is None:
            continue
        by = taken.get(team)
        words = f"acknowledged by {line(str(by.get('by')))}{_at(by)}" if by else "not acknowledged yet"
        yield f":pager: *{line(team)}* is paged already, {words}. Sent again, they are notified again."


def _at(taken: Mapping[str, Any]) -> str:
    try:
        return f" at {clock_time(datetime.fromisoformat(str(taken.get('at'))))}"
    except ValueError:
        return ""
