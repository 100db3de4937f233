"""A page that others have made becomes a team's, visibly: no second one is made; it ends with the file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reconciler.incident.model import Adopted, Status
from reconciler.plan.change import Kind
from reconciler.sandbox.pagerduty.people import People
from reconciler.views.changes import change_line
from tests.support.calling import call_for
from tests.support.scene import ID, START, Scene

SERVICE = {"id": "PSVC003", "type": "service_reference"}


@pytest.fixture
def scene() -> Scene:
    return Scene(off={"notion", "slack"})


def alert(scene: Scene, **more: Any) -> str:
    """An alert has made an incident in PagerDuty; its id."""
    given = {"type": "incident", "title": "Disk is full", "service": SERVICE, "urgency": "low", **more}
    return str(scene.pagerduty.call("POST /incidents", incident=given)["incident"]["id"])


def shown(scene: Scene, id: str) -> dict[str, Any]:
    return dict(scene.pagerduty.data["incidents"][id]["shown"])


def adopting(scene: Scene, id: str, **more: Any) -> Scene:
    scene.edit(services=(), adopt=Adopted({"primary": id}), **more)
    return scene


def count(scene: Scene) -> int:
    return len(scene.pagerduty.data["incidents"])


def test_it_is_taken_over_by_a_change_of_its_own_and_nobody_is_paged_twice(scene: Scene) -> None:
    id = alert(scene)
    [change] = adopting(scene, id).plan().changes
    assert (change.kind, change.id, change.address.thing) == (Kind.ADOPT, id, "primary")
    assert change_line(change).text == f"  = pagerduty primary       {id} becomes the page of primary (high)"
    assert scene.apply().report.exit_code == 0
    assert count(scene) == 1
    page = shown(scene, id)
    assert (page["title"], page["urgency"], page["priority"]["summary"]) == (
        "[SEV1] Checkout returns HTTP 500 for a third of requests",
        "high",
        "P1",
    )
    assert scene.quiet()
    scene.memories.clear()
    assert scene.quiet()


def test_it_is_seen_among_the_open_pages_and_ends_with_the_file(scene: Scene) -> None:
    id = alert(scene, service=SERVICE | {"id": "PSVC001"})
    adopting(scene, id).apply()
    scene.forget_calls()
    scene.apply()
    assert "GET /incidents/{id}" not in [one.method for one in scene.calls]
    People(scene.pagerduty).acknowledge(id, "bo@example.com")
    scene.apply()
    assert scene.memories[ID].facts["acknowledged"]["primary"]["by"] == "Bo"
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    assert shown(scene, id)["status"] == "resolved"
    assert count(scene) == 1
    assert scene.quiet()


def test_what_is_changed_in_it_afterwards_is_restored_and_not_adopted_again(scene: Scene) -> None:
    id = alert(scene)
    adopting(scene, id).apply()
    People(scene.pagerduty).change(id, "bo@example.com", title="Nonsense")
    [change] = scene.plan().changes
    assert change.kind is Kind.RESTORE


def test_taking_the_key_out_again_pages_nobody(scene: Scene) -> None:
    id = alert(scene)
    adopting(scene, id).apply()
    scene.edit(adopt=Adopted())
    scene.memories.clear()
    scene.apply()
    assert count(scene) == 1
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    assert shown(scene, id)["status"] == "resolved"


def test_what_cannot_be_found_is_told_and_not_replaced(scene: Scene) -> None:
    [blocked] = adopting(scene, "QNONE").plan().blocked
    assert blocked.reason == "PagerDuty has no incident QNONE that this token can see"
    assert scene.apply().report.exit_code == 3
    assert count(scene) == 0
    scene.edit(adopt=Adopted({"primary": alert(scene)}))
    assert scene.apply().report.exit_code == 0
    assert count(scene) == 1


def test_the_page_of_another_incident_is_not_taken_from_it(scene: Scene) -> None:
    other = "20261121-brave-otter"
    scene.edit(other, services=())
    scene.apply()
    theirs = shown(scene, scene.page("primary", other)["id"])
    [blocked] = adopting(scene, theirs["id"]).plan().blocked
    assert blocked.reason == f"{theirs['id']} is the page of {other}"
    scene.apply()
    assert shown(scene, theirs["id"]) == theirs
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    assert shown(scene, theirs["id"])["status"] == "triggered"


@pytest.mark.parametrize("apart", [True, False])
def test_of_two_files_that_name_one_page_the_first_declared_has_it(scene: Scene, apart: bool) -> None:
    id, other = alert(scene, service=SERVICE | {"id": "PSVC001"}), "20261121-brave-otter"
    adopting(scene, id)
    if apart:
        scene.apply()
    before = START - timedelta(minutes=1)
    scene.edit(other, services=(), declared_at=before, title="Other", adopt=Adopted({"primary": id}))
    for _ in range(2):
        assert scene.apply().report.exit_code == 3
        assert shown(scene, id)["title"] == "[SEV1] Other"
        assert [one.reason for one in scene.plan().blocked] == [f"{id} is the page of {other}"]
        assert not scene.plan().changes
        scene.memories.clear()
    assert count(scene) == 1


def test_a_team_that_was_paged_keeps_its_page_and_the_other_is_left_alone(scene: Scene) -> None:
    scene.edit(services=())
    scene.apply()
    id = alert(scene)
    before = shown(scene, id)
    adopting(scene, id).apply()
    for _ in range(2):
        told = [note.text for note in scene.plan().notes]
        assert any(f"was paged before `adopt:` named {id}" in text for text in told)
        assert shown(scene, id) == before
        scene.memories.clear()
        assert scene.quiet()


def test_one_that_is_resolved_already_is_left_so_until_somebody_calls_for_the_team(scene: Scene) -> None:
    id = alert(scene)
    People(scene.pagerduty).resolve(id, "bo@example.com")
    adopting(scene, id)
    scene.apply()
    assert (shown(scene, id)["status"], count(scene)) == ("resolved", 1)
    assert scene.quiet()
    scene.later(minutes=10)
    scene.edit(escalations=(call_for("primary", 10),))
    scene.apply()
    assert (shown(scene, id)["status"], count(scene)) == ("triggered", 1)
    assert scene.quiet()


def test_a_call_for_its_team_notifies_again(scene: Scene) -> None:
    id = alert(scene)
    scene.later(minutes=10)
    adopting(scene, id, escalations=(call_for("primary", 10),))
    scene.apply()
    entries = scene.pagerduty.data["incidents"][id]["log_entries"]
    assert sum(one["type"] == "notify_log_entry" for one in entries) == 2
    assert scene.quiet()


def test_a_file_that_was_over_when_it_was_first_seen_takes_over_nothing(scene: Scene) -> None:
    id = alert(scene)
    before = shown(scene, id)
    adopting(scene, id, status=Status.RESOLVED).apply()
    assert shown(scene, id) == before


def test_the_note_with_the_links_carries_our_mark() -> None:
    scene = Scene()
    id = alert(scene)
    adopting(scene, id).apply()
    [note] = scene.pagerduty.data["incidents"][id]["notes"]
    assert note["content"].startswith(f"[acme/{ID}/primary/links]\n")
    assert "paged" in scene.card().lower()
