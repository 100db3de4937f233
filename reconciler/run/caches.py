"""What the services said that rarely changes (people, groups, a database's shape), kept for a while.

A cache only: an entry counts for its time and under the token that brought it, and losing it costs calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from reconciler.plan.address import Address
from reconciler.plan.world import Observed, Present, World
from reconciler.targets.case import shared

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

#: (target, first part of the thing) → how long it is believed
LIFETIMES: Mapping[tuple[str, str], timedelta] = {
    ("slack", "bot"): DAY,
    ("slack", "person"): DAY,
    ("slack", "groups"): HOUR,
    ("slack", "group"): HOUR,
    ("pagerduty", "priorities"): DAY,
    ("notion", "source"): DAY,
    ("notion", "schema"): HOUR,
}

#: What nobody has looked at for so long is dropped when the state is written anyway.
DROPPED = timedelta(days=30)

#: The longest id, name or address that is kept.
LONGEST = 2000

Caches = Mapping[str, Any]
Under = Callable[[str], str]


def known(caches: Caches, now: datetime, under: Under) -> dict[Address, Observed]:
    """The sightings that are still believed; what is not as `kept` writes it is forgotten."""
    sightings: dict[Address, Observed] = {}
    for key, entry in caches.items():
        target, _, thing = key.partition(":")
        lifetime = _lifetime(target, thing)
        age = _age(entry, now)
        if lifetime is None or age is None or not timedelta() <= age < lifetime:
            continue
        seen = _sighting(entry, under(target))
        if seen is not None:
            sightings[shared(target, thing)] = seen
    return sightings


def _lifetime(target: str, thing: str) -> timedelta | None:
    return LIFETIMES.get((target, thing.split("/", 1)[0]))


def _age(entry: Any, now: datetime) -> timedelta | None:
    try:
        return now - datetime.fromisoformat(entry["at"])
    except (KeyError, ValueError, TypeError):
        return None


def _sighting(entry: Mapping[str, Any], under: str) -> Present | None:
    id, fields, extra = entry.get("id"), entry.get("fields"), entry.get("extra", {})
    fits = isinstance(id, str) and isinstance(fields, Mapping) and isinstance(extra, Mapping)
    if not fits or entry.get("under") != under:
        return None
    return Present(id=str(id), fields=dict(fields or {}), url=entry.get("url"), extra=dict(extra))


def kept(caches: Caches, world: World, now: datetime, under: Under) -> dict[str, Any]:
    """The caches after a run; what was not looked at anew keeps its age."""
    before = known(caches, now, under)
    after = {key: entry for key, entry in caches.items() if not _old(entry, now)}
    for address, seen in world.items():
        worth = not address.incident and _lifetime(address.target, address.thing) is not None
        if worth and isinstance(seen, Present) and before.get(address) != seen and _short(seen):
            after[address.key] = {
                "at": now.isoformat(timespec="seconds"),
                "under": under(address.target),
                "id": seen.id,
                "fields": dict(seen.fields),
                "url": seen.url,
                "extra": dict(seen.extra),
            }
    return after


def _short(seen: Present) -> bool:
    """False for what no service in its right mind sends: it is asked again rather than kept."""
    return all(len(text) <= LONGEST for text in _texts([seen.id, seen.url, seen.fields, seen.extra]))


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        yield from _texts([*data, *data.values()])
    elif isinstance(data, list | tuple):
        for one in data:
            yield from _texts(one)


def _old(entry: Any, now: datetime) -> bool:
    age = _age(entry, now)
    return age is None or age > DROPPED


def changed(before: Caches, after: Caches) -> bool:
    """True when something new was learned: a mere refresh, or dropping what is old, is no reason to write."""
    return any(_content(entry) != _content(before.get(key)) for key, entry in after.items())


def _content(entry: Any) -> Any:
    """What an entry says, without when."""
    return {key: value for key, value in entry.items() if key != "at"} if isinstance(entry, dict) else entry
