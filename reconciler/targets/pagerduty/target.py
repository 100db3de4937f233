"""PagerDuty as a target: it needs nobody, waits for nobody, and its key makes a page safe to send twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.errors import Location, Trouble
from reconciler.incident.history import teams_asked
from reconciler.plan.change import Change, Note
from reconciler.plan.resource import Resource
from reconciler.plan.world import Present, Sightings, World
from reconciler.targets import advice, links
from reconciler.targets.base import Ended, Look
from reconciler.targets.case import Case
from reconciler.targets.pagerduty import apply, desired, observe
from reconciler.targets.seam import Api, CallError

ADVICE: advice.Advice = {
    "400": ("the request does not fit", "correct what it names; the page goes out at the next run"),
    "401": (
        "the token is not valid",
        "set PAGERDUTY_API_TOKEN to a REST API key: in PagerDuty, Integrations › API Access Keys",
    ),
    "402": ("the account's plan does not have this", "remove it from the settings, or change the plan"),
    "403": ("the token may only read", "use a key with write access in PAGERDUTY_API_TOKEN"),
    "404": ("the settings name something that this token cannot see", "correct the id in the settings"),
}


class PagerDuty:
    """Pages to on-call."""

    name = desired.NAME

    def leased(self, thing: str) -> bool:
        return not desired.is_page(thing)

    def resources(self, case: Case, world: World) -> list[Resource]:
        return desired.resources(case, world)

    def looks(self, case: Case, world: World, desired: Sequence[Resource], *, deep: bool) -> list[Look]:
        return observe.looks(case, world, desired)

    def read(self, api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
        return observe.read(api, look, cases)

    def apply(self, api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
        if "/again/" in changes[0].address.thing:
            return apply.notify_again(api, changes)
        return [apply.carry_out(api, change, case, world) for change in changes]

    def explain(self, attempted: str, error: CallError, location: Location | None) -> Trouble:
        return advice.trouble(attempted, "PagerDuty", error, ADVICE, location)

    def permanent(self, error: CallError) -> bool:
        return advice.permanent(error, ADVICE)

    def notes(self, case: Case, world: World) -> list[Note]:
        told = [_missing_priority(case, world)]
        for team in teams_asked(case.incident, case.settings):
            told += [_resolved(case, world, team), _too_late(case, world, team)]
        return [note for note in told if note is not None]

    def facts(self, case: Case, world: World) -> Mapping[str, Any]:
        """Who acknowledged each page first, and when; None where its log tells of nobody."""
        known = dict(case.memory.facts.get("acknowledged", {}))
        for team in case.history.teams_ever(case.settings):
            first = links.acknowledged(case, world, team)
            page = world.present(case.at(self.name, team))
            if first:
                known[team] = first
            elif page is not None and page.live:
                known.pop(team, None)
            elif world.present(case.at(self.name, f"{team}/log")):
                known[team] = None
        return {"acknowledged": known} if known or "acknowledged" in case.memory.facts else {}


def _missing_priority(case: Case, world: World) -> Note | None:
    wanted = case.severity.priority
    known = world.present(desired.PRIORITIES)
    if not wanted or known is None or wanted in known.fields:
        return None
    return Note(desired.PRIORITIES, f"PagerDuty has no priority named {wanted}: pages go without")


def _too_late(case: Case, world: World, team: str) -> Note | None:
    """What was to be taken over, where the team has a page that we have sent."""
    address = case.at(desired.NAME, team)
    wanted, seen = case.history.adopted().get(team), world.present(address)
    if wanted is None or seen is None or seen.id == wanted or not case.incident.status.open:
        return None
    return Note(
        address, f"was paged before `adopt:` named {wanted}, which is left alone: merge it in PagerDuty"
    )


def _resolved(case: Case, world: World, team: str) -> Note | None:
    """A page that ended in PagerDuty while the file is open: who, and what to do."""
    address = case.at(desired.NAME, team)
    seen = world.present(address)
    if seen is None or seen.live or not case.incident.status.open:
        return None
    if seen.extra.get("merged_into"):
        return Note(address, f"the page was merged into {_target(case, world, team)}")
    by = seen.extra.get("by") or {}
    if by.get("type") in ("service", "service_reference"):
        return Note(address, f"resolved by the service's own time limit at {seen.extra.get('resolved_at')}")
    if case.settings.pagerduty.when_resolved == "reopen" or desired.reopened_since(case, team, seen):
        return None
    step = f"`reconciler resolve {case.incident.id}` if the incident is over"
    return Note(address, f"resolved in PagerDuty by {by.get('name', 'somebody')}; {step}")


def _target(case: Case, world: World, team: str) -> str:
    seen = world[case.at(desired.NAME, f"{team}/merged")]
    if not isinstance(seen, Present):
        return "another one"
    return f"#{seen.extra.get('number')} ({seen.extra.get('status')}) {seen.url or ''}".strip()
