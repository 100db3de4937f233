"""How many calls looking takes, whatever the number of incidents: measured, since rate limits are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from reconciler.incident.model import Status
from tests.support.recording import Called
from tests.support.scene import CHANNEL, Scene, update

OPEN = 20
SHARED = {
    ("pagerduty", "GET /incidents"),
    ("slack", "users.conversations"),
    ("notion", "GET /v1/databases/{database_id}"),
    ("notion", "GET /v1/data_sources/{data_source_id}"),
    ("notion", "POST /v1/data_sources/{data_source_id}/query"),
}


@pytest.fixture(scope="module")
def busy() -> Scene:
    """20 open incidents of two teams, each told in two channels and updated once; all in line."""
    scene = Scene()
    for number in range(OPEN):
        id = f"20261121-incident-{number}"
        scene.edit(id, title=f"Incident {number}", updates=(update("Rolling back."),))
    applied = scene.apply()
    assert applied.report.exit_code == 0
    scene.learn(applied)
    return scene


def counted(calls: list[Called]) -> Counter[tuple[str, str]]:
    return Counter((one.target, one.method) for one in calls)


def test_a_shallow_look_is_the_shared_lists_only(busy: Scene) -> None:
    busy.forget_calls()
    plan = busy.plan(deep=False)
    assert (plan.changes, plan.blocked, plan.unreadable) == ((), (), ())
    assert set(counted(busy.calls)) <= SHARED
    assert all(number == 1 for number in counted(busy.calls).values()), counted(busy.calls)


def test_a_deep_look_adds_at_most_four_calls_an_open_incident(busy: Scene) -> None:
    """One a page and two an announcement may come on top; here they do not."""
    busy.forget_calls()
    plan = busy.plan(deep=True)
    assert plan.changes == ()
    deep = [one for one in busy.calls if (one.target, one.method) not in SHARED]
    assert len(deep) <= 4 * OPEN
    assert set(counted(deep)) == {("slack", "bookmarks.list"), ("slack", "conversations.history")}


def test_a_converged_run_writes_nothing(busy: Scene) -> None:
    assert busy.quiet()


def test_a_look_without_memory_stays_within_the_same_bounds(busy: Scene) -> None:
    """The same with three calls a page: its key, its notes, its log. People are looked up once for all."""
    scene = replace(busy, memories={})
    scene.slack, scene.pagerduty, scene.notion = busy.slack, busy.pagerduty, busy.notion
    scene.forget_calls()
    assert scene.plan().changes == ()
    made = counted(scene.calls)
    slack = sum(number for (target, _), number in made.items() if target == "slack")
    pagerduty = sum(number for (target, _), number in made.items() if target == "pagerduty")
    assert slack <= OPEN * (4 + 2 * 2) + 20
    assert pagerduty <= OPEN * 2 * 3 + 2
    assert made["slack", "conversations.list"] == 0


def test_settled_incidents_cost_no_call() -> None:
    scene = Scene()
    for number in range(5):
        scene.edit(f"20261121-incident-{number}", title=f"Incident {number}")
    scene.apply()
    for id in scene.versions:
        scene.edit(id, status=Status.CLOSED)
    scene.apply()
    scene.later(days=8)
    assert scene.apply().report.exit_code == 0
    scene.forget_calls()
    assert scene.apply().report.exit_code == 0
    assert scene.calls == []


def test_a_resolved_incident_costs_the_shared_lists_only_in_a_shallow_look() -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    scene.forget_calls()
    assert scene.plan(deep=False).changes == ()
    assert set(counted(scene.calls)) <= SHARED


def test_a_channel_that_a_person_archived_after_the_end_is_asked_for_once() -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    scene.slack.person("ana@example.com").archive(f"{CHANNEL}-resolved")
    assert scene.apply().report.exit_code == 0
    scene.forget_calls()
    scene.apply()
    assert "conversations.info" not in [one.method for one in scene.calls]


def test_the_workspace_is_never_listed_while_nobody_holds_a_name(busy: Scene) -> None:
    assert "conversations.list" not in [one.method for one in busy.calls]


def test_small_pages_are_followed_to_the_end() -> None:
    scene = Scene()
    scene.slack.page_size_cap = 1
    scene.notion.largest_page = 1
    for number in range(3):
        scene.edit(
            f"20261121-incident-{number}", title=f"Incident {number}", updates=(update("Rolling back."),)
        )
    assert scene.apply().report.exit_code == 0
    for memory in ("kept", "lost"):
        assert scene.quiet(), memory
        scene.memories.clear()


def test_more_pages_than_can_be_read_are_unknown_and_not_absent() -> None:
    """A list that is cut off says nothing about what was not on it."""
    scene = Scene(off={"notion"})
    scene.edit()
    scene.apply()
    for number in range(30):
        scene.slack.person("ana@example.com").post("general", f"chatter {number}")
    scene.slack.page_size_cap = 1
    scene.memories.clear()
    report = scene.apply().report
    assert "announcement/#general" in [one.address.thing for one in report.after.unreadable]
    assert len(scene.messages("general")) == 1
    assert report.exit_code == 3
