"""Calls for a team: one not paged is paged, one that is paged is notified again, once for each call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.incident.model import Escalation, Status
from reconciler.plan.change import Kind
from reconciler.sandbox.pagerduty.people import People
from reconciler.targets.pagerduty.target import PagerDuty
from reconciler.targets.retry import repeatable
from reconciler.targets.seam import Unanswered
from tests.support.calling import call_for, woken
from tests.support.scene import ID, SETTINGS, START, Scene

ANA, BO = "ana@example.com", "bo@example.com"


@pytest.fixture
def scene() -> Scene:
    """An incident of one team that was declared ten minutes ago."""
    scene = Scene(off={"notion", "slack"})
    scene.edit(services=())
    assert scene.apply().report.exit_code == 0
    scene.later(minutes=10)
    return scene


def called(scene: Scene, *calls: Escalation, **more: Any) -> Scene:
    scene.edit(escalations=calls, **more)
    assert scene.apply().report.exit_code == 0
    return scene


def page_id(scene: Scene) -> str:
    return str(scene.page("primary")["id"])


def test_a_team_that_was_not_paged_is_paged_and_that_is_all(scene: Scene) -> None:
    scene.edit(escalations=(call_for("payments", 10),))
    [change] = scene.plan().changes
    assert (change.kind, change.address.thing) == (Kind.CREATE, "payments")
    scene.apply()
    assert (woken(scene, "payments"), woken(scene, "primary")) == (1, 1)
    assert scene.quiet()


def test_a_team_that_is_paged_is_notified_again_once(scene: Scene) -> None:
    scene.edit(escalations=(call_for("primary", 10, why="No\nanswer"),))
    [change] = scene.plan().changes
    assert change.summary == "notify primary again, Ana calls for it: No answer"
    assert (change.kind, change.address.thing) == (Kind.CREATE, "primary/again/2026-11-21T16:55:00Z")
    scene.apply()
    assert woken(scene, "primary") == 2
    assert scene.quiet()
    scene.memories.clear()
    assert scene.quiet(), "what is forgotten is told by the page's log"


def test_who_has_acknowledged_is_notified_again_and_stays_known_as_the_first(scene: Scene) -> None:
    People(scene.pagerduty).acknowledge(page_id(scene), ANA)
    scene.apply()
    called(scene, call_for("primary", 10))
    assert scene.page("primary")["status"] == "triggered"
    assert woken(scene, "primary") == 2
    assert scene.memories[ID].facts["acknowledged"]["primary"]["by"] == "Ana"
    scene.memories.clear()
    assert scene.quiet()


def test_each_call_notifies_once_and_those_that_come_together_notify_together(scene: Scene) -> None:
    first = call_for("primary", 10)
    called(scene, first)
    scene.later(minutes=10)
    called(scene, first, call_for("primary", 20))
    assert woken(scene, "primary") == 3
    scene.later(minutes=10)
    called(scene, first, call_for("primary", 20), call_for("primary", 29), call_for("primary", 30))
    assert woken(scene, "primary") == 4
    scene.memories.clear()
    assert scene.quiet()


def test_a_call_that_the_page_itself_answers_notifies_nobody_again() -> None:
    scene = Scene(off={"notion", "slack"})
    scene.edit(services=())
    scene.later(minutes=5)
    called(scene, call_for("primary", 5), call_for("payments", 5))
    assert (woken(scene, "primary"), woken(scene, "payments")) == (1, 1)
    assert scene.quiet()


def test_a_clock_that_is_ahead_does_not_notify_those_twice_whom_the_call_has_paged(scene: Scene) -> None:
    scene.edit(escalations=(call_for("payments", 25),))
    ahead = replace(scene.versions[ID][-1], at=scene.clock.now() + timedelta(minutes=15))
    scene.versions[ID][-1] = ahead
    scene.apply()
    assert woken(scene, "payments") == 1
    assert scene.quiet()
    scene.memories.clear()
    assert scene.quiet()


def test_an_acknowledgement_since_the_call_is_no_answer(scene: Scene) -> None:
    scene.edit(escalations=(call_for("primary", 10),))
    scene.later(minutes=1)
    People(scene.pagerduty).acknowledge(page_id(scene), ANA)
    scene.apply()
    assert woken(scene, "primary") == 2


def test_who_is_given_the_page_by_a_person_since_the_call_is_not_notified_again(scene: Scene) -> None:
    scene.edit(escalations=(call_for("primary", 10),))
    scene.later(minutes=1)
    People(scene.pagerduty).change(page_id(scene), ANA, escalation_level=2)
    scene.apply()
    assert woken(scene, "primary") == 2
    assert scene.quiet()


def test_a_page_that_was_resolved_in_pagerduty_is_opened_again_by_a_call_and_notifies_once(
    scene: Scene,
) -> None:
    People(scene.pagerduty).resolve(page_id(scene), ANA)
    scene.apply()
    scene.later(minutes=5)
    assert scene.page("primary")["status"] == "resolved"
    called(scene, call_for("primary", 15))
    assert (scene.page("primary")["status"], woken(scene, "primary")) == ("triggered", 2)
    assert scene.quiet()
    scene.memories.clear()
    assert scene.quiet()
    scene.later(minutes=5)
    People(scene.pagerduty).resolve(page_id(scene), ANA)
    scene.apply()
    assert scene.page("primary")["status"] == "resolved", "a call is answered once"


def test_a_page_whose_log_was_read_before_it_was_opened_again_notifies_once(scene: Scene) -> None:
    People(scene.pagerduty).resolve(page_id(scene), ANA)
    scene.later(minutes=5)
    scene.memories.clear()
    called(scene, call_for("primary", 15))
    assert (scene.page("primary")["status"], woken(scene, "primary")) == ("triggered", 2)


def test_what_was_resolved_since_the_call_stays_so(scene: Scene) -> None:
    scene.edit(escalations=(call_for("primary", 10),))
    scene.later(minutes=1)
    People(scene.pagerduty).resolve(page_id(scene), ANA)
    assert not scene.plan().changes
    scene.apply()
    assert (scene.page("primary")["status"], woken(scene, "primary")) == ("resolved", 1)
    assert scene.quiet()


def test_nobody_is_notified_of_what_has_ended(scene: Scene) -> None:
    called(scene, call_for("primary", 10), status=Status.RESOLVED)
    assert woken(scene, "primary") == 1
    assert scene.quiet()


def test_a_drill_calls_only_those_that_the_settings_name_for_drills() -> None:
    scene = Scene(off={"notion", "slack"})
    scene.settings = replace(SETTINGS, drill=replace(SETTINGS.drill, page=("primary",)))
    scene.edit(services=(), drill=True)
    scene.apply()
    scene.later(minutes=10)
    called(scene, call_for("primary", 10), call_for("payments", 11))
    assert scene.pages() == [f"acme/{ID}/primary"]
    assert woken(scene, "primary") == 2


def test_a_call_of_long_ago_waits_for_a_word(scene: Scene) -> None:
    scene.edit(escalations=(call_for("primary", 10),))
    scene.later(days=3)
    [held] = scene.plan().held
    assert held.reason == "late: called for on 2026-11-21, and not since"
    assert scene.apply().report.exit_code == 4
    assert woken(scene, "primary") == 1
    scene.allow_late_pages = True
    scene.apply()
    assert woken(scene, "primary") == 2


def test_a_call_made_now_pages_whatever_the_age_of_the_incident() -> None:
    scene = Scene(off={"notion", "slack"})
    scene.edit(services=())
    scene.later(days=3)
    assert scene.apply().report.exit_code == 4
    called(scene, Escalation(START + timedelta(days=3), "primary"))
    assert woken(scene, "primary") == 1
    assert scene.quiet()


def test_a_lost_answer_is_not_sent_a_second_time(scene: Scene) -> None:
    scene.edit(escalations=(call_for("primary", 10),))
    lost = Unanswered("PUT /incidents/{id}", "timed out")
    scene.fails("pagerduty", "PUT /incidents/{id}", lost, times=1, done=True)
    scene.apply()
    scene.heals()
    assert woken(scene, "primary") == 2
    assert scene.quiet()


def test_a_log_that_cannot_be_read_notifies_nobody(scene: Scene) -> None:
    scene.edit(escalations=(call_for("primary", 10),))
    scene.fails("pagerduty", "GET /incidents/{id}/log_entries", Unanswered("GET", "503", 503))
    assert scene.apply().report.exit_code == 3
    assert woken(scene, "primary") == 1


def test_a_private_incident_does_not_say_who_called(scene: Scene) -> None:
    scene.settings = replace(SETTINGS, private_allowed=True)
    scene.edit(escalations=(call_for("primary", 10, why="Secret"),), private=True)
    assert [one.summary for one in scene.plan().changes if "again" in one.address.thing] == [
        "notify primary again"
    ]


def test_the_time_that_the_file_gives_may_be_any(scene: Scene) -> None:
    called(scene, call_for("primary", -600), call_for("primary", 600))
    assert woken(scene, "primary") == 2
    scene.memories.clear()
    assert scene.quiet()


def test_nobody_is_notified_again_without_the_lease() -> None:
    assert PagerDuty().leased(f"primary/again/{START:%Y-%m-%dT%H:%M:%SZ}")
    assert not PagerDuty().leased("primary")


def test_a_call_that_is_not_answered_for_want_of_an_answer_is_sent_once() -> None:
    again = {"incident": {"type": "incident_reference", "escalation_level": 1}}
    assert not repeatable("PUT /incidents/{id}", again)
    assert repeatable("PUT /incidents/{id}", {"incident": {"type": "incident_reference", "title": "x"}})


def test_a_long_log_is_read_to_its_end(scene: Scene) -> None:
    called(scene, call_for("primary", 10))
    for _ in range(120):
        People(scene.pagerduty).write_note(page_id(scene), BO, "Still at it.")
    scene.memories.clear()
    assert scene.quiet()
