"""The incident's messages: the pinned card, announcements, updates and how it ended, each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

from reconciler.errors import Location
from reconciler.incident.history import announced_in
from reconciler.incident.model import Update
from reconciler.incident.text import one_line
from reconciler.plan.address import Address
from reconciler.plan.change import Cause
from reconciler.plan.resource import Hold, Resource
from reconciler.plan.world import Absent, Observed, Present, Unknown, World
from reconciler.targets.case import Case
from reconciler.targets.drift import policies
from reconciler.targets.links import awaited
from reconciler.targets.slack import card
from reconciler.targets.slack.find import channel_seen, follow_up, holding, seen_message
from reconciler.targets.slack.names import CHANNELS, EVENT_TYPE, NAME, found, mark
from reconciler.targets.slack.text import digest


def resources(case: Case, world: World, seen: Observed) -> list[Resource]:
    """All messages of one incident."""
    channel = holding(case, seen)
    to_come = case.incident.status.open and not isinstance(seen, Present)
    usable = bool(channel) or to_come or follow_up(case, seen)
    listed: list[Resource] = []
    if usable:
        listed += [_card(case, world, channel), _pin(case, world, channel)]
    listed += [_announcement(case, world, channel, place) for place in card.places(case)]
    told = [one for each in case.incident.updates for one in _update(case, world, channel, usable, each)]
    told += _turn(case, world, channel, usable)
    return [*listed, *in_order(told), *_duplicates(case, world)]


def in_order(messages: list[Resource]) -> list[Resource]:
    """Messages of one place are sent one after the other, as they stand in the file."""
    before: dict[str, Address] = {}
    ordered: list[Resource] = []
    for message in messages:
        place = message.address.thing.split("/", 2)[2:]
        previous = before.get("/".join(place))
        ordered.append(replace(message, after=(previous,)) if previous else message)
        before["/".join(place)] = message.address
    return ordered


def body(case: Case, thing: str, channel: str, content: card.Content, **more: object) -> dict[str, object]:
    """What a message is sent with: its content, and the mark by which it is found again."""
    payload = {
        "instance": case.settings.name,
        "incident": case.id,
        "thing": thing,
        "digest": digest(content),
    }
    metadata = {"event_type": EVENT_TYPE, "event_payload": payload}
    return {"channel": channel, "content": content, "metadata": metadata, **more}


def _card(case: Case, world: World, channel: str) -> Resource:
    """The card is made at once, but one that is there waits for what it shows of the other targets."""
    content = card.card(case, world)
    seen = world.present(case.at(NAME, "card")) or _in_channel(case, world, "card", channel)
    waits = isinstance(seen, Present) and awaited(case, world)
    return Resource(
        case.at(NAME, "card"),
        "summary card",
        fields={} if waits else {"digest": digest(content)},
        body=body(case, "card", channel, content),
        drift=policies(NAME, "card"),
        part_of=case.at(NAME, "channel"),
        needs=case.at(NAME, "channel"),
        seen=seen,
        within=channel,
        location=case.incident.where("title"),
    )


def _in_channel(case: Case, world: World, thing: str, channel: str, trust: bool = True) -> Observed | None:
    """A message of the channel; what is remembered of another channel does not count."""
    if not channel:
        return None
    remembered = case.memory.of(case.at(NAME, thing))
    return seen_message(
        case, world, thing, trust=trust and remembered is not None and remembered.within == channel
    )


def _pin(case: Case, world: World, channel: str) -> Resource:
    message = _in_channel(case, world, "card", channel, trust=False)
    pinned: Observed | None = message
    if isinstance(message, Present):
        pinned = Present(fields={"pinned": True}) if message.extra.get("pinned") else Absent()
    made = world.present(case.at(NAME, "card"))
    ts = made.id if made else message.id if isinstance(message, Present) else ""
    return Resource(
        case.at(NAME, "pin"),
        "the summary card is pinned",
        fields={"pinned": True},
        body={"channel": channel, "ts": ts},
        drift=policies(NAME, "pin"),
        part_of=case.at(NAME, "card"),
        needs=case.at(NAME, "card"),
        seen=pinned,
        within=channel,
        location=case.incident.where("title"),
    )


def _announcement(case: Case, world: World, channel: str, place: str) -> Resource:
    thing = f"announcement/{place}"
    content = card.announcement(case, _to_link(case, world, channel))
    where = place_id(world, place)
    asked = place in announced_in(case.incident, case.settings) and case.incident.status.open
    return Resource(
        case.at(NAME, thing),
        f"tell {place}",
        fields={"digest": digest(content)},
        body=body(case, mark(thing, place), where or "", content),
        make=asked,
        drift=policies(NAME, "announcement"),
        after=(case.at(NAME, "channel"),),
        seen=_elsewhere(case, world, thing, place),
        hold=_unseen(place) if where is None else None,
        location=_announce_place(case, place),
    )


def _to_link(case: Case, world: World, channel: str) -> str | None:
    """The channel that an announcement points to: the live one, else the one there was."""
    seen = channel_seen(case, world)
    if channel or case.incident.status.open:
        return channel or None
    remembered = case.memory.of(case.at(NAME, "channel"))
    return seen.id if isinstance(seen, Present) else remembered.id if remembered else None


def _elsewhere(case: Case, world: World, thing: str, place: str) -> Observed:
    """A message in another channel; nothing is known of it before the channel's id is."""
    listed = world[CHANNELS]
    if not isinstance(listed, Present):
        return listed
    seen = seen_message(case, world, thing, place)
    return Absent() if isinstance(seen, Unknown) and place_id(world, place) is None else seen


def place_id(world: World, place: str) -> str | None:
    """The id of a channel that the settings name; None where the bot is in none such, "" until known.

    One that people have renamed since is still the one that was told, unless another bears the name now.
    """
    listed = world.present(CHANNELS)
    if listed is None:
        return ""
    if not place.startswith("#"):
        return place if place in listed.fields else None
    name = place.removeprefix("#")
    now = (raw["id"] for raw in listed.fields.values() if raw.get("name") == name)
    before = (raw["id"] for raw in listed.fields.values() if name in (raw.get("previous_names") or ()))
    return next(chain(now, before), None)


def _unseen(place: str) -> Hold:
    return Hold(f"the bot is not in {place}", f"type `/invite` with the bot's name in {place}")


def _announce_place(case: Case, place: str) -> Location:
    index = case.settings.severities.index(case.severity)
    listed = case.severity.announce
    return case.settings.where(
        "severities", index, "announce", *([listed.index(place)] if place in listed else [])
    )


def update_key(at: datetime) -> str:
    """An update's key: its time in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _update(case: Case, world: World, channel: str, usable: bool, told: Update) -> Iterator[Resource]:
    thing = f"update/{update_key(told.at)}"
    content = card.update(case, told)
    place = case.incident.where("updates", case.incident.updates.index(told))
    summary = "an update" if case.incident.private else f'"{one_line(told.text, 60)}"'
    if usable:
        over = case.history.last_over
        message = _message(case, world, thing, content, channel, summary, place)
        yield replace(message, make=over is None or told.at > over)
    for other in card.places(case):
        yield _reply(case, world, f"{thing}/{other}", other, content, summary, place)


def _turn(case: Case, world: World, channel: str, usable: bool) -> Iterator[Resource]:
    """The newest turn of the incident: that it is over, or open again, or that its file was removed."""
    if case.removed:
        yield from _told(
            case, world, channel, usable, f"ending/removed-{case.removed}", "its file was removed"
        )
        return
    is_open = case.incident.status.open
    number = case.history.reopenings if is_open else len(case.history.endings)
    if not number:
        return
    thing = f"{'reopening' if is_open else 'ending'}/{number}"
    summary = "open again" if is_open else case.history.endings[-1].value
    yield from _told(case, world, channel, usable, thing, summary)


def _told(
    case: Case, world: World, channel: str, usable: bool, thing: str, summary: str
) -> Iterator[Resource]:
    """A turn, told in the channel and to everybody who was told."""
    is_open = case.incident.status.open
    content = card.turn(case, None if is_open else case.history.endings[-1])
    place = case.incident.where("status")
    if usable and channel:
        yield _message(case, world, thing, content, channel, summary, place)
    for other in card.places(case):
        yield _reply(case, world, f"{thing}/{other}", other, content, summary, place, broadcast=True)


def _message(
    case: Case, world: World, thing: str, content: card.Content, channel: str, summary: str, place: Location
) -> Resource:
    return Resource(
        case.at(NAME, thing),
        summary,
        fields={"digest": digest(content)},
        body=body(case, thing, channel, content),
        drift=policies(NAME, thing.partition("/")[0]),
        part_of=case.at(NAME, "channel"),
        needs=case.at(NAME, "channel"),
        seen=seen_message(case, world, thing) if channel else None,
        location=place,
    )


def _reply(
    case: Case,
    world: World,
    thing: str,
    other: str,
    content: card.Content,
    summary: str,
    place: Location,
    broadcast: bool = False,
) -> Resource:
    """The same in the thread of an announcement; where none was made, nobody has to be told more."""
    above = case.at(NAME, f"announcement/{other}")
    parent = world.present(above) or seen_message(case, world, above.thing, other)
    told = isinstance(parent, Present)
    asked = case.incident.status.open and other in announced_in(case.incident, case.settings)
    where = place_id(world, other)
    thread = parent.id if isinstance(parent, Present) else ""
    return Resource(
        case.at(NAME, thing),
        f"{summary} in {other}",
        fields={"digest": digest(content)},
        body=body(case, mark(thing, other), where or "", content, thread=thread, broadcast=broadcast),
        make=told or (asked and where is not None and case.memory.of(above) is None),
        drift=policies(NAME, thing.partition("/")[0]),
        part_of=above,
        needs=above,
        seen=_elsewhere(case, world, thing, other) if told else None,
        hold=_unseen(other) if where is None else None,
        location=place,
    )


def _duplicates(case: Case, world: World) -> Iterator[Resource]:
    """Our own messages that a race posted twice."""
    for place in ("", *card.places(case)):
        scanned = world.present(found(case, place))
        for extra in scanned.extra.get("twice", ()) if scanned else ():
            yield Resource(
                case.at(NAME, f"duplicate/{extra['channel']}/{extra['ts']}"),
                f"posted twice: {extra['thing']}",
                body=extra,
                live=False,
                drift=policies(NAME, "duplicate"),
                seen=Present(id=extra["ts"]),
                cause=Cause.DRIFTED,
            )
