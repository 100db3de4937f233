"""What an answer leaves out, or says in another shape, is not known: nobody takes it for "not there"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from reconciler.targets.seam import Answer, Api
from tests.support.garbled import INSTEAD, Garbling
from tests.support.scene import Scene, update


@dataclass
class Garbled:
    """An Api that garbles every answer to one method."""

    api: Api
    method: str
    how: Garbling

    def call(self, method: str, /, **arguments: Any) -> Answer:
        answer = self.api.call(method, **arguments)
        return self.how.of(answer) if method == self.method else answer


#: A service and its method → how its answers are garbled.
GARBLED = {
    ("pagerduty", "GET /incidents/{id}/notes"): ["notes.*.content missing", "notes.*.id null"],
    ("pagerduty", "GET /incidents"): [
        "incidents.*.status missing",
        "incidents.*.id an object",
        "incidents.*.incident_key missing",
    ],
    ("slack", "conversations.history"): [
        "messages a list of empty objects",
        "messages.*.ts null",
        "messages.*.metadata null",
        "messages.*.metadata a list",
    ],
    ("slack", "users.conversations"): ["channels.*.created null", "channels.*.name missing"],
    ("slack", "bookmarks.list"): ["bookmarks.*.title missing", "bookmarks.*.id null"],
    ("notion", "POST /v1/data_sources/{data_source_id}/query"): [
        "results.*.properties empty",
        "results.*.parent missing",
        "results.*.id null",
    ],
    ("notion", "GET /v1/data_sources/{data_source_id}"): ["properties empty", "properties missing"],
}
CASES = [(*at, garbling) for at, listed in GARBLED.items() for garbling in listed]
NAMES = [" ".join(case).replace("/", "-") for case in CASES]


def garbling(name: str) -> Garbling:
    """The garbling of that name."""
    path, _, word = name.partition(" ")
    [instead] = {str(each[word]): each[word] for each in INSTEAD.values() if word in each}.values()
    return Garbling(tuple(path.split(".")), word, instead)


def remembering() -> Scene:
    """All in line, and nothing remembered of it."""
    scene = Scene()
    scene.edit()
    scene.apply()
    scene.memories.clear()
    scene.forget_calls()
    return scene


@pytest.mark.parametrize(("target", "method", "name"), CASES, ids=NAMES)
def test_what_a_garbled_answer_does_not_say_is_unread_and_nothing_is_made_on_it(
    target: str, method: str, name: str
) -> None:
    scene = remembering()
    scene.wrapped[target] = Garbled(getattr(scene, target), method, garbling(name))
    report = scene.apply().report
    assert report.exit_code == 3
    made = {call for where, call in scene.writes() if where == target}
    assert made <= {"chat.update"}, "a card may lose a link that is not known now"
    scene.heals()
    assert scene.apply().report.exit_code == 0
    assert scene.quiet()


def test_a_card_that_comes_without_its_metadata_is_not_posted_again() -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    scene.forget_calls()
    scene.wrapped["slack"] = Garbled(
        scene.slack, "conversations.history", garbling("messages.*.metadata missing")
    )
    assert scene.apply().report.exit_code == 3
    assert scene.writes() == []


@pytest.mark.parametrize("word", ["a list of empty objects", "a list of null", "a list of text"])
def test_an_acknowledgement_without_a_time_is_no_answer(word: str) -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    how = garbling(f"incidents.*.acknowledgements {word}")
    scene.wrapped["pagerduty"] = Garbled(scene.pagerduty, "GET /incidents", how)
    assert scene.apply().report.exit_code == 3


def test_a_reply_whose_thread_cannot_be_read_is_not_taken_for_one_too_many() -> None:
    scene = Scene()
    scene.edit(updates=(update("Rolling back."),))
    scene.apply()
    before = scene.thread("incidents")
    scene.memories.clear()
    how = garbling("messages.*.thread_ts an object")
    scene.wrapped["slack"] = Garbled(scene.slack, "conversations.replies", how)
    scene.apply()
    assert scene.thread("incidents") == before != []
