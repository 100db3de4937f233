"""Bookmarks: links at the top of a channel. Slack knows no two alike: added twice, a link is there twice."""

from __future__ import annotations

import re

from reconciler.sandbox.slack.workspace import No, Record, Workspace

MOST = 100

_LINK = re.compile(r"https?://[^\s/]+\S*")
_EMOJI = re.compile(r":[a-z0-9_+'-]+:")


def add(slack: Workspace, channel_id: str, title: str, type: str, link: str = "", emoji: str = "") -> Record:
    """Add a link."""
    channel = slack.joined(channel_id)
    if type != "link":
        raise No("invalid_bookmark_type")
    _check(link, emoji)
    if len(channel["bookmarks"]) >= MOST:
        raise No("too_many_bookmarks")
    bookmark = _made(slack, channel_id, title, link, emoji)
    channel["bookmarks"][bookmark["id"]] = bookmark
    return {"bookmark": bookmark}


def _made(slack: Workspace, channel_id: str, title: str, link: str, emoji: str) -> Record:
    id = slack.new_id("Bk")
    return {
        "id": id, "channel_id": channel_id, "title": title, "link": link, "emoji": emoji, "type": "link",
        "icon_url": "", "entity_id": None, "shortcut_id": None, "app_id": None, "rank": id,
        "date_created": slack.seconds, "date_updated": 0,
        "last_updated_by_user_id": slack.actor, "last_updated_by_team_id": slack.data["team"]["id"],
    }  # fmt: skip


def edit(
    slack: Workspace,
    channel_id: str,
    bookmark_id: str,
    title: str | None = None,
    link: str | None = None,
    emoji: str | None = None,
) -> Record:
    """Change what is given of a bookmark."""
    bookmark = _known(slack.joined(channel_id), bookmark_id)
    given = {"title": title, "link": link, "emoji": emoji}
    changed = {key: value for key, value in given.items() if value is not None}
    _check(bookmark["link"] if link is None else link, emoji or "")
    bookmark.update(changed, date_updated=slack.seconds, last_updated_by_user_id=slack.actor)
    return {"bookmark": bookmark}


def list_(slack: Workspace, channel_id: str) -> Record:
    """All bookmarks of a channel: there are no pages."""
    return {"bookmarks": list(slack.joined(channel_id)["bookmarks"].values())}


def remove(slack: Workspace, channel_id: str, bookmark_id: str) -> Record:
    """Take a bookmark away."""
    channel = slack.joined(channel_id)
    del channel["bookmarks"][_known(channel, bookmark_id)["id"]]
    return {}


def _known(channel: Record, bookmark_id: str) -> Record:
    if bookmark_id not in channel["bookmarks"]:
        raise No("not_found")
    found: Record = channel["bookmarks"][bookmark_id]
    return found


def _check(link: str, emoji: str) -> None:
    if not _LINK.fullmatch(link):
        raise No("invalid_link")
    if emoji and not _EMOJI.fullmatch(emoji):
        raise No("invalid_emoji")
