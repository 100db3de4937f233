"""The names that Slack's resources and raw sightings go by. Marks are frozen (docs/marks.md)."""

from __future__ import annotations

import hashlib

from reconciler.plan.address import Address
from reconciler.targets.case import MADE, Case, shared

NAME = "slack"
EVENT_TYPE = "incident_reconciler"

#: A person whose name is nobody's business: what is seen of one is not kept.
SOMEBODY = "somebody"

#: Raw sightings of the workspace.
BOT = shared(NAME, "bot")
CHANNELS = shared(NAME, "channels")
GROUPS = shared(NAME, "groups")


def called(case: Case, who: str) -> str:
    """What plans, logs and the state call somebody; whoever is in a private incident has no name there."""
    if not case.incident.private:
        return who
    return hashlib.sha256(f"{case.mark} {who}".encode()).hexdigest()[:12]


def person(case: Case, address: str) -> Address:
    """Where it is kept whether Slack knows a person; of a private incident for one run only."""
    kind = SOMEBODY if case.incident.private else "person"
    return shared(NAME, f"{kind}/{called(case, address)}")


def group(handle: str) -> Address:
    """Where a user group's members are kept."""
    return shared(NAME, f"group/{handle.removeprefix('@')}")


def mark(thing: str, place: str) -> str:
    """What a message's mark calls it: the thing, without the place, which is where the message lies.

    So a place that the settings spell in another way (`#incidents`, `C0123`) is not told a second time.
    """
    return thing.removesuffix(f"/{place}") if place else thing


def found(case: Case, place: str = "") -> Address:
    """Where the incident's own messages of one place are kept: its channel, or an announcement's."""
    return case.at(NAME, f"messages/{place}" if place else "messages")


def made(case: Case) -> Address:
    """Where it is kept what this run has made, while another run may be at work and have made it too."""
    return case.at(NAME, MADE)


def written_in(case: Case, channel: str) -> Address:
    """Where it is kept whether people have written in a channel of which there are two."""
    return case.at(NAME, f"words/{channel}")


def members(case: Case) -> Address:
    """Where the channel's members are kept."""
    return case.at(NAME, "members")


def links_bar(case: Case) -> Address:
    """Where the channel's bookmarks are kept."""
    return case.at(NAME, "bookmarks")
