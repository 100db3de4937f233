"""Pinned messages. Each pin is told in the channel; taking one away is not."""

from __future__ import annotations

import re

from reconciler.sandbox.slack import messages, shapes
from reconciler.sandbox.slack.workspace import No, Record, Workspace

MOST = 100

_STAMP = re.compile(r"\d+\.\d+")


def add(slack: Workspace, channel: str, timestamp: str = "") -> Record:
    """Pin a message."""
    found = slack.joined(channel)
    _message(found, timestamp)
    if any(pin["ts"] == timestamp for pin in found["pins"]):
        raise No("already_pinned")
    if len(found["pins"]) >= MOST:
        raise No("too_many_pins")
    found["pins"].append({"ts": timestamp, "created": slack.seconds, "created_by": slack.actor})
    messages.system(slack, found, "pinned_item", "pinned a message to this channel.", item_type="C")
    return {}


def list_(slack: Workspace, channel: str) -> Record:
    """The pinned messages, the last one pinned first."""
    found = slack.joined(channel)
    return {"items": [_item(slack, found, pin) for pin in reversed(found["pins"])]}


def remove(slack: Workspace, channel: str, timestamp: str = "") -> Record:
    """Unpin a message."""
    found = slack.joined(channel)
    _message(found, timestamp)
    kept = [pin for pin in found["pins"] if pin["ts"] != timestamp]
    if len(kept) == len(found["pins"]):
        raise No("no_pin")
    found["pins"] = kept
    return {}


def _message(channel: Record, timestamp: str) -> Record:
    if not timestamp:
        raise No("no_item_specified")
    if not _STAMP.fullmatch(timestamp):
        raise No("bad_timestamp")
    if timestamp not in channel["messages"]:
        raise No("message_not_found")
    found: Record = channel["messages"][timestamp]
    return found


def _item(slack: Workspace, channel: Record, pin: Record) -> Record:
    link = messages.address(slack, channel, pin["ts"])
    shown = shapes.message(channel["messages"][pin["ts"]], channel)
    return {
        "type": "message",
        "channel": channel["id"],
        "created": pin["created"],
        "created_by": pin["created_by"],
        "message": {**shown, "permalink": link},
    }
