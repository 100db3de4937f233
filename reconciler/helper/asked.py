"""Who asks, where, and by which request: read from what Slack sends, so that the rest knows no payloads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One person's act. `request` is the same however often, and to whom, Slack delivers it."""

    user: str
    request: str
    team: str = ""
    channel: str = ""
    channel_name: str = ""
    trigger: str = ""  # opens one form, within three seconds
    url: str = ""  # where an answer that only this person sees may be sent


def of_command(body: Payload) -> Asked:
    """A slash command."""
    return Asked(
        user=text(body, "user_id"),
        request=request_id("command", text(body, "trigger_id")),
        team=text(body, "team_id"),
        channel=text(body, "channel_id"),
        channel_name=text(body, "channel_name"),
        trigger=text(body, "trigger_id"),
        url=text(body, "response_url"),
    )


def of_interaction(body: Payload) -> Asked:
    """A button, or a shortcut."""
    return Asked(
        user=text(part(body, "user"), "id"),
        request=request_id(text(body, "type"), text(body, "trigger_id")),
        team=text(part(body, "team"), "id"),
        channel=text(part(body, "channel"), "id"),
        channel_name=text(part(body, "channel"), "name"),
        trigger=text(body, "trigger_id"),
        url=text(body, "response_url"),
    )


def of_submission(body: Payload, opened: Payload) -> Asked:
    """A form that was sent; where it was opened is what the form itself remembers. One form, one request."""
    return Asked(
        user=text(part(body, "user"), "id"),
        request=request_id("view", text(part(body, "view"), "id")),
        team=text(part(body, "team"), "id"),
        channel=text(opened, "channel"),
        channel_name=text(opened, "channel_name"),
        url=text(opened, "url"),
    )


def place(asked: Asked) -> dict[str, str]:
    """Where a form is opened, as it remembers it."""
    return {"channel": asked.channel, "channel_name": asked.channel_name, "url": asked.url}


def of_reaction(body: Payload) -> Asked:
    """An emoji put to a message: the message counts, not the emoji, which several people may put."""
    event = part(body, "event")
    item = part(event, "item")
    channel = text(item, "channel")
    return Asked(
        user=text(event, "user"),
        request=of_message(channel, text(item, "ts")),
        team=text(body, "team_id"),
        channel=channel,
    )


def of_message(channel: str, ts: str) -> str:
    """The request to keep a message: the same whoever asks for it, and how."""
    return request_id("message", f"{channel} {ts}")


def request_id(kind: str, id: str) -> str:
    """What a commit names a request: from it an incident's words are drawn."""
    return hashlib.sha256(f"slack {kind} {id}".encode()).hexdigest()[:20]


def part(body: Payload, key: str) -> Payload:
    """What a payload holds at a key, where that is a mapping; else nothing."""
    value = body.get(key)
    return value if isinstance(value, Mapping) else {}


def text(body: Payload, key: str) -> str:
    """What a payload says at a key, where that is a text; else nothing."""
    value = body.get(key)
    return value if isinstance(value, str) else ""
