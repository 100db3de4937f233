"""What one person alone sees: ephemeral messages, and the addresses at which the app answers an act."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.slack import messages
from reconciler.sandbox.slack.content import LONGEST_BLOCKS, content, text_length
from reconciler.sandbox.slack.workspace import SLACKBOT, No, Record, Workspace

MOST_ANSWERS, VALID = 5, 30 * 60
_KEPT = 200

ADDRESS = "/answers/"


def post(
    slack: Workspace,
    channel: str,
    user: str,
    text: str = "",
    blocks: Any = None,
    attachments: Any = None,
    thread_ts: str = "",
    **_: Any,
) -> Record:
    """Show a message to one member of a channel that the app is in."""
    found = slack.open(channel)
    if user not in found["members"]:
        raise No("user_not_in_channel")
    body = _body(slack, text, blocks, attachments)
    return {"message_ts": whisper(slack, found, user, slack.actor, body, thread_ts)}


def whisper(
    slack: Workspace, channel: Record, user: str, author: str, body: Record, thread_ts: str = ""
) -> str:
    """Show somebody a message; its ts. Slack keeps none of them, the sandbox the last."""
    stamp = slack.stamp(channel)
    thread = {"thread_ts": thread_ts} if thread_ts else {}
    message = {"type": "message", "user": author, "ts": stamp, **body, **thread}
    kept = slack.live["whispers"]
    kept.append({"channel": channel["id"], "user": user, "message": message})
    del kept[:-_KEPT]
    return stamp


def from_slack(slack: Workspace, channel: Record, user: str, words: str) -> None:
    """Slackbot tells somebody something."""
    whisper(slack, channel, user, SLACKBOT, {"text": words})


def found(slack: Workspace, channel: str, ts: str) -> Record | None:
    """A message that the actor alone sees."""
    mine = (
        one["message"]
        for one in slack.live["whispers"]
        if (one["channel"], one["user"], one["message"]["ts"]) == (channel, slack.actor, ts)
    )
    message: Record | None = next(mine, None)
    return message


def _body(slack: Workspace, text: str | None, blocks: Any, attachments: Any) -> Record:
    if text_length(blocks) > LONGEST_BLOCKS:
        raise No("msg_blocks_too_long")
    return content(slack, text, blocks, attachments, None)


def address(slack: Workspace, channel: str, ts: str = "") -> str:
    """Where the app may answer what the actor just did; `ts` is the message in which they did it."""
    known, now = slack.live["answers"], slack.now.timestamp()
    for old in [id for id, one in known.items() if one["at"] < now - 2 * VALID]:
        del known[old]
    id = slack.new_id("R")
    known[id] = {"at": now, "uses": 0, "user": slack.actor, "channel": channel, "ts": ts}
    return f"{slack.live['origin']}/slack{ADDRESS}{id}"


def answer(
    slack: Workspace,
    id: str,
    text: str | None = None,
    blocks: Any = None,
    attachments: Any = None,
    response_type: str = "ephemeral",
    replace_original: bool = False,
    delete_original: bool = False,
    thread_ts: str = "",
    **_: Any,
) -> Record:
    """What is posted to such an address: five times in thirty minutes.

    Only an act in a message has an original, which is replaced unless the app says otherwise; the answer
    to a slash command is a new message each time.
    """
    known = slack.live["answers"].get(id)
    if known is None or slack.now.timestamp() - known["at"] > VALID:
        raise No("expired_url")
    if known["uses"] >= MOST_ANSWERS:
        raise No("used_url")
    channel = slack.data["channels"][known["channel"]]
    original = known["ts"] if replace_original or delete_original else ""
    if delete_original:
        _delete(slack, channel, original)
    elif not (original and _replace(slack, channel, known, _body(slack, text, blocks, attachments))):
        _say(slack, channel, known, response_type, _body(slack, text, blocks, attachments), thread_ts)
    known["uses"] += 1
    return {}


def _say(
    slack: Workspace, channel: Record, known: Record, response_type: str, body: Record, thread_ts: str
) -> None:
    if response_type == "in_channel":
        messages.put(slack, channel, body, thread_ts)
    else:
        whisper(slack, channel, known["user"], slack.actor, body, thread_ts)


def _replace(slack: Workspace, channel: Record, known: Record, body: Record) -> bool:
    for one in slack.live["whispers"]:
        if one["channel"] == channel["id"] and one["message"]["ts"] == known["ts"]:
            _exchange(one["message"], body)
            return True
    message = channel["messages"].get(known["ts"])
    if message is None:
        return False
    _exchange(message, body)
    return True


def _exchange(message: Record, body: Record) -> None:
    for part in ("text", "blocks", "attachments"):
        message.pop(part, None)
    message.update(body)


def _delete(slack: Workspace, channel: Record, ts: str) -> None:
    kept = slack.live["whispers"]
    kept[:] = [one for one in kept if (one["channel"], one["message"]["ts"]) != (channel["id"], ts)]
    if ts in channel["messages"]:
        messages.delete(slack, channel["id"], ts)


def acknowledged(slack: Workspace, command: Record, payload: Record) -> None:
    """A slash command whose acknowledgement says something."""
    channel = slack.data["channels"][command["channel_id"]]
    body = _body(slack, payload.get("text"), payload.get("blocks"), payload.get("attachments"))
    _say(slack, channel, {"user": command["user_id"]}, str(payload.get("response_type")), body, "")
