"""What one target shows of another: links and pages, read from the world and the memory alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.incident.text import clock_time
from reconciler.plan.world import Absent, Present, World
from reconciler.targets.case import Case


@dataclass(frozen=True, slots=True)
class PageView:
    """One page to on-call as PagerDuty has it; `acknowledged` is who and when, in words."""

    team: str
    sent: bool
    url: str | None = None
    live: bool = True
    acknowledged: str | None = None


def url_of(case: Case, world: World, target: str, thing: str) -> str | None:
    """The address in the browser of one of the incident's things: as seen, else as remembered."""
    address = case.at(target, thing)
    seen = world[address]
    if isinstance(seen, Present):
        return seen.url
    remembered = case.memory.of(address)
    return remembered.url if remembered and not isinstance(seen, Absent) else None


def pages(case: Case, world: World, teams: Iterable[str]) -> list[PageView]:
    """How the page of each team stands. `sent` only where PagerDuty has said so."""
    return [_page(case, world, team) for team in teams]


def acknowledged(case: Case, world: World, team: str) -> Mapping[str, str] | None:
    """Who acknowledged a team's page first, and when (`by`, `at`): as remembered, else as seen."""
    told: list[Mapping[str, str] | None] = [case.memory.facts.get("acknowledged", {}).get(team)]
    for thing in (f"{team}/log", team):
        seen = world.present(case.at("pagerduty", thing))
        told.append(seen.extra.get("acknowledged") if seen else None)
    return next((dict(one) for one in told if one), None)


def _page(case: Case, world: World, team: str) -> PageView:
    address = case.at("pagerduty", team)
    seen, remembered = world[address], case.memory.of(address)
    taken = _words(acknowledged(case, world, team))
    if isinstance(seen, Present):
        return PageView(team, True, seen.url, seen.live, taken)
    if remembered is None or isinstance(seen, Absent):
        return PageView(team, False)
    return PageView(team, True, remembered.url, remembered.live, taken)


def _words(acknowledged: Mapping[str, str] | None) -> str | None:
    if acknowledged is None:
        return None
    return f"{acknowledged['by']} at {clock_time(datetime.fromisoformat(acknowledged['at']))}"
