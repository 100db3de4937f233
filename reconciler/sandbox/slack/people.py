"""People in the workspace, who do what people do: rename, archive, delete, kick the bot out. That is drift.

They are held to the same rules as the app, by the same functions, with the rights of a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.sandbox.slack import bookmarks, conversations, membership, messages, pins
from reconciler.sandbox.slack.workspace import BOT, Record

if TYPE_CHECKING:
    from reconciler.sandbox.slack.machine import SlackMachine

Method = Callable[..., Record]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace. A channel is given by its id or its name, with or without `#`.

    What Slack would not let them do raises `Refused` with Slack's code: only the creator of a channel and
    administrators rename it or delete other people's messages, only members write, nobody enters a private
    channel uninvited.
    """

    slack: SlackMachine
    id: str

    def create(self, name: str, private: bool = False) -> str:
        """Make a channel; its id."""
        return str(self._do(conversations.create, name=name, is_private=private)["channel"]["id"])

    def rename(self, channel: str, name: str) -> None:
        self._in(channel, conversations.rename, name=name)

    def archive(self, channel: str) -> None:
        self._in(channel, conversations.archive)

    def unarchive(self, channel: str) -> None:
        """Open an archived channel again; the bots that were in it stay out."""
        self._in(channel, conversations.unarchive)

    def edit_topic(self, channel: str, topic: str) -> None:
        self._in(channel, conversations.set_topic, topic=topic)

    def edit_purpose(self, channel: str, purpose: str) -> None:
        self._in(channel, conversations.set_purpose, purpose=purpose)

    def join(self, channel: str) -> None:
        self._in(channel, membership.join)

    def leave(self, channel: str) -> None:
        self._in(channel, membership.leave)

    def invite(self, channel: str, *users: str) -> None:
        """Bring in others, by their ids."""
        self._in(channel, membership.invite, users=list(users))

    def invite_bot(self, channel: str) -> None:
        self.invite(channel, BOT)

    def kick_bot(self, channel: str) -> None:
        self._in(channel, membership.kick, user=BOT)

    def post(self, channel: str, text: str, thread_ts: str = "") -> str:
        """Write a message, in a thread if one is named; its ts."""
        return str(self._in(channel, messages.post, text=text, thread_ts=thread_ts)["ts"])

    def edit_message(self, channel: str, ts: str, text: str) -> None:
        self._in(channel, messages.update, ts=ts, text=text)

    def delete_message(self, channel: str, ts: str) -> None:
        self._in(channel, messages.delete, ts=ts)

    def react(self, channel: str, ts: str, emoji: str) -> None:
        """Put an emoji (its name without colons) to a message."""
        self._in(channel, messages.react, ts=ts, name=emoji)

    def pin(self, channel: str, ts: str) -> None:
        self._in(channel, pins.add, timestamp=ts)

    def unpin(self, channel: str, ts: str) -> None:
        self._in(channel, pins.remove, timestamp=ts)

    def add_bookmark(self, channel: str, title: str, link: str) -> str:
        """Add a link; its id."""
        channel_id = self.slack.channel_id(channel)
        added = self._do(bookmarks.add, channel_id=channel_id, title=title, type="link", link=link)
        return str(added["bookmark"]["id"])

    def edit_bookmark(self, channel: str, bookmark_id: str, title: str, link: str) -> None:
        channel_id = self.slack.channel_id(channel)
        self._do(bookmarks.edit, channel_id=channel_id, bookmark_id=bookmark_id, title=title, link=link)

    def remove_bookmark(self, channel: str, bookmark_id: str) -> None:
        self._do(bookmarks.remove, channel_id=self.slack.channel_id(channel), bookmark_id=bookmark_id)

    def _in(self, channel: str, method: Method, **arguments: object) -> Record:
        return self._do(method, channel=self.slack.channel_id(channel), **arguments)

    def _do(self, method: Method, **arguments: object) -> Record:
        return self.slack.act(self.id, method, **arguments)
