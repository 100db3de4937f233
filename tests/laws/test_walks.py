"""Random walks: whatever people, edits and faults do to each other, all comes in line and nobody loses work.

Below are the walks that once led astray, each as short as it can be.
"""

from __future__ import annotations

import pytest

from reconciler.incident.model import Status
from reconciler.plan.plan import State
from tests.support.scene import CHANNEL, Scene
from tests.support.walking import STEPS, walked
from tests.sweeps.walks import PEOPLE, tried


@pytest.mark.parametrize("number", range(3))
def test_a_walk_comes_to_rest_and_nothing_of_a_persons_is_lost(number: int) -> None:
    assert len(tried(12, 1000 + number)) >= 12


@pytest.mark.parametrize("name", sorted({*STEPS} - {name for name in STEPS if name.startswith("a run, ")}))
def test_each_step_alone_comes_to_rest(name: str) -> None:
    walked("an update", "a run", name)


def test_there_are_people_in_all_three_services() -> None:
    assert {name.split()[0] for name in PEOPLE} >= {"ana", "bo", "chen"}


# found by walks --------------------------------------------------------------------------------


@pytest.mark.parametrize("meanwhile", [Status.INVESTIGATING, Status.IDENTIFIED])
def test_a_card_that_was_made_again_by_a_run_that_was_killed_is_found(meanwhile: Status) -> None:
    """The memory knew only the card that a person had deleted, and a second one was posted."""
    scene = Scene()
    scene.edit()
    scene.apply()
    scene.slack.person("ana@example.com").delete_message(CHANNEL, scene.posts()[0]["ts"])
    remembered = dict(scene.memories)
    scene.apply()
    scene.memories = remembered
    scene.edit(status=meanwhile)
    scene.apply()
    marks = [raw["metadata"]["event_payload"]["thing"] for raw in scene.posts()]
    assert marks.count("card") == 1
    assert scene.quiet()


def test_what_waits_for_what_waits_for_a_blocked_channel_is_no_news() -> None:
    """The pin needs the card, which needs the channel."""
    scene = Scene()
    scene.slack.person("bo@example.com").create(CHANNEL, private=True)
    scene.edit()
    scene.apply()
    report = scene.apply().report
    assert report.of(State.SKIPPED) == ()
    assert [one.address.thing for one in report.after.blocked] == ["channel"]


def test_a_page_that_nobody_asks_for_any_more_and_that_never_went_out_gets_no_note() -> None:
    """Declared, and then made a drill before the first run that could page."""
    scene = Scene()
    scene.edit()
    scene.later(days=1, minutes=1)
    scene.edit(drill=True)
    report = scene.apply().report
    assert scene.pages() == []
    assert report.exit_code == 0
    assert report.of(State.SKIPPED) == ()


def test_a_channel_that_people_renamed_goes_on_being_told() -> None:
    """The settings name it as it was; whoever was told of the incident is told of its end."""
    scene = Scene()
    scene.edit()
    scene.apply()
    scene.slack.person("ana@example.com").rename("incidents", "outages")
    scene.edit(status=Status.RESOLVED)
    assert scene.apply().report.exit_code == 0
    assert "Resolved" in scene.messages("outages")[-1]
    scene.slack.seed_channel("incidents")
    scene.edit(status=Status.INVESTIGATING)
    scene.apply()
    assert "Open again" not in scene.messages("outages")[-1], "the one of that name counts"
