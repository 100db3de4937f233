"""Slack as a state machine: which function answers which method, and how a workspace is filled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reconciler.sandbox.machine import Machine, Now, copied
from reconciler.sandbox.slack import (
    bookmarks,
    conversations,
    directory,
    history,
    interaction,
    membership,
    messages,
    pins,
    scopes,
    tickets,
    views,
    whispers,
)
from reconciler.sandbox.slack.arguments import RESPONSE_URL, normalised
from reconciler.sandbox.slack.link import Delivery, Switchboard
from reconciler.sandbox.slack.payloads import Sending
from reconciler.sandbox.slack.people import Person
from reconciler.sandbox.slack.workspace import BOT, ORIGIN, SLACKBOT, No, Record, Workspace, blank, user
from reconciler.targets.seam import Refused

Method = Callable[..., Record]

METHODS: dict[str, Method] = {
    "auth.test": directory.auth_test,
    "conversations.create": conversations.create,
    "conversations.list": conversations.list_,
    "conversations.info": conversations.info,
    "conversations.history": history.history,
    "conversations.replies": history.replies,
    "conversations.members": membership.members,
    "conversations.setTopic": conversations.set_topic,
    "conversations.setPurpose": conversations.set_purpose,
    "conversations.invite": membership.invite,
    "conversations.rename": conversations.rename,
    "conversations.archive": conversations.archive,
    "conversations.unarchive": conversations.unarchive,
    "conversations.join": membership.join,
    "conversations.leave": membership.leave,
    "users.conversations": conversations.of_user,
    "users.lookupByEmail": directory.lookup_by_email,
    "users.info": directory.user_info,
    "usergroups.list": directory.usergroups,
    "usergroups.users.list": directory.usergroup_users,
    "chat.postMessage": messages.post,
    "chat.postEphemeral": whispers.post,
    "chat.update": messages.update,
    "chat.delete": messages.delete,
    "chat.getPermalink": messages.permalink,
    "pins.add": pins.add,
    "pins.list": pins.list_,
    "pins.remove": pins.remove,
    "bookmarks.add": bookmarks.add,
    "bookmarks.edit": bookmarks.edit,
    "bookmarks.list": bookmarks.list_,
    "bookmarks.remove": bookmarks.remove,
    "views.open": views.open_,
    "views.push": views.push,
    "views.update": views.update,
    "apps.connections.open": tickets.issue,
}

#: What is no method, but comes in the same way.
_ADDRESSES: dict[str, Method] = {RESPONSE_URL: whispers.answer}

_POSTS_A_SECOND = 1


class SlackMachine(Machine):
    """A Slack workspace as its app's bot token sees it; implements `seam.Api`.

    `data["scopes"]` is what the token may do. Switches: `page_size_cap` makes every page that short (0: as
    long as asked for); `racy_create` lets a second channel take a name that one channel already has, as
    happens when two creates arrive at once; `origin` is where the app reaches Slack. `link` has the app's
    connections. With any `limits` set, a channel also takes only one new message
    a second.
    """

    def __init__(self, clock: Now, data: Record | None = None):
        super().__init__(clock, data)
        self.page_size_cap = 0
        self.racy_create = False
        self.origin = ORIGIN
        self.link = Switchboard(clock, self._settle, self.data["app"]["id"])

    @classmethod
    def example(cls, clock: Now) -> SlackMachine:
        """The small company of the demo: five people, two user groups, #general and #incidents."""
        slack = cls(clock)
        ana = slack.seed_user("ana@example.com", "Ana", admin=True)
        bo = slack.seed_user("bo@example.com", "Bo")
        chen = slack.seed_user("chen@example.com", "Chen")
        dee = slack.seed_user("dee@example.com", "Dee")
        vp = slack.seed_user("vp@example.com", "Val")
        slack.seed_usergroup("incident-leads", [ana, bo])
        slack.seed_usergroup("payments-oncall", [chen])
        for name in ("general", "incidents"):
            slack.seed_channel(name, members=[ana, bo, chen, dee, vp])
        return slack

    def blank(self) -> Record:
        return blank()

    def taken_over(self, data: Record) -> Record | None:
        """An older sandbox knew nothing of the helper: what it kept is as if the app were installed anew."""
        if "live" not in data and "scopes" in data:
            fresh = blank()
            data = {**data, "live": fresh["live"], "scopes": fresh["scopes"]}
        return super().taken_over(data)

    def answer(self, method: str, arguments: Record) -> Record:
        try:
            carried_out = METHODS.get(method) or _ADDRESSES.get(method)
            if carried_out is None:
                raise No("unknown_method")
            slack, given = self._seen_by(BOT), normalised(method, arguments)
            scopes.check(slack, method, given)
            return {"ok": True, **carried_out(slack, **given)}
        except No as no:
            raise _refused(method, no) from None

    def throttle(self, method: str, arguments: Record) -> None:
        super().throttle(method, arguments)
        if self.limits and method == "chat.postMessage":
            self.spend(method, f"{method} {arguments.get('channel')}", _POSTS_A_SECOND, 1.0)

    def act(self, who: str, method: Method, **arguments: Any) -> Record:
        """Let a person do something; what Slack would not let them do is `Refused`."""
        return self.ask(who, method, **arguments)[0]

    def ask(self, who: str, method: Method, **arguments: Any) -> tuple[Record, list[Delivery]]:
        """The same, and what the app is told by it."""
        slack = self._seen_by(who)
        with self.lock:
            try:
                done: Record = copied(method(slack, **arguments))
                told: list[Sending] = [
                    Sending(kind, copied(one), answers) for kind, one, answers in slack.outbox
                ]
            except No as no:
                raise _refused(f"{who} {method.__name__}", no) from None
        return done, [self.link.send(one) for one in told]

    def redeem(self, ticket: str) -> bool:
        """Whether a connection may be opened with a ticket; it is used up by that."""
        with self.lock:
            return tickets.redeemed(self._seen_by(BOT), ticket)

    def _settle(self, sending: Sending, payload: Any, error: str) -> Record:
        with self.lock:
            settled: Record = copied(interaction.settled(self._seen_by(BOT), sending, payload, error))
            return settled

    def _seen_by(self, who: str) -> Workspace:
        return Workspace(self.data, self.clock(), who, self.page_size_cap, self.racy_create, self.origin)

    def person(self, who: str) -> Person:
        """Somebody by their e-mail address or id."""
        found = [id for id, known in self.data["users"].items() if who in (id, known["email"])]
        if not found:
            raise KeyError(who)
        return Person(self, found[0])

    def channel_id(self, channel: str) -> str:
        """The id of a channel given by its id or its name; of several with one name, the last made."""
        name = channel.removeprefix("#")
        named = [id for id, known in self.data["channels"].items() if known["name"] == name]
        return named[-1] if named else channel

    def seed_user(self, email: str, name: str, admin: bool = False) -> str:
        """Somebody new; their id. Administrators may rename any channel and delete any message."""
        with self.lock:
            id = self._seen_by(BOT).new_id("U")
            self.data["users"][id] = user(id, email.partition("@")[0], name, email, admin)
            return id

    def seed_usergroup(self, handle: str, members: Sequence[str], disabled: bool = False) -> str:
        """A user group with these people, by their ids; its id."""
        with self.lock:
            slack = self._seen_by(BOT)
            id = slack.new_id("S")
            self.data["usergroups"][id] = {
                "id": id, "handle": handle, "name": handle, "description": "", "users": list(members),
                "date_delete": slack.seconds if disabled else 0,
            }  # fmt: skip
            return id

    def seed_channel(
        self, name: str, private: bool = False, bot_is_member: bool = True, members: Sequence[str] = ()
    ) -> str:
        """A channel that is there already, made by none of these people; its id."""
        created = self.act(SLACKBOT, conversations.create, name=name, is_private=private)
        id = str(created["channel"]["id"])
        with self.lock:
            channel = self.data["channels"][id]
            channel["members"] = [*([BOT] if bot_is_member else []), *members]
            channel["messages"].clear()
            channel["is_general"] = name == "general"
        return id


def _refused(method: str, no: No) -> Refused:
    messages = no.extra.get("response_metadata", {}).get("messages", [])
    answer = {"ok": False, "error": no.error, **no.extra}
    return Refused(method, no.error, " · ".join(messages), answer)
