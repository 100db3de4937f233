"""How many rounds of calls a declare takes: on-call first, then people, then everything, then one look."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.recording import Called
from tests.support.scene import Scene

PEOPLE = ("users.lookupByEmail", "usergroups.list", "usergroups.users.list", "GET /priorities")


def cold() -> Scene:
    """Nothing is remembered, nobody is known."""
    scene = Scene()
    scene.edit()
    return scene


def warm() -> Scene:
    """Another incident was declared before: people, groups and the database are known."""
    scene = Scene()
    scene.edit("20261121-humble-heron", title="Search is slow")
    scene.learn(scene.apply())
    scene.later(minutes=5)
    scene.edit()
    scene.forget_calls()
    return scene


@pytest.fixture(params=[cold, warm], ids=["cold", "warm"])
def calls(request: pytest.FixtureRequest) -> list[Called]:
    """All calls of one apply."""
    made: Callable[[], Scene] = request.param
    scene = made()
    assert scene.apply().report.exit_code == 0
    return scene.calls


def last_round(calls: list[Called], *methods: str) -> int:
    """The last round of the first pass in which one of the methods was called; each has to be."""
    first = [one for one in calls if one.run == 1]
    assert set(methods) <= {one.method for one in first}
    return max(one.round for one in first if one.method in methods)


def test_every_page_is_sent_in_the_second_round(calls: list[Called]) -> None:
    assert last_round(calls, "POST /incidents") <= 2


def test_the_channel_has_its_people_topic_and_card_by_the_third_round(calls: list[Called]) -> None:
    needed = ("conversations.create", "conversations.invite", "conversations.setTopic")
    assert last_round(calls, *needed) <= 3
    posts = [one for one in calls if one.method == "chat.postMessage" and "blocks" in one.arguments]
    assert [one.round for one in posts] == [3]


def test_everything_is_done_by_the_fifth_round(calls: list[Called]) -> None:
    assert max(one.round for one in calls if one.run == 1) <= 5


def test_then_one_look_that_writes_nothing(calls: list[Called]) -> None:
    assert {one.run for one in calls} == {1, 2}
    assert [one.method for one in calls if one.run == 2 and one.writes] == []


def test_the_rounds_do_not_grow_with_the_number_of_incidents() -> None:
    scene = Scene()
    for number in range(5):
        scene.edit(f"20261121-incident-{number}", title=f"Incident {number}")
    assert scene.apply().report.exit_code == 0
    first = [one for one in scene.calls if one.run == 1]
    assert max(one.round for one in first) <= 5
    assert max(one.round for one in first if one.method == "POST /incidents") == 2
    assert len(scene.pages()) == 10


def test_who_is_known_is_not_looked_up_again() -> None:
    scene = warm()
    scene.apply()
    assert [one.method for one in scene.calls if one.method in PEOPLE] == []
