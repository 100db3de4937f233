"""What responders do in PagerDuty to each field of a page, and beside it; see `drifting`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.plan.drift import ITSELF
from reconciler.plan.plan import Plan
from reconciler.sandbox.machine import copied
from reconciler.sandbox.pagerduty.people import People as Responders
from tests.support.calling import call_for
from tests.support.drifting import ANA, BO, Drifting, Key, declared, in_line, noted, over
from tests.support.scene import ID, Scene


def page(scene: Scene) -> dict[str, Any]:
    """The page's record: `shown`, `hidden`, `notes`, `log_entries`; empty where there is none."""
    return next(iter(scene.pagerduty.data["incidents"].values()), {})


def acknowledged() -> Scene:
    scene = declared()
    Responders(scene.pagerduty).acknowledge(page(scene)["shown"]["id"], ANA)
    return in_line(scene)


def called_again() -> Scene:
    """Ana acknowledged it, and then somebody called for the team."""
    scene = acknowledged()
    scene.later(minutes=20)
    scene.edit(escalations=(call_for("primary", 30),))
    return in_line(scene)


def shows(*path: str) -> Callable[[Scene], object]:
    """What the page says under these keys."""

    def look(scene: Scene) -> object:
        value: Any = page(scene)
        for key in path:
            value = (value or {}).get(key)
        return copied(value)

    return look


def change(**fields: Any) -> Callable[[Scene], None]:
    """Bo changes the page as the API lets anybody do."""
    return lambda scene: Responders(scene.pagerduty).change(page(scene)["shown"]["id"], BO, **fields)


def how_often(scene: Scene) -> object:
    """How the page stands, and how often somebody was woken for it."""
    woken = [one for one in page(scene)["log_entries"] if one["type"] == "notify_log_entry"]
    return page(scene)["shown"]["status"], len(woken)


def merge(scene: Scene) -> None:
    """Bo finds that it is the same as another incident of the service."""
    service = {"id": "PSVC001", "type": "service_reference"}
    other = scene.pagerduty.call(
        "POST /incidents", incident={"type": "incident", "title": "Disk is full", "service": service}
    )["incident"]["id"]
    Responders(scene.pagerduty).merge(page(scene)["shown"]["id"], other, BO)


def time_out(scene: Scene) -> None:
    """Whoever took it on says nothing for too long."""
    scene.pagerduty.data["services"]["PSVC001"]["acknowledgement_timeout"] = 1800
    scene.later(hours=1)
    scene.pagerduty.call("GET /incidents", date_range="all")


def taken_on(scene: Scene, _: Plan) -> bool:
    kept = scene.memories[ID].facts["acknowledged"]["primary"]["by"]
    return "acknowledged by Ana" in scene.card() and kept == "Ana"


def snoozed(scene: Scene) -> object:
    return page(scene).get("snoozed_until")


def own_note(scene: Scene) -> list[str]:
    return [note["content"] for note in page(scene)["notes"]]


def delete_note(scene: Scene) -> None:
    Responders(scene.pagerduty).delete_note(page(scene)["shown"]["id"], page(scene)["notes"][0]["id"])


def by(name: str, *more: Any) -> Callable[[Scene], object]:
    """What responders do to the page by one of their methods."""
    return lambda scene: getattr(Responders(scene.pagerduty), name)(page(scene)["shown"]["id"], BO, *more)


POLICY = {"id": "PESC003", "type": "escalation_policy_reference"}
ASSIGNED = [{"assignee": {"id": "PUSR004", "type": "user_reference"}}]
_PAGE: dict[str, Drifting] = {
    ITSELF: Drifting(lambda scene: scene.pagerduty.data["incidents"].clear(), shows("shown", "incident_key")),
    "title": Drifting(change(title="Nonsense"), shows("shown", "title")),
    "urgency": Drifting(change(urgency="low"), shows("shown", "urgency")),
    "priority": Drifting(change(priority="P5"), shows("shown", "priority", "summary")),
    "acknowledged": Drifting(
        lambda scene: Responders(scene.pagerduty).acknowledge(page(scene)["shown"]["id"], ANA),
        shows("shown", "acknowledgements"),
        news=taken_on,
    ),
    "unacknowledged": Drifting(time_out, how_often, acknowledged, taken_on),
    "resolved": Drifting(by("resolve"), how_often, news=noted("resolved in PagerDuty by Bo")),
    "triggered": Drifting(by("reopen"), shows("shown", "status"), over),
    "merged": Drifting(merge, how_often, news=noted("the page was merged into #2")),
    "snoozed": Drifting(by("snooze"), snoozed, acknowledged),
    "service": Drifting(
        change(service={"id": "PSVC003", "type": "service_reference"}), shows("shown", "service", "id")
    ),
    "escalation policy": Drifting(
        change(escalation_policy=POLICY), shows("shown", "escalation_policy", "id")
    ),
    "assignees": Drifting(change(assignments=ASSIGNED), shows("shown", "assignments")),
    "body": Drifting(
        lambda scene: page(scene)["hidden"]["body"].update(details="Nonsense"),
        shows("hidden", "body", "details"),
    ),
    "bridge": Drifting(
        change(conference_bridge={"conference_url": "https://meet.example.com/1"}),
        shows("hidden", "conference_bridge", "conference_url"),
    ),
}  # fmt: skip
PAGERDUTY: dict[Key, Drifting] = {
    **{("pagerduty", "page", field): case for field, case in _PAGE.items()},
    ("pagerduty", "links", ITSELF): Drifting(delete_note, own_note),
    ("pagerduty", "links", "links"): Drifting(
        lambda scene: page(scene)["notes"][0].update(content="Nonsense"), own_note
    ),
    ("pagerduty", "again", ITSELF): Drifting(by("acknowledge"), how_often, called_again),
    ("pagerduty", "people's notes", ITSELF): Drifting(by("write_note", "It is the cache."), own_note),
}
