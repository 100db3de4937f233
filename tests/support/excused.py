"""The pairs of faults against which a service leaves no way, in one table; no others may.

A create that has no key was carried out and nobody heard of it, and the look that follows is answered from
the past: then a second one is made. Later runs see both and heal it, the oldest stays.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.support.strikes import At, Fault


class Row(NamedTuple):
    """A create that is lost, the look that does not show it, and what is made once too often.

    What is not healed `stays` there: PagerDuty has no way to take a note back.
    """

    create: str
    look: str
    extra: str
    stays: str = ""


EXCUSED = (
    Row("chat.postMessage", "conversations.history", "messages"),
    Row("bookmarks.add", "bookmarks.list", "bookmarks"),
    Row("POST /v1/pages", "POST /v1/data_sources/{data_source_id}/query", "documents"),
    Row("POST /incidents/{id}/notes", "GET /incidents/{id}/notes", "notes", stays="/pagerduty"),
)
#: How a create gets lost: nobody heard of it. A run that is killed takes all that it has made with it.
LOST = ("answer lost after", "killed after")


def row(first: tuple[Fault, At], second: tuple[Fault, At]) -> Row | None:
    """The row of the table that a pair belongs to."""
    (lost, create), (stale, look) = first, second
    if not (lost.name.startswith(LOST) and stale.name.startswith("stale")):
        return None
    died = lost.name.startswith("killed")
    fitting = (one for one in EXCUSED if one.look == look.method and (died or one.create == create.method))
    return next(fitting, None)


def allowed(found: Row, line: str) -> bool:
    """Whether a row allows what is told: one more was made, and what is left of it is what has to stay."""
    if found.stays and line.removeprefix("exit code 0, but ").startswith(f"{found.stays}: "):
        return True
    kinds = f"{found.extra}|pinned_item messages" if found.extra == "messages" else found.extra
    told = re.fullmatch(rf"(\d+) (?:{kinds}) instead of (\d+)", line)
    return told is not None and int(told[1]) == int(told[2]) + 1
