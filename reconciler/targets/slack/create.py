"""Making the channel: the one create whose answer may say that somebody was there before.

Slack: a name is taken for ever, also by an archived or invisible channel, and `name_taken` does not say by
whom. Only then is the workspace listed, once: ours is taken over, another's costs a suffix, and a name whose
holder cannot be seen is left to a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.incident.naming import channel_name
from reconciler.plan.address import Address
from reconciler.plan.change import Change
from reconciler.plan.world import Absent, Observed, Present, World
from reconciler.targets.base import Ended
from reconciler.targets.case import Case
from reconciler.targets.seam import Api, Refused
from reconciler.targets.slack.find import LAST_SUFFIX, is_ours, sighting
from reconciler.targets.slack.names import BOT, NAME, found, links_bar, members
from reconciler.targets.slack.observe import MESSAGES, pages


def create(api: Api, change: Change, case: Case, world: World) -> Ended:
    """Make the channel, or find it made."""
    name = change.value("name") or channel_name(case.settings.slack.channel_prefix, case.incident.id)
    try:
        return _made(api, change, case, name)
    except Refused as refused:
        if refused.code != "name_taken":
            raise
    return _taken(api, change, case, world)


def _made(api: Api, change: Change, case: Case, name: str, note: str = "") -> Ended:
    raw = api.call("conversations.create", name=name, is_private=change.body["private"])["channel"]
    return Ended(change, _fresh(case, sighting(raw)), note=note)


def _fresh(case: Case, made: Present) -> Mapping[Address, Observed]:
    """A channel just made is empty, which saves looking."""
    empty = Present()
    return {
        case.at(NAME, "channel"): made,
        case.at(NAME, "purpose"): Absent(),
        case.at(NAME, "topic"): Absent(),
        case.at(NAME, "card"): Absent(),
        found(case): empty,
        links_bar(case): empty,
        members(case): Present(fields={"ids": []}),
    }


def _taken(api: Api, change: Change, case: Case, world: World) -> Ended:
    """Who holds the names decides: ours is taken over, another's costs a suffix, an unseen one blocks."""
    holders = _holders(api, case)
    bot = world.present(BOT)
    bot_id = bot.id if bot else str(api.call("auth.test")["user_id"])
    ours = [raw for raw in holders.values() if is_ours(raw, case, bot_id) and not raw.get("is_archived")]
    if ours:
        return Ended(change, {change.address: sighting(ours[0])}, note="was already made")
    if _archived_by_a_person(holders.values(), case, bot_id):
        raise Refused("conversations.create", "is_archived", "the incident's channel was archived in Slack")
    note = ""
    for number in (0, *range(2, LAST_SUFFIX + 1)):
        name = channel_name(case.settings.slack.channel_prefix, case.incident.id, follow_up=number)
        if name in holders:
            note = f"#{name} is taken"
            continue
        if not number:
            raise Refused("conversations.create", "name_taken", f"the holder of #{name} cannot be seen")
        try:
            return _made(api, change, case, name, note=f"{note}: made as #{name}")
        except Refused as refused:
            if refused.code != "name_taken":
                raise
    raise Refused("conversations.create", "name_taken", f"every suffix up to -{LAST_SUFFIX} is taken")


def _archived_by_a_person(holders: Iterable[Mapping[str, Any]], case: Case, bot: str) -> bool:
    """True where the incident's channel is archived although the incident was never over."""
    return not case.history.reopened_after_over and any(is_ours(raw, case, bot) for raw in holders)


def _holders(api: Api, case: Case) -> dict[str, dict[str, Any]]:
    """The channels that hold one of the incident's names, archived ones included."""
    first = channel_name(case.settings.slack.channel_prefix, case.incident.id)
    listed = pages(
        api,
        "conversations.list",
        "channels",
        types="public_channel,private_channel",
        exclude_archived=False,
        limit=MESSAGES,
    )
    return {raw["name"]: raw for raw in listed if str(raw.get("name", "")).startswith(first)}
