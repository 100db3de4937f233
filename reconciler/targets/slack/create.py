"""Making the channel: the one create whose answer may say that somebody was there before.

Slack: a name is taken for ever, also by an archived or invisible channel, and `name_taken` does not say by
whom. Only then is the workspace listed, once: ours is taken over, another's costs a suffix, and a name whose
holder cannot be seen is left to a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.incident.naming import channel_name
from reconciler.plan.address import Address
from reconciler.plan.change import Change
from reconciler.plan.world import Absent, Observed, Present, World
from reconciler.targets.base import Ended
from reconciler.targets.case import Case
from reconciler.targets.seam import Api, Refused
from reconciler.targets.slack.find import is_ours, numbered, sighting
from reconciler.targets.slack.names import BOT, NAME, found, links_bar, members
from reconciler.targets.slack.observe import PAGE, pages


def create(api: Api, change: Change, case: Case, world: World) -> Ended:
    """Make the channel, or find it made."""
    name, private = change.value("name"), change.body["private"]
    try:
        raw = api.call("conversations.create", name=name, is_private=private)["channel"]
    except Refused as refused:
        if refused.code != "name_taken":
            raise
        return _taken(api, change, case, world)
    return Ended(change, _fresh(case, sighting(raw)))


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
    ours = [raw for raw in holders if is_ours(raw, case, bot_id)]
    living = sorted((raw["created"], raw["id"], raw) for raw in ours if not raw.get("is_archived"))
    if living:
        return Ended(change, {change.address: sighting(living[0][-1])}, note="was already made")
    if ours and not case.history.reopenings:
        raise Refused("conversations.create", "is_archived", "the incident's channel was archived in Slack")
    return _suffixed(api, change, case, {raw["name"] for raw in holders})


def _suffixed(api: Api, change: Change, case: Case, taken: set[str]) -> Ended:
    """Make the channel under the next free name. Only a holder that can be seen costs a suffix."""
    wanted = change.value("name")
    if wanted not in taken:
        raise Refused("conversations.create", "name_taken", f"the holder of #{wanted} cannot be seen")
    free = [name for name in spare(case, wanted) if name not in taken]
    raw = first_free(api, "conversations.create", free, is_private=change.body["private"])
    return Ended(change, _fresh(case, sighting(raw)), note=f"#{wanted} is taken: made as #{raw['name']}")


def first_free(api: Api, method: str, names: Sequence[str], **arguments: Any) -> Mapping[str, Any]:
    """The channel, made or renamed under the first of the names that nobody holds."""
    for name in names:
        try:
            channel: Mapping[str, Any] = api.call(method, name=name, **arguments)["channel"]
            return channel
        except Refused as refused:
            if refused.code != "name_taken":
                raise
    raise Refused(method, "name_taken", "every suffix is taken")


def spare(case: Case, wanted: str) -> list[str]:
    """The names that come after the wanted one, when that is taken."""
    listed = list(numbered(case, not case.incident.status.open))
    return listed[listed.index(wanted) + 1 :] if wanted in listed else []


def _holders(api: Api, case: Case) -> list[dict[str, Any]]:
    """The channels that hold one of the incident's names, archived ones included."""
    first = channel_name(case.settings.slack.channel_prefix, case.id)
    listed = pages(
        api,
        "conversations.list",
        "channels",
        types="public_channel,private_channel",
        exclude_archived=False,
        limit=PAGE,
    )
    return [raw for raw in listed if str(raw.get("name", "")).startswith(first)]
