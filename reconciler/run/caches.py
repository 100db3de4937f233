"""What the services said that rarely changes (people, groups, a database's shape), kept for a while.

A cache only: an entry counts for its time and under the token that brought it, and losing it costs calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

Caches = Mapping[str, Mapping[str, Any]]
Under = Callable[[str], str]


def known(caches: Caches, now: datetime, under: Under) -> dict[Address, Observed]:
    """The sightings that are still believed."""
    sightings: dict[Address, Observed] = {}
    for key, entry in caches.items():
        target, _, thing = key.partition(":")
        lifetime = LIFETIMES.get((target, thing.split("/", 1)[0]))
        if lifetime is not None and _fresh(entry, now, lifetime) and entry.get("under") == under(target):
            sightings[shared(target, thing)] = Present(
                id=entry["id"], fields=entry["fields"], url=entry.get("url"), extra=entry.get("extra", {})
            )
    return sightings


def _fresh(entry: Mapping[str, Any], now: datetime, lifetime: timedelta) -> bool:
    try:
        return timedelta() <= now - datetime.fromisoformat(entry["at"]) < lifetime
    except (KeyError, ValueError, TypeError):
        return False


def kept(caches: Caches, world: World, now: datetime, under: Under) -> dict[str, dict[str, Any]]:
    """The caches after a run; what was not looked at anew keeps its age."""
    before = known(caches, now, under)
    after = {key: dict(entry) for key, entry in caches.items()}
    for address, seen in world.items():
        lifetime = LIFETIMES.get((address.target, address.thing.split("/", 1)[0]))
        if (
            address.incident
            or lifetime is None
            or not isinstance(seen, Present)
            or before.get(address) == seen
        ):
            continue
        after[address.key] = {
            "at": now.isoformat(timespec="seconds"),
            "under": under(address.target),
            "id": seen.id,
            "fields": dict(seen.fields),
            "url": seen.url,
            "extra": dict(seen.extra),
        }
    return after


def changed(before: Caches, after: Caches) -> bool:
    """True when more than ages differ: a mere refresh is no reason to write."""

    def content(caches: Caches) -> dict[str, dict[str, Any]]:
        return {key: {k: v for k, v in entry.items() if k != "at"} for key, entry in caches.items()}

    return content(before) != content(after)
