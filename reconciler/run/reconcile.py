"""Plan and apply over the cases of one revision: the engine's findings as a plan, a report and memories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.errors import Problem
from reconciler.incident.text import one_line
from reconciler.plan.address import Address
from reconciler.plan.change import Blocked, Change, Note, Unreadable
from reconciler.plan.diff import observed, sort_key
from reconciler.plan.memory import BlockedSince, Memory
from reconciler.plan.plan import Heading, Outcome, Plan, Report, State
from reconciler.plan.resource import Hold
from reconciler.plan.world import Present, Sightings, Unknown, World
from reconciler.run.engine import Connected, Engine
from reconciler.run.gates import Gate, Open
from reconciler.run.holding import Bounds
from reconciler.run.pool import Pool
from reconciler.run.remember import refusals, remember, still_blocked
from reconciler.run.telling import Step, Tell, count, nobody
from reconciler.targets.case import MADE, Case

#: Passes over what an answer left uncertain; each begins with a look.
PASSES = 3


@dataclass(frozen=True)
class Situation:
    """All that a run is about. `under` names the file, settings and token that a refusal depends on."""

    revision: str
    cases: Mapping[str, Case]
    targets: Sequence[Connected]
    pool: Callable[[], Pool]
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    under: Callable[[Case, str], str] = lambda case, _target: case.blob
    deep: Callable[[str], bool] = lambda _: True
    known: Sightings = field(default_factory=dict)
    told: Tell = nobody
    bounds: Bounds = field(default_factory=Bounds)
    hold: Hold | None = None

    def engine(self, cases: Mapping[str, Case], gate: Gate, world: World | None = None) -> Engine:
        """An engine over some of the cases; the worst and the oldest come first."""
        return Engine(
            {id: cases[id] for id in sorted(cases, key=lambda id: _urgency(cases[id]))},
            self.targets,
            self.pool(),
            deep=self.deep,
            gate=gate,
            blocked=self._blocked,
            told=self.told,
            bounds=self.bounds,
            world=world or World(self.known),
        )

    def _blocked(self, case: Case, change: Change) -> Blocked | None:
        if case.removed and self.hold is not None:
            return Blocked(change.address, self.hold.reason, self.hold.next, flag=self.hold.flag)
        if case.incident.paused and change.address.target != "pagerduty":
            return Blocked(
                change.address, "paused by the file", "remove `paused: true`", case.incident.where("paused")
            )
        return still_blocked(case, change, self.under(case, change.address.target))


def _urgency(case: Case) -> tuple[int, datetime, str]:
    """Sorts the worst first, and among them the oldest."""
    names = [severity.name for severity in case.settings.severities]
    incident = case.incident
    return names.index(incident.severity), incident.declared_at, incident.id


def plan(situation: Situation) -> tuple[Plan, World]:
    """What apply would do, and what was seen; nothing is written."""
    engine = situation.engine(situation.cases, Open())
    situation.told(Step(f"looking at {count(len(situation.cases), 'incident')}"))
    engine.look()
    return _plan(situation, [engine]), engine.world


@dataclass(frozen=True)
class Applied:
    """A report, what to remember of each incident, and what was seen."""

    report: Report
    memories: Mapping[str, Memory]
    world: World


def apply(situation: Situation, gate: Gate, passes: int = PASSES) -> Applied:
    """Carry out what differs, look again, and once more what an answer left uncertain."""
    first = situation.engine(situation.cases, gate)
    situation.told(Step(f"bringing {count(len(situation.cases), 'incident')} in line"))
    first.apply()
    engines, outcomes = [first], list(first.outcomes)
    memories = _memories(situation, first, outcomes)
    for _ in range(passes - 1):
        touched = _touched(engines[-1].outcomes)
        tried = engines == [first] or any(one.state is not State.SKIPPED for one in engines[-1].outcomes)
        if not (touched and tried) or engines[-1].over:
            break
        cases = {id: replace(situation.cases[id], memory=memories[id]) for id in sorted(touched)}
        unheard = {id for id in cases if not gate.alone or _unheard(first, id)}
        made = _made(one for one in outcomes if one.change.address.incident in unheard)
        again = situation.engine(
            cases, gate, World({**{one: first.world[one] for one in situation.known}, **made})
        )
        again.leave_alone(_changes(outcomes, State.FAILED), _changes(outcomes, State.APPLIED))
        situation.told(Step(f"looking again at {count(len(cases), 'incident')}"))
        again.apply()
        engines.append(again)
        outcomes = _decided(outcomes, again)
        memories |= _memories(situation, again, outcomes)
    after = _plan(situation, engines)
    report = Report(
        situation.revision,
        _headings(situation, _touched(outcomes)),
        _sorted(outcomes),
        after,
        situation.notices,
    )
    return Applied(report, memories, first.world)


def _unheard(engine: Engine, incident: str) -> bool:
    """True where something may have been made of which nobody has heard: in this run, or in one that died."""
    own = [outcome for outcome in engine.outcomes if outcome.change.address.incident == incident]
    if any(outcome.state is State.UNCERTAIN for outcome in own):
        return True
    made = {outcome.change.address for outcome in own}
    there = (one for one in engine.resources(incident).values() if engine.world.present(one.address))
    found = (one for one in there if not made & {one.address, one.part_of, one.needs})
    return not engine.cases[incident].memory.blob and any(found)


def _made(outcomes: Iterable[Outcome]) -> Sightings:
    """What was made, for targets to look whether another run at work has made it too."""
    things: dict[Address, list[str]] = {}
    for outcome in outcomes:
        address = outcome.change.address
        if outcome.state is State.APPLIED and not outcome.change.id:
            things.setdefault(address._replace(thing=MADE), []).append(address.thing)
    return {address: Present(fields={"things": listed}) for address, listed in things.items()}


def _changes(outcomes: Iterable[Outcome], state: State) -> list[Change]:
    return [outcome.change for outcome in outcomes if outcome.state is state]


def _decided(outcomes: list[Outcome], again: Engine) -> list[Outcome]:
    """The outcomes after another look: what was uncertain or skipped was done now, or is seen to be done."""
    tried = {outcome.change.address for outcome in again.outcomes}
    kept: list[Outcome] = []
    for outcome in outcomes:
        address = outcome.change.address
        differs = address in again.differences(address.incident)
        if outcome.state in (State.APPLIED, State.FAILED):
            kept.append(outcome)
        elif outcome.state is State.UNCERTAIN and address not in tried:
            seen = replace(outcome, state=State.APPLIED, trouble=None, note="seen to be done")
            kept.append(outcome if differs else seen)
        elif outcome.state is State.SKIPPED and address not in tried and _open(again, address):
            kept.append(outcome)
    return kept + again.outcomes


def _open(engine: Engine, address: Address) -> bool:
    """True where a look could not tell how something stands, or where it still differs and has to wait."""
    if address in engine.waiting(address.incident):
        return True
    among = engine.resources(address.incident)
    seen = observed(among[address], among, engine.world) if address in among else engine.world[address]
    return isinstance(seen, Unknown)


def _memories(situation: Situation, engine: Engine, outcomes: Sequence[Outcome]) -> dict[str, Memory]:
    memories: dict[str, Memory] = {}
    for id, case in engine.cases.items():
        differences = engine.differences(id)
        facts: dict[str, object] = {}
        for connected in situation.targets:
            facts |= connected.target.facts(case, engine.world) if case.asks(connected.target.name) else {}
        own = [outcome for outcome in outcomes if outcome.change.address.incident == id]
        blocked: dict[str, BlockedSince] = {}
        for connected in situation.targets:
            name = connected.target.name
            differs = {address for address in differences if address.target == name}
            ours = [outcome for outcome in own if outcome.change.address.target == name]
            blocked |= refusals(case, ours, engine.permanent, situation.under(case, name), differs)
        memories[id] = remember(case, engine.resources(id), differences, engine.world, facts, blocked)
    return memories


def _plan(situation: Situation, engines: Sequence[Engine]) -> Plan:
    """One plan; where several engines looked at an incident, the last one tells."""
    newest = {id: engine for engine in engines for id in engine.cases}
    found = [difference for id, engine in newest.items() for difference in engine.differences(id).values()]
    notes = [note for id, engine in newest.items() for note in _notes(situation, engine, id)]
    touched = {one.address.incident for one in found} | {note.address.incident for note in notes}
    return Plan(
        revision=situation.revision,
        headings=_headings(situation, touched),
        changes=tuple(sorted((one for one in found if isinstance(one, Change)), key=_by_address)),
        blocked=tuple(sorted((one for one in found if isinstance(one, Blocked)), key=_by_address)),
        unreadable=_unreadable(found, engines),
        notes=tuple(sorted(set(notes), key=_by_address)),
        problems=situation.problems,
        notices=situation.notices,
        in_sync=sum(_in_sync(engine, id) for id, engine in newest.items()),
    )


def _by_address(one: Change | Blocked | Unreadable | Note) -> tuple[object, ...]:
    return sort_key(one.address)


def _unreadable(found: Iterable[object], engines: Sequence[Engine]) -> tuple[Unreadable, ...]:
    """What could not be read: of incidents, and of what belongs to none."""
    listed = [one for one in found if isinstance(one, Unreadable)]
    for address, seen in engines[-1].world.items():
        if not address.incident and isinstance(seen, Unknown) and seen.looked:
            listed.append(Unreadable(address, seen.reason))
    return tuple(sorted(listed, key=_by_address))


def _notes(situation: Situation, engine: Engine, id: str) -> list[Note]:
    case = engine.cases[id]
    asked = (one.target for one in situation.targets if case.asks(one.target.name))
    return [note for target in asked for note in target.notes(case, engine.world)]


def _in_sync(engine: Engine, id: str) -> int:
    among, differs = engine.resources(id), engine.differences(id)
    present = (
        address for address in among if isinstance(observed(among[address], among, engine.world), Present)
    )
    return sum(address not in differs for address in present)


def _touched(outcomes: Iterable[Outcome]) -> set[str]:
    return {outcome.change.address.incident for outcome in outcomes}


def _headings(situation: Situation, ids: Iterable[str]) -> tuple[Heading, ...]:
    return tuple(heading(situation.cases[id]) for id in sorted(ids) if id in situation.cases)


def heading(case: Case) -> Heading:
    """The line above an incident's changes; of a private incident the id only."""
    incident = case.incident
    title = "" if incident.private else one_line(incident.title)
    status = "removed" if case.removed else incident.status.value
    if case.review is not None and not case.review.over:
        status = "proposed"
    return Heading(incident.id, incident.severity, status, title, incident.path, case.id, incident.private)


def _sorted(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """One applied outcome an address, since what was settled after a create belongs to it."""
    told: dict[tuple[Address, State], Outcome] = {}
    for outcome in outcomes:
        told.setdefault((outcome.change.address, outcome.state), outcome)
    return tuple(told[key] for key in sorted(told, key=lambda key: (sort_key(key[0]), key[1])))
