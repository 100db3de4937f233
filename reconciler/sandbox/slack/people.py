"""People in the workspace, who do what people do: rename, archive, delete, kick the bot out. That is drift.

They are held to the same rules as the app, by the same functions, with the rights of a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.sandbox.machine import copied
from reconciler.sandbox.slack import (
    bookmarks,
    conversations,
    interaction,
    membership,
    messages,
    pins,
    reactions,
)
from reconciler.sandbox.slack.link import Delivery
from reconciler.sandbox.slack.workspace import BOT, Record

if TYPE_CHECKING:
    from reconciler.sandbox.slack.machine import SlackMachine

Method = Callable[..., Record]
#: One thing that is filled in, and all of a form by block and action.
Value = str | list[str]
Values = Mapping[str, Mapping[str, Value]]


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
        self._in(channel, reactions.react, ts=ts, name=emoji)

    def unreact(self, channel: str, ts: str, emoji: str) -> None:
        """Take it away again."""
        self._in(channel, reactions.unreact, ts=ts, name=emoji)

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

    # with the app; each returns once it is on its way, and `link.wait` says what came of it

    def command(self, channel: str, text: str) -> Delivery:
        """Type a slash command, with all that follows it."""
        return self._tell(interaction.command, channel=self.slack.channel_id(channel), text=text)

    def shortcut(self, callback: str, channel: str = "", ts: str = "") -> Delivery:
        """Choose a shortcut, from the menu or from a message's."""
        named = self.slack.channel_id(channel) if channel else ""
        return self._tell(interaction.shortcut, callback=callback, channel=named, ts=ts)

    def press(self, channel: str, ts: str, block_id: str, action_id: str, value: Value = "") -> Delivery:
        """Press a button in a message, or choose `value` in its menu."""
        named = self.slack.channel_id(channel)
        return self._tell(
            interaction.press, channel=named, ts=ts, block_id=block_id, action_id=action_id, value=value
        )

    def press_in_view(
        self, view_id: str, block_id: str, action_id: str, values: Values | None = None, value: Value = ""
    ) -> Delivery:
        """Press a button in a modal, with what is filled in so far."""
        return self._tell(
            interaction.press_in_view,
            view_id=view_id, block_id=block_id, action_id=action_id, values=values, value=value,
        )  # fmt: skip

    def submit(self, view_id: str, values: Values) -> Delivery:
        """Send a modal: by block and action a text, an option's value, or a list of such."""
        return self._tell(interaction.submit, view_id=view_id, values=values)

    def dismiss(self, view_id: str, everything: bool = False) -> None:
        """Close a modal without sending it, and with `everything` those below it."""
        self._do(interaction.leave, view_id=view_id, everything=everything)

    def views(self) -> list[Record]:
        """The modals that are open, the uppermost last."""
        with self.slack.lock:
            known = self.slack.data["live"]["views"].values()
            return [copied(one) for one in known if one["user"] == self.id]

    def whispers(self, channel: str) -> list[Record]:
        """The messages in a channel that nobody else sees."""
        with self.slack.lock:
            named, known = self.slack.channel_id(channel), self.slack.data["live"]["whispers"]
            mine = [one for one in known if (one["user"], one["channel"]) == (self.id, named)]
            return [copied(one["message"]) for one in mine]

    def _tell(self, method: Method, **arguments: object) -> Delivery:
        [delivery] = self.slack.ask(self.id, method, **arguments)[1]
        return delivery

    def _in(self, channel: str, method: Method, **arguments: object) -> Record:
        return self._do(method, channel=self.slack.channel_id(channel), **arguments)

    def _do(self, method: Method, **arguments: object) -> Record:
        return self.slack.act(self.id, method, **arguments)
