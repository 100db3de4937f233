"""Which reads of Slack an incident still needs; pure.

First the list of the bot's own channels, then only what neither that list nor the memory can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from reconciler.plan.drift import Policy
from reconciler.plan.memory import Remembered
from reconciler.plan.resource import Resource
from reconciler.plan.world import Present, Unknown, World
from reconciler.targets.base import Look
from reconciler.targets.case import Case
from reconciler.targets.slack import card
from reconciler.targets.slack.find import channel_seen, holding, twins
from reconciler.targets.slack.messages import place_id
from reconciler.targets.slack.names import (
    BOT,
    CHANNELS,
    GROUPS,
    NAME,
    found,
    group,
    links_bar,
    made,
    members,
    person,
    written_in,
)

_TOLD = ("update/", "ending/", "reopening/")

#: An announcement is never older than this before the declare: clocks differ.
MARGIN = timedelta(hours=1)


def looks(case: Case, world: World, resources: Sequence[Resource], deep: bool) -> list[Look]:
    """The reads that one incident still needs."""
    needed = [Look("channels", "channels", answers=(CHANNELS,))]
    address = case.at(NAME, "channel")
    remembered = case.memory.of(address)
    if remembered is None or _left_out(remembered, world):
        needed.append(Look("bot", "bot", answers=(BOT,)))
    seen = channel_seen(case, world)
    needed += _twins(case, world)
    if not isinstance(seen, Unknown):
        needed.append(Look(f"find {case.id}", "find", case.id, answers=(address,)))
    elif remembered is not None and _left_out(remembered, world) and BOT in world:
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


def _left_out(channel: Remembered, world: World) -> bool:
    """True for a channel that is not in the list: archived, left, gone, or another one took its place."""
    listed = world.present(CHANNELS)
    return channel.live and CHANNELS in world and (listed is None or channel.id not in listed.fields)


def _twins(case: Case, world: World) -> Iterator[Look]:
    """Of two channels that a race has made it is asked whether people have written in them."""
    for raw in twins(case, world):
        arguments = {"id": raw["id"]}
        yield Look(f"words {raw['id']}", "words", case.id, arguments, (written_in(case, raw["id"]),))


def _just_made(case: Case, world: World) -> tuple[str, ...]:
    """What this run has made: others may have made it too, so that it is looked at again."""
    known = world.present(made(case))
    return tuple(known.fields["things"]) if known else ()


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
        own = any(thing.endswith(f"/{place}") for thing in (*wanting, *_just_made(case, world)))
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
    told = [thing for thing in wanting if thing.startswith(_TOLD)]
    posted = [thing for thing in told if thing.count("/") == 1]
    posted += [thing for thing in _just_made(case, world) if thing.startswith(("card", *_TOLD))]
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
