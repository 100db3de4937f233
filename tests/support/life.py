"""A whole life of an incident, step by step, for whatever has to hold at each point of it.

It is declared with two teams, two announcements and three people; raising it pages a third team, and tells a
third channel and more people.

A second, shorter life (CALLED) began as an alert in PagerDuty: its page is adopted, and teams are called for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from reconciler.incident.model import Adopted, Escalation, Status, TimelineNote
from reconciler.incident.settings import Severity, SlackSettings, Team
from reconciler.sandbox.pagerduty.people import People
from tests.support.scene import SETTINGS as USUAL
from tests.support.scene import START, Scene, update

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


def alert(scene: Scene) -> None:
    """An alert has paged in PagerDuty, and Ana declares it."""
    service = {"id": "PSVC003", "type": "service_reference"}
    given = {"type": "incident", "title": "Disk is full", "service": service, "urgency": "low"}
    id = scene.pagerduty.call("POST /incidents", incident=given)["incident"]["id"]
    scene.settings = replace(USUAL, slack=SlackSettings(), services={})
    scene.edit(
        services=(), severity="sev2", responders=(), adopt=Adopted({"primary": id}), timeline=NOTES[:1]
    )


def adopted(scene: Scene) -> str:
    """The page that was adopted."""
    records: dict[str, Any] = scene.pagerduty.data["incidents"]
    return next(id for id, one in records.items() if one["shown"]["service"]["id"] == "PSVC003")


def taken_on(scene: Scene) -> None:
    """Bo acknowledges the adopted page, and the team is called for all the same, beside one that is new."""
    People(scene.pagerduty).acknowledge(adopted(scene), "bo@example.com")
    scene.edit(escalations=CALLS[:2], timeline=NOTES)


def too_early(scene: Scene) -> None:
    """Bo says that it is over, in PagerDuty; it is not, and the team is called for once more."""
    People(scene.pagerduty).resolve(adopted(scene), "bo@example.com")
    scene.later(minutes=1)
    scene.edit(escalations=CALLS[:3])


NOTES = (
    TimelineNote(START - timedelta(minutes=5), "The disk filled up.", "Grafana", "https://example.com/alert"),
    TimelineNote(START + timedelta(minutes=9), "Logs were rotated.", "bo@example.com"),
)
CALLS = (
    Escalation(START + timedelta(minutes=10), "primary", "ana@example.com", "No answer"),
    Escalation(START + timedelta(minutes=10, seconds=1), "payments"),
    Escalation(START + timedelta(minutes=21), "primary", "ana@example.com"),
    Escalation(START + timedelta(minutes=31), "payments", "ana@example.com"),
    Escalation(START + timedelta(minutes=31, seconds=30), "payments"),
)
CALLED = (
    Step("adopted", alert),
    Step("called for", taken_on),
    Step("called for when resolved", too_early),
    _edit("called for twice at once", escalations=CALLS),
    _edit("canceled", status=Status.CANCELED),
)


def live(
    scene: Scene,
    after_each: Callable[[Scene, int], object] = lambda _scene, _number: None,
    steps: Sequence[Step] = LIFE,
) -> None:
    """Go through a whole life, an apply after each step, ten minutes apart."""
    for number, step in enumerate(steps):
        step.do(scene)
        assert scene.apply().report.exit_code == 0, step.name
        after_each(scene, number)
        scene.later(minutes=10)
