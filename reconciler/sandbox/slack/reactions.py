"""Emoji at messages: people put them there, and the app may hear of it."""

from __future__ import annotations

from reconciler.sandbox.slack import manifest, payloads
from reconciler.sandbox.slack.workspace import BOT, No, Record, Workspace


def react(slack: Workspace, channel: str, ts: str, name: str) -> Record:
    """Put an emoji to a message. People do; the app has no scope for it."""
    found = slack.open(channel)
    record = found["messages"].get(ts)
    if record is None:
        raise No("message_not_found")
    reactions = record.setdefault("reactions", [])
    mine = next((reaction for reaction in reactions if reaction["name"] == name), None)
    if mine is None:
        reactions.append(mine := {"name": name, "users": [], "count": 0})
    if slack.actor in mine["users"]:
        raise No("already_reacted")
    mine["users"].append(slack.actor)
    mine["count"] += 1
    _tell(slack, found, record, name)
    return {}


def unreact(slack: Workspace, channel: str, ts: str, name: str) -> Record:
    """Take one's emoji away again."""
    record = slack.open(channel)["messages"].get(ts)
    if record is None:
        raise No("message_not_found")
    reactions = record.get("reactions", [])
    mine = next((one for one in reactions if one["name"] == name and slack.actor in one["users"]), None)
    if mine is None:
        raise No("no_reaction")
    mine["users"].remove(slack.actor)
    mine["count"] -= 1
    record["reactions"] = [one for one in reactions if one["count"]]
    return {}


def _tell(slack: Workspace, channel: Record, message: Record, name: str) -> None:
    """The app hears of it where it is a member, has the scope and asked for the event."""
    heard = BOT in channel["members"] and "reactions:read" in slack.data["scopes"]
    if heard and "reaction_added" in manifest.EVENTS:
        item = {"type": "message", "channel": channel["id"], "ts": message["ts"]}
        event = {"type": "reaction_added", "user": slack.actor, "reaction": name, "item": item}
        slack.outbox.append(payloads.event(slack, {**event, "item_user": message["user"]}))
