"""What changes do to people, counted and in words: who is paged, what is opened, told, ended."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.plan.change import Change, Kind

#: What is counted → one of it in words, and several; in the order in which it is told.
_WORDS = {
    "pages": ("sends 1 page", "sends {} pages"),
    "wakes": ("notifies 1 team again", "notifies {} teams again"),
    "adopts": ("takes over 1 page", "takes over {} pages"),
    "reopens": ("opens 1 page again", "opens {} pages again"),
    "resolves": ("resolves 1 page", "resolves {} pages"),
    "opens": ("opens 1 channel", "opens {} channels"),
    "archives": ("archives 1 channel", "archives {} channels"),
    "announces": ("posts 1 announcement", "posts {} announcements"),
    "posts": ("posts 1 message", "posts {} messages"),
    "invites": ("invites 1 person or group", "invites {} people and groups"),
    "documents": ("makes 1 document", "makes {} documents"),
    "others": ("changes 1 other thing", "changes {} other things"),
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
    told = [_WORDS[key][number > 1].format(number) for key, number in counts.items() if number]
    return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def paged(changes: Iterable[Change]) -> list[str]:
    """The teams that are paged, in the order of the changes."""
    return [one.address.thing for one in changes if _effect(one) in ("pages", "adopts", "reopens")]


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
