"""Every fault at every call of an incident's life: the runs that follow mend it, and nothing is there twice.

A scenario begins before a step of the life, as if nothing had ever gone wrong, makes one run in which one
call is struck, and goes on until all is quiet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tests.support import strikes
from tests.support.garbled import Garbling
from tests.support.judging import afterwards, dishonest
from tests.support.life import CALLED
from tests.support.reference import Call, Moment, life
from tests.support.strikes import Fault, Killed

#: How deep answers are garbled: `incidents.*.status` is two deep.
DEPTH = 2
#: What may be left out of an answer: it then says something else, which nobody can tell from the truth.
OPTIONAL = {"acknowledgements"}


class Scenario(NamedTuple):
    """A fault at a call of a step, and how many it stands for."""

    moment: Moment
    call: Call
    fault: Fault
    cases: int = 1

    @property
    def name(self) -> str:
        return self.fault.at(self.call.at, self.moment.name)


def scenarios() -> Sequence[str]:
    """The names of all, in the order of the life."""
    return list(_all())


def check(name: str) -> int:
    """Try one."""
    scenario = _all()[name]
    broken = list(tried(scenario))
    assert not broken, "\n".join(broken)
    return scenario.cases


def tried(scenario: Scenario) -> Iterator[str]:
    """What is broken in a scenario."""
    moment, call = scenario.moment, scenario.call
    trial = moment.before.thawed()
    trial.keeps_past = bool(call.stale)
    try:
        report = trial.struck_by({call.at.number: scenario.fault}).report
    except Killed:
        pass
    else:
        yield from dishonest(trial, report, moment.world)
    struck = trial.run.calls[call.at.number - 1]
    assert struck == call.at, f"expected {call.at.method} there, and found {struck.method}"
    yield from afterwards(trial.frozen(), moment)


@cache
def _all() -> Mapping[str, Scenario]:
    moments = (*life(), *life(CALLED[:-1]))
    return {one.name: one for moment in moments for call in moment.calls for one in _at(moment, call)}


def _at(moment: Moment, call: Call) -> Iterator[Scenario]:
    """Every fault at a call; what the caller cannot tell apart is tried once."""
    for fault, others in strikes.classes(call.at).items():
        yield Scenario(moment, call, fault, 1 + len(others))
    for since in call.stale:
        yield Scenario(moment, call, strikes.STALE[since])
    for garbling in call.unusable[:1]:
        yield Scenario(moment, call, strikes.garbled(garbling), len(call.unusable))
    for garbling in call.believed:
        if garbling.depth <= DEPTH and not _says_something_else(garbling):
            yield Scenario(moment, call, strikes.garbled(garbling))


def _says_something_else(garbling: Garbling) -> bool:
    return garbling.path[-1:] != () and garbling.path[-1] in OPTIONAL and garbling.word in ("missing", "null")
