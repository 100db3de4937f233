"""Our own messages among those that were read, by their marks: which counts, and which is there twice. Pure.

Two runs without the lease may post the same message twice. The oldest counts; where people have answered only
a younger one, that one does. What people have answered is never taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from reconciler.targets.case import Case
from reconciler.targets.seam import text_of
from reconciler.targets.slack.names import EVENT_TYPE

Raw = Mapping[str, Any]


class Marked(NamedTuple):
    """`entries` by the thing that the mark names; `twice` are to go."""

    entries: dict[str, dict[str, Any]]
    twice: list[dict[str, str]]


def marked(messages: Iterable[Raw], case: Case, channel: str, above: str = "") -> Marked:
    """Our messages in one channel; `above` is the announcement whose thread counts, once that is known."""
    kinds: dict[str, dict[str, Raw]] = {}
    stray: dict[str, dict[str, Raw]] = {}
    remembered = {thing.id for thing in case.memory.things.values()}
    for raw in sorted(messages, key=lambda one: text_of(one, "ts")):
        payload = payload_of(raw, case)
        if payload is None and raw["ts"] in remembered and raw.get("bot_id") and not raw.get("metadata"):
            raise TypeError("a message of ours comes without its metadata")
        if payload is not None:
            thread = text_of(raw, "thread_ts") if "thread_ts" in raw else raw["ts"]
            counts = not above or thread in (raw["ts"], above)
            (kinds if counts else stray).setdefault(str(payload.get("thing")), {})[raw["ts"]] = raw
    entries, twice = {}, []
    for thing, found in kinds.items():
        first, others = _first(list(found.values()))
        entries[thing] = _entry(first, case, channel)
        twice += [_twice(thing, raw, channel) for raw in others if not raw.get("reply_count")]
    left = [_twice(thing, raw, channel) for thing, found in stray.items() for raw in found.values()]
    return Marked(entries, left + twice)


def beside(messages: Sequence[Raw], case: Case, above: str) -> list[str]:
    """The announcements that do not count, and below which we, and nobody else, have replied."""
    others = [raw for raw in messages if raw["ts"] != above and _is_announcement(raw, case)]
    return sorted({raw["ts"] for raw in others if raw.get("reply_count") and not answered(raw)})


def _is_announcement(raw: Raw, case: Case) -> bool:
    payload = payload_of(raw, case)
    return payload is not None and payload.get("thing") == "announcement"


def _first(found: Sequence[Raw]) -> tuple[Raw, list[Raw]]:
    """The one that counts, and those that may go."""
    with_words = [raw for raw in found if answered(raw)]
    first = found[0] if found[0] in with_words or not with_words else with_words[0]
    return first, [raw for raw in found if raw is not first and raw not in with_words]


def answered(raw: Raw) -> bool:
    """Whether somebody but us has written in the thread of a message of ours."""
    return bool(set(raw.get("reply_users") or ()) - {raw.get("user")})


def _entry(raw: Raw, case: Case, channel: str) -> dict[str, Any]:
    payload = payload_of(raw, case) or {}
    return {
        "ts": raw["ts"],
        "channel": channel,
        "digest": payload.get("digest"),
        "pinned": channel in (raw.get("pinned_to") or ()),
    }


def _twice(thing: str, raw: Raw, channel: str) -> dict[str, str]:
    return {"thing": thing, "channel": channel, "ts": raw["ts"]}


def payload_of(raw: Raw, case: Case) -> Mapping[str, Any] | None:
    """What the mark of a message says; None for one that is not this incident's."""
    metadata: Mapping[str, Any] = raw.get("metadata", {})
    payload: Mapping[str, Any] = metadata.get("event_payload") or {}
    own = (case.settings.name, case.id)
    if metadata.get("event_type") != EVENT_TYPE or (payload.get("instance"), payload.get("incident")) != own:
        return None
    return payload
