"""Channels: made, found, renamed, archived. Who is in them is the matter of `membership`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.sandbox.slack import messages, pages, shapes
from reconciler.sandbox.slack.text import checked_name, topic_line
from reconciler.sandbox.slack.workspace import No, Record, Workspace

_TYPES = {"public_channel": False, "private_channel": True}
_EMPTY_TYPES = {"im", "mpim"}


def create(slack: Workspace, name: str = "", is_private: bool = False) -> Record:
    """A new channel, whose creator is its first member. A taken name is refused without saying by whom."""
    checked_name(name)
    holders = sum(1 for _ in _holders(slack, name))
    if holders > (1 if slack.racy_create else 0):
        raise No("name_taken")
    channel = messages.conversation(slack, slack.new_id("C"), name, is_private)
    slack.data["channels"][channel["id"]] = channel
    channel["members"].append(slack.actor)
    messages.system(slack, channel, "channel_join", "has joined the channel")
    return {"channel": shapes.seen_channel(slack, channel)}


def _holders(slack: Workspace, name: str) -> Iterator[Record]:
    """The channels that bear the name, archived and hidden ones too."""
    return (channel for channel in slack.data["channels"].values() if channel["name"] == name)


def list_(
    slack: Workspace,
    types: list[str] | None = None,
    exclude_archived: bool = False,
    limit: int = pages.DEFAULT_LIMIT,
    cursor: str = "",
) -> Record:
    """All channels that the caller can see. A page is cut first and sifted then: it may come back empty."""
    sift = _sieve(types, exclude_archived)
    visible = [channel for channel in slack.data["channels"].values() if slack.sees(channel)]
    chunk, more = pages.page(slack, visible, limit, cursor)
    return {
        "channels": [shapes.seen_channel(slack, channel, True) for channel in chunk if sift(channel)],
        **more,
    }


def of_user(
    slack: Workspace,
    types: list[str] | None = None,
    exclude_archived: bool = False,
    limit: int = pages.DEFAULT_LIMIT,
    cursor: str = "",
    user: str = "",
) -> Record:
    """The channels that a user is in, the caller if no other is named; less is told of each."""
    sift = _sieve(types, exclude_archived)
    member = user or slack.actor
    joined = [c for c in slack.data["channels"].values() if member in c["members"] and slack.sees(c)]
    chunk, more = pages.page(slack, joined, limit, cursor)
    return {"channels": [shapes.channel(slack, channel) for channel in chunk if sift(channel)], **more}


def _sieve(types: list[str] | None, exclude_archived: bool) -> Any:
    wanted = types or ["public_channel"]
    if any(kind not in _TYPES and kind not in _EMPTY_TYPES for kind in wanted):
        raise No("invalid_types")
    private = {_TYPES[kind] for kind in wanted if kind in _TYPES}
    return lambda channel: (
        not channel.get("is_im")
        and channel["is_private"] in private
        and not (exclude_archived and channel["is_archived"])
    )


def info(slack: Workspace, channel: str, include_num_members: bool = False, **_: Any) -> Record:
    """One channel in full."""
    return {"channel": shapes.seen_channel(slack, slack.channel(channel), include_num_members)}


def set_topic(slack: Workspace, channel: str, topic: str) -> Record:
    """Set the topic; the channel is told, unless nothing changed."""
    return _set_line(slack, channel, "topic", topic)


def set_purpose(slack: Workspace, channel: str, purpose: str) -> Record:
    """Set the purpose (in today's Slack: the description) in the same way."""
    return _set_line(slack, channel, "purpose", purpose)


def _set_line(slack: Workspace, id: str, kind: str, text: str) -> Record:
    channel, line = slack.open(id), topic_line(text)
    if channel[kind]["value"] != line:
        channel[kind] = {"value": line, "creator": slack.actor, "last_set": slack.seconds}
        slack.touch(channel)
        messages.system(slack, channel, f"channel_{kind}", f"set the channel {kind}: {line}", **{kind: line})
    return {"channel": shapes.seen_channel(slack, channel)}


def rename(slack: Workspace, channel: str, name: str = "") -> Record:
    """Give a channel another name: its creator may, and a workspace's administrators."""
    found = slack.open(channel)
    checked_name(name)
    if slack.actor != found["creator"] and not slack.is_admin:
        raise No("not_authorized")
    if any(holder is not found for holder in _holders(slack, name)):
        raise No("name_taken")
    if name != (old := found["name"]):
        found["name"] = name
        found["previous_names"].append(old)
        slack.touch(found)
        words = f'has renamed the channel from "{old}" to "{name}"'
        messages.system(slack, found, "channel_name", words, old_name=old, name=name)
    return {"channel": shapes.seen_channel(slack, found)}


def archive(slack: Workspace, channel: str) -> Record:
    """Close a channel for good; every bot is put out of it, the caller too."""
    if slack.channel(channel)["is_archived"]:
        raise No("already_archived")
    found = slack.joined(channel)
    if found["is_general"]:
        raise No("cant_archive_general")
    messages.system(slack, found, "channel_archive", "archived the channel", members=list(found["members"]))
    found["is_archived"] = True
    found["members"] = [id for id in found["members"] if not slack.data["users"][id]["is_bot"]]
    slack.touch(found)
    return {}


def unarchive(slack: Workspace, channel: str) -> Record:
    """Open an archived channel again: a person can, a bot is told that it is not in the channel."""
    found = slack.channel(channel)
    if not found["is_archived"]:
        raise No("not_archived")
    if slack.is_bot:
        raise No("not_in_channel")
    found["is_archived"] = False
    if slack.actor not in found["members"]:
        found["members"].append(slack.actor)
    slack.touch(found)
    messages.system(slack, found, "channel_unarchive", "un-archived the channel")
    return {}
