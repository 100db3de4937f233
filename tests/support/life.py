"""A whole life of an incident, step by step, for whatever has to hold at each point of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from reconciler.incident.model import Status
from reconciler.sandbox.pagerduty.people import People
from tests.support.scene import Scene, update


class Step(NamedTuple):
    """What somebody does, and its name."""

    name: str
    do: Callable[[Scene], object]


def _edit(name: str, **fields: object) -> Step:
    return Step(name, lambda scene: scene.edit(**fields))  # type: ignore[arg-type]


def acknowledge(scene: Scene) -> None:
    """Bo acknowledges the page of the primary team."""
    People(scene.pagerduty).acknowledge(scene.page("primary")["id"], "bo@example.com")


FIRST, SECOND = update("Rolling back release 412."), update("Rolled back.", minutes=40)

LIFE = (
    _edit("declared", severity="sev2", services=(), responders=()),
    _edit("updated", updates=(FIRST,)),
    Step("acknowledged", acknowledge),
    _edit("raised", severity="sev1", services=("checkout",)),
    _edit("staffed", responders=("dee@example.com",), roles={"commander": "chen@example.com"}),
    _edit("mitigated", status=Status.MITIGATED, updates=(FIRST, SECOND)),
    _edit("resolved", status=Status.RESOLVED),
    _edit("reopened", status=Status.INVESTIGATING),
    _edit("resolved again", status=Status.RESOLVED, title="Checkout fails & <fails>"),
    _edit("closed", status=Status.CLOSED),
    Step("a week later", lambda scene: scene.later(days=8)),
)


def live(scene: Scene, after_each: Callable[[Scene, int], object] = lambda _scene, _number: None) -> None:
    """Go through the whole life, an apply after each step, ten minutes apart."""
    for number, step in enumerate(LIFE):
        step.do(scene)
        assert scene.apply().report.exit_code == 0, step.name
        after_each(scene, number)
        scene.later(minutes=10)
