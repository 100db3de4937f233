"""What a run leaves in memory: pure. Only what is in line is remembered as it is desired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.incident.text import web_link
from reconciler.plan.address import Address
from reconciler.plan.change import Blocked, Change
from reconciler.plan.diff import Desired, Difference, observed
from reconciler.plan.memory import BlockedSince, Memory, Remembered
from reconciler.plan.plan import Outcome, State
from reconciler.plan.resource import Resource
from reconciler.plan.world import Present, World
from reconciler.targets.case import Case

#: The fact that an incident was known from its branch alone when it was looked at last.
REVIEW = "review"

#: No service's id is longer.
LONGEST = 200

#: How long a refusal that nothing in the file, the settings or the token has touched is believed.
BELIEVED = timedelta(hours=1)


def remember(
    case: Case,
    among: Desired,
    differences: Mapping[Address, Difference],
    world: World,
    facts: Mapping[str, object],
    blocked: Mapping[str, BlockedSince],
) -> Memory:
    """The memory of one incident after a run."""
    things = dict(case.memory.things)
    for address, resource in among.items():
        kept = _thing(case, resource, among, world, address in differences)
        if kept is not None:
            things[address.key] = kept
    return Memory(
        blob=case.blob,
        path=case.incident.path,
        settled=_settled(case, among, differences, world),
        things=things,
        blocked=dict(blocked),
        facts={**_facts(case), **facts},
        told=case.memory.told,
    )


def _facts(case: Case) -> dict[str, object]:
    """What is known already, and whether it waits for its review."""
    kept = {name: fact for name, fact in case.memory.facts.items() if name != REVIEW}
    return {**kept, REVIEW: case.review.to_json()} if case.review else kept


def _thing(case: Case, resource: Resource, among: Desired, world: World, differs: bool) -> Remembered | None:
    """What is remembered of one thing; None leaves the memory as it is."""
    seen = observed(resource, among, world)
    if not isinstance(seen, Present) or len(seen.id) > LONGEST:
        return None
    before = case.memory.of(resource.address)
    url = web_link(seen.url) or (before.url if before else None)
    if differs:
        return replace(before, id=seen.id, url=url) if before else Remembered(seen.id, {}, True, url)
    live = resource.live or case.incident.status.open
    return Remembered(seen.id or (before.id if before else ""), resource.fields, live, url, resource.within)


def _settled(case: Case, among: Desired, differences: Mapping[Address, Difference], world: World) -> bool:
    """Closed or canceled, all in line, and nothing alive that its grace time has yet to end."""
    if not case.incident.status.over or differences:
        return False
    channel = case.at("slack", "channel")
    if channel not in among:
        return True
    seen = observed(among[channel], among, world)
    return not (isinstance(seen, Present) and seen.live)


def still_blocked(case: Case, change: Change, under: str) -> Blocked | None:
    """An earlier refusal that nothing has touched since, for at most an hour."""
    since = case.memory.blocked.get(change.address.key)
    if since is None or since.under != under or case.now - datetime.fromisoformat(since.at) >= BELIEVED:
        return None
    return Blocked(change.address, since.reason, since.next, change.location)


def refusals(
    case: Case, outcomes: Sequence[Outcome], permanent: set[Address], under: str, differs: set[Address]
) -> dict[str, BlockedSince]:
    """The refusals to believe from now on: this run's, and earlier ones of things that still differ."""
    kept = {
        key: since
        for key, since in case.memory.blocked.items()
        if since.under == under and any(address.key == key for address in differs)
    }
    for outcome in outcomes:
        address = outcome.change.address
        if outcome.state is State.FAILED and outcome.trouble and address in permanent:
            kept[address.key] = BlockedSince(
                outcome.trouble.answer, outcome.trouble.next, case.now.isoformat(), under
            )
    return kept
