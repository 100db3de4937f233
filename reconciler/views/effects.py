"""What changes do to people, counted and in words: who is paged, what is opened, told, ended."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.plan.change import Change, Kind

#: What is counted → what is done, one of it, and several; in the order in which it is told.
_WORDS = {
    "pages": ("sends", "1 page", "{} pages"),
    "reopens": ("opens", "1 page again", "{} pages again"),
    "adopts": ("takes over", "1 page", "{} pages"),
    "wakes": ("notifies", "1 team again", "{} teams again"),
    "resolves": ("resolves", "1 page", "{} pages"),
    "opens": ("opens", "1 channel", "{} channels"),
    "archives": ("archives", "1 channel", "{} channels"),
    "announces": ("posts", "1 announcement", "{} announcements"),
    "posts": ("posts", "1 message", "{} messages"),
    "invites": ("invites", "1 person or group", "{} people and groups"),
    "documents": ("makes", "1 document", "{} documents"),
    "others": ("changes", "1 other thing", "{} other things"),
}
_SLACK = {
    "channel": "opens",
    "announcement": "announces",
    "update": "posts",
    "ending": "posts",
    "reopening": "posts",
    "invite": "invites",
}
_PAGES = {Kind.CREATE: "pages", Kind.ADOPT: "adopts", Kind.RETIRE: "resolves"}


def effects(changes: Iterable[Change]) -> str:
    """`sends 2 pages, opens 1 channel and changes 4 other things`; empty where there are no changes."""
    counts = dict.fromkeys(_WORDS, 0)
    for change in changes:
        counts[_effect(change)] += 1
    told, before = [], ""
    for key, number in counts.items():
        verb, one, several = _WORDS[key]
        if number:
            told.append(
                f"{'' if verb == before else f'{verb} '}{several.format(number) if number > 1 else one}"
            )
            before = verb
    return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def paging(changes: Iterable[Change]) -> list[Change]:
    """The changes by which a team is paged."""
    return [one for one in changes if _effect(one) in ("pages", "adopts", "reopens")]


def _effect(change: Change) -> str:
    target, thing = change.address.target, change.address.thing
    head = thing.partition("/")[0]
    if target == "pagerduty":
        if "/again/" in thing:
            return "wakes"
        if "/" in thing:
            return "others"
        return (
            "reopens"
            if change.kind is not Kind.RETIRE and change.reason
            else _PAGES.get(change.kind, "others")
        )
    if (target, thing, change.kind) == ("slack", "channel", Kind.RETIRE):
        return "archives"
    if change.kind is not Kind.CREATE:
        return "others"
    if (target, thing) == ("notion", "page"):
        return "documents"
    return _SLACK.get(head, "others") if target == "slack" else "others"
