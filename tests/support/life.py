"""A whole life of an incident, step by step, for whatever has to hold at each point of it.

It is declared with two teams, two announcements and three people; raising it pages a third team, and tells a
third channel and more people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from reconciler.incident.model import Status
from reconciler.incident.settings import Severity, Team
from reconciler.sandbox.pagerduty.people import People
from tests.support.scene import SETTINGS as USUAL
from tests.support.scene import Scene, update

SETTINGS = replace(
    USUAL,
    severities=(
        Severity(
            "sev1",
            "Unusable for most customers",
            "high",
            "P1",
            page=("primary", "customers"),
            announce=("#incidents", "#general", "#leadership"),
            invite=("@incident-leads", "vp@example.com"),
        ),
        Severity(
            "sev2",
            "Degraded for many",
            "high",
            "P2",
            page=("primary",),
            announce=("#incidents", "#general"),
        ),
    ),
    teams={**USUAL.teams, "customers": Team("customers", "PSVC003")},
)


class Step(NamedTuple):
    """What somebody does, and its name."""

    name: str
    do: Callable[[Scene], object]


def _edit(name: str, **fields: object) -> Step:
    return Step(name, lambda scene: scene.edit(**fields))  # type: ignore[arg-type]


def declare(scene: Scene) -> None:
    """Ana declares it, in a company with a channel for those who lead."""
    scene.settings = SETTINGS
    scene.slack.seed_channel("leadership")
    scene.edit(severity="sev2")


def acknowledge(scene: Scene) -> None:
    """Bo acknowledges the page of the primary team."""
    People(scene.pagerduty).acknowledge(scene.page("primary")["id"], "bo@example.com")


FIRST, SECOND = update("Rolling back release 412."), update("Rolled back.", minutes=40)

LIFE = (
    Step("declared", declare),
    _edit("updated", updates=(FIRST,)),
    Step("acknowledged", acknowledge),
    _edit("raised", severity="sev1"),
    _edit("staffed", roles={"commander": "chen@example.com", "technical": "bo@example.com"}),
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
