"""What a workspace holds, and what one caller may see of it; the methods are functions of this.

All state is plain data (`blank` shows its layout). A `Workspace` is made for each call: the same functions
then serve the app's bot and the people who cause drift, who differ only in `actor`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Record = dict[str, Any]

BOT, SLACKBOT = "U0SANDBOX", "USLACKBOT"

#: What the token may do: more than the app asks for, so that every method that is known can be called.
SCOPES = (
    "channels:manage", "channels:read", "channels:join", "channels:history",
    "groups:write", "groups:read", "groups:history",
    "chat:write", "pins:write", "pins:read", "bookmarks:write", "bookmarks:read",
    "users:read", "users:read.email", "usergroups:read", "commands", "reactions:read",
)  # fmt: skip

#: Where the app reaches Slack, as long as it has not said so by coming.
ORIGIN = "http://127.0.0.1"

_MICROS = 1_000_000


class No(Exception):
    """Slack says no: `error` is its code, `extra` what else the answer holds."""

    def __init__(self, error: str, **extra: Any):
        super().__init__(error)
        self.error, self.extra = error, extra


def blank() -> Record:
    """A workspace with an app, its bot and Slackbot, and nothing else."""
    return {
        "team": {"id": "T0SANDBOX", "name": "Example", "url": "https://example.slack.com/"},
        "app": {"id": "A0SANDBOX", "bot_id": "B0SANDBOX", "user_id": BOT},
        "scopes": list(SCOPES),
        "counters": {},
        "users": {
            BOT: user(BOT, "incidents", "Incidents", bot=True),
            SLACKBOT: user(SLACKBOT, "slackbot", "Slackbot"),
        },
        "usergroups": {},
        "channels": {},
        "live": {"origin": ORIGIN, "tickets": {}, "triggers": {}, "views": {}, "answers": {}, "whispers": []},
    }


def user(
    id: str, name: str, real_name: str, email: str = "", admin: bool = False, bot: bool = False
) -> Record:
    """A user's record."""
    return {
        "id": id, "name": name, "real_name": real_name, "email": email,
        "is_admin": admin, "is_bot": bot, "deleted": False,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace as `actor` (a user's id) meets it at the moment `now`."""

    data: Record
    now: datetime
    actor: str = BOT
    page_size_cap: int = 0
    racy_create: bool = False
    origin: str = ORIGIN
    outbox: list[Any] = field(default_factory=list)  # what the app is to hear of, once the call is over

    @property
    def live(self) -> Record:
        """What lasts for a moment: open views, triggers, and what one person alone was shown."""
        found: Record = self.data["live"]
        return found

    @property
    def seconds(self) -> int:
        return int(self.now.timestamp())

    @property
    def is_bot(self) -> bool:
        return bool(self.data["users"][self.actor]["is_bot"])

    @property
    def is_admin(self) -> bool:
        return bool(self.data["users"][self.actor]["is_admin"])

    def new_id(self, prefix: str) -> str:
        """The next id of a kind, e.g. C00000001."""
        number = self.data["counters"].get(prefix, 0) + 1
        self.data["counters"][prefix] = number
        return f"{prefix}{number:08d}"

    def sees(self, channel: Record) -> bool:
        """True for a public channel, and for a private one that the actor is in."""
        return not channel["is_private"] or self.actor in channel["members"]

    def channel(self, id: str) -> Record:
        """A channel that the actor can see; a hidden private one answers as if it did not exist."""
        found: Record | None = self.data["channels"].get(id)
        if found is None or not self.sees(found):
            raise No("channel_not_found")
        return found

    def joined(self, id: str) -> Record:
        """A channel that the actor is in."""
        found = self.channel(id)
        if self.actor not in found["members"]:
            raise No("not_in_channel")
        return found

    def open(self, id: str) -> Record:
        """A channel that the actor is in and that is not archived."""
        if self.channel(id)["is_archived"]:
            raise No("is_archived")
        return self.joined(id)

    def stamp(self, channel: Record) -> str:
        """A new message's ts: the time in microseconds, never the same twice in a channel, always later."""
        micros = max(round(self.now.timestamp() * _MICROS), channel["last_ts"] + 1)
        channel["last_ts"] = micros
        return f"{micros // _MICROS}.{micros % _MICROS:06d}"

    def touch(self, channel: Record) -> None:
        """Note that the channel itself was changed (Slack tells it in milliseconds)."""
        channel["updated"] = round(self.now.timestamp() * 1000)
