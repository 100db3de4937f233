"""What two runs at once without the lease have made twice: one stays, and nothing of people's is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.incident.model import Status
from tests.support.racing import Race, order_of, settled, stranger, view
from tests.support.recording import slack_says
from tests.support.scene import CHANNEL, ID, Scene, update

#: Both have looked before either writes.
BOTH = "a 14 calls, b 22 calls, a to the end, b to the end"


def declared_by_two(order: str = BOTH, racy: bool = False) -> tuple[Scene, Scene, Scene]:
    """The scene after two runs at once, and the two."""
    scene = Scene()
    scene.slack.racy_create = racy
    roles = {"commander": "ana@example.com"}
    scene.edit(severity="sev2", roles=roles, responders=(), updates=(update("Rolling back."),))
    runs = {"a": view(scene), "b": view(scene)}
    Race(runs).go(order_of(order))
    return scene, runs["a"], runs["b"]


def twice(scene: Scene, method: str, **arguments: Any) -> Any:
    """Make a call of ours once more, as another run would have at the same moment."""
    machine = scene.slack if "." in method else scene.pagerduty
    last = [one for one in machine.log if one.method == method][-1]
    return machine.call(method, **{**last.arguments, **arguments})


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.edit(severity="sev2", services=(), responders=(), updates=(update("Rolling back."),))
    scene.apply()
    return scene


def test_runs_that_remember_two_cards_do_not_fight_over_them() -> None:
    scene, a, b = declared_by_two()
    settled([lambda: a, lambda: b, lambda: stranger(scene)])
    assert scene.card()
    assert len([text for text in scene.messages() if text.startswith("SEV2")]) == 1


def test_whoever_ends_last_sees_what_both_have_made() -> None:
    scene, _, _ = declared_by_two()
    assert len(scene.bookmarks()) == 2
    assert len(scene.page_in_full("primary")["notes"]) == 1
    assert len(scene.messages()) == len(set(scene.messages()))


def test_the_end_of_a_run_that_is_alone_costs_no_more_looks() -> None:
    alone, beside = Scene(), Scene(alone=False)
    for scene in (alone, beside):
        scene.edit(severity="sev2", services=(), responders=())
        scene.apply()
    assert len(alone.calls) < len(beside.calls)


def test_replies_below_a_second_announcement_go_before_it_and_leave_nothing(scene: Scene) -> None:
    second = scene.slack.call("chat.postMessage", **announcement(scene))
    reply = [one for one in scene.slack.log if one.arguments.get("thread_ts")][-1].arguments
    scene.slack.call("chat.postMessage", **{**reply, "thread_ts": second["ts"]})
    settled([lambda: stranger(scene)])
    assert len(scene.messages("incidents")) == 1
    assert "This message was deleted." not in str(scene.slack.snapshot())
    assert len(scene.thread("incidents")) == 1


def announcement(scene: Scene) -> dict[str, Any]:
    """What the announcement was sent with."""
    sent = [one.arguments for one in scene.slack.log if one.method == "chat.postMessage"]
    return next(one for one in sent if one["metadata"]["event_payload"]["thing"] == "announcement")


@pytest.mark.parametrize("answered", ["the older", "the younger", "both"])
def test_a_message_that_people_have_answered_stays(scene: Scene, answered: str) -> None:
    first = scene.posts("incidents")[0]["ts"]
    second = str(scene.slack.call("chat.postMessage", **announcement(scene))["ts"])
    person = scene.slack.person("bo@example.com")
    for ts, named in ((first, "the older"), (second, "the younger")):
        if answered in (named, "both"):
            person.post("incidents", "Seen.", ts)
    settled([lambda: stranger(scene)])
    left = [post["ts"] for post in scene.posts("incidents")]
    assert left == {"the older": [first], "the younger": [second], "both": [first, second]}[answered]
    assert str(scene.slack.snapshot()).count("Seen.") == {"both": 2}.get(answered, 1)


def test_a_bookmark_of_a_person_s_with_the_same_link_stays(scene: Scene) -> None:
    person = scene.slack.person("bo@example.com")
    person.add_bookmark(CHANNEL, "Incident handbook", "https://wiki.example.com/incidents")
    assert scene.quiet()
    assert [title for title, _ in scene.bookmarks()] == ["Incident handbook"] * 2
    twice(scene, "bookmarks.add")
    settled([lambda: stranger(scene)])
    assert [title for title, _ in scene.bookmarks()] == ["Incident handbook"] * 2


def test_of_two_notes_with_the_links_the_older_one_stays(scene: Scene) -> None:
    [first] = [note["id"] for note in notes(scene)]
    scene.later(seconds=1)
    twice(scene, "POST /incidents/{id}/notes")
    scene.pagerduty.call(
        "POST /incidents/{id}/notes", id=scene.page("primary")["id"], note={"content": "Bo: looking."}
    )
    settled([lambda: stranger(scene)])
    assert notes(scene)[0]["id"] == first
    assert [note["content"] for note in notes(scene)][1:] == ["Bo: looking."]


def notes(scene: Scene) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = scene.pagerduty.data["incidents"][scene.page("primary")["id"]]["notes"]
    return listed


# channels ---------------------------------------------------------------------------------------


def two_channels(scene: Scene) -> tuple[str, str]:
    """A second channel of the same name, as Slack lets two creates at once both succeed; the older first."""
    scene.slack.racy_create = True
    twice(scene, "conversations.create")
    first, second = of_the_incident(scene)
    return first, second


def of_the_incident(scene: Scene, archived: bool | None = None) -> list[str]:
    listed = scene.slack.data["channels"].items()
    return sorted(
        id for id, raw in listed if raw["name"] == CHANNEL and archived in (None, raw["is_archived"])
    )


def said(scene: Scene, channel: str) -> None:
    """Bo writes in a channel."""
    person = scene.slack.person("bo@example.com")
    person.join(channel)
    person.post(channel, "Who is on it?")


def test_of_two_channels_the_older_one_stays_whichever_is_remembered(scene: Scene) -> None:
    first, second = two_channels(scene)
    other = view(scene)
    kept = other.memories[ID]
    there = kept.things["slack:channel"]
    other.memories[ID] = replace(kept, things={**kept.things, "slack:channel": replace(there, id=second)})
    settled([lambda: other, lambda: scene, lambda: stranger(scene)])
    assert of_the_incident(scene, archived=False) == [first]
    assert of_the_incident(scene, archived=True) == [second]
    assert other.memories[ID].things["slack:channel"].id == first


def test_of_two_channels_the_only_one_in_which_people_write_stays(scene: Scene) -> None:
    first, second = two_channels(scene)
    said(scene, second)
    settled([lambda: scene, lambda: stranger(scene)])
    assert of_the_incident(scene, archived=False) == [second]
    assert of_the_incident(scene, archived=True) == [first]
    assert len(scene.slack.data["channels"][second]["pins"]) == 1


def test_of_two_channels_in_which_people_write_none_is_archived_and_that_is_told(scene: Scene) -> None:
    first, second = two_channels(scene)
    said(scene, first)
    said(scene, second)
    settled([lambda: scene, lambda: stranger(scene)])
    assert of_the_incident(scene, archived=False) == [first, second]
    [note] = [note.text for note in scene.plan().notes]
    assert "a second channel" in note
    assert second in note


def test_as_long_as_it_cannot_be_read_who_writes_where_neither_is_written_to(scene: Scene) -> None:
    two_channels(scene)
    scene.fails("slack", "conversations.history", slack_says("internal_error"))
    before = scene.slack.snapshot()
    scene.edit(title="Checkout fails for all")
    assert scene.apply().report.exit_code == 3
    assert scene.slack.snapshot()["channels"].keys() == before["channels"].keys()
    assert of_the_incident(scene, archived=True) == []
    scene.heals()
    settled([lambda: scene])
    assert len(of_the_incident(scene, archived=True)) == 1


def test_a_follow_up_channel_is_no_second_one(scene: Scene) -> None:
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    scene.slack.person("ana@example.com").archive(f"{CHANNEL}-resolved")
    scene.edit(status=Status.IDENTIFIED)
    scene.apply()
    scene.slack.person("ana@example.com").unarchive(f"{CHANNEL}-resolved")
    scene.slack.person("ana@example.com").invite_bot(f"{CHANNEL}-resolved")
    scene.apply()
    assert not [raw["name"] for raw in scene.slack.data["channels"].values() if raw["is_archived"]]


def test_a_document_is_known_as_ours_by_what_we_would_have_written_then() -> None:
    order = "b 9 calls, a 28 calls, b to the end, a to the end"
    scene = Scene()
    scene.edit(severity="sev2", responders=(), updates=(update("Rolling back."),))
    scene.edit(status=Status.RESOLVED)
    runs = {"a": view(scene, versions=1), "b": view(scene)}
    Race(runs).go(order_of(order))
    settled([lambda: stranger(scene)])
    assert sorted(page["in_trash"] for page in scene.notion.data["pages"].values()) == [False, True]
