"""Random walks: whatever people, edits and faults do to each other, all comes in line and nobody loses work.

Below are the walks that once led astray, each as short as it can be.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.incident.model import Status
from reconciler.plan.plan import State
from tests.support.scene import CHANNEL, SETTINGS, Scene
from tests.support.walking import STEPS, walked
from tests.sweeps import sample
from tests.sweeps.walks import PEOPLE, tried


@pytest.mark.parametrize("number", range(2))
def test_a_walk_comes_to_rest_and_nothing_of_a_persons_is_lost(number: int) -> None:
    assert len(tried(8, 1000 + number)) >= 8


ALONE = sample(sorted(name for name in STEPS if not name.startswith("a run, ")), 40)


@pytest.mark.parametrize("name", ALONE)
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


def test_a_card_of_which_only_the_thread_is_left_is_made_again_although_it_was_to_be_edited() -> None:
    """Slack calls what is left of it somebody else's message; the refusal was believed hour after hour."""
    scene = Scene()
    scene.edit()
    scene.apply()
    card, ana = scene.posts()[0]["ts"], scene.slack.person("ana@example.com")
    ana.post(CHANNEL, "Really?", thread_ts=card)
    ana.delete_message(CHANNEL, card)
    scene.edit(status=Status.IDENTIFIED)
    assert scene.apply().report.exit_code == 0
    assert "identified" in scene.card()
    assert scene.quiet()


def test_a_second_document_that_links_to_a_channel_of_before_is_still_one_that_nobody_has_touched() -> None:
    scene = Scene()
    scene.notion.query_lag = 600.0
    scene.edit()
    scene.apply()
    scene.memories.clear()
    scene.apply()
    scene.later(hours=1)
    del scene.slack.data["channels"][scene.channel(CHANNEL)["id"]]
    for _ in range(2):
        assert scene.apply().report.exit_code == 0
    assert [page["in_trash"] for page in scene.notion.data["pages"].values()] == [False, True]


def test_what_needs_what_cannot_be_read_is_neither_planned_nor_skipped() -> None:
    """A private channel that the bot was put out of cannot be told from one that is gone."""
    scene = Scene(settings=replace(SETTINGS, private_allowed=True))
    scene.edit(private=True)
    scene.apply()
    scene.slack.person("ana@example.com").kick_bot(CHANNEL)
    scene.edit(roles={"commander": "chen@example.com"})
    report = scene.apply().report
    assert [one.address.thing for one in report.after.unreadable] == ["channel"]
    assert not [one for one in report.after.changes if one.address.target == "slack"]
    assert report.of(State.SKIPPED) == ()
