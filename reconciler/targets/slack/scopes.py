"""The scopes that the bot's token needs, and what each is for: what the app asks for, and no more.

The README, the app's manifest and whoever explains a missing scope say what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: scope → what stays undone without it.
SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "channels:manage": "make, rename and archive channels of incidents, set topics, invite people",
        "channels:read": "find its channels, and see who is in them",
        "channels:history": "find again what it posted, so that nothing is posted twice",
        "groups:write": "make and keep the channels of private incidents",
        "groups:read": "find the channels of private incidents",
        "groups:history": "find again what it posted in private channels",
        "chat:write": "post the card, the announcements and the updates, and edit its own",
        "pins:write": "pin the card",
        "bookmarks:read": "see which links the bar of a channel holds",
        "bookmarks:write": "put links into the bar of a channel",
        "users:read": "Slack gives the next one only together with this one",
        "users:read.email": "find people by their e-mail address",
        "usergroups:read": "find who is in a user group that the settings invite",
    }
)

#: The same for the helper, which has the others too: what nobody needs who does without `/incident`.
HELPER_SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "commands": "take `/incident` and the shortcuts",
        "reactions:read": "keep a message that somebody marks with a pin",
    }
)
