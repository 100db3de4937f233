"""Two runs at once, one seam call at a time, in an order that is given: every interleaving has a name.

Each run is a view of one scene: the same services and the same clock, a memory and a record of its own. It
runs in a thread; a baton goes from one to the other between two calls, so that nothing depends on time.
"""

from __future__ import annotations

import copy
import marshal
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from reconciler.clock import VirtualClock
from reconciler.incident.history import Version
from reconciler.plan.memory import Memory
from reconciler.targets.seam import Answer, Api, is_read
from tests.support.outcome import Seen, world_of
from tests.support.recording import Record
from tests.support.scene import Scene

SERVICES = ("pagerduty", "slack", "notion")

#: Seconds after which a run that waits for its turn is given up: a defect of the frame.
PATIENCE = 30.0


class Segment(NamedTuple):
    """So many calls of one run; None: all that it has left."""

    who: str
    calls: int | None

    def __str__(self) -> str:
        return f"{self.who} to the end" if self.calls is None else f"{self.who} {self.calls} calls"


def order_of(name: str) -> list[Segment]:
    """The segments of a name such as `a 17 calls, b 5 calls, a to the end, b to the end`."""
    return [
        Segment(words[0], None if words[1] == "to" else int(words[1]))
        for words in (part.split() for part in name.split(", "))
    ]


class Made(NamedTuple):
    """A call, and who made it."""

    who: str
    target: str
    method: str

    @property
    def writes(self) -> bool:
        return not is_read(self.method)


class Baton:
    """Says whose call is next; who has no turn waits."""

    def __init__(self, order: Sequence[Segment]):
        self._order = list(order)
        self._left = self._order[0].calls
        self._ended: set[str] = set()
        self._changed = threading.Condition()

    def call(self, who: str) -> None:
        """Wait for the turn to make one call."""
        with self._changed:
            if self._turn == who and self._left == 0:
                self._pass_on()
            self._wait(who)
            if self._left is not None:
                self._left -= 1

    def begin(self, who: str) -> None:
        """Wait for the first turn."""
        with self._changed:
            self._wait(who)

    def end(self, who: str) -> None:
        """Take part no more."""
        with self._changed:
            self._ended.add(who)
            if self._order and self._turn == who:
                self._pass_on()

    @property
    def _turn(self) -> str:
        return self._order[0].who

    def _wait(self, who: str) -> None:
        if not self._changed.wait_for(lambda: self._turn == who, PATIENCE):
            raise AssertionError(f"{who} has waited too long for its turn")

    def _pass_on(self) -> None:
        self._order.pop(0)
        while self._order and (self._turn in self._ended or self._order[0].calls == 0):
            self._order.pop(0)
        self._left = self._order[0].calls if self._order else None
        self._changed.notify_all()


@dataclass
class Taking:
    """An Api that makes each call when it is its run's turn."""

    api: Api
    who: str
    target: str
    baton: Baton
    made: list[Made]

    def call(self, method: str, /, **arguments: Any) -> Answer:
        self.baton.call(self.who)
        self.made.append(Made(self.who, self.target, method))
        return self.api.call(method, **arguments)


def view(scene: Scene, versions: int | None = None) -> Scene:
    """The same services at the same time, seen by another run, with so many versions of the file."""
    own = replace(
        scene,
        versions={id: listed[:versions] for id, listed in scene.versions.items()},
        memories=dict(scene.memories),
        record=Record(),
        wrapped={},
        alone=False,
    )
    own.slack, own.pagerduty, own.notion = scene.slack, scene.pagerduty, scene.notion
    return own


@dataclass
class Race:
    """Runs of several views in one order; `made` are the calls in the order in which they were made."""

    runs: dict[str, Scene]
    made: list[Made] = field(default_factory=list)

    def go(self, order: Sequence[Segment]) -> list[Made]:
        """Let them run, and return the calls."""
        baton = Baton(order)
        run_all({who: partial(self._run, who, scene, baton) for who, scene in self.runs.items()}, baton)
        return self.made

    def _run(self, who: str, scene: Scene, baton: Baton) -> None:
        for target in SERVICES:
            scene.wrapped[target] = Taking(getattr(scene, target), who, target, baton, self.made)
        try:
            scene.apply()
        finally:
            scene.heals()


def run_all(runs: Mapping[str, Callable[[], None]], baton: Baton) -> None:
    """Let each run in a thread, when it is its turn; raises what one of them raises."""
    broken: list[BaseException] = []

    def run(who: str) -> None:
        try:
            baton.begin(who)
            runs[who]()
        except BaseException as error:
            broken.append(error)
        finally:
            baton.end(who)

    threads = [threading.Thread(target=run, args=(who,)) for who in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    if broken:
        raise broken[0]


#: What no write of ours changes: it may come before or after anything.
CONSTANT = (
    "auth.test",
    "users.lookupByEmail",
    "usergroups.list",
    "usergroups.users.list",
    "GET /priorities",
    "GET /v1/databases/{database_id}",
    "GET /v1/data_sources/{data_source_id}",
    "GET /v1/users/me",
)


def apart(one: Made, other: Made) -> bool:
    """True for two calls whose order nobody can tell: then orders that differ in it alone are one case."""
    if one.target != other.target or {one.method, other.method} & set(CONSTANT):
        return True
    return not (one.writes or other.writes)


def stranger(scene: Scene) -> Scene:
    """The same, seen by a run that remembers nothing."""
    own = view(scene)
    own.memories = {}
    return own


class Saved(NamedTuple):
    """A scene put aside, to begin from as often as wanted."""

    now: datetime
    versions: dict[str, list[Version]]
    memories: dict[str, Memory]
    data: dict[str, dict[str, Any]]
    racy: bool

    @classmethod
    def of(cls, scene: Scene) -> Saved:
        data = {target: getattr(scene, target).snapshot() for target in SERVICES}
        return cls(scene.clock.now(), scene.versions, scene.memories, data, scene.slack.racy_create)

    def scene(self) -> Scene:
        """The same again, with nothing logged yet."""
        versions = {id: list(listed) for id, listed in self.versions.items()}
        scene = Scene(clock=VirtualClock(self.now), versions=versions, memories=dict(self.memories))
        for target, data in self.data.items():
            machine = getattr(scene, target)
            machine.data, machine.log = marshal.loads(marshal.dumps(data)), deque()
        scene.slack.racy_create = self.racy
        return scene


def fingerprint(scene: Scene, runs: Sequence[Scene]) -> str:
    """Names the state of services and runs: what follows from it follows each time."""
    told = marshal.dumps([getattr(scene, target).data for target in SERVICES], 2)
    kept = repr([{id: memory.to_json() for id, memory in run.memories.items()} for run in runs])
    return sha256(told + kept.encode()).hexdigest()


def remains(scene: Scene) -> Seen:
    """The world without what is put aside for good: second documents and second channels."""
    own, seen = view(scene), set[str]()
    own.slack = copy.copy(scene.slack)
    kept = {}
    for id, raw in sorted(scene.slack.data["channels"].items()):
        if raw["name"] not in seen or not raw["is_archived"]:
            kept[id] = raw
        seen.add(raw["name"])
    own.slack.data = {**scene.slack.data, "channels": kept}
    world = world_of(own)
    documents = [_without_colours(page) for page in world["notion"] if not page["trash"]]
    return {**world, "notion": documents}


def _without_colours(value: Any) -> Any:
    """An option's colour is drawn when it is used first."""
    if isinstance(value, dict):
        return {key: _without_colours(item) for key, item in value.items() if key != "color"}
    return [_without_colours(item) for item in value] if isinstance(value, list) else value


def settled(turns: Sequence[Callable[[], Scene]], rounds: int = 5) -> int:
    """Let runs go one after the other until each finds all in line; how many rounds it took."""
    for number in range(1, rounds + 1):
        told = [_in_line(turn()) for turn in turns]
        if not any(told):
            return number
    raise AssertionError(f"not in line after {rounds} rounds: {[one for one in told if one]}")


def _in_line(scene: Scene) -> list[str]:
    """What a run still did or said."""
    scene.forget_calls()
    report = scene.apply().report
    left = [f"{one.kind.value} {one.address}" for one in report.after.changes]
    return [f"{target} {method}" for target, method in scene.writes()] + left
