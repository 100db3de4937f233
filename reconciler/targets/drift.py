"""What becomes of what people change in the services: one table, a row a thing or field.

Resources take their policies from here, so the table is what the comparison goes by; `docs/drift.md` shows
it, and a test drifts each row as a person would, also those that nothing is compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from reconciler.plan.drift import ITSELF, Policies, Policy

ENFORCE, ONCE, KEEP, FACT = Policy.ENFORCE, Policy.ONCE, Policy.KEEP, Policy.FACT


class Row(NamedTuple):
    """One thing, or one field of it, and what is done when a person changes it."""

    target: str
    thing: str
    field: str
    policy: Policy
    told: str


_BOT_ONLY = "nobody but the bot can edit it; it follows the file"
_UPDATE = "who deletes it has it stay away, in the channel and in every thread"

_SLACK = (
    ("channel", ITSELF, ENFORCE, "deleted: made again"),
    ("channel", "name", ENFORCE, "named again as the file asks; a suffix that it has stays"),
    ("channel", "archived", FACT, "open: blocked, a bot cannot unarchive; over: left so, reopened as `-2`"),
    (
        "channel",
        "usable",
        FACT,
        "the bot was put out: blocked, with what to type; it does not come back by itself",
    ),
    (
        "channel",
        "private",
        KEEP,
        "made private: it stays so; one of a private incident made public is blocked",
    ),
    ("purpose", ITSELF, ENFORCE, "set again: it carries the mark"),
    ("topic", ITSELF, ENFORCE, "set again"),
    ("card", ITSELF, ENFORCE, "deleted: posted again"),
    ("card", "digest", ENFORCE, _BOT_ONLY),
    ("pin", ITSELF, ENFORCE, "unpinned: pinned again"),
    (
        "bookmark",
        ITSELF,
        ENFORCE,
        "removed: added again, once a list is surely newer than ours (two minutes)",
    ),
    ("bookmark", "title", ENFORCE, "set again"),
    ("bookmark", "link", ENFORCE, "set again"),
    ("invite", ITSELF, ONCE, "who leaves is not brought back"),
    ("announcement", ITSELF, ONCE, "deleted: not posted again, and nothing more is told there"),
    ("announcement", "digest", ENFORCE, _BOT_ONLY),
    ("update", ITSELF, ONCE, _UPDATE),
    ("update", "digest", ENFORCE, _BOT_ONLY),
    ("ending", ITSELF, ONCE, _UPDATE),
    ("ending", "digest", ENFORCE, _BOT_ONLY),
    ("reopening", ITSELF, ONCE, _UPDATE),
    ("reopening", "digest", ENFORCE, _BOT_ONLY),
    ("duplicate", ITSELF, ENFORCE, "a message of ours that is there twice: the younger one is deleted"),
    ("people's members", ITSELF, KEEP, "whom people bring in stays"),
    ("people's messages", ITSELF, KEEP, "with their threads and reactions, below ours too"),
    ("people's pins", ITSELF, KEEP, "stay pinned"),
    ("people's bookmarks", ITSELF, KEEP, "stay; one with the link of ours counts as ours"),
    ("people's channels", ITSELF, KEEP, "one that has our name keeps it: ours gets a suffix"),
    ("people's channels", "name", KEEP, "one that is told is told on under its new name"),
)

_PAGERDUTY = (
    ("page", ITSELF, ENFORCE, "nobody can delete one; not in the account at all: sent again"),
    ("page", "title", ENFORCE, "set again while the file is open"),
    ("page", "urgency", ENFORCE, "set again while the file is open"),
    ("page", "priority", ENFORCE, "set again while the file is open"),
    ("page", "acknowledged", FACT, "shown on the card, by whom and when, and remembered"),
    ("page", "unacknowledged", FACT, "timed out: PagerDuty pages on; the first acknowledgement stays known"),
    ("page", "resolved", FACT, "told; never paged again for it, unless `when_resolved: reopen`"),
    (
        "page",
        "triggered",
        ENFORCE,
        "the file is over: resolved again, as it says; it is open: left so",
    ),
    ("page", "merged", FACT, "told, with where it went; while that one is open, nobody else is paged"),
    ("page", "snoozed", KEEP, "stays snoozed"),
    ("page", "service", KEEP, "moved to another service: stays there"),
    ("page", "escalation policy", KEEP, "stays as chosen"),
    ("page", "assignees", KEEP, "stay as chosen"),
    ("page", "body", KEEP, "sent once"),
    ("page", "bridge", KEEP, "sent once"),
    ("links", ITSELF, ONCE, "deleted: not made again"),
    ("links", "links", KEEP, "written anew only when a link changes"),
    ("again", ITSELF, ONCE, "a call for the team is answered once, whatever becomes of the page"),
    ("people's notes", ITSELF, KEEP, "stay"),
)

_NOTION = (
    ("page", ITSELF, FACT, "deleted for good, or no longer shared: blocked; no second one is made"),
    ("page", "trashed", FACT, "blocked, with what to do; no second one is made"),
    ("page", "moved", FACT, "in another database: blocked"),
    *(
        ("page", meaning, ENFORCE, "set again")
        for meaning in (
            *("title", "id", "status", "severity", "slack", "pagerduty"),
            *("declared", "resolved", "commander", "summary"),
        )
    ),
    ("page", "other properties", KEEP, "stay as people fill them in"),
    ("page", "icon, cover, lock", KEEP, "stay"),
    ("page", "text", KEEP, "all but the lines added to the timeline is people's, template's headings too"),
    ("timeline", ITSELF, ONCE, "a line taken away stays away"),
    ("timeline", "text", KEEP, "a line may be reworded"),
    ("duplicate", ITSELF, ENFORCE, "a second one that we made and nobody has touched goes to the trash"),
    ("people's documents", ITSELF, KEEP, "a second one with the id is told, not trashed; the oldest counts"),
)  # fmt: skip

TABLE: tuple[Row, ...] = tuple(
    Row(target, *row)
    for target, rows in (("slack", _SLACK), ("pagerduty", _PAGERDUTY), ("notion", _NOTION))
    for row in rows
)


@cache
def policies(target: str, thing: str) -> Policies:
    """The policies of a thing and of its fields."""
    found = MappingProxyType({row.field: row.policy for row in _of(target, thing)})
    assert ITSELF in found, f"no policy for {target} {thing}"
    return found


def _of(target: str, thing: str) -> Iterator[Row]:
    return (row for row in TABLE if (row.target, row.thing) == (target, thing))


def named(found: Policies, names: Mapping[str, str]) -> Policies:
    """The same with the fields' names as the settings give them."""
    return {names.get(field, field): policy for field, policy in found.items()}
