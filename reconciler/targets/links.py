"""What one target shows of another: links and pages, read from the world and the memory alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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


def _page(case: Case, world: World, team: str) -> PageView:
    address = case.at("pagerduty", team)
    acknowledged = case.memory.facts.get("acknowledged", {}).get(team)
    seen = world[address]
    if isinstance(seen, Present):
        acknowledged = acknowledged or seen.extra.get("acknowledged")
        return PageView(team, True, seen.url, seen.live, _words(acknowledged))
    remembered = case.memory.of(address)
    if remembered is None or isinstance(seen, Absent):
        return PageView(team, False)
    return PageView(team, True, remembered.url, remembered.live, _words(acknowledged))


def _words(acknowledged: object) -> str | None:
    if not isinstance(acknowledged, dict):
        return None
    at = str(acknowledged.get("at", ""))[11:16]
    return f"{acknowledged.get('by', 'somebody')} at {at} UTC"
