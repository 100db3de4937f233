"""The life without a fault: its calls, numbered step by step, and the world after each step.

Of every call it is found out beforehand which spoiled answers the caller would believe, which it cannot use,
and which look like the right one to it; and whether an answer from the past would differ at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from reconciler.plan.change import Change
from reconciler.plan.world import Sightings, World
from reconciler.run.engine import Connected
from reconciler.targets.base import Ended, Look, Target
from reconciler.targets.case import Case
from reconciler.targets.seam import Answer, Api, CallError, Unanswered, Unusable
from tests.support.garbled import Garbling, Noted, Path, garblings
from tests.support.life import LIFE, Step
from tests.support.outcome import Seen, world_of
from tests.support.strikes import At
from tests.support.trial import TARGETS, Frozen, Struck, Trial, Watched

Result = Mapping[Any, Any] | list[Ended]


@dataclass(frozen=True)
class Call:
    """One call of a step, and what is worth trying there beside the faults of every call."""

    at: At
    believed: tuple[Garbling, ...] = ()
    unusable: tuple[Garbling, ...] = ()
    stale: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """One step of the life: where it begins, the calls that it takes, and what there is after it."""

    name: str
    before: Frozen
    calls: tuple[Call, ...]
    after: Frozen
    world: Seen
    happened: Counter[str]


@cache
def life(steps: tuple[Step, ...] = LIFE) -> tuple[Moment, ...]:
    """The whole life, or another one."""
    moments: list[Moment] = []
    trial = Noting()
    for step in steps:
        moments.append(_lived(trial, step))
        trial = Noting(begun=moments[-1].after, settings=trial.settings, clock=trial.clock)
        trial.later(minutes=10)
    return tuple(moments)


def _lived(trial: Noting, step: Step) -> Moment:
    step.do(trial)
    before = trial.frozen()
    assert trial.struck_by({}).report.exit_code == 0, step.name
    calls = tuple(trial.known(at) for at in trial.run.calls)
    after = trial.frozen()
    again = after.thawed()
    report = again.struck_by({}).report
    assert not again.run.wrote, f"{step.name}: a second run writes"
    assert report.converged, step.name
    return Moment(step.name, before, calls, after, world_of(again), happened(again))


#: What PagerDuty wakes or calms people with.
_LOUD = {
    f"{word}_log_entry"
    for word in ("trigger", "notify", "escalate", "acknowledge", "unacknowledge", "resolve", "reopen")
}


def happened(trial: Trial) -> Counter[str]:
    """What was made and what was told to people, by kind, since the beginning."""
    counts = Counter(trial.made)
    for channel in trial.slack.data["channels"].values():
        counts.update(
            f"{raw['subtype']} messages" for raw in channel["messages"].values() if "subtype" in raw
        )
    for page in trial.pagerduty.data["incidents"].values():
        counts.update(f"{entry['type']} entries" for entry in page["log_entries"] if entry["type"] in _LOUD)
    return counts


# what a spoiled answer would do ----------------------------------------------------------------


@dataclass
class Unit:
    """One read or one batch of changes: what it was given, its calls, and what it came to."""

    target: Target
    arguments: tuple[Any, ...]
    first: int
    answers: list[Answer | CallError] = field(default_factory=list)
    result: Result = field(default_factory=dict)

    def replayed(self, number: int, answer: Answer) -> Result | None:
        """What it would have come to with another answer to one of its calls; None where it asks for more.

        Raises what the target raises for an answer that it cannot use.
        """
        answers = list(self.answers)
        answers[number - self.first] = answer
        try:
            return self.carried_out(Replay(answers))
        except Beyond:
            return None

    def carried_out(self, api: Api) -> Result:
        """Do it."""
        act = self.target.read if isinstance(self.arguments[0], Look) else self.target.apply
        result: Result = act(api, *self.arguments)
        return result


class Beyond(BaseException):
    """More calls than there were."""


@dataclass
class Replay:
    """Answers as before."""

    answers: list[Answer | CallError]

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if not self.answers:
            raise Beyond
        answer = self.answers.pop(0)
        if isinstance(answer, CallError):
            raise answer
        return answer


@dataclass
class Noting(Trial):
    """A trial that notes what each call was for, what it was answered, and what of that was looked at."""

    units: list[Unit] = field(default_factory=list)
    looked_at: dict[int, set[Path]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.keeps_past = True

    def connected(self, name: str) -> Connected:
        return Connected(_Noted(TARGETS[name](), self), self.paced(_Answers(self, name)))

    def known(self, at: At) -> Call:
        """What is worth trying at a call."""
        unit = next(one for one in reversed(self.units) if one.first <= at.number)
        answer = unit.answers[at.number - unit.first]
        believed: list[Garbling] = []
        unusable: list[Garbling] = []
        if not isinstance(answer, CallError):
            for garbling in garblings(answer, self.looked_at[at.number]):
                judged = _judged(unit, at.number, garbling.of(answer))
                if judged is not None:
                    (unusable if judged else believed).append(garbling)
        return Call(at, tuple(believed), tuple(unusable), self.run.late.get(at.number, ()))


def _judged(unit: Unit, number: int, answer: Answer) -> bool | None:
    """True where the answer cannot be used, False where it is believed, None where it makes no difference."""
    try:
        result = unit.replayed(number, answer)
    except (CallError, *Unusable.SIGNS):
        return True
    if result is None or isinstance(unit.result, Mapping) or isinstance(result, Mapping):
        return None if result == unit.result else False
    if any(isinstance(one.error, Unanswered) for one in result):
        return True
    return None if [_told(one) for one in result] == [_told(one) for one in unit.result] else False


def _told(ended: Ended) -> tuple[object, ...]:
    return ended.change.address, dict(ended.sightings), type(ended.error), ended.note


class _Noted(Watched):
    """A target that notes each read and each batch as a unit."""

    def __init__(self, target: Target, trial: Noting):
        super().__init__(target, trial)
        self._plain, self._noting = target, trial

    def read(self, api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
        unit = self._unit(look, cases, World(dict(world)))
        unit.result = result = self._plain.read(api, look, cases, world)
        return result

    def apply(self, api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
        unit = self._unit(changes, case, World(dict(world)))
        unit.result = result = super().apply(api, changes, case, world)
        return result

    def _unit(self, *arguments: Any) -> Unit:
        unit = Unit(self._plain, arguments, len(self._noting.run.calls) + 1)
        self._noting.units.append(unit)
        return unit


class _Answers(Struck):
    """A service whose answers are noted."""

    def __init__(self, trial: Noting, target: str):
        super().__init__(trial, target)
        self._noting = trial

    def call(self, method: str, /, **arguments: Any) -> Answer:
        unit, number = self._noting.units[-1], len(self._noting.run.calls) + 1
        try:
            answer = super().call(method, **arguments)
        except CallError as error:
            unit.answers.append(error)
            raise
        unit.answers.append(answer)
        paths = self._noting.looked_at.setdefault(number, set())
        return Noted(answer, paths)
