"""Slack on the sandbox's page: each channel with its topic, people, bookmarks and messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

from reconciler.sandbox.machine import Machine
from reconciler.sandbox.markup import NOTHING, Html, Shown, joined, link, slack_text, tag

Json = dict[str, Any]

#: How the purpose of a channel names its incident.
_MARK = re.compile(r"\[[^/\[\]]+/([^/\[\]]+)\]")


def channels(slack: Machine) -> Iterator[Shown]:
    """The channels, the last made first, those that are archived at the end."""
    data = slack.snapshot()
    names = {id: user["real_name"] for id, user in data["users"].items()}
    names |= {id: channel["name"] for id, channel in data["channels"].items()}
    newest = reversed(data["channels"].values())
    for channel in sorted(newest, key=lambda one: bool(one["is_archived"])):
        anchor, title = f"slack-{channel['id']}", f"#{channel['name']}"
        mark = _MARK.search(channel["purpose"]["value"])
        yield Shown(anchor, title, mark[1] if mark else "", _channel(channel, names, anchor, title))


def _channel(channel: Json, names: dict[str, str], anchor: str, title: str) -> Html:
    flags = [flag for flag in ("private", "archived") if channel[f"is_{flag}"]]
    bookmarks = [tag("li", link(one["link"], one["title"])) for one in channel["bookmarks"].values()]
    members = ", ".join(names.get(id, id) for id in channel["members"])
    return tag(
        "article",
        tag("h3", title, *(tag("span", flag, class_="flag") for flag in flags)),
        tag("p", channel["topic"]["value"] or "no topic", class_="topic"),
        tag("p", channel["purpose"]["value"], class_="dim"),
        tag("p", f"{len(channel['members'])} members: {members}", class_="dim"),
        tag("ul", *bookmarks, class_="bar") if bookmarks else NOTHING,
        tag("ol", *_messages(channel, names), class_="messages"),
        id=anchor,
    )


def _messages(channel: Json, names: dict[str, str]) -> Iterator[Html]:
    replies = {ts for thread in channel["threads"].values() for ts in thread}
    for ts, message in channel["messages"].items():
        if ts not in replies:
            thread = [channel["messages"][one] for one in channel["threads"].get(ts, [])]
            nested = [_message(channel, reply, names) for reply in thread]
            yield _message(channel, message, names, tag("ol", *nested) if nested else NOTHING)


def _message(channel: Json, message: Json, names: dict[str, str], thread: Html = NOTHING) -> Html:
    pinned = any(pin["ts"] == message["ts"] for pin in channel["pins"])
    sent = datetime.fromtimestamp(float(message["ts"]), UTC)
    said = [tag("div", *_body(message, names), class_="said"), thread]
    if message.get("subtype") not in (None, "thread_broadcast"):
        return tag("li", _time(sent), " ", *said, class_="system")
    author = str(message["user"])
    about = [tag("b", names.get(author, author)), " ", _time(sent)]
    flags = [(pinned, "📌 pinned"), ("edited" in message, "edited")]
    about += [tag("span", words, class_="flag") for is_so, words in flags if is_so]
    return tag("li", *about, *said, class_="pinned") if pinned else tag("li", *about, *said)


def _time(moment: datetime) -> Html:
    return tag("time", f"{moment:%Y-%m-%d %H:%M:%S}", datetime=moment.isoformat())


def _body(message: Json, names: dict[str, str]) -> Iterator[Html]:
    shown = [_block(block, names) for block in message.get("blocks") or []]
    yield from shown or [slack_text(message.get("text", ""), lambda id: names.get(id, id))]


def _text(held: Json, names: dict[str, str]) -> Html:
    """A text of a block: plain text has no markup."""
    if held.get("type") == "plain_text":
        return joined([unescape(held["text"])])
    return slack_text(held["text"], lambda id: names.get(id, id))


def _block(block: Json, names: dict[str, str]) -> Html:
    """A block of a message; of kinds that hold no text of their own, nothing."""
    texts: list[Any] = [block.get("text"), *(block.get("fields") or []), *(block.get("elements") or [])]
    told = [one for one in texts if isinstance(one, dict) and isinstance(one.get("text"), str)]
    lines = joined([_text(one, names) for one in told], "\n")
    if block["type"] == "divider":
        return tag("hr")
    kinds = {"header": "h4", "context": "small"}
    return tag(kinds.get(block["type"], "p"), lines)
