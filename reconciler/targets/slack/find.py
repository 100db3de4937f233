"""Finding our own things among what was read: by remembered id, by mark, by name and creator. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from reconciler.incident.naming import channel_name
from reconciler.plan.resource import Hold
from reconciler.plan.world import Absent, Observed, Present, Unknown, World
from reconciler.targets.case import Case
from reconciler.targets.seam import text_of, words
from reconciler.targets.slack.names import BOT, CHANNELS, NAME, found, mark, written_in
from reconciler.targets.slack.text import comparable, read_line

LAST_SUFFIX = 9

Raw = Mapping[str, Any]


def channel_seen(case: Case, world: World) -> Observed:
    """The incident's channel: as just made or asked for, else from the list of the bot's channels."""
    address = case.at(NAME, "channel")
    if address in world:
        return world[address]
    listed = world[CHANNELS]
    if not isinstance(listed, Present):
        return listed
    remembered = case.memory.of(address)
    first = _listed(case, world)
    if first is not None:
        return _of_twins(case, world, twins(case, world)) or sighting(first)
    bot = world.present(BOT)
    if remembered is not None and not remembered.live:
        return Present(id=remembered.id, fields=remembered.fields, live=False, url=remembered.url)
    if remembered is not None:
        return Unknown()
    return Absent() if bot else world[BOT]


def _listed(case: Case, world: World) -> Raw | None:
    """The channel in the list of the bot's channels: the remembered one, else the oldest of ours."""
    listed = world.present(CHANNELS)
    if listed is None:
        return None
    remembered = case.memory.of(case.at(NAME, "channel"))
    if remembered is not None and remembered.id in listed.fields:
        raw: Raw = listed.fields[remembered.id]
        return raw
    bot = world.present(BOT)
    ours = [raw for raw in listed.fields.values() if is_ours(raw, case, bot.id if bot else None)]
    return min(ours, key=_age, default=None)


def _age(raw: Raw) -> tuple[Any, ...]:
    return (raw.get("created", 0), raw["id"])


def twins(case: Case, world: World) -> list[Raw]:
    """Both channels where there are two, the oldest first: Slack lets two creates at once both succeed."""
    listed, first = world.present(CHANNELS), _listed(case, world)
    if listed is None or first is None or _number(case, first) is None:
        return []
    maker = first.get("creator")
    beside = [
        raw
        for raw in listed.fields.values()
        if is_ours(raw, case, maker) and _number(case, raw) == _number(case, first)
    ]
    among = {raw["id"]: raw for raw in (first, *beside)}
    return sorted(among.values(), key=_age) if len(among) > 1 else []


def _of_twins(case: Case, world: World, both: Sequence[Raw]) -> Observed | None:
    """Which of them counts: the oldest, unless people have written only in another one."""
    told = [world[written_in(case, raw["id"])] for raw in both]
    unread = next((one for one in told if not isinstance(one, Present)), None)
    if not both or unread is not None:
        return unread
    with_words = [raw for raw, one in zip(both, told, strict=True) if isinstance(one, Present) and one.live]
    chosen = both[0] if both[0] in with_words or not with_words else with_words[0]
    others = [
        {"id": raw["id"], "name": raw.get("name", ""), "words": raw in with_words}
        for raw in both
        if raw is not chosen
    ]
    return replace(sighting(chosen), extra={**sighting(chosen).extra, "twins": others})


def _number(case: Case, raw: Raw) -> int | None:
    """The number of the suffix of a channel that has, or had, one of the incident's names."""
    borne = (raw.get("name", ""), *reversed(raw.get("previous_names") or ()))
    return next((names(case)[name] for name in borne if name in names(case)), None)


def barred(case: Case, seen: Observed) -> Hold | None:
    """Why a live channel is not written to; None where nothing stands against it."""
    if not isinstance(seen, Present) or not seen.live:
        return None
    if seen.extra.get("left"):
        return Hold("the bot is not in the channel any more", "type `/invite` with the bot's name in it")
    if case.incident.private and not seen.extra.get("private"):
        return Hold("the channel is public, and a bot cannot make it private", "make it private in Slack")
    return None


def follow_up(case: Case, seen: Observed) -> bool:
    """True where the channel is archived and the incident, once over or without a file, is open again."""
    archived = isinstance(seen, Present) and not seen.live
    remembered = case.memory.of(case.at(NAME, "channel"))
    ended = remembered is not None and not remembered.live
    return archived and case.incident.status.open and (bool(case.history.reopenings) or ended)


def holding(case: Case, seen: Observed) -> str:
    """The id of the live channel that holds the incident's things: as seen, until then as remembered."""
    if isinstance(seen, Present):
        return seen.id if seen.live and barred(case, seen) is None else ""
    remembered = case.memory.of(case.at(NAME, "channel"))
    return remembered.id if isinstance(seen, Unknown) and remembered and remembered.live else ""


def sighting(raw: Mapping[str, Any]) -> Present:
    """A channel object of Slack's as the plan compares it. Raises `Unusable.SIGNS` for anything else."""
    id = text_of(raw, "id")
    return Present(
        id=id,
        fields={"name": text_of(raw, "name")},
        live=not raw.get("is_archived", False),
        url=f"https://slack.com/app_redirect?channel={id}",
        extra={
            "topic": comparable(_line(raw, "topic")),
            "purpose": comparable(_line(raw, "purpose")),
            "previous": [words(name) for name in raw.get("previous_names") or ()],
            "created": int(raw["created"]),
            "private": raw.get("is_private", False),
            "left": raw.get("is_member") is False,
        },
    )


def _line(raw: Mapping[str, Any], name: str) -> str:
    """A channel's topic or purpose."""
    return read_line(raw[name]["value"]) if name in raw else ""


def is_ours(raw: Mapping[str, Any], case: Case, bot: str | None) -> bool:
    """True for a channel that our bot made and that carries the incident's mark, or without one its name."""
    if bot is None or raw.get("creator") != bot:
        return False
    marked = re.match(r"\[([^\]]+)\]", _line(raw, "purpose"))
    return marked.group(1) == case.mark if marked else raw.get("name") in names(case)


def numbered(case: Case, resolved: bool) -> Mapping[str, int]:
    """The names that the incident's channel may have, in the order of their suffixes."""
    return _numbered(case.settings.slack.channel_prefix, case.id, resolved)


@lru_cache(4096)
def _numbered(prefix: str, id: str, resolved: bool) -> Mapping[str, int]:
    numbers = (0, *range(2, LAST_SUFFIX + 1))
    return {channel_name(prefix, id, resolved=resolved, follow_up=number): number for number in numbers}


def names(case: Case) -> Mapping[str, int]:
    """Every name that the incident's channel may have, with the number of its suffix."""
    return {**numbered(case, False), **numbered(case, True)}


def suffix(case: Case, seen: Observed) -> int:
    """The number at the end of the channel's name, also when a person has renamed it; 0 for none."""
    known = names(case)
    for name in _names_of(case, seen):
        if name in known:
            return known[name]
    return 0


def _names_of(case: Case, seen: Observed) -> Iterable[str]:
    if isinstance(seen, Present):
        yield seen.fields.get("name", "")
        yield from reversed(seen.extra.get("previous", ()))
    remembered = case.memory.of(case.at(NAME, "channel"))
    if remembered is not None:
        yield str(remembered.fields.get("name", ""))


def seen_message(case: Case, world: World, thing: str, place: str = "", trust: bool = True) -> Observed:
    """One of our messages: as scanned for its mark, else as remembered (nobody else can edit it)."""
    scanned = world[found(case, place)]
    if isinstance(scanned, Present) and not (scanned.extra.get("card") and thing != "card"):
        entry = scanned.fields.get(mark(thing, place))
        if not entry:
            return Absent()
        return replace(as_message(entry), url=link_of(world, thing, entry["channel"], entry["ts"]))
    remembered = case.memory.of(case.at(NAME, thing))
    if remembered is not None and trust:
        return Present(id=remembered.id, fields=remembered.fields)
    return scanned if isinstance(scanned, Unknown) else Unknown()


def link_of(world: World, thing: str, channel: object, ts: str) -> str | None:
    """Where an announcement is in the browser, as `chat.getPermalink` would say."""
    bot = world.present(BOT)
    if bot is None or not (bot.url and channel and thing.startswith("announcement/")):
        return None
    return f"{bot.url}archives/{channel}/p{str(ts).replace('.', '')}"


def as_message(entry: Mapping[str, Any]) -> Present:
    """A message found by its mark."""
    return Present(
        id=entry["ts"], fields={"digest": entry["digest"]}, extra={"pinned": bool(entry.get("pinned"))}
    )
