"""Which scope of the token a call needs; one that is missing is named in the answer."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.slack.workspace import No, Record, Workspace

#: Every one of these is needed.
_ALWAYS = {
    "users.lookupByEmail": ("users:read.email",),
    "users.info": ("users:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "pins.add": ("pins:write",),
    "pins.list": ("pins:read",),
    "pins.remove": ("pins:write",),
    "bookmarks.add": ("bookmarks:write",),
    "bookmarks.edit": ("bookmarks:write",),
    "bookmarks.list": ("bookmarks:read",),
    "bookmarks.remove": ("bookmarks:write",),
    "conversations.join": ("channels:join",),
}

_MANAGE = (("channels:manage",), ("groups:write",))
_TOPIC = (("channels:manage", "channels:write.topic"), ("groups:write", "groups:write.topic"))
_INVITE = (("channels:manage", "channels:write.invites"), ("groups:write", "groups:write.invites"))
_READ = (("channels:read",), ("groups:read",), ("im:read",))
_HISTORY = (("channels:history",), ("groups:history",), ("im:history",))

#: One of the first for public channels, one of the second for private ones, of the third for direct messages.
_BY_KIND = {
    "conversations.create": _MANAGE,
    "conversations.rename": _MANAGE,
    "conversations.archive": _MANAGE,
    "conversations.unarchive": _MANAGE,
    "conversations.leave": _MANAGE,
    "conversations.setTopic": _TOPIC,
    "conversations.setPurpose": _TOPIC,
    "conversations.invite": _INVITE,
    "conversations.list": _READ,
    "conversations.info": _READ,
    "conversations.members": _READ,
    "users.conversations": _READ,
    "conversations.history": _HISTORY,
    "conversations.replies": _HISTORY,
}


def check(slack: Workspace, method: str, arguments: dict[str, Any]) -> None:
    """Refuse a call whose token lacks a scope."""
    provided = slack.data["scopes"]
    for scope in _ALWAYS.get(method, ()):
        if scope not in provided:
            raise _missing((scope,), provided)
    for kind in _kinds(slack, arguments) if method in _BY_KIND else ():
        choices = _BY_KIND[method]
        choice = choices[min(kind, len(choices) - 1)]
        if not any(scope in provided for scope in choice):
            raise _missing(choice, provided)


def _kinds(slack: Workspace, arguments: dict[str, Any]) -> list[int]:
    """For each kind of channel that the call is about: its place among the choices."""
    if "channel" in arguments:
        channel = slack.data["channels"].get(arguments["channel"])
        return [_kind(channel)] if channel and slack.sees(channel) else []
    if "types" in arguments:
        return ["private" in kind for kind in arguments["types"]]
    return [arguments.get("is_private", False)]


def _kind(channel: Record) -> int:
    return 2 if channel.get("is_im") else int(channel["is_private"])


def _missing(choice: tuple[str, ...], provided: list[str]) -> No:
    return No("missing_scope", needed=",".join(choice), provided=",".join(provided))
