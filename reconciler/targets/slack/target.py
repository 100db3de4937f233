"""Slack as a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.errors import Location, Trouble
from reconciler.plan.change import Change, Note
from reconciler.plan.resource import Resource
from reconciler.plan.world import Sightings, World
from reconciler.targets import advice
from reconciler.targets.base import Ended, Look
from reconciler.targets.case import Case
from reconciler.targets.seam import Api, CallError, Refused
from reconciler.targets.slack import apply, bar, looks, observe
from reconciler.targets.slack.desired import resources
from reconciler.targets.slack.names import NAME

_VALID = (
    "set SLACK_BOT_TOKEN to the bot's token, which begins with xoxb-: "
    "https://api.slack.com/apps › the app › OAuth & Permissions"
)
_NAME = "change `slack: channel_prefix` in the settings"
_UNARCHIVE = "unarchive it in Slack: a bot cannot"
_POST = "let the bot post there, or take the channel out of `announce:`"
_ADMIN = "ask a workspace admin to allow it for the bot"

ADVICE: advice.Advice = {
    "missing_scope": ("the bot lacks a scope", "add the scope to the app and install it again"),
    "invalid_auth": ("the token is not valid", _VALID),
    "not_authed": ("no token was sent", _VALID),
    "token_revoked": ("the token was revoked", _VALID),
    "token_expired": ("the token has expired", _VALID),
    "account_inactive": ("the bot was removed from the workspace", "install the app again"),
    "not_in_channel": ("the bot is not in the channel", "type `/invite` with the bot's name there"),
    "channel_not_found": ("no such channel, or the bot cannot see it", "correct the name, or invite the bot"),
    "is_archived": ("the channel is archived", _UNARCHIVE),
    "is_inactive": ("the channel is archived", _UNARCHIVE),
    "name_taken": (
        "a channel that the bot cannot see has the name",
        "rename that channel in Slack, or change `slack: channel_prefix` in the settings",
    ),
    "invalid_name": ("Slack does not take the channel's name", _NAME),
    "invalid_name_specials": ("Slack does not take the channel's name", _NAME),
    "invalid_name_punctuation": ("Slack does not take the channel's name", _NAME),
    "invalid_name_maxlength": ("the channel's name is too long", _NAME),
    "restricted_action": ("the workspace keeps this for admins", _ADMIN),
    "restricted_action_read_only_channel": ("only some may post there", _POST),
    "restricted_action_thread_only_channel": ("only threads may be written in there", _POST),
    "restricted_action_non_threadable_channel": ("threads may not be written in there", _POST),
    "restricted_action_thread_locked": ("the thread is locked", "unlock it in Slack"),
    "cannot_create_channel": ("the workspace keeps channels for admins", _ADMIN),
    "not_authorized": ("only the channel's creator or an admin may", "rename it in Slack by hand"),
    "user_is_restricted": ("the bot is a restricted user", _ADMIN),
    "cant_archive_general": ("the general channel cannot be archived", "adopt another channel"),
    "cant_archive_required": ("the channel is required for everybody", "make it optional in Slack"),
    "user_not_found": ("Slack has no such user", "correct the id under `people:` in the settings"),
    "cant_invite": ("that person cannot be invited", "invite them in Slack by hand"),
    "ura_max_channels": ("a guest may be in no more channels", "ask a workspace admin"),
    "org_user_not_in_team": ("that person is not in this workspace", "ask a workspace admin to add them"),
    "too_many_bookmarks": ("the channel has no room for another bookmark", "remove one in Slack"),
    "invalid_link": ("Slack does not take the link", "correct the bookmark's `url` in the settings"),
    "too_many_pins": ("the channel has no room for another pin", "remove one in Slack"),
    "cant_update_message": ("the message is not the bot's", "nothing: it stays as it is"),
    "edit_window_closed": ("the workspace does not allow late edits", "allow edits, or leave it as it is"),
    "msg_too_long": ("the message is too long", "shorten the text in the file"),
    "plan_upgrade_required": ("user groups need a paid plan", "name the people instead of the group"),
    "team_access_not_granted": ("the app is not allowed in this workspace", _ADMIN),
}


class Slack:
    """The channel, its people and its messages."""

    name = NAME

    def leased(self, thing: str) -> bool:
        return True

    def resources(self, case: Case, world: World) -> list[Resource]:
        return resources(case, world)

    def looks(self, case: Case, world: World, desired: Sequence[Resource], *, deep: bool) -> list[Look]:
        return looks.looks(case, world, desired, deep)

    def read(self, api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
        return observe.read(api, look, cases, world)

    def apply(self, api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
        return apply.carry_out(api, changes, case, world)

    def explain(self, attempted: str, error: CallError, location: Location | None) -> Trouble:
        told = advice.trouble(attempted, "Slack", error, ADVICE, location)
        needed = error.answer.get("needed") if isinstance(error, Refused) else None
        if needed:
            step = f"add the scope {needed} to the app and install it again"
            return replace(told, answer=f"{told.answer}: {needed}", next=step)
        return told

    def permanent(self, error: CallError) -> bool:
        return advice.permanent(error, ADVICE)

    def notes(self, case: Case, world: World) -> list[Note]:
        seen = world.present(case.at(NAME, "channel"))
        twins = seen.extra.get("twins", ()) if seen else ()
        return [_second(case, one) for one in twins if one["words"]]

    def facts(self, case: Case, world: World) -> Mapping[str, Any]:
        return bar.facts(case, world)


def _second(case: Case, twin: Mapping[str, Any]) -> Note:
    """Both channels have people's words: which goes is theirs to say."""
    link = f"https://slack.com/app_redirect?channel={twin['id']}"
    return Note(case.at(NAME, "channel"), f"a second channel is {link}: go on in the first, and archive it")
