"""Private incidents: no word of one where it must not be, under any single fault at any call of its life.

The lives are one that is private from the first commit, one that was public before, and one whose settings do
not allow it. After each run, the one with the fault and those that mend it, every output, all that is kept
and every service is searched for every secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from tests.support import secrets
from tests.support.faults import At, Fault
from tests.support.scene import Scene
from tests.support.secrets import LIVES, Step, befallen, begun, copied, leaks, step_begun, told_inside

#: Runs after the fault, until all is in line that can be.
MENDING = 2


class Moment(NamedTuple):
    """The world as a step of a life begins, and the calls that its run makes without a fault."""

    scene: Scene
    step: Step
    calls: Sequence[At]


@cache
def moments() -> dict[tuple[str, str], Moment]:
    """Each step of each life."""
    return {(life, moment.step.name): moment for life in LIVES for moment in _lived(life)}


def _lived(life: str) -> Iterator[Moment]:
    scene = begun(life)
    for step in LIVES[life]:
        before = copied(scene)
        step_begun(scene, step)
        numbering, applied = befallen(scene, -1, None)
        assert applied is not None
        assert leaks(scene, applied.report) == [], f"{life}, {step.name}"
        yield Moment(before, step, numbering.calls)
    assert told_inside(scene) == (life == "private")


@cache
def cases() -> dict[str, tuple[str, str, At, Fault]]:
    """Every fault at every call of every life, by its name."""
    return {
        f"{fault.value} {at.target} {at.method}, call {at.number} of {life} {step}": (life, step, at, fault)
        for (life, step), moment in moments().items()
        for at in moment.calls
        for fault in secrets.meaningful(at.method)
    }


def scenarios() -> Sequence[str]:
    """The names of all faults."""
    return list(cases())


def check(name: str) -> int:
    """One run with the fault and those that mend it, each searched."""
    life, step, at, fault = cases()[name]
    moment = moments()[life, step]
    scene = copied(moment.scene)
    step_begun(scene, moment.step)
    _, applied = befallen(scene, at.number, fault)
    _searched(name, leaks(scene, *([applied.report] if applied else [])))
    for _ in range(MENDING):
        scene.later(minutes=5)
        plan = scene.plan()
        _searched(name, leaks(scene, plan, scene.apply().report))
    return 1


def _searched(name: str, found: list[str]) -> None:
    assert not found, "\n".join([name, *found])
