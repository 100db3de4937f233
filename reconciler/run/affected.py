"""Which incidents a branch can touch: those whose files it changes, and those that its settings are about.

The others count as settled ones do, so that ten thousand files cost what two cost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.errors import Failure
from reconciler.incident.history import History
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.plan.memory import Memory
from reconciler.repo.between import Between
from reconciler.repo.good_settings import Known, settings_in
from reconciler.repo.proposals import branch_of
from reconciler.repo.shelf import Shelf, shelve
from reconciler.repo.snapshot import SETTINGS, Snapshot
from reconciler.repo.state import State
from reconciler.repo.touched import touched_since
from reconciler.run.lived import lived
from reconciler.run.revision import Revision, read
from reconciler.run.wanted import Wanted
from reconciler.targets.case import Case

Memories = Mapping[str, Memory]


@dataclass(frozen=True)
class Side:
    """The files of the base or of the head, with the settings to read them by."""

    shelf: Shelf
    known: Known
    empty: bool = False

    @classmethod
    def of(cls, snapshot: Snapshot) -> Side:
        """Raises Failure where there are no settings to go by."""
        known = settings_in(snapshot)
        return cls(shelve(snapshot, known.settings), known)

    @classmethod
    def before(cls, snapshot: Snapshot, head: Side) -> Side:
        """The base of a head. Where it has no settings nothing was ever applied: it counts as empty."""
        try:
            if snapshot.find(SETTINGS) is not None:
                return cls.of(snapshot)
        except Failure:
            pass
        return cls(shelve(replace(snapshot, files={}, others={}), head.settings), head.known, empty=True)

    @property
    def settings(self) -> Settings:
        """What the files are read by."""
        return self.known.settings

    @property
    def template(self) -> bytes | None:
        """The document's template, where the settings name one."""
        name = self.settings.notion.template
        found = self.shelf.snapshot.find(name) if name else None
        return found.content if found else None

    def read(
        self, ids: Collection[str], memories: Memories, now: datetime, *, late: bool = False
    ) -> Revision:
        """These incidents as cases, all others as settled."""
        shelf, notion = self.shelf, self.settings.notion
        rest = {
            id: Memory(blob=shelf.blobs[paths[0]], path=paths[0], settled=True)
            for id, paths in shelf.paths.items()
            if id not in ids and len(paths) == 1
        }
        on = {"pagerduty", "slack"} | ({"notion"} if notion.database or notion.private_database else set())
        wanted = Wanted(now, {**rest, **memories}, allow_late_pages=late, on=frozenset(on))
        return read(shelf, wanted)


@dataclass(frozen=True)
class Affected:
    """The ids of the files, the base with them as cases, and what lived up to it, by the marks' ids."""

    ids: frozenset[str]
    before: Revision
    lives: Mapping[str, Case]

    @property
    def notices(self) -> list[str]:
        """What of the head has been done before it is merged."""
        waiting = sorted(id for id, case in self.lives.items() if case.review is not None)
        return [f"{id}: paged for already, since {branch_of(id)} proposes it" for id in waiting]


def asked(base: Side, head: Side, only: Collection[str]) -> frozenset[str]:
    """The ids that were asked for, each by its beginning, or all. Raises Failure where there is none."""
    ids = frozenset({*base.shelf.paths, *head.shelf.paths})
    for given in only:
        if not any(id.startswith(given) for id in ids):
            head.shelf.find(given)
    return frozenset(id for id in ids if not only or any(id.startswith(given) for given in only))


def affected(
    found: Between, base: Side, head: Side, now: datetime, kept: State, only: Collection[str] = ()
) -> Affected:
    """What the branch can touch. `kept` spares the settled ones, where the state is here."""
    wanted = asked(base, head, only)
    ids = (frozenset(head.shelf.paths) if base.empty else found.changed) & wanted
    before = base.read(ids if _alike(base, head) else ids | (_unsettled(base, kept, now) & wanted), {}, now)
    anew = base.template != head.template
    cases = {
        key: case
        for key, case in before.cases.items()
        if case.incident.id in ids or (not _over(case) and (anew or _depends(case, head.settings)))
    }
    ids |= {case.incident.id for case in cases.values()}
    here, _ = head.shelf.load(sorted(ids & head.shelf.paths.keys()))
    missing = frozenset(one.id for one in here if one.first not in cases)
    others = lived(base.shelf, head.read(missing, {}, now)) if missing and not base.empty else {}
    return Affected(ids, replace(before, cases=cases), {**others, **cases})


def _alike(base: Side, head: Side) -> bool:
    return base.settings == head.settings and base.template == head.template


def _unsettled(base: Side, kept: State, now: datetime) -> set[str]:
    """The ids of what some run may still look at, as far as can be seen without each one's history."""
    memories = {id: Memory.from_json(data) for id, data in kept.incidents.items()}
    done = {(memory.path, memory.blob) for memory in memories.values() if memory.settled}
    shelf, since = base.shelf, now - base.settings.slack.archive_after
    ids = {id for id, (first, *_) in shelf.paths.items() if (first, shelf.blobs[first]) not in done}
    lately = touched_since(shelf.repo, str(shelf.revision), since)
    incidents, _ = shelf.load(sorted(ids))
    return ids - {one.id for one in incidents if one.path not in lately and _long_over(one, since)}


def _long_over(one: Incident, since: datetime) -> bool:
    """True for what is closed or canceled, unless its file says that this was later."""
    said = one.times.get(one.status.value)
    return one.status.over and (said is None or said <= since)


def _over(case: Case) -> bool:
    """True for what no run looks at any more."""
    return case.incident.status.over and case.past_grace


def _depends(case: Case, settings: Settings) -> bool:
    return _footing(case.history, case.settings) != _footing(case.history, settings)


def _footing(lived: History, settings: Settings) -> tuple[object, ...]:
    """What of the settings an incident may have to do with: more costs time, less would be wrong."""
    ever = [incident for _, incident in lived.readable]
    severities = {one.severity for one in ever}
    services = {name for one in ever for name in one.services}
    return (
        settings.name,
        [one for one in settings.severities if one.name in severities],
        [settings.teams[team] for team in lived.teams_ever(settings)],
        {name: settings.services.get(name) for name in services},
        (settings.slack, settings.pagerduty, settings.notion, settings.people),
        (settings.git.web, settings.git.branch),
        settings.drill if any(one.drill for one in ever) else None,
        settings.private_allowed if any(one.private for one in ever) else None,
    )
