"""Random walks: edits of the file, people in the services, faults and runs, in any order that comes up.

A walk is a list of names of steps, so that it can be read, shrunk and typed in again:

    walked("sev1", "a run", "bo leaves the channel", "a run, killed after call 7")

Whatever a person does is kept in a ledger as a promise, which holds after every run. At the end the world
heals: runs without faults bring it in line within `RUNS`, then nothing is written any more, and what is
blocked is so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from reconciler.incident.model import Incident
from reconciler.plan.plan import Plan, State
from reconciler.run.engine import Open
from reconciler.run.reconcile import apply as apply_all
from reconciler.targets.seam import Answer, Api, Refused
from tests.support.faults import At, Fault, Faulty, Numbering
from tests.support.scene import ID, SETTINGS, Scene
from tests.support.strikes import Killed
from tests.support.walk_ends import BOT, Record, truly, unique, whole

#: Runs within which everything is in line again.
RUNS = 5
Do = Callable[["Walk"], object]

#: A step that is none; walks shrink to it.
NOTHING = "nothing"
#: Every step by its name; `support/walk_*.py` fill it.
STEPS: dict[str, Do] = {NOTHING: lambda _: None}


def step(name: str) -> Callable[[Do], Do]:
    """Give a step its name."""

    def named(do: Do) -> Do:
        assert name not in STEPS, f"two steps are called {name}"
        STEPS[name] = do
        return do

    return named


@dataclass
class Walk:
    """A scene, the promises of what is to stay as people have left it, and which messages they took away.

    `lost` counts how often what only the memory could tell was lost.
    """

    scene: Scene = field(default_factory=lambda: Scene(settings=replace(SETTINGS, private_allowed=True)))
    ledger: dict[str, Callable[[], bool]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    lost: int = 0
    number: int = 0

    @property
    def incident(self) -> Incident:
        """The file as it is now."""
        newest = self.scene.versions[ID][-1].incident
        assert newest is not None
        return newest

    def edit(self, **fields: Any) -> None:
        """Commit an edit of the file, unless it changes nothing."""
        if replace(self.incident, **fields) != self.incident:
            self.scene.edit(**fields)

    def next(self) -> int:
        """A number that is used once, for texts that differ."""
        self.number += 1
        return self.number

    # the ledger --------------------------------------------------------------------------------

    def promise(self, name: str, holds: Callable[[], bool]) -> None:
        """From now on this holds, until `release`."""
        assert holds(), f"{name}: not so even now"
        self.ledger[name] = holds

    def release(self, *beginnings: str) -> None:
        """What begins with one of these words is not expected any more."""
        self.ledger = {name: one for name, one in self.ledger.items() if not name.startswith(beginnings)}

    def kept(self) -> None:
        """Fail unless every promise holds, and each thing is there once."""
        broken = [name for name, holds in self.ledger.items() if not holds()]
        assert not broken, f"people's work is lost: {broken}"
        asked = self.scene.case(ID).history.teams_ever(self.scene.settings)
        keys = Counter(key for key in self.scene.pages() if key.startswith("acme/"))
        assert set(keys) <= {f"acme/{ID}/{team}" for team in asked}, f"paged without being asked: {keys}"
        assert all(number == 1 for number in keys.values()), f"paged twice: {keys}"

    # runs --------------------------------------------------------------------------------------

    def run(self) -> None:
        """One apply without a fault, which remembers people and groups as runs with a state ref do."""
        self.scene.learn(self.scene.apply())
        self.kept()

    def shallow_run(self) -> None:
        """One apply as the loop makes most: without what costs a call an incident."""
        applied = apply_all(self.scene.situation(deep=False), Open())
        self.scene.memories |= applied.memories
        self.scene.learn(applied)
        self.kept()

    def look(self) -> Plan:
        """One plan, which writes nothing."""
        machines = (self.scene.slack, self.scene.pagerduty, self.scene.notion)
        self.scene.pagerduty.call("GET /priorities")  # what has fallen due there is done by no plan
        before = [machine.snapshot() for machine in machines]
        plan = self.scene.plan()
        assert [machine.snapshot() for machine in machines] == before, "a plan has written"
        return plan

    def suffer(self, fault: Fault, number: int) -> None:
        """One apply in which a fault befalls the call of that number, if there are so many."""
        numbering = Numbering(at=number, fault=fault)
        for target in ("pagerduty", "slack", "notion"):
            self.scene.wrapped[target] = Sparing(getattr(self.scene, target), target, numbering)
        try:
            self.scene.apply()
        except Killed:
            self.lost += not self.scene.memories
        finally:
            self.scene.heals()
        self.kept()

    def run_during(self, number: int, name: str) -> None:
        """One apply, at whose call of that number somebody takes a step."""
        turns = count()
        for target in ("pagerduty", "slack", "notion"):
            machine = getattr(self.scene, target)
            self.scene.wrapped[target] = Meanwhile(machine, turns, number, lambda: take(self, name))
        try:
            self.run()
        finally:
            self.scene.heals()

    # Slack -------------------------------------------------------------------------------------

    def channels(self) -> list[Record]:
        """The incident's channels, archived ones too, the oldest first."""
        listed = self.scene.slack.data["channels"].values()
        return [raw for raw in listed if raw["creator"] == BOT]

    def channel(self) -> Record:
        """The newest channel; KeyError where there is none."""
        listed = self.channels()
        if not listed:
            raise KeyError("no channel")
        return listed[-1]

    def ours(self, channel: Record) -> list[tuple[str, Record]]:
        """Our messages in a channel with what their marks call them."""
        posted = [raw for raw in channel["messages"].values() if raw.get("bot_id")]
        return [(raw["metadata"]["event_payload"]["thing"], raw) for raw in posted]


class Sparing(Faulty):
    """The fault befalls the next call at which it means something: only a look can be stale."""

    def call(self, method: str, /, **arguments: Any) -> Answer:
        numbering = self.numbering
        turn = len(numbering.calls) == numbering.at
        if turn and numbering.fault not in At(0, self.target, method).faults:
            numbering.at += 1
        return super().call(method, **arguments)


@dataclass
class Meanwhile:
    """A service at whose call of that number, among all services', somebody does something first."""

    api: Api
    turns: Iterator[int]
    at: int
    act: Callable[[], object]

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if next(self.turns) == self.at:
            self.act()
        return self.api.call(method, **arguments)


def walked(*names: str) -> Walk:
    """Take these steps, heal, and hold the laws; a step that nobody can take then is none."""
    walk = Walk()
    walk.scene.edit()
    taken: list[str] = []
    try:
        for name in names:
            taken.append(name)
            take(walk, name)
            walk.scene.later(seconds=20)
        heal(walk)
    except AssertionError as broken:
        told = ", ".join(f'"{one}"' for one in taken if one != NOTHING)
        raise AssertionError(f"{broken}\n  walked({told})") from broken
    return walk


def take(walk: Walk, name: str) -> None:
    """Take one step; of two, the second is taken while the first, a run, is under way."""
    during = re.fullmatch(r"a run, and before call (\d+): (.+)", name)
    try:
        if during:
            walk.run_during(int(during[1]), during[2])
        else:
            STEPS[name](walk)
    except (Refused, KeyError, IndexError, ValueError) as not_so:
        if name.startswith(("a run", "a shallow run", "a plan")):
            raise AssertionError(f"{name} broke off: {not_so!r}") from not_so


def heal(walk: Walk) -> None:
    """Run until nothing is left; then all is in line, or is told as blocked and truly so."""
    scene = walk.scene
    for _ in range(RUNS):
        scene.later(hours=1, minutes=1)
        scene.forget_calls()
        report = scene.apply().report
        walk.kept()
        if not scene.writes() and report.converged:
            break
    scene.forget_calls()
    applied = scene.apply()
    assert not scene.writes(), f"not quiet after {RUNS} runs: {scene.writes()}"
    waiting = bool(applied.report.after.unreadable) and not applied.report.of(State.FAILED, State.UNCERTAIN)
    assert waiting or not applied.report.outcomes, f"not quiet: {applied.report.outcomes}"
    plan = walk.look()
    assert not plan.changes, f"the plan is not empty: {[str(one.address) for one in plan.changes]}"
    walk.kept()
    truly(walk, plan)
    unique(walk)
    whole(walk, plan)
