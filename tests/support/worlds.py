"""The sandbox's world for tests of its front, its page and its folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reconciler.clock import VirtualClock
from reconciler.sandbox.http import replied
from reconciler.sandbox.notion.example import SOURCE
from reconciler.sandbox.routes import TOKENS, Asked, Heard, Reply
from reconciler.sandbox.world import World

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
INCIDENT = "20261121-honest-rhinoceros"

AUTHORIZED = {
    "slack": {"authorization": f"Bearer {TOKENS['slack']}"},
    "pagerduty": {"authorization": f"Token token={TOKENS['pagerduty']}", "from": "incidents@example.com"},
    "notion": {"authorization": f"Bearer {TOKENS['notion']}", "notion-version": "2025-09-03"},
}


def world(folder: Path | None = None) -> World:
    """The example's world, in which time stands still."""
    return World.example(VirtualClock(START).now, folder)


def heard(
    world: World,
    service: str,
    line: str,
    body: str = "",
    kind: str = "application/json",
    headers: Mapping[str, str | None] = MappingProxyType({}),
) -> Reply:
    """What the front replies to a request such as `GET /incidents?limit=1`; a header None is left out."""
    verb, _, target = line.partition(" ")
    path, _, query = target.partition("?")
    given = {**AUTHORIZED[service], "content-type": kind, **headers}
    kept = {name: value for name, value in given.items() if value is not None}
    return replied(world, service, Heard(verb, path, query, kept, body.encode()))


def call(world: World, service: str, method: str, **arguments: Any) -> Any:
    """A call as the front makes it."""
    switches = {"from_address": "incidents@example.com"} if service == "pagerduty" else {}
    return world.call(service, Asked(method, arguments, switches))


def declared(world: World, words: str = "Checkout fails") -> str:
    """An incident's channel, page and document, with these words wherever they can stand; the channel."""
    channel = str(call(world, "slack", "conversations.create", name=f"incd-{INCIDENT}")["channel"]["id"])
    call(world, "slack", "conversations.setTopic", channel=channel, topic=words)
    call(world, "slack", "conversations.setPurpose", channel=channel, purpose=f"[acme/{INCIDENT}]")
    link = {"title": words, "type": "link", "link": "https://wiki.example.com/checkout"}
    call(world, "slack", "bookmarks.add", channel_id=channel, **link)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": words}},
        {"type": "section", "text": {"type": "mrkdwn", "text": words}},
    ]
    card = call(world, "slack", "chat.postMessage", channel=channel, text=words, blocks=blocks)["ts"]
    call(world, "slack", "pins.add", channel=channel, timestamp=card)
    call(world, "slack", "chat.postMessage", channel=channel, text=f"Reply: {words}", thread_ts=card)
    service = {"id": "PSVC001", "type": "service_reference"}
    incident = {"type": "incident", "title": words, "service": service, "urgency": "high"}
    incident |= {"incident_key": f"acme/{INCIDENT}/primary"}
    page = call(world, "pagerduty", "POST /incidents", incident=incident)["incident"]["id"]
    call(world, "pagerduty", "POST /incidents/{id}/notes", id=page, note={"content": words})
    properties = {
        "Name": {"title": [{"text": {"content": words}}]},
        "Incident ID": {"rich_text": [{"text": {"content": INCIDENT}}]},
        "Status": {"status": {"name": "Identified"}},
    }
    parent = {"data_source_id": SOURCE}
    call(
        world,
        "notion",
        "POST /v1/pages",
        parent=parent,
        properties=properties,
        markdown=f"## Impact\n{words}",
    )
    return channel
