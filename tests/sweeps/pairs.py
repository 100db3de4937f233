"""Every two faults of a declare: the second strikes later in the same run, or in one of the runs that follow.

What is tried for all that look the same to the caller is said in `classes`, and proved beside the single
faults. Where two faults lead to a state that two others led to before, what follows is not tried again.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import NamedTuple

from reconciler.targets.retry import repeatable
from reconciler.targets.seam import is_read
from tests.support import excused, strikes
from tests.support.judging import afterwards, dishonest, wait
from tests.support.reference import Moment, life
from tests.support.strikes import At, Fault, Killed
from tests.support.trial import Frozen, Trial

THEN = "; then "
Past = dict[tuple[str, str], dict[str, object]]


class Struck(NamedTuple):
    """A fault at a call of some run."""

    fault: Fault
    at: At

    def named(self, run: str) -> str:
        return self.fault.at(self.at, run)


@dataclass(frozen=True)
class Second:
    """A second fault, by its name in the run that it strikes, and what it takes to see what it leads to."""

    name: str
    struck: Struck
    judge: Callable[[], list[str]]

    @cached_property
    def broken(self) -> list[str]:
        """What is broken after both."""
        return self.judge()


def scenarios() -> Sequence[str]:
    """The first faults; each stands for its pairs with every second one."""
    return list(_firsts())


def check(name: str) -> int:
    """Try a first fault with every second one, or one pair by its name."""
    words, _, second = name.partition(THEN)
    told, count = [], 0
    for pair in tried(first(words)):
        if second in ("", pair.name):
            count += 1
            told += [f"{words}{THEN}{pair.name}\n  {line}" for line in inexcusable(first(words), pair)]
    assert count, f"there is no such pair: {name}"
    assert not told, "\n".join(told)
    return count


def first(name: str) -> Struck:
    """A first fault by its name."""
    return _firsts()[name]


def inexcusable(begun: Struck, pair: Second) -> list[str]:
    """What is broken by a pair, and not because a service leaves no way."""
    found = excused.row(begun, pair.struck)
    return [line for line in pair.broken if found is None or not excused.allowed(found, line)]


@cache
def _firsts() -> Mapping[str, Struck]:
    moment = life()[0]
    listed = [Struck(fault, call.at) for call in moment.calls for fault in _faults(call.at, call.stale)]
    return {one.named(moment.name): one for one in listed}


def _faults(at: At, stale: Sequence[str]) -> list[Fault]:
    """The faults that are tried in pairs: the others leave what one of these, or none, leaves."""
    if is_read(at.method):
        return [strikes.REFUSED, *(strikes.STALE[since] for since in stale)]
    again = repeatable(at.method, {"incident": {"incident_key": "any"}})
    undone = strikes.UNDONE_LASTING if again else strikes.UNDONE_ONCE
    done = strikes.DONE_LASTING if again else strikes.DONE_ONCE
    return [strikes.REFUSED, undone, done, strikes.KILLED_AFTER]


def tried(begun: Struck) -> Iterator[Second]:
    """All pairs that begin with a fault."""
    moment = life()[0]
    trial = moment.before.thawed()
    trial.keeps_past = True
    _ran(trial, moment, {begun.at.number: begun.fault})
    if begun.fault is not strikes.KILLED_AFTER:
        for at in trial.run.calls[begun.at.number :]:
            for fault in _faults(at, trial.run.late.get(at.number, ())):
                second = Struck(fault, at)
                yield Second(second.named("the same run"), second, partial(_both, moment, begun, second))
    yield from _following(moment, trial.frozen(), trial.past)


def _both(moment: Moment, begun: Struck, second: Struck) -> list[str]:
    """Two faults in one run."""
    trial = moment.before.thawed()
    trial.keeps_past = "stale" in begun.fault.name + second.fault.name
    broken = _ran(trial, moment, {one.at.number: one.fault for one in (begun, second)})
    return [*broken, *afterwards(trial.frozen(), moment)]


_FOLLOWING: dict[tuple[object, ...], list[Second]] = {}


def _following(moment: Moment, state: Frozen, past: Past, run: str = "the next run") -> list[Second]:
    """The second faults in a run that follows; worked out once for states that are the same."""
    key = (run, *state.key, marshal.dumps(past))
    if key not in _FOLLOWING:
        _FOLLOWING[key] = list(_in_the_next(moment, state, past, run))
    return _FOLLOWING[key]


def _in_the_next(moment: Moment, state: Frozen, past: Past, run: str) -> Iterator[Second]:
    trial = _continued(state, past)
    _ran(trial, moment, {})
    for at in trial.run.calls:
        for fault in _faults(at, trial.run.late.get(at.number, ())):
            second = Struck(fault, at)
            yield Second(second.named(run), second, partial(_one_more, moment, state, past, second))
    if run == "the next run" and trial.run.wrote:
        yield from _following(moment, trial.frozen(), trial.past, "the run after that")


def _one_more(moment: Moment, state: Frozen, past: Past, second: Struck) -> list[str]:
    """A second fault in a run that goes on from a state."""
    trial = _continued(state, past)
    trial.keeps_past = "stale" in second.fault.name
    broken = _ran(trial, moment, {second.at.number: second.fault})
    return [*broken, *afterwards(trial.frozen(), moment)]


def _continued(state: Frozen, past: Past) -> Trial:
    trial = state.thawed()
    trial.past, trial.keeps_past = dict(past), True
    wait(trial)
    return trial


def _ran(trial: Trial, moment: Moment, blows: Mapping[int, Fault]) -> list[str]:
    """One run; what it says wrongly."""
    try:
        report = trial.struck_by(blows).report
    except Killed:
        return []
    return list(dishonest(trial, report, moment.world))
