"""What happens on both sides while a page lives: acknowledged, resolved, merged, timed out, reopened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.incident.model import Status
from reconciler.plan.plan import Plan
from reconciler.sandbox.pagerduty.people import People
from tests.support.scene import CHANNEL, ID, SETTINGS, Scene

ANA, BO = "ana@example.com", "bo@example.com"


@pytest.fixture
def scene() -> Scene:
    """An incident of one team that was declared ten minutes ago."""
    scene = Scene(off={"notion"})
    scene.edit(services=())
    assert scene.apply().report.exit_code == 0
    scene.later(minutes=10)
    return scene


def told(plan: Plan) -> list[str]:
    return [note.text for note in plan.notes]


def resolve(scene: Scene, who: str = ANA) -> None:
    People(scene.pagerduty).resolve(scene.page("primary")["id"], who)


def acknowledge(scene: Scene, who: str = BO) -> None:
    People(scene.pagerduty).acknowledge(scene.page("primary")["id"], who)


def reopening(scene: Scene) -> Scene:
    """The same, with settings that reopen what was resolved in PagerDuty."""
    scene.settings = replace(SETTINGS, pagerduty=replace(SETTINGS.pagerduty, when_resolved="reopen"))
    return scene


def test_resolving_the_incident_resolves_its_pages_with_a_word_why(scene: Scene) -> None:
    scene.edit(status=Status.RESOLVED)
    assert scene.apply().report.exit_code == 0
    page = scene.page("primary")
    assert page["status"] == "resolved"
    entries = scene.pagerduty.data["incidents"][page["id"]]["log_entries"]
    assert "The incident is resolved: https://github.com/example/incidents/blob/main/" in entries[-1]["note"]
    assert scene.quiet()


@pytest.mark.parametrize("status", [Status.CLOSED, Status.CANCELED])
def test_closing_and_canceling_resolve_the_pages_too(scene: Scene, status: Status) -> None:
    scene.edit(status=status)
    scene.apply()
    assert scene.page("primary")["status"] == "resolved"


def test_an_incident_of_many_days_is_resolved_like_any_other(scene: Scene) -> None:
    scene.later(days=30)
    scene.edit(status=Status.RESOLVED)
    assert scene.apply().report.exit_code == 0
    assert scene.page("primary")["status"] == "resolved"


@pytest.mark.parametrize("memory", ["kept", "lost"])
def test_reopening_the_incident_opens_the_page_again_and_the_plan_says_so(scene: Scene, memory: str) -> None:
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    if memory == "lost":
        scene.memories.clear()
    scene.later(days=2)
    scene.edit(status=Status.INVESTIGATING)
    plan = scene.plan()
    [page] = [change for change in plan.changes if change.address.thing == "primary"]
    assert page.reason == "open again"
    assert told(plan) == [], "who resolved it is nobody's concern when it is about to be opened"
    assert scene.apply().report.exit_code == 0
    assert scene.page("primary")["status"] == "triggered"
    assert scene.quiet()


@pytest.mark.parametrize("memory", ["kept", "lost"])
def test_resolved_in_pagerduty_while_the_file_is_open_is_reported_and_left_so(
    scene: Scene, memory: str
) -> None:
    resolve(scene)
    if memory == "lost":
        scene.memories.clear()
    for run in ("first", "second"):
        plan = scene.plan()
        assert told(plan) == [
            f"resolved in PagerDuty by Ana; `reconciler resolve {ID}` if the incident is over"
        ], run
        assert plan.exit_code() == 0
        scene.apply()
    assert scene.page("primary")["status"] == "resolved"
    assert "|primary>* resolved" in scene.card()
    assert scene.quiet()


def test_resolved_in_pagerduty_after_a_reopening_is_reported_too(scene: Scene) -> None:
    for status in (Status.RESOLVED, Status.INVESTIGATING):
        scene.edit(status=status)
        scene.apply()
        scene.later(minutes=10)
    resolve(scene)
    scene.apply()
    for memory in ("kept", "lost"):
        assert scene.quiet(), memory
        assert scene.page("primary")["status"] == "resolved", memory
        scene.memories.clear()


def test_the_services_own_timeout_is_told_apart(scene: Scene) -> None:
    scene.pagerduty.data["services"]["PSVC001"]["auto_resolve_timeout"] = 4 * 3600
    scene.later(hours=5)
    assert told(scene.plan()) == ["resolved by the service's own time limit at 2026-11-21T20:45:00Z"]
    assert scene.apply().report.exit_code == 0
    assert scene.page("primary")["status"] == "resolved"


def test_it_is_opened_again_where_the_settings_say_so(scene: Scene) -> None:
    resolve(reopening(scene))
    assert scene.apply().report.exit_code == 0
    assert scene.page("primary")["status"] == "triggered"
    assert scene.quiet()


def merged(scene: Scene) -> str:
    """The page was merged into another one, which is open; its id."""
    service = {"id": "PSVC003", "type": "service_reference"}
    incident = {"type": "incident", "title": "All is down", "service": service}
    other = str(scene.pagerduty.call("POST /incidents", incident=incident)["incident"]["id"])
    People(scene.pagerduty).merge(scene.page("primary")["id"], other, ANA)
    return other


def test_a_merged_page_is_followed_to_where_it_went(scene: Scene) -> None:
    other = merged(scene)
    [text] = told(scene.plan())
    assert text.startswith("the page was merged into #2 (triggered) https://")
    assert scene.apply().report.exit_code == 0
    assert scene.quiet()
    People(scene.pagerduty).resolve(other, ANA)
    [text] = told(scene.plan())
    assert text.startswith("the page was merged into #2 (resolved) https://")
    assert scene.quiet()


def test_a_merged_page_is_not_opened_again_while_the_other_one_is_open(scene: Scene) -> None:
    other = merged(reopening(scene))
    scene.apply()
    assert scene.quiet()
    assert scene.page("primary")["status"] == "resolved"
    People(scene.pagerduty).resolve(other, ANA)
    scene.apply()
    assert scene.page("primary")["status"] == "triggered", "nobody is at work any more"


def test_resolving_the_incident_leaves_the_page_that_ours_was_merged_into(scene: Scene) -> None:
    other = merged(scene)
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    assert scene.pagerduty.data["incidents"][other]["shown"]["status"] == "triggered"


def test_an_acknowledgement_is_recorded_with_its_time_and_shown_on_the_card(scene: Scene) -> None:
    acknowledge(scene)
    scene.later(minutes=5)
    assert scene.apply().report.exit_code == 0
    expected = {"primary": {"by": "Bo", "at": "2026-11-21T16:55:00Z"}}
    assert scene.memories[ID].facts["acknowledged"] == expected
    assert "|primary>* acknowledged by Bo at 16:55 UTC" in scene.card()
    assert scene.quiet()


def test_an_acknowledgement_is_shown_by_a_shallow_look_too(scene: Scene) -> None:
    acknowledge(scene)
    changes = scene.plan(deep=False).changes
    assert [change.address.thing for change in changes] == ["card"]


@pytest.mark.parametrize("end", ["in the file", "in PagerDuty"])
def test_an_acknowledgement_is_kept_when_the_page_is_resolved(scene: Scene, end: str) -> None:
    acknowledge(scene)
    scene.apply()
    if end == "in PagerDuty":
        resolve(scene)
    else:
        scene.edit(status=Status.RESOLVED)
    scene.apply()
    assert scene.memories[ID].facts["acknowledged"]["primary"]["by"] == "Bo"
    name = CHANNEL if end == "in PagerDuty" else f"{CHANNEL}-resolved"
    assert "acknowledged by Bo at 16:55 UTC" in scene.card(name)
    assert scene.quiet()


def test_an_acknowledgement_that_nobody_saw_is_found_in_the_log_of_the_resolved_page(scene: Scene) -> None:
    acknowledge(scene)
    scene.later(minutes=5)
    resolve(scene)
    assert scene.apply().report.exit_code == 0
    assert scene.memories[ID].facts["acknowledged"] == {"primary": {"by": "Bo", "at": "2026-11-21T16:55:00Z"}}
    assert "acknowledged by Bo at 16:55 UTC" in scene.card()
    assert scene.quiet()


def test_the_log_of_a_page_that_nobody_acknowledged_is_read_once(scene: Scene) -> None:
    resolve(scene)
    scene.apply()
    scene.forget_calls()
    scene.apply()
    assert "GET /incidents/{id}/log_entries" not in [one.method for one in scene.calls]


def test_the_first_acknowledgement_counts_also_after_the_page_was_open_again(scene: Scene) -> None:
    resolve(reopening(scene))
    scene.apply()
    assert scene.memories[ID].facts.get("acknowledged", {}) == {}
    acknowledge(scene)
    scene.apply()
    assert scene.memories[ID].facts["acknowledged"]["primary"]["by"] == "Bo"


def test_the_time_of_an_acknowledgement_is_shown_in_utc(scene: Scene) -> None:
    acknowledge(scene)
    page = scene.pagerduty.data["incidents"][scene.page("primary")["id"]]["shown"]
    page["acknowledgements"][0]["at"] = "2026-11-21T11:55:00-05:00"
    scene.apply()
    assert "acknowledged by Bo at 16:55 UTC" in scene.card()
