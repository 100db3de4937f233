"""What a run leaves behind in Git: the state that differs, the lines of its commit, and the front page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from reconciler.plan.memory import Memory
from reconciler.plan.plan import Outcome, Report, State
from reconciler.repo.state import State as Kept
from reconciler.run import caches
from reconciler.run.front import front_page
from reconciler.run.reading import Reading
from reconciler.run.reconcile import Applied

#: What ended otherwise than applied, and is told unless a second pass tells of it.
ENDED = (State.FAILED, State.UNCERTAIN)


class After(NamedTuple):
    """The state to keep, its front page, and whether something was done that its commit has to tell of."""

    state: Kept
    page: str
    done: bool


def kept_after(reading: Reading, applied: Applied, under: Callable[[str], str]) -> After | None:
    """What to keep after an apply; None where nothing differs and nothing was done: nothing is written."""
    kept = reading.kept
    memories = dict(kept.incidents) | {id: one.to_json() for id, one in applied.memories.items()}
    cached = caches.kept(kept.caches, applied.world, reading.now, under)
    same = memories == kept.incidents and reading.settings_blob == kept.settings
    done = bool(applied.report.of(State.APPLIED))
    if same and not done and not caches.changed(kept.caches, cached):
        return None
    memories = _told(memories, applied.report.outcomes, reading)
    state = replace(
        kept,
        revision=reading.revision.commit,
        settings=reading.settings_blob,
        incidents=memories,
        caches=cached,
    )
    known = {id: Memory.from_json(memory) for id, memory in memories.items()}
    return After(state, front_page(reading.revision, known), done)


def _told(
    memories: Mapping[str, dict[str, Any]], outcomes: Iterable[Outcome], reading: Reading
) -> dict[str, dict[str, Any]]:
    """The memories, those marked of which the commit tells what was done, or failed (`Memory.told`)."""
    named = {one.change.address.incident for one in outcomes if one.state is not State.SKIPPED}
    mark = f"{reading.now.isoformat()} {reading.revision.commit[:12]}"
    return {id: {**memory, "told": mark} if id in named else memory for id, memory in memories.items()}


def lines(outcomes: Iterable[Outcome], reading: Reading, known: Mapping[str, Any]) -> list[str]:
    """What was done, a line a change, for the state's commit: no text that a person wrote.

    `known` is what is remembered of incidents from now on.
    """
    incidents = reading.revision.incidents
    secret = {id for id, incident in incidents.items() if incident.private}
    told = [_line(outcome, secret) for outcome in outcomes if outcome.state is not State.SKIPPED]
    new = known != reading.kept.incidents or not reading.kept.settings
    return told or ["remember what is in line" if new else "take in the settings"]


def _line(outcome: Outcome, secret: Collection[str]) -> str:
    """Of a private incident not even whom it invites: only what kind of thing it was."""
    address = outcome.change.address
    if address.incident in secret:
        address = address._replace(thing=address.thing.partition("/")[0])
    ended = "" if outcome.state is State.APPLIED else f": {outcome.state.value}"
    return f"{outcome.change.kind.value} {address}{ended}"


def both(first: Report, second: Report) -> Report:
    """Two passes of one apply: what the first did, and what the second says of all that was left."""
    again = {outcome.change.address for outcome in second.outcomes}
    done = tuple(
        outcome
        for outcome in first.outcomes
        if outcome.state is State.APPLIED or (outcome.state in ENDED and outcome.change.address not in again)
    )
    headings = {heading.key: heading for heading in (*first.headings, *second.headings)}
    notices = tuple(dict.fromkeys((*first.notices, *second.notices)))
    return replace(
        second, outcomes=(*done, *second.outcomes), headings=tuple(headings.values()), notices=notices
    )
