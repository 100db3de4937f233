"""Messages: posted, changed, deleted, linked to; and those that Slack writes itself."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.slack import shapes
from reconciler.sandbox.slack.content import LONGEST_BLOCKS, content, text_length
from reconciler.sandbox.slack.text import escaped
from reconciler.sandbox.slack.workspace import SLACKBOT, No, Record, Workspace

LONGEST_POST = 40_000
LONGEST_UPDATE = 4_000


def system(slack: Workspace, channel: Record, subtype: str, words: str, user: str = "", **more: Any) -> None:
    """What Slack itself writes into a channel when somebody does something there."""
    who = user or slack.actor
    stamp = slack.stamp(channel)
    text = f"<@{who}> {escaped(words)}"
    record = {"type": "message", "subtype": subtype, "user": who, "text": text, "ts": stamp, **more}
    channel["messages"][stamp] = record


def post(
    slack: Workspace,
    channel: str,
    text: str = "",
    blocks: Any = None,
    attachments: Any = None,
    metadata: Any = None,
    thread_ts: str = "",
    reply_broadcast: bool = False,
    **_: Any,
) -> Record:
    """Post a message. A reply to a message that is gone becomes a message of its own, without a word."""
    found = _addressed(slack, channel)
    if found["is_archived"]:
        raise No("is_archived")
    if slack.actor not in found["members"] and not _may_post_anywhere(slack, found):
        raise No("not_in_channel")
    if text_length(blocks) > LONGEST_BLOCKS:
        raise No("msg_blocks_too_long")
    body = content(slack, text[:LONGEST_POST], blocks, attachments, metadata)
    record = put(slack, found, body, thread_ts, reply_broadcast)
    return {"channel": found["id"], "ts": record["ts"], "message": shapes.message(record, found)}


def put(
    slack: Workspace, channel: Record, body: Record, thread_ts: str = "", broadcast: bool = False
) -> Record:
    """A checked message, now in the channel."""
    stamp = slack.stamp(channel)
    record = {"type": "message", **_author(slack), "ts": stamp, **body}
    if thread_ts in channel["messages"]:
        record |= _reply(channel, thread_ts, stamp, broadcast)
    channel["messages"][stamp] = record
    return record


def _addressed(slack: Workspace, channel: str) -> Record:
    """The channel that is meant: by its id or, for posting only, by its name or its only other member."""
    if channel in slack.data["users"]:
        return direct(slack, channel)
    name = channel.removeprefix("#")
    named = (c["id"] for c in slack.data["channels"].values() if c["name"] == name and slack.sees(c))
    return slack.channel(channel if channel in slack.data["channels"] else next(named, channel))


def direct(slack: Workspace, user: str) -> Record:
    """The actor's direct messages with somebody; they are there as soon as somebody writes."""
    record = slack.data["users"][user]
    if record["deleted"] or user == slack.actor:
        raise No("channel_not_found")
    pair = {slack.actor, user}
    known = (c for c in slack.data["channels"].values() if c.get("is_im") and set(c["members"]) == pair)
    found: Record | None = next(known, None)
    if found is None:
        found = conversation(slack, slack.new_id("D"), f"@{record['name']}", True)
        found |= {"is_im": True, "members": [slack.actor, user]}
        slack.data["channels"][found["id"]] = found
    return found


def conversation(slack: Workspace, id: str, name: str, is_private: bool) -> Record:
    """The record of a new conversation."""
    return {
        "id": id, "name": name, "created": slack.seconds, "creator": slack.actor,
        "is_private": is_private, "is_archived": False, "is_general": False, "previous_names": [],
        "updated": slack.seconds * 1000, "last_ts": 0,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "members": [], "messages": {}, "threads": {}, "pins": [], "bookmarks": {},
    }  # fmt: skip


def _may_post_anywhere(slack: Workspace, channel: Record) -> bool:
    return not channel["is_private"] and "chat:write.public" in slack.data["scopes"]


def _author(slack: Workspace) -> Record:
    team, app = slack.data["team"]["id"], slack.data["app"]
    by_app = {"bot_id": app["bot_id"], "app_id": app["id"]} if slack.is_bot else {}
    return {"user": slack.actor, "team": team, **by_app}


def _reply(channel: Record, thread_ts: str, stamp: str, broadcast: bool) -> Record:
    root = channel["messages"][thread_ts].get("thread_ts", thread_ts)
    channel["threads"].setdefault(root, []).append(stamp)
    said = {"thread_ts": root, "parent_user_id": channel["messages"][root]["user"]}
    return {**said, "subtype": "thread_broadcast"} if broadcast else said


def update(
    slack: Workspace,
    channel: str,
    ts: str,
    text: str | None = None,
    blocks: Any = None,
    attachments: Any = None,
    metadata: Any = None,
    **_: Any,
) -> Record:
    """Change one's own message. Metadata left out stays, `{}` removes it; a text alone drops the blocks."""
    found = slack.channel(channel)
    record = _own(slack, found, ts, "cant_update_message")
    if found["is_archived"]:
        raise No("is_inactive")
    if len(text or "") > LONGEST_UPDATE or text_length(blocks) > LONGEST_BLOCKS:
        raise No("msg_too_long")
    body = content(slack, text, blocks, attachments, metadata)
    for part in _dropped(text, blocks, metadata):
        record.pop(part, None)
    record.update(body)
    record["edited"] = {"user": slack.actor, "ts": slack.stamp(found)}
    shown = shapes.message(record, found)
    return {"channel": found["id"], "ts": ts, "text": record["text"], "message": shown}


def _dropped(text: str | None, blocks: Any, metadata: Any) -> list[str]:
    """Which parts of a message an update takes away unless it brings new ones."""
    without_blocks = text is not None or blocks is not None
    return [*(["blocks"] if without_blocks else []), *(["metadata"] if metadata is not None else [])]


def delete(slack: Workspace, channel: str, ts: str) -> Record:
    """Delete one's own message (an administrator: anybody's). A thread's parent leaves a tombstone."""
    found = slack.channel(channel)
    record = found["messages"].get(ts)
    if record is None or record.get("subtype") == "tombstone":
        raise No("message_not_found")
    if not slack.is_admin:
        _own(slack, found, ts, "cant_delete_message")
    if found["is_archived"]:
        raise No("cant_delete_message")
    found["pins"] = [pin for pin in found["pins"] if pin["ts"] != ts]
    if ts in found["threads"]:
        found["messages"][ts] = _tombstone(ts)
    else:
        del found["messages"][ts]
        _unthread(found, record)
    return {"channel": found["id"], "ts": ts}


def _tombstone(ts: str) -> Record:
    words = "This message was deleted."
    return {
        "type": "message",
        "subtype": "tombstone",
        "user": SLACKBOT,
        "text": words,
        "ts": ts,
        "hidden": True,
    }


def _unthread(channel: Record, reply: Record) -> None:
    root = reply.get("thread_ts", "")
    replies = channel["threads"].get(root, [])
    if reply["ts"] in replies:
        replies.remove(reply["ts"])
    if root in channel["threads"] and not replies:
        del channel["threads"][root]
        if channel["messages"][root].get("subtype") == "tombstone":
            del channel["messages"][root]


def _own(slack: Workspace, channel: Record, ts: str, error: str) -> Record:
    """A message that the caller wrote; Slack's own messages are nobody's."""
    record: Record | None = channel["messages"].get(ts)
    if record is None:
        raise No("message_not_found")
    if record["user"] != slack.actor or record.get("subtype", "thread_broadcast") != "thread_broadcast":
        raise No(error)
    return record


def permalink(slack: Workspace, channel: str, message_ts: str) -> Record:
    """The address of a message; a reply's names its thread."""
    found = slack.channel(channel)
    if message_ts not in found["messages"]:
        raise No("message_not_found")
    return {"channel": found["id"], "permalink": address(slack, found, message_ts)}


def address(slack: Workspace, channel: Record, ts: str) -> str:
    """The address of a message that is known to exist."""
    link = f"{slack.data['team']['url']}archives/{channel['id']}/p{ts.replace('.', '')}"
    root = channel["messages"][ts].get("thread_ts")
    return f"{link}?thread_ts={root}&cid={channel['id']}" if root else link
