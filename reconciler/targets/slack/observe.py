"""How Slack is looked at: the list of the bot's own channels, then only what an incident still needs.

The workspace is never listed here. Slack: a message's metadata comes only with `include_all_metadata`;
pages may be short or empty before the end, so every list follows its cursor to the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.plan.world import Absent, Observed, Present, Sightings, World
from reconciler.targets.base import Look
from reconciler.targets.case import Case
from reconciler.targets.seam import Api, Refused, Unanswered, items_of, text_of, wordless, words
from reconciler.targets.slack.find import channel_seen, sighting
from reconciler.targets.slack.marked import beside, marked
from reconciler.targets.slack.names import SOMEBODY
from reconciler.targets.slack.text import as_bookmark

PAGES_AT_MOST = 20
PAGE = 999


def read(api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
    """Carry out one read; to find the channel among those that were listed takes no call."""
    shared = {"channels": _channels, "bot": _bot, "groups": _groups, "group": _group, "person": _person}
    if look.kind in shared:
        return {look.answers[0]: shared[look.kind](api, look)}
    case = cases[look.incident]
    if look.kind == "find":
        return {look.answers[0]: channel_seen(case, world)}
    own = {
        "info": _info,
        "members": _members,
        "bookmarks": _bookmarks,
        "card": _card,
        "messages": _messages,
        "words": _words,
    }
    return {look.answers[0]: own[look.kind](api, look, case)}


def pages(api: Api, method: str, key: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Every item of a list, page after page, until there is no cursor."""
    cursor: dict[str, str] = {}
    for _ in range(PAGES_AT_MOST):
        answer = api.call(method, **arguments, **cursor)
        yield from items_of(answer, key)
        following = (answer.get("response_metadata") or {}).get("next_cursor")
        if not following:
            return
        cursor = {"cursor": following}
    raise Unanswered(method, f"more than {PAGES_AT_MOST} pages")


def _channels(api: Api, look: Look) -> Observed:
    """The channels that the bot is in."""
    listed = pages(
        api,
        "users.conversations",
        "channels",
        types="public_channel,private_channel",
        exclude_archived=True,
        limit=PAGE,
    )
    return Present(fields={sighting(raw).id: raw for raw in listed})


def _bot(api: Api, look: Look) -> Observed:
    answer = api.call("auth.test")
    return Present(id=text_of(answer, "user_id"), url=answer.get("url"))


def _groups(api: Api, look: Look) -> Observed:
    """The user groups by name; none where the workspace's plan has none."""
    try:
        found = items_of(api.call("usergroups.list"), "usergroups")
    except Refused as refused:
        if refused.code != "plan_upgrade_required":
            raise
        found = []
    return Present(fields={text_of(raw, "handle"): text_of(raw, "id") for raw in found})


def _group(api: Api, look: Look) -> Observed:
    """A group's members: a group cannot be invited itself."""
    id = look.arguments["id"]
    users = items_of(api.call("usergroups.users.list", usergroup=id), "users")
    return Present(id=id, fields={"ids": sorted(map(words, users))})


def _person(api: Api, look: Look) -> Observed:
    try:
        answer = api.call("users.lookupByEmail", email=look.arguments["email"])
    except Refused as refused:
        if refused.code in ("users_not_found", "user_not_found"):
            return Absent()
        if look.answers[0].thing.startswith(f"{SOMEBODY}/"):
            raise wordless(refused) from None
        raise
    user = text_of(answer["user"], "id")
    return Present(id=user, fields={"ids": [user]})


def _info(api: Api, look: Look, case: Case) -> Observed:
    """A remembered channel that is not in the list: archived, left, or gone."""
    try:
        raw = api.call("conversations.info", channel=look.arguments["id"])["channel"]
    except Refused as refused:
        if refused.code != "channel_not_found" or case.incident.private:
            raise
        return Absent()
    return sighting(raw)


def _words(api: Api, look: Look, case: Case) -> Observed:
    """Whether people have written in a channel: it is alive where they have."""
    id = look.arguments["id"]
    listed = pages(api, "conversations.history", "messages", channel=id, limit=PAGE)
    return Present(live=any(not raw.get("bot_id") and not raw.get("subtype") for raw in listed))


def _members(api: Api, look: Look, case: Case) -> Observed:
    """Who is in the channel now."""
    id = look.arguments["id"]
    ids = pages(api, "conversations.members", "members", channel=id, limit=PAGE)
    return Present(fields={"ids": [words(one) for one in ids]})


def _bookmarks(api: Api, look: Look, case: Case) -> Observed:
    found = items_of(api.call("bookmarks.list", channel_id=look.arguments["id"]), "bookmarks")
    by = {
        text_of(raw, "id"): (raw.get("date_created", 0), raw.get("last_updated_by_user_id")) for raw in found
    }
    return Present(fields={text_of(raw, "id"): _bookmark(raw) for raw in found}, extra={"by": by})


def _bookmark(raw: Mapping[str, Any]) -> dict[str, str]:
    return as_bookmark(raw["title"], raw.get("link") or "")


def _card(api: Api, look: Look, case: Case) -> Observed:
    """The card alone, by its remembered time; where it is gone, another one may have been made meanwhile."""
    answer = api.call(
        "conversations.history",
        channel=look.arguments["id"],
        latest=look.arguments["ts"],
        inclusive=True,
        limit=1,
        include_all_metadata=True,
    )
    entries = marked(items_of(answer, "messages"), case, look.arguments["id"]).entries
    return Present(fields=entries, extra={"card": True}) if "card" in entries else _messages(api, look, case)


def _messages(api: Api, look: Look, case: Case) -> Observed:
    return scan(api, case, look.arguments["id"], look.arguments["place"], look.arguments["oldest"])


def scan(api: Api, case: Case, id: str, place: str = "", oldest: str = "0") -> Present:
    """Everything of ours in a channel since a time, threads of the announcement included."""
    arguments = {"include_all_metadata": True, "limit": PAGE, "oldest": oldest}
    listed = list(pages(api, "conversations.history", "messages", channel=id, **arguments))
    above = marked(listed, case, id).entries.get("announcement", {}).get("ts", "") if place else ""
    threads = [above, *beside(listed, case, above)] if above else []
    replies = [raw for ts in threads for raw in _thread(api, id, ts)]
    found = marked([*listed, *replies], case, id, above)
    joined = sorted({raw.get("user", "") for raw in listed if raw.get("subtype") == "channel_join"})
    return Present(fields=found.entries, extra={"joined": joined, "twice": found.twice})


def _thread(api: Api, channel: str, ts: str) -> list[dict[str, Any]]:
    arguments = {"channel": channel, "ts": ts, "include_all_metadata": True, "limit": PAGE}
    return list(pages(api, "conversations.replies", "messages", **arguments))
