"""A scene whose calls are numbered, and struck by faults on order; it can be put away and begun from again.

Between a target and its service stand, as in real life, the retries: a fault strikes below them, and what
they cannot heal reaches the target. These retries have a virtual clock of their own, so that what they heal
leaves the very same state; a rate limit is waited for on the scene's. No sockets, Git or threads.
"""

from __future__ import annotations

import json
import marshal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from reconciler.clock import VirtualClock
from reconciler.incident.history import Version
from reconciler.incident.settings import Settings
from reconciler.plan.address import Address
from reconciler.plan.change import Change
from reconciler.plan.memory import Memory
from reconciler.plan.world import World
from reconciler.run.engine import Connected, Open
from reconciler.run.pool import Rounds
from reconciler.run.reconcile import Applied, Situation
from reconciler.run.reconcile import apply as apply_all
from reconciler.sandbox.machine import Machine
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.pagerduty.example import FROM
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.targets.base import Ended, Target
from reconciler.targets.case import Case
from reconciler.targets.notion.target import Notion
from reconciler.targets.pace import Paced, by_method, together
from reconciler.targets.pagerduty.target import PagerDuty
from reconciler.targets.retry import Retrying
from reconciler.targets.seam import Answer, Api, CallError, is_read
from reconciler.targets.slack.target import Slack
from tests.support.scene import ID, Scene
from tests.support.strikes import Arguments, At, Fault

TARGETS: Mapping[str, type[PagerDuty | Slack | Notion]] = {
    "pagerduty": PagerDuty,
    "slack": Slack,
    "notion": Notion,
}

#: What makes something new each time that it is carried out.
CREATES = {
    "POST /incidents": "pages",
    "POST /incidents/{id}/notes": "notes",
    "conversations.create": "channels",
    "chat.postMessage": "messages",
    "bookmarks.add": "bookmarks",
    "POST /v1/pages": "documents",
    "PATCH /v1/pages/{page_id}/markdown": "timeline lines",
}


def _made(method: str, arguments: Arguments) -> int:
    """How many things a call makes."""
    if method != "PATCH /v1/pages/{page_id}/markdown":
        return 1
    edits = arguments["update_content"]["content_updates"]
    return sum(one["new_str"].count("\n") - one["old_str"].count("\n") for one in edits)


@dataclass
class Run:
    """One run: the faults by the numbers of the calls that they befall, and what became of it.

    `late` tells, where the past is kept, from which times an answer would have differed.
    """

    blows: Mapping[int, Fault] = field(default_factory=dict)
    calls: list[At] = field(default_factory=list)
    attempts: int = 0
    wrote: bool = False
    failed: set[Address] = field(default_factory=set)
    late: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def begin(self, target: str, method: str) -> None:
        """The next call."""
        self.calls.append(At(len(self.calls) + 1, target, method))
        self.attempts = 0
        self.wrote |= not is_read(method)

    def blow(self) -> Fault | None:
        """What befalls this attempt of the call."""
        self.attempts += 1
        fault = self.blows.get(len(self.calls))
        return fault if fault is not None and (fault.lasting or self.attempts == 1) else None


class Struck:
    """One service of a trial, numbered below its pace and above its retries, and struck below these."""

    def __init__(self, trial: Trial, target: str):
        self.target, self._trial = target, trial
        self._machine: Machine = getattr(trial, target)
        self._retrying = Retrying(_Below(self), trial.waits, jitter=lambda: 0.5)

    def call(self, method: str, /, **arguments: Any) -> Answer:
        run = self._trial.run
        run.begin(self.target, method)
        number = len(run.calls)
        answer = self._retrying.call(method, **arguments)
        if self._trial.keeps_past and is_read(method) and number not in run.blows:
            run.late[number] = tuple(self._differing(method, arguments, answer))
        return answer

    def _differing(self, method: str, arguments: Arguments, answer: Answer) -> Iterator[str]:
        """From which times an answer would differ, each only once."""
        known: list[Any] = [answer]
        for since in ("write", "run"):
            try:
                told: Any = self.from_the_past(since, method, arguments)
            except CallError as error:
                told = str(error)
            if told not in known:
                known.append(told)
                yield since

    def attempt(self, method: str, arguments: Arguments) -> Answer:
        """One attempt, or what befalls it."""
        fault = self._trial.run.blow()
        return fault.befall(self, method, arguments) if fault else self.carried_out(method, arguments)

    def carried_out(self, method: str, arguments: Arguments) -> Answer:
        before = self._machine.snapshot() if self._trial.keeps_past and not is_read(method) else None
        answer = self._machine.call(method, **arguments)
        if before is not None:
            self._trial.past[self.target, "write"] = before
        if method in CREATES:
            self._trial.made[CREATES[method]] += _made(method, arguments)
        return answer

    def from_the_past(self, since: str, method: str, arguments: Arguments) -> Answer:
        machine, now = self._machine, self._machine.data
        machine.data = self._trial.past.get((self.target, since), now)
        try:
            return machine.call(method, **arguments)
        finally:
            machine.data = now


@dataclass
class _Below:
    struck: Struck

    def call(self, method: str, /, **arguments: Any) -> Answer:
        return self.struck.attempt(method, arguments)


class Watched:
    """A target that notes which changes failed."""

    def __init__(self, target: Target, trial: Trial):
        self._target, self._trial = target, trial

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    def apply(self, api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
        failed = self._trial.run.failed
        try:
            ended = self._target.apply(api, changes, case, world)
        except Exception:
            failed |= {change.address for change in changes}
            raise
        failed |= {one.change.address for one in ended if one.error is not None}
        return ended


@dataclass(frozen=True)
class Frozen:
    """A trial put away: what the services hold, the file's versions, and what is remembered."""

    services: bytes
    remembered: bytes
    now: datetime
    settings: Settings
    versions: tuple[Version, ...]
    made: tuple[tuple[str, int], ...]

    @property
    def key(self) -> tuple[object, ...]:
        """The same for states from which everything goes on in the same way."""
        return self.services, self.remembered, self.now, self.made

    def thawed(self) -> Trial:
        """A trial that begins there."""
        return Trial(settings=self.settings, clock=VirtualClock(self.now), begun=self)


@dataclass
class Trial(Scene):
    """See the module. `made` counts what was made, since it was new, over all runs."""

    begun: Frozen | None = None
    run: Run = field(default_factory=Run)
    made: Counter[str] = field(default_factory=Counter)
    keeps_past: bool = False
    past: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.waits = VirtualClock(self.clock.now())
        if self.begun is None:
            super().__post_init__()
            return
        slack, pagerduty, notion = marshal.loads(self.begun.services)
        self.slack = SlackMachine(self.clock.now, slack)
        self.pagerduty = PagerDutyMachine(self.clock.now, pagerduty)
        self.pagerduty.from_address = FROM
        self.notion = NotionMachine(self.clock.now, notion)
        memories, self.caches = json.loads(self.begun.remembered)
        self.memories = {id: Memory.from_json(memory) for id, memory in memories.items()}
        self.versions = {ID: list(self.begun.versions)}
        self.made = Counter(dict(self.begun.made))

    def frozen(self) -> Frozen:
        """The trial as it is now."""
        memories = {id: memory.to_json() for id, memory in self.memories.items()}
        return Frozen(
            marshal.dumps((self.slack.data, self.pagerduty.data, self.notion.data)),
            json.dumps((memories, self.caches), sort_keys=True).encode(),
            self.clock.now(),
            self.settings,
            tuple(self.versions.get(ID, ())),
            tuple(sorted(self.made.items())),
        )

    def targets(self, writes: bool = True) -> list[Connected]:
        return [self.connected(name) for name in TARGETS]

    def connected(self, name: str) -> Connected:
        """One of the targets, watched, and its service."""
        return Connected(Watched(TARGETS[name](), self), self.paced(Struck(self, name)))

    def paced(self, struck: Struck) -> Api:
        """A service at the pace that it asks for, as in real life."""
        share = by_method if struck.target == "slack" else together
        return Paced(struck, self.clock, share, jitter=lambda: 0.5)

    def situation(self, writes: bool = True, deep: bool = True) -> Situation:
        return replace(super().situation(writes, deep), pool=Rounds)

    def struck_by(self, blows: Mapping[int, Fault]) -> Applied:
        """One run, with these faults at these calls; what it remembers is kept. Raises Killed."""
        self.run = Run(blows)
        if self.keeps_past:
            self.past |= {(name, "run"): getattr(self, name).snapshot() for name in TARGETS}
        applied = apply_all(self.situation(), Open())
        for id, memory in applied.memories.items():
            self.memories[id] = Memory.from_json(json.loads(json.dumps(memory.to_json())))
        self.learn(applied)
        self.caches = json.loads(json.dumps(self.caches))
        return applied
