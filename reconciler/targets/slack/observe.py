"""How Slack is looked at: the list of the bot's own channels, then only what an incident still needs.

The workspace is never listed here. Slack: a message's metadata comes only with `include_all_metadata`;
pages may be short or empty before the end, so every list follows its cursor to the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from reconciler.plan.resource import Resource
from reconciler.plan.world import Absent, Observed, Present, Sightings, Unknown, World
from reconciler.targets.base import Look
from reconciler.targets.case import Case
from reconciler.targets.seam import Api, Refused, Unanswered
from reconciler.targets.slack import card
from reconciler.targets.slack.find import channel_seen, holding, sighting
from reconciler.targets.slack.messages import place_id
from reconciler.targets.slack.names import (
    BOT,
    CHANNELS,
    EVENT_TYPE,
    GROUPS,
    NAME,
    found,
    group,
    links_bar,
    members,
    person,
)
from reconciler.targets.slack.text import unescape

PAGES_AT_MOST = 20
PAGE = 999
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
        needed.append(Look(f"find {case.incident.id}", "find", case.incident.id, answers=(address,)))
    elif remembered is not None and CHANNELS in world:
        arguments = {"id": remembered.id}
        needed.append(Look(f"info {remembered.id}", "info", case.incident.id, arguments, (address,)))
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
    done_once = resource.once and remembered is not None and remembered.within == resource.within
    return not done_once and world.present(resource.address) is None


def _people(case: Case, world: World, wanting: Mapping[str, Resource]) -> Iterator[Look]:
    for thing in wanting:
        head, _, who = thing.partition("/")
        exception = case.settings.people.get(who)
        if head != "invite" or (exception is not None and exception.slack):
            continue
        if who.startswith("@"):
            yield Look("groups", "groups", answers=(GROUPS,))
            groups = world.present(GROUPS)
            id = groups.fields.get(who.removeprefix("@")) if groups else None
            if id:
                yield Look(f"group {who}", "group", arguments={"id": id}, answers=(group(who),))
        else:
            yield Look(f"person {who}", "person", arguments={"email": who}, answers=(person(who),))


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
        yield Look(f"members {id}", "members", case.incident.id, {"id": id}, (members(case),))
    bars = [thing for thing in wanting if thing.startswith("bookmark/")]
    if bars and (deep or any(_unsettled(case, thing, id) for thing in bars)):
        yield Look(f"bookmarks {id}", "bookmarks", case.incident.id, {"id": id}, (links_bar(case),))
    if found(case) in world or case.at(NAME, "card") in world:
        return
    card_kept = case.memory.of(case.at(NAME, "card"))
    posted = [thing for thing in wanting if thing.startswith(("update/", "ending/", "reopening/"))]
    posted = [thing for thing in posted if thing.count("/") == 1]
    if card_kept is None or card_kept.within != id or posted or known or (invited and deep):
        yield _scan(case, "", id, float(seen.extra.get("created", 0)))
    elif deep:
        arguments = {"id": id, "ts": card_kept.id}
        yield Look(f"card {id}", "card", case.incident.id, arguments, (found(case),))


def _unsettled(case: Case, thing: str, channel: str) -> bool:
    remembered = case.memory.of(case.at(NAME, thing))
    return remembered is None or remembered.within != channel


def _scan(case: Case, place: str, id: str, oldest: float) -> Look:
    arguments = {"id": id, "place": place, "oldest": f"{max(oldest, 0):.6f}"}
    return Look(
        f"messages {case.incident.id} {id}", "messages", case.incident.id, arguments, (found(case, place),)
    )


def read(api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
    """Carry out one read; to find the channel among those that were listed takes no call."""
    shared = {"channels": _channels, "bot": _bot, "groups": _groups, "group": _group, "person": _person}
    if look.kind in shared:
        return {look.answers[0]: shared[look.kind](api, look)}
    case = cases[look.incident]
    if look.kind == "find":
        return {look.answers[0]: channel_seen(case, world)}
    own = {"info": _info, "members": _members, "bookmarks": _bookmarks, "card": _card, "messages": _messages}
    return {look.answers[0]: own[look.kind](api, look, case)}


def pages(api: Api, method: str, key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Every item of a list, page after page, until there is no cursor."""
    cursor: dict[str, str] = {}
    for _ in range(PAGES_AT_MOST):
        answer = api.call(method, **arguments, **cursor)
        yield from answer.get(key) or []
        following = (answer.get("response_metadata") or {}).get("next_cursor")
        if not following:
            return
        cursor = {"cursor": following}
    raise Unanswered(method, f"more than {PAGES_AT_MOST} pages")


def _channels(api: Api, look: Look) -> Observed:
    """The channels that the bot is in."""
    listed = pages(
        api,
        "users.conversations",
        "channels",
        types="public_channel,private_channel",
        exclude_archived=True,
        limit=PAGE,
    )
    return Present(fields={raw["id"]: raw for raw in listed})


def _bot(api: Api, look: Look) -> Observed:
    answer = api.call("auth.test")
    return Present(id=str(answer["user_id"]), url=answer.get("url"))


def _groups(api: Api, look: Look) -> Observed:
    """The user groups by name; none where the workspace's plan has none."""
    try:
        listed = api.call("usergroups.list").get("usergroups") or []
    except Refused as refused:
        if refused.code != "plan_upgrade_required":
            raise
        listed = []
    return Present(fields={raw["handle"]: raw["id"] for raw in listed})


def _group(api: Api, look: Look) -> Observed:
    """A group's members: a group cannot be invited itself."""
    id = look.arguments["id"]
    return Present(
        id=id, fields={"ids": sorted(api.call("usergroups.users.list", usergroup=id).get("users") or [])}
    )


def _person(api: Api, look: Look) -> Observed:
    try:
        answer = api.call("users.lookupByEmail", email=look.arguments["email"])
    except Refused as refused:
        if refused.code in ("users_not_found", "user_not_found"):
            return Absent()
        raise
    return Present(id=answer["user"]["id"], fields={"ids": [answer["user"]["id"]]})


def _info(api: Api, look: Look, case: Case) -> Observed:
    """A remembered channel that is not in the list: archived, left, or gone."""
    try:
        raw = api.call("conversations.info", channel=look.arguments["id"])["channel"]
    except Refused as refused:
        if refused.code != "channel_not_found" or case.incident.private:
            raise
        return Absent()
    return sighting(raw)


def _members(api: Api, look: Look, case: Case) -> Observed:
    """Who is in the channel now."""
    id = look.arguments["id"]
    ids = list(pages(api, "conversations.members", "members", channel=id, limit=PAGE))
    return Present(fields={"ids": ids})


def _bookmarks(api: Api, look: Look, case: Case) -> Observed:
    listed = api.call("bookmarks.list", channel_id=look.arguments["id"]).get("bookmarks") or []
    return Present(
        fields={
            raw["id"]: {"title": unescape(raw.get("title", "")), "link": unescape(raw.get("link") or "")}
            for raw in listed
        }
    )


def _card(api: Api, look: Look, case: Case) -> Observed:
    """The card alone, by its remembered time."""
    answer = api.call(
        "conversations.history",
        channel=look.arguments["id"],
        latest=look.arguments["ts"],
        inclusive=True,
        limit=1,
        include_all_metadata=True,
    )
    return Present(
        fields=_marked(answer.get("messages") or [], case, look.arguments["id"]), extra={"card": True}
    )


def _messages(api: Api, look: Look, case: Case) -> Observed:
    """Everything of ours in a channel since a time, threads of the announcement included."""
    id, place = look.arguments["id"], look.arguments["place"]
    arguments = {"include_all_metadata": True, "limit": PAGE, "oldest": look.arguments["oldest"]}
    listed = list(pages(api, "conversations.history", "messages", channel=id, **arguments))
    above = _marked(listed, case, id).get("announcement") if place else None
    thread = _thread(api, id, above["ts"]) if above else []
    joined = sorted({raw.get("user", "") for raw in listed if raw.get("subtype") == "channel_join"})
    return Present(fields=_marked([*listed, *thread], case, id), extra={"joined": joined})


def _thread(api: Api, channel: str, ts: str) -> list[dict[str, Any]]:
    arguments = {"channel": channel, "ts": ts, "include_all_metadata": True, "limit": PAGE}
    return list(pages(api, "conversations.replies", "messages", **arguments))


def _marked(messages: list[dict[str, Any]], case: Case, channel: str) -> dict[str, dict[str, Any]]:
    """Our messages by the thing that their mark names; the oldest counts, later ones are duplicates."""
    marked: dict[str, dict[str, Any]] = {}
    for raw in sorted(messages, key=lambda one: str(one.get("ts"))):
        payload = _payload(raw, case)
        if payload is None:
            continue
        thing = str(payload.get("thing"))
        if thing in marked:
            known = {marked[thing]["ts"], *marked[thing]["duplicates"]}
            marked[thing]["duplicates"] += {raw["ts"]} - known
            continue
        marked[thing] = {
            "ts": raw["ts"],
            "channel": channel,
            "digest": payload.get("digest"),
            "pinned": channel in (raw.get("pinned_to") or ()),
            "duplicates": [],
        }
    return marked


def _payload(raw: Mapping[str, Any], case: Case) -> Mapping[str, Any] | None:
    metadata = raw.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    own = (case.settings.name, case.incident.id)
    if metadata.get("event_type") != EVENT_TYPE or (payload.get("instance"), payload.get("incident")) != own:
        return None
    return payload
