"""What has become of a commit in the world, as far as is remembered or was just reported. Pure.

Nothing here says that on-call was paged unless PagerDuty has said so: only then is a page remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reconciler.incident.edits import moment
from reconciler.incident.history import teams_asked
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.plan.memory import Memory, Remembered
from reconciler.plan.plan import Report, State

#: After so long without a page somebody has to be called.
OVERDUE = timedelta(seconds=60)
#: So long an answer is kept up to date.
KEPT = timedelta(minutes=15)

CHANNEL, DOCUMENT = "slack:channel", "notion:page"


@dataclass(frozen=True, slots=True)
class Thing:
    """A page, a channel, a document: whether it is there, where, and why not. `taken`: who acknowledged."""

    name: str
    there: bool
    url: str | None = None
    id: str = ""
    why: str = ""
    taken: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come. `channel` and `document` are None where none is asked for."""

    pages: tuple[Thing, ...]
    channel: Thing | None
    document: Thing | None
    again: Thing | None = None  # a team that was paged before, and is to be notified again

    @property
    def done(self) -> bool:
        """True when all that was asked for is there."""
        rest = [one for one in (self.again, self.channel, self.document) if one is not None]
        return all(one.there for one in (*self.pages, *rest))

    @property
    def unpaged(self) -> tuple[Thing, ...]:
        """The teams of whose page nothing is known."""
        return tuple(page for page in self.pages if not page.there)


def progress(
    incident: Incident,
    settings: Settings,
    memory: Memory,
    troubles: Mapping[str, str] | None = None,
    again: str = "",
    *,
    only_pages: bool = False,
) -> Progress:
    """What is there. `troubles`: by thing, what was heard of it; `again`: a team that is called again.

    `only_pages`: it waits for its review.
    """
    if not incident.status.open:
        return Progress((), None, None)
    told = dict(troubles or {})
    teams = dict.fromkeys([*teams_asked(incident, settings), *_paged(memory)])
    wants_document = settings.notion.private_database if incident.private else settings.notion.database
    alone = incident.paused or only_pages
    return Progress(
        tuple(_page(team, memory, told) for team in teams),
        None if alone else _thing(CHANNEL, memory, told),
        _thing(DOCUMENT, memory, told) if wants_document and not alone else None,
        _again(incident, again, memory, told),
    )


def troubles(report: Report, first: str) -> dict[str, str]:
    """What a run has to say of what is not there yet: by thing (`pagerduty:payments`), why."""
    found = dict(_outcomes(report, first))
    for blocked in report.after.blocked:
        if blocked.address.incident == first:
            found[blocked.address.key] = ": ".join(filter(None, (blocked.reason, blocked.next)))
    for unread in report.after.unreadable:
        if unread.address.incident == first:
            found[unread.address.key] = f"it could not be read: {unread.reason}"
    return found


def _outcomes(report: Report, first: str) -> Iterator[tuple[str, str]]:
    for outcome in report.of(State.FAILED, State.SKIPPED, State.UNCERTAIN):
        address, trouble = outcome.change.address, outcome.trouble
        if address.incident == first:
            words = f"{trouble.attempted}: {trouble.answer}" if trouble else outcome.note
            yield address.key, words or outcome.state.value


def _again(incident: Incident, team: str, memory: Memory, troubles: Mapping[str, str]) -> Thing | None:
    called = [call.at for call in incident.escalations if call.team == team]
    if not called:
        return None
    return _thing(f"pagerduty:{team}/again/{moment(max(called))}", memory, troubles, team)


def _paged(memory: Memory) -> Iterator[str]:
    """The teams that were paged, also those of whom today's severity asks nothing."""
    for key in memory.things:
        target, _, team = key.partition(":")
        if target == "pagerduty" and "/" not in team:
            yield team


def _page(team: str, memory: Memory, troubles: Mapping[str, str]) -> Thing:
    known = memory.facts.get("acknowledged")
    taken = known.get(team) if isinstance(known, Mapping) else None
    return _thing(f"pagerduty:{team}", memory, troubles, team, _taken(taken))


def _thing(key: str, memory: Memory, troubles: Mapping[str, str], name: str = "", taken: str = "") -> Thing:
    found: Remembered | None = memory.things.get(key)
    if found is not None:
        return Thing(name or str(found.fields.get("name", "")), True, found.url, found.id, "", taken)
    blocked = memory.blocked.get(key)
    why = ": ".join(filter(None, (blocked.reason, blocked.next))) if blocked else ""
    return Thing(name, False, why=troubles.get(key) or why)


def _taken(taken: Any) -> str:
    if not isinstance(taken, Mapping):
        return ""
    try:
        at = datetime.fromisoformat(str(taken.get("at")))
    except ValueError:
        return str(taken.get("by", "somebody"))
    return f"{taken.get('by', 'somebody')} at {at:%H:%M} UTC"
