"""Which reads of Slack an incident still needs; pure.

First the list of the bot's own channels, then only what neither that list nor the memory can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from reconciler.plan.drift import Policy
from reconciler.plan.resource import Resource
from reconciler.plan.world import Present, Unknown, World
from reconciler.targets.base import Look
from reconciler.targets.case import Case
from reconciler.targets.slack import card
from reconciler.targets.slack.find import channel_seen, holding
from reconciler.targets.slack.messages import place_id
from reconciler.targets.slack.names import (
    BOT,
    CHANNELS,
    GROUPS,
    NAME,
    found,
    group,
    links_bar,
    members,
    person,
)

#: An announcement is never older than this before the declare: clocks differ.
MARGIN = timedelta(hours=1)


def looks(case: Case, world: World, resources: Sequence[Resource], deep: bool) -> list[Look]:
    """The reads that one incident still needs."""
    needed = [Look("channels", "channels", answers=(CHANNELS,))]
    address = case.at(NAME, "channel")
    remembered = case.memory.of(address)
    if remembered is None:
        needed.append(Look("bot", "bot", answers=(BOT,)))
    seen = channel_seen(case, world)
    if not isinstance(seen, Unknown):
        needed.append(Look(f"find {case.id}", "find", case.id, answers=(address,)))
    elif remembered is not None and CHANNELS in world:
        arguments = {"id": remembered.id}
        needed.append(Look(f"info {remembered.id}", "info", case.id, arguments, (address,)))
    wanting = {one.address.thing: one for one in resources if _wanting(one, world, case)}
    needed += _people(case, world, wanting)
    needed += _announcements(case, world, wanting, deep)
    if isinstance(seen, Present) and holding(case, seen):
        needed += _in_channel(case, world, seen, wanting, deep)
    return needed


def _wanting(resource: Resource, world: World, case: Case) -> bool:
    """True while it is desired and not known to be there or remembered to have been done."""
    if not (resource.live and resource.make):
        return False
    remembered = case.memory.of(resource.address)
    known = remembered is not None and remembered.within == resource.within
    done_once = known and resource.policy() is Policy.ONCE
    return not done_once and world.present(resource.address) is None


def _people(case: Case, world: World, wanting: Mapping[str, Resource]) -> Iterator[Look]:
    for thing, resource in wanting.items():
        if not thing.startswith("invite/"):
            continue
        who = resource.body["who"]
        exception = case.settings.people.get(who)
        if exception is not None and exception.slack:
            continue
        if who.startswith("@"):
            yield Look("groups", "groups", answers=(GROUPS,))
            groups = world.present(GROUPS)
            id = groups.fields.get(who.removeprefix("@")) if groups else None
            if id:
                yield Look(f"group {who}", "group", arguments={"id": id}, answers=(group(who),))
        else:
            where = person(case, who)
            yield Look(where.thing.replace("/", " "), "person", arguments={"email": who}, answers=(where,))


def _announcements(case: Case, world: World, wanting: Mapping[str, Resource], deep: bool) -> Iterator[Look]:
    for place in card.places(case):
        own = any(thing.endswith(f"/{place}") for thing in wanting)
        where = place_id(world, place)
        if where and (own or (deep and _forgotten(case, place))):
            first = [case.incident.declared_at, *(version.at for version in case.history.versions[:1])]
            yield _scan(case, place, where, (min(first) - MARGIN).timestamp())


def _forgotten(case: Case, place: str) -> bool:
    """True where somebody may have been told although nothing of it is remembered."""
    ended = None if case.incident.status.open else case.history.began(case.incident.status)
    recent = ended is None or case.now - ended < case.settings.slack.archive_after
    return recent and case.memory.of(case.at(NAME, f"announcement/{place}")) is None


def _in_channel(
    case: Case, world: World, seen: Present, wanting: Mapping[str, Resource], deep: bool
) -> Iterator[Look]:
    id = seen.id
    invited = [one for thing, one in wanting.items() if thing.startswith("invite/") and one.hold is None]
    known = any(one.body["users"] for one in invited)
    if known:
        yield Look(f"members {id}", "members", case.id, {"id": id}, (members(case),))
    bars = [thing for thing in wanting if thing.startswith("bookmark/")]
    if bars and (deep or any(_unsettled(case, thing, id) for thing in bars)):
        yield Look(f"bookmarks {id}", "bookmarks", case.id, {"id": id}, (links_bar(case),))
    if found(case) in world or case.at(NAME, "card") in world:
        return
    card_kept = case.memory.of(case.at(NAME, "card"))
    posted = [thing for thing in wanting if thing.startswith(("update/", "ending/", "reopening/"))]
    posted = [thing for thing in posted if thing.count("/") == 1]
    if card_kept is None or card_kept.within != id or posted or known or (invited and deep):
        yield _scan(case, "", id, _made(seen))
    elif deep:
        yield replace(_scan(case, "", id, _made(seen), ts=card_kept.id), key=f"card {id}", kind="card")


def _unsettled(case: Case, thing: str, channel: str) -> bool:
    remembered = case.memory.of(case.at(NAME, thing))
    return remembered is None or remembered.within != channel


def _made(channel: Present) -> float:
    return float(channel.extra.get("created", 0))


def _scan(case: Case, place: str, id: str, oldest: float, **more: str) -> Look:
    arguments = {"id": id, "place": place, "oldest": f"{max(oldest, 0):.6f}", **more}
    return Look(f"messages {case.id} {id}", "messages", case.id, arguments, (found(case, place),))
