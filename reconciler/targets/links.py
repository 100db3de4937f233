"""What one target shows of another: links and pages, read from the world and the memory alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.incident.history import teams_asked
from reconciler.incident.text import clock_time, web_link
from reconciler.plan.address import Address
from reconciler.plan.world import Absent, Present, Unknown, World
from reconciler.targets.case import Case


@dataclass(frozen=True, slots=True)
class PageView:
    """One page to on-call as PagerDuty has it; `acknowledged` is who and when, in words."""

    team: str
    sent: bool | None  # None: that could not be read
    url: str | None = None
    live: bool = True
    acknowledged: str | None = None


def url_of(case: Case, world: World, target: str, thing: str) -> str | None:
    """The address in the browser of one of the incident's things: as seen, else as remembered."""
    address = case.at(target, thing)
    seen = world[address]
    if isinstance(seen, Present):
        return web_link(seen.url)
    remembered = case.memory.of(address)
    return remembered.url if remembered and not isinstance(seen, Absent) else None


def teams(case: Case) -> list[str]:
    """The teams that the file asks to page, then those that an earlier version of it asked."""
    asked = teams_asked(case.incident, case.settings)
    return list(dict.fromkeys([*asked, *case.history.teams_ever(case.settings)]))


def awaited(case: Case, world: World) -> bool:
    """True while the pages, or a document of which nothing is remembered, are still to be looked at."""
    expected = [address for team in teams(case) for address in _of_page(case, world, team)]
    document = case.at("notion", "page")
    if "notion" in case.on and case.database and case.memory.of(document) is None:
        expected.append(document)
    return any(isinstance(seen, Unknown) and not seen.looked for seen in map(world.__getitem__, expected))


def _of_page(case: Case, world: World, team: str) -> Iterator[Address]:
    """What tells of a page: itself, and its log once it is resolved."""
    if "pagerduty" not in case.on:
        return
    remembered = case.memory.of(case.at("pagerduty", team))
    if remembered is None or remembered.live or case.incident.status.open:
        yield case.at("pagerduty", team)
    if log_needed(case, world, team):
        yield case.at("pagerduty", f"{team}/log")


def log_needed(case: Case, world: World, team: str) -> bool:
    """True when only the page's log tells who acknowledged it: each change of status wipes that away."""
    page = case.at("pagerduty", team)
    seen = world.present(page)
    if seen is None or team in case.memory.facts.get("acknowledged", {}):
        return False
    return not seen.live or (case.memory.of(page) is None and not seen.extra.get("acknowledged"))


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
        return PageView(team, True, web_link(seen.url), seen.live, taken)
    if remembered is None or isinstance(seen, Absent):
        return PageView(team, None if isinstance(seen, Unknown) and seen.looked else False)
    return PageView(team, True, remembered.url, remembered.live, taken)


def _words(acknowledged: Mapping[str, str] | None) -> str | None:
    if acknowledged is None:
        return None
    return f"{acknowledged['by']} at {clock_time(datetime.fromisoformat(acknowledged['at']))}"
