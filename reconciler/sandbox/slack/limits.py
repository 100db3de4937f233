"""Slack's rate tiers, as calls a minute for each method; a machine has no limits until it is given some."""

from __future__ import annotations

_TIER_2, _TIER_3, _TIER_4 = 20, 50, 100

#: `machine.limits = dict(TIERS)` makes the sandbox as slow as the real thing. Slack's pages disagree on
#: users.conversations (tier 2 or 3): the stricter one is taken.
TIERS = {
    "conversations.create": _TIER_2,
    "conversations.list": _TIER_2,
    "conversations.info": _TIER_3,
    "conversations.history": _TIER_3,
    "conversations.replies": _TIER_3,
    "conversations.members": _TIER_4,
    "conversations.setTopic": _TIER_2,
    "conversations.setPurpose": _TIER_2,
    "conversations.invite": _TIER_3,
    "conversations.rename": _TIER_2,
    "conversations.archive": _TIER_2,
    "conversations.unarchive": _TIER_2,
    "conversations.join": _TIER_3,
    "conversations.leave": _TIER_3,
    "users.conversations": _TIER_2,
    "users.lookupByEmail": _TIER_3,
    "users.info": _TIER_4,
    "usergroups.list": _TIER_2,
    "usergroups.users.list": _TIER_2,
    "chat.update": _TIER_3,
    "chat.delete": _TIER_3,
    "chat.postEphemeral": _TIER_4,
    "pins.add": _TIER_2,
    "pins.list": _TIER_2,
    "pins.remove": _TIER_2,
    "bookmarks.add": _TIER_2,
    "bookmarks.edit": _TIER_2,
    "bookmarks.list": _TIER_3,
    "bookmarks.remove": _TIER_2,
    "views.open": _TIER_4,
    "views.push": _TIER_4,
    "views.update": _TIER_4,
    "apps.connections.open": _TIER_3,
}
