"""How Slack shows what it holds: the objects in answers, made from the records."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.slack.text import escaped
from reconciler.sandbox.slack.workspace import Record, Workspace

_KEPT = (
    "id",
    "name",
    "created",
    "creator",
    "is_archived",
    "is_general",
    "is_private",
    "previous_names",
    "updated",
)
_NEVER = dict.fromkeys(
    ("is_group", "is_im", "is_mpim", "is_shared", "is_org_shared", "is_ext_shared", "is_pending_ext_shared"),
    False,
)


def channel(slack: Workspace, record: Record) -> Record:
    """A channel without what depends on who looks, as users.conversations gives it."""
    team = slack.data["team"]["id"]
    return {
        **{key: record[key] for key in _KEPT},
        **_NEVER,
        "is_channel": not record.get("is_im"),
        "is_im": record.get("is_im", False),
        "name_normalized": record["name"],
        "unlinked": 0,
        "pending_shared": [],
        "shared_team_ids": [team],
        "context_team_id": team,
        "topic": _line(record["topic"]),
        "purpose": _line(record["purpose"]),
    }


def seen_channel(slack: Workspace, record: Record, count: bool = False) -> Record:
    """A channel as one caller sees it, with the number of its members if that is wanted."""
    counted = {"num_members": len(record["members"])} if count else {}
    return {**channel(slack, record), "is_member": slack.actor in record["members"], **counted}


def _line(record: Record) -> Record:
    return {**record, "value": escaped(record["value"])}


def message(record: Record, channel: Record, metadata: bool = False) -> Record:
    """A message as history shows it: its thread summed up, its pin told, its metadata only when asked for."""
    shown = {key: value for key, value in record.items() if metadata or key != "metadata"}
    if any(pin["ts"] == record["ts"] for pin in channel["pins"]):
        shown["pinned_to"] = [channel["id"]]
    replies = channel["threads"].get(record["ts"])
    return {**shown, **_thread(record, channel, replies)} if replies else shown


def _thread(record: Record, channel: Record, replies: list[str]) -> Record:
    people = list(dict.fromkeys(channel["messages"][ts]["user"] for ts in replies))
    return {
        "thread_ts": record["ts"],
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "latest_reply": replies[-1],
        "reply_users": people,
        "is_locked": False,
    }


def user(slack: Workspace, record: Record) -> Record:
    """A user; the e-mail address only where the token may read it."""
    name = record["real_name"]
    mail = (
        {"email": record["email"]} if "users:read.email" in slack.data["scopes"] and record["email"] else {}
    )
    return {
        "id": record["id"],
        "team_id": slack.data["team"]["id"],
        "name": record["name"],
        "deleted": record["deleted"],
        "real_name": name,
        "is_admin": record["is_admin"],
        "is_bot": record["is_bot"],
        "is_restricted": record.get("is_restricted", False),
        "is_ultra_restricted": False,
        "profile": {"real_name": name, "real_name_normalized": name, "display_name": record["name"], **mail},
    }


def usergroup(slack: Workspace, record: Record, users: bool, count: bool) -> Record:
    """A user group, with its people or their number if that is wanted."""
    shown: dict[str, Any] = {
        key: record[key] for key in ("id", "name", "handle", "description", "date_delete")
    }
    shown |= {"team_id": slack.data["team"]["id"], "is_usergroup": True, "is_external": False}
    if users:
        shown["users"] = record["users"]
    if count:
        shown["user_count"] = len(record["users"])
    return shown
