"""The world as a base has it when nothing has drifted, and nobody has taken anything away.

What an incident has left in the services depends on its whole life: a page stays when the severity sinks, a
channel is renamed and archived. So that life is carried out again, version by version, by the same code that
carries out everything, in services that are only supposed; the settings are those of each time. What is
left to do there for the head is what merging will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from reconciler.clock import VirtualClock
from reconciler.incident.history import History
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.plan.memory import Memory
from reconciler.plan.plan import Outcome, Plan, State
from reconciler.run.births import Birth
from reconciler.run.gates import Open
from reconciler.run.holding import Bounds
from reconciler.run.pool import Rounds
from reconciler.run.reconcile import Situation, apply, plan
from reconciler.run.revision import Revision
from reconciler.run.services import Connect, Door
from reconciler.targets.case import Case
from reconciler.targets.connect import VARIABLES

#: No call leaves for a service: any word does as a token.
_TOKENS: Mapping[str, str] = {names.token: "supposed" for names in VARIABLES.values()}
_EVER = timedelta(days=36500)


class Supposed(Protocol):
    """Services that have whatever the files name."""

    @property
    def connect(self) -> Connect:
        """Makes the seams to them."""
        ...

    def furnish(self, settings: Settings, incidents: Iterable[Incident]) -> None:
        """Make what these name, where it is not there yet."""
        ...

    def nameless(self, text: str) -> str:
        """A text without links to what exists only there."""
        ...


class Era(NamedTuple):
    """Settings, and since when."""

    since: datetime
    settings: Settings


@dataclass
class Rehearsal:
    """See the module. `clock` is the services' own, and goes on as the lives do.

    `refused` is what could not be carried out of the base itself, in words.
    """

    clock: VirtualClock
    supposed: Supposed
    memories: dict[str, Memory] = field(default_factory=dict)
    refused: dict[str, None] = field(default_factory=dict)

    def live(self, cases: Mapping[str, Case], moments: Iterable[Era | Birth], now: datetime) -> None:
        """Carry out the lives of these incidents, version by version and in the settings of each time."""
        current: dict[str, Case] = {}
        waiting: dict[str, Case] = {}  # texts, which the next version brings about too, but no other settings
        settings: Settings | None = None
        for moment in sorted(moments, key=lambda one: (one.since, isinstance(one, Birth))):
            if isinstance(moment, Era):
                self._converge(waiting)
                waiting = {}
                self._to(moment.since)
                settings = moment.settings
                self._converge({id: replace(case, settings=settings) for id, case in current.items()})
                continue
            id, case = moment.id, _as_of(cases[moment.id], moment.number, settings)
            self._to(moment.since)
            if moment.acts and id in current and current[id].incident.status.over:
                self._converge({id: replace(current[id], settings=case.settings)})
            current[id] = waiting[id] = case
            if moment.acts:
                self._converge({id: waiting.pop(id)})
        self._to(now)
        self._converge(cases)

    def plan(self, revision: Revision, settings: Settings) -> Plan:
        """What is left to do for a revision."""
        return plan(self._situation(revision.cases, settings, revision))[0]

    def _converge(self, cases: Mapping[str, Case]) -> None:
        fitting = {
            id: replace(case, now=self.clock.now(), memory=self.memories.get(id, Memory()))
            for id, case in cases.items()
            if _fits(case.incident, case.settings)
        }
        for settings in _unique(case.settings for case in fitting.values()):
            own = {id: case for id, case in fitting.items() if case.settings is settings}
            done = apply(self._situation(own, settings), Open(), passes=1)
            self.memories |= done.memories
            self.refused = {_words(one): None for one in done.report.of(State.FAILED, State.UNCERTAIN)}

    def _to(self, moment: datetime) -> None:
        self.clock.sleep((moment - self.clock.now()).total_seconds())

    def _situation(
        self, cases: Mapping[str, Case], settings: Settings, revision: Revision | None = None
    ) -> Situation:
        self.supposed.furnish(settings, [case.incident for case in cases.values()])
        pool = Rounds()
        door = Door(_TOKENS, self.supposed.connect, self.clock, lambda *_: None)
        services = door.services(settings)
        return Situation(
            revision=revision.commit if revision else "",
            cases=cases,
            targets=services.connected if revision is None else services.reading(),
            pool=lambda: pool,
            problems=revision.problems if revision else (),
            hold=revision.hold if revision else None,
            notices=revision.notices if revision else (),
            bounds=Bounds(self.clock, self.clock.now() + _EVER),
        )


def _words(outcome: Outcome) -> str:
    answer = outcome.trouble.answer if outcome.trouble else "it failed"
    return f"not supposed to be there, since it would be refused: {outcome.change.address}: {answer}"


def _as_of(case: Case, number: int, settings: Settings | None) -> Case:
    """The case as it was with one version as its newest."""
    versions = case.history.versions[: number + 1]
    incident = versions[-1].incident
    assert incident is not None
    return replace(
        case,
        incident=replace(incident, formerly=case.incident.formerly),
        settings=settings or case.settings,
        history=History(versions, case.history.complete),
        blob=f"{versions[-1].commit} {number}",
    )


def _fits(incident: Incident, settings: Settings) -> bool:
    """Whether the incident was valid by these settings: what is not is not applied."""
    named = (*incident.page, *(one.team for one in incident.escalations), *incident.adopt.pagerduty)
    return (
        any(one.name == incident.severity for one in settings.severities)
        and all(service in settings.services for service in incident.services)
        and all(team in settings.teams for team in named)
        and (settings.private_allowed or not incident.private)
    )


def _unique(listed: Iterable[Settings]) -> Iterator[Settings]:
    seen: list[Settings] = []
    for settings in listed:
        if all(settings is not one for one in seen):
            seen.append(settings)
            yield settings
