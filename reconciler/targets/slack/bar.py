"""The links in the bar of a channel, as a list shows them. Pure.

A bookmark bears no mark of ours: it is known by its remembered id. Slack's list may be older than our own
last write, so one that was put there just now and is not listed is not taken for removed by a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from reconciler.errors import Location
from reconciler.incident.settings import Bookmark
from reconciler.plan.address import Address
from reconciler.plan.world import EMPTY, Absent, Observed, Present, Unknown, World
from reconciler.targets.case import Case
from reconciler.targets.slack.names import BOT, NAME, links_bar
from reconciler.targets.slack.text import as_bookmark

#: Where it is remembered when a bookmark was put there, by its id.
FACT = "bookmarks"
#: How long a list that lacks what we have just put there is taken for an old one.
LAG = timedelta(minutes=2)


def wanted(case: Case) -> Iterator[tuple[Bookmark, Location]]:
    """The links asked for by the settings and the services, with the place that asks."""
    settings = case.settings
    for number, bookmark in enumerate(settings.slack.bookmarks):
        yield bookmark, settings.where("slack", "bookmarks", number)
    for name in case.incident.services:
        listed = settings.services[name].bookmarks if name in settings.services else ()
        for number, bookmark in enumerate(listed):
            yield bookmark, settings.where("services", name, "bookmarks", number)


def address(case: Case, bookmark: Bookmark) -> Address:
    """Where a bookmark is kept."""
    return case.at(NAME, f"bookmark/{bookmark.title}")


def seen_in(case: Case, world: World, seen: Observed, bookmark: Bookmark) -> Observed:
    """A bookmark of ours by its remembered id; else whoever's has the same link will do, and stays theirs."""
    listed, remembered = world[links_bar(case)], case.memory.of(address(case, bookmark))
    here = remembered is not None and isinstance(seen, Present) and remembered.within == seen.id
    if not isinstance(listed, Present):
        return Present(id=remembered.id, fields=remembered.fields) if remembered and here else listed
    if remembered is not None and remembered.id in listed.fields:
        return Present(id=remembered.id, fields=listed.fields[remembered.id])
    asked = as_bookmark(bookmark.title, bookmark.url)
    if any(fields["link"] == asked["link"] for fields in listed.fields.values()):
        return Present(fields=asked)
    if remembered is not None and here and remembered.id in _lately(case):
        return Unknown("Slack's list does not show the link yet; run apply again", looked=True)
    return Absent()


def twice(case: Case, world: World, bookmark: Bookmark) -> list[str]:
    """The younger ones of equal bookmarks that our bot has made: two runs at once add both."""
    listed, bot = world.present(links_bar(case)), world.present(BOT)
    if listed is None:
        return []
    by = listed.extra.get("by", {})
    remembered = case.memory.of(address(case, bookmark))
    us = by[remembered.id][1] if remembered and remembered.id in by else bot.id if bot else None
    asked = as_bookmark(bookmark.title, bookmark.url)
    ours = [id for id, fields in listed.fields.items() if fields == asked and us and by[id][1] == us]
    return sorted(ours, key=lambda id: (by[id][0], id))[1:]


def facts(case: Case, world: World) -> Mapping[str, Mapping[str, str]]:
    """When each link was put there, as long as that matters."""
    fresh = dict.fromkeys(_put_there(case, world), case.now.isoformat())
    return {FACT: {**_lately(case), **fresh}} if fresh else EMPTY


def _put_there(case: Case, world: World) -> Iterator[str]:
    """The ids of the links that this run has added."""
    for bookmark, _ in wanted(case):
        at = address(case, bookmark)
        seen, remembered = world.present(at), case.memory.of(at)
        if seen is not None and seen.id and (remembered is None or remembered.id != seen.id):
            yield seen.id


def _lately(case: Case) -> dict[str, str]:
    """What was put there so lately that a list may not show it yet."""
    told: Mapping[str, str] = case.memory.facts.get(FACT, EMPTY)
    return {id: at for id, at in told.items() if case.now - datetime.fromisoformat(at) < LAG}
