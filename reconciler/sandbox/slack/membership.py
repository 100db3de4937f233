"""Who is in a channel: listed, invited, joining, leaving."""

from __future__ import annotations

from reconciler.sandbox.slack import messages, pages, shapes
from reconciler.sandbox.slack.arguments import invalid
from reconciler.sandbox.slack.workspace import No, Record, Workspace

MOST_INVITED = 100


def members(slack: Workspace, channel: str, limit: int = pages.DEFAULT_LIMIT, cursor: str = "") -> Record:
    """The ids of those who are in a channel."""
    chunk, more = pages.page(slack, slack.channel(channel)["members"], limit, cursor)
    return {"members": chunk, **more}


def invite(slack: Workspace, channel: str, users: list[str] | None = None, force: bool = False) -> Record:
    """Bring people in. One who cannot come spoils it for all, unless `force`: then it is told beside."""
    found, wanted = slack.open(channel), list(dict.fromkeys(users or []))
    if not wanted:
        raise No("no_user")
    if len(wanted) > MOST_INVITED:
        raise invalid(f"no more than {MOST_INVITED} items allowed [json-pointer:/users]")
    why = {user: _obstacle(slack, found, user) for user in wanted}
    errors = [{"user": user, "ok": False, "error": error} for user, error in why.items() if error]
    welcome = [user for user, error in why.items() if not error]
    if errors and not (force and welcome):
        raise No(str(errors[0]["error"]), errors=errors)
    for user in welcome:
        enter(slack, found, user, inviter=slack.actor)
    return {"channel": shapes.seen_channel(slack, found), **({"errors": errors} if errors else {})}


def _obstacle(slack: Workspace, channel: Record, user: str) -> str:
    """Why somebody cannot be invited, as Slack's code; empty where nothing is in the way."""
    known = slack.data["users"].get(user)
    if known is None:
        return "user_not_found"
    if user == slack.actor:
        return "cant_invite_self"
    if known["deleted"]:
        return "cant_invite"
    return "already_in_channel" if user in channel["members"] else ""


def join(slack: Workspace, channel: str) -> Record:
    """Enter a public channel; who is in it already is told so beside the answer."""
    found = slack.channel(channel)
    if found["is_archived"]:
        raise No("is_archived")
    if found["is_private"]:
        raise No("method_not_supported_for_channel_type")
    already = slack.actor in found["members"]
    if not already:
        enter(slack, found, slack.actor)
    warning = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return {"channel": shapes.seen_channel(slack, found), **(warning if already else {})}


def leave(slack: Workspace, channel: str) -> Record:
    """Go out of a channel; to leave where one is not is no error."""
    found = slack.channel(channel)
    if found["is_archived"]:
        raise No("is_archived")
    if slack.actor not in found["members"]:
        return {"not_in_channel": True}
    if found["is_general"]:
        raise No("cant_leave_general")
    if found["is_private"] and len(found["members"]) == 1:
        raise No("last_member")
    found["members"].remove(slack.actor)
    messages.system(slack, found, "channel_leave", "has left the channel")
    return {}


def kick(slack: Workspace, channel: str, user: str) -> Record:
    """Put somebody else out of a channel. The app never does; people do it to the app."""
    found = slack.joined(channel)
    if found["is_general"]:
        raise No("cant_kick_from_general")
    if user not in found["members"]:
        raise No("not_in_channel")
    found["members"].remove(user)
    return {}


def enter(slack: Workspace, channel: Record, user: str, inviter: str = "") -> None:
    """Let somebody in and say so in the channel."""
    channel["members"].append(user)
    by = {"inviter": inviter} if inviter else {}
    messages.system(slack, channel, "channel_join", "has joined the channel", user=user, **by)
