"""What others made is theirs: look-alikes are not touched, and people's work is not undone."""

from __future__ import annotations

import pytest

from reconciler.incident.model import Status
from reconciler.plan.change import Cause, Kind
from tests.support.recording import slack_says
from tests.support.scene import CHANNEL, ID, Scene, update

LIST = "conversations.list"


@pytest.fixture
def scene() -> Scene:
    scene = Scene(off={"notion"})
    scene.edit()
    return scene


def listed(scene: Scene) -> int:
    """How often the workspace was listed."""
    return [one.method for one in scene.calls].count(LIST)


def test_a_name_that_somebody_else_holds_costs_a_suffix_and_is_told(scene: Scene) -> None:
    theirs = scene.slack.person("ana@example.com").create(CHANNEL)
    before = scene.slack.snapshot()["channels"][theirs]
    report = scene.apply().report
    assert report.exit_code == 0
    [channel] = [one for one in report.outcomes if one.change.address.key == "slack:channel"]
    assert channel.note == f"#{CHANNEL} is taken: made as #{CHANNEL}-2"
    assert scene.slack.snapshot()["channels"][theirs] == before
    assert scene.channel(f"{CHANNEL}-2")["purpose"]["value"].startswith(f"[acme/{ID}]")
    assert listed(scene) == 1, "the workspace is listed once, and only because the name was taken"
    assert scene.quiet()
    assert listed(scene) == 0
    scene.memories.clear()
    assert scene.quiet()


def test_the_suffix_stays_to_the_end(scene: Scene) -> None:
    scene.slack.person("ana@example.com").create(CHANNEL)
    scene.apply()
    for status, name in ((Status.RESOLVED, f"{CHANNEL}-2-resolved"), (Status.INVESTIGATING, f"{CHANNEL}-2")):
        scene.edit(status=status)
        assert scene.apply().report.exit_code == 0
        assert scene.channel(name)
        scene.memories.clear()
        assert scene.quiet()


def test_an_archived_holder_costs_a_suffix_too(scene: Scene) -> None:
    person = scene.slack.person("ana@example.com")
    person.create(CHANNEL)
    person.archive(CHANNEL)
    assert scene.apply().report.exit_code == 0
    assert scene.channel(f"{CHANNEL}-2")


def test_the_name_is_given_back_to_nobody_when_the_resolved_name_is_taken(scene: Scene) -> None:
    scene.apply()
    scene.slack.person("ana@example.com").create(f"{CHANNEL}-resolved")
    scene.edit(status=Status.RESOLVED)
    report = scene.apply().report
    assert report.exit_code == 0
    assert scene.channel(f"{CHANNEL}-2-resolved")
    assert f"#{CHANNEL}-resolved is taken: named #{CHANNEL}-2-resolved" in [
        one.note for one in report.outcomes
    ]
    assert scene.quiet()


def test_a_holder_that_cannot_be_seen_blocks_the_channel_and_nothing_else(scene: Scene) -> None:
    scene.slack.person("ana@example.com").create(CHANNEL, private=True)
    report = scene.apply().report
    [channel] = [one for one in report.outcomes if one.change.address.key == "slack:channel"]
    assert channel.trouble is not None
    assert channel.trouble.next == (
        "rename that channel in Slack, or change `slack: channel_prefix` in the settings"
    )
    assert report.exit_code == 3
    assert len(scene.pages()) == 2
    assert [len(scene.messages(place)) for place in ("general", "incidents")] == [1, 1]
    assert scene.channel_names() == [CHANNEL]
    scene.forget_calls()
    again = scene.apply().report
    assert [one.address.thing for one in again.after.blocked] == ["channel"], "no more is listed"
    assert (again.exit_code, listed(scene)) == (3, 0), "it is not tried again before something has changed"
    scene.later(hours=1)
    scene.slack.person("ana@example.com").rename(CHANNEL, "mine")
    assert scene.apply().report.exit_code == 0
    assert scene.channel(CHANNEL)["creator"] == "U0SANDBOX"


def test_a_channel_of_ours_that_the_list_did_not_show_is_taken_over(scene: Scene) -> None:
    """A run that was killed had made it, and Slack's list of our channels lags."""
    scene.slack.call("conversations.create", name=CHANNEL)

    class Lagging:
        """Leaves new channels out of the bot's own list, the first two times."""

        times = 2

        def call(self, method: str, /, **arguments: object) -> object:
            answer = scene.slack.call(method, **arguments)
            if method == "users.conversations" and self.times:
                self.times -= 1
                kept = [raw for raw in answer["channels"] if not raw["name"].startswith("incd-")]
                return {**answer, "channels": kept}
            return answer

    scene.wrapped["slack"] = Lagging()  # type: ignore[assignment]
    scene.apply()
    assert scene.channel_names() == [CHANNEL]
    scene.heals()
    assert scene.apply().report.exit_code == 0
    assert scene.card()
    assert scene.quiet()


def test_two_channels_of_one_name_that_a_race_made_are_not_both_filled(scene: Scene) -> None:
    """Slack lets two creates at once both succeed; the oldest counts."""
    scene.slack.call("conversations.create", name=CHANNEL)
    scene.slack.racy_create = True
    scene.slack.call("conversations.create", name=CHANNEL)
    assert scene.apply().report.exit_code == 0
    first, second = (raw for raw in scene.slack.data["channels"].values() if raw["name"] == CHANNEL)
    assert first["purpose"]["value"].startswith(f"[acme/{ID}]")
    assert second["purpose"]["value"] == ""
    assert scene.quiet()


def test_a_channel_of_ours_that_bears_another_incidents_mark_is_left_alone(scene: Scene) -> None:
    made = scene.slack.call("conversations.create", name=CHANNEL)["channel"]["id"]
    scene.slack.call("conversations.setPurpose", channel=made, purpose="[other/20261121-honest-rhinoceros] x")
    assert scene.apply().report.exit_code == 0
    assert scene.channel(f"{CHANNEL}-2")


def test_a_persons_channel_that_bears_our_mark_is_not_taken_for_ours(scene: Scene) -> None:
    """Anybody may write a purpose; only our bot can have made the channel."""
    person = scene.slack.person("ana@example.com")
    theirs = person.create("war-room")
    person.edit_purpose("war-room", f"[acme/{ID}] come here")
    person.invite_bot("war-room")
    before = scene.slack.snapshot()["channels"][theirs]
    assert scene.apply().report.exit_code == 0
    assert scene.channel(CHANNEL)
    assert scene.slack.snapshot()["channels"][theirs] == before
    scene.memories.clear()
    assert scene.quiet()


def test_a_channel_of_ours_that_a_person_renamed_is_known_by_its_mark_without_memory(scene: Scene) -> None:
    scene.apply()
    scene.slack.person("ana@example.com").rename(CHANNEL, "war-room")
    scene.memories.clear()
    assert scene.apply().report.exit_code == 0
    assert scene.channel_names() == [CHANNEL]
    assert scene.quiet()


def test_a_channel_that_an_administrator_deleted_is_made_again(scene: Scene) -> None:
    scene.apply()
    del scene.slack.data["channels"][scene.channel(CHANNEL)["id"]]
    [change] = [one for one in scene.plan().changes if one.address.thing == "channel"]
    assert (change.kind, change.cause) == (Kind.RESTORE, Cause.DRIFTED)
    assert scene.apply().report.exit_code == 0
    assert f"<#{scene.channel(CHANNEL)['id']}>" in scene.messages("general")[0]
    assert "dee@example.com" in scene.people()
    assert scene.card()
    assert scene.quiet()


def test_a_bot_that_was_put_out_of_its_channel_says_so_and_is_quiet(scene: Scene) -> None:
    scene.apply()
    scene.slack.person("ana@example.com").kick_bot(CHANNEL)
    for memory in ("kept", "lost"):
        scene.edit(status=Status.IDENTIFIED, updates=(update(f"memory {memory}"),))
        report = scene.apply().report
        [blocked] = [one for one in report.after.blocked if one.address.thing == "channel"]
        assert blocked.next == "type `/invite` with the bot's name in it"
        assert report.exit_code == 3
        assert not [one for one in report.outcomes if one.trouble and one.change.address.thing != "channel"]
        scene.memories.clear()
    scene.slack.person("ana@example.com").invite_bot(CHANNEL)
    assert scene.apply().report.exit_code == 0
    assert "identified" in scene.channel(CHANNEL)["topic"]["value"]
    assert scene.quiet()


def test_what_people_pinned_bookmarked_wrote_and_whom_they_invited_stays(scene: Scene) -> None:
    scene.apply()
    person = scene.slack.person("ana@example.com")
    mine = person.post(CHANNEL, "*SEV1* · investigating · looks like an announcement")
    person.pin(CHANNEL, mine)
    person.add_bookmark(CHANNEL, "Dashboard", "https://grafana.example.com")
    person.invite(CHANNEL, scene.slack.seed_user("eve@example.com", "Eve"))
    before = scene.slack.snapshot()
    for memory in ("kept", "lost"):
        assert scene.quiet(), memory
        assert scene.slack.snapshot() == before
        scene.memories.clear()


def test_a_persons_bookmark_with_the_same_link_will_do_and_stays_theirs(scene: Scene) -> None:
    person = scene.slack.person("ana@example.com")
    scene.slack.call("conversations.create", name=CHANNEL)
    id = scene.channel(CHANNEL)["id"]
    scene.slack.call("conversations.invite", channel=id, users=person.id)
    person.add_bookmark(CHANNEL, "My runbook", "https://wiki.example.com/checkout")
    assert scene.apply().report.exit_code == 0
    assert ("My runbook", "https://wiki.example.com/checkout") in scene.bookmarks()
    assert len(scene.bookmarks()) == 2
    assert scene.quiet()


def test_a_message_with_our_mark_in_another_channel_is_of_no_account(scene: Scene) -> None:
    """Two incidents, or an instance of another name, may talk in one channel."""
    payload = {"instance": "other", "incident": ID, "thing": "announcement/#general", "digest": "x"}
    scene.slack.call(
        "chat.postMessage",
        channel=scene.channel("general")["id"],
        text="theirs",
        metadata={"event_type": "incident_reconciler", "event_payload": payload},
    )
    assert scene.apply().report.exit_code == 0
    assert scene.messages("general")[0] == "theirs"
    assert len(scene.messages("general")) == 2


def test_who_left_is_not_dragged_back(scene: Scene) -> None:
    scene.apply()
    scene.slack.person("dee@example.com").leave(CHANNEL)
    for memory in ("kept", "lost"):
        assert scene.quiet(), memory
        scene.memories.clear()
    scene.edit(responders=("dee@example.com", "chen@example.com"))
    scene.apply()
    assert "dee@example.com" not in scene.people()


def test_who_was_invited_by_a_run_that_was_killed_and_left_is_not_dragged_back(scene: Scene) -> None:
    scene.apply()
    memory = scene.memories[ID]
    scene.edit(responders=("chen@example.com", "dee@example.com"), services=())
    scene.apply()
    scene.memories[ID] = memory
    scene.slack.person("chen@example.com").leave(CHANNEL)
    assert scene.apply().report.exit_code == 0
    assert "chen@example.com" not in scene.people()


def test_a_link_that_was_added_just_now_and_is_not_listed_is_not_added_again_at_once(scene: Scene) -> None:
    scene.apply()
    there = sorted(scene.bookmarks())
    scene.slack.person("ana@example.com").remove_bookmark(CHANNEL, scene.bookmark_ids()[0])
    scene.later(minutes=1)
    assert scene.apply().report.exit_code == 3
    assert len(scene.bookmarks()) == len(there) - 1
    scene.later(minutes=1)
    assert scene.apply().report.exit_code == 0
    assert sorted(scene.bookmarks()) == there


@pytest.mark.parametrize(
    ("thing", "drift"),
    [
        ("topic", lambda scene, who: who.edit_topic(CHANNEL, "lunch")),
        ("purpose", lambda scene, who: who.edit_purpose(CHANNEL, "lunch")),
        ("channel", lambda scene, who: who.rename(CHANNEL, "lunch")),
        ("pin", lambda scene, who: who.unpin(CHANNEL, scene.posts()[0]["ts"])),
        ("card", lambda scene, who: who.delete_message(CHANNEL, scene.posts()[0]["ts"])),
        (
            "bookmark",
            lambda scene, who: who.remove_bookmark(CHANNEL, scene.bookmark_ids()[0]),
        ),
        (
            "bookmark",
            lambda scene, who: who.edit_bookmark(
                CHANNEL, scene.bookmark_ids()[0], "Lunch", "https://lunch.example.com"
            ),
        ),
    ],
    ids=["topic", "purpose", "name", "unpinned", "card deleted", "bookmark removed", "bookmark edited"],
)
def test_what_we_own_and_a_person_changed_is_restored_and_the_plan_says_so(
    scene: Scene, thing: str, drift: object
) -> None:
    scene.apply()
    scene.later(minutes=2)
    before = (scene.channel(CHANNEL), scene.card(), sorted(scene.bookmarks()))
    drift(scene, scene.slack.person("ana@example.com"))  # type: ignore[operator]
    [change, *_] = [one for one in scene.plan().changes if one.address.thing.startswith(thing)]
    assert (change.kind, change.cause) == (Kind.RESTORE, Cause.DRIFTED)
    assert scene.apply().report.exit_code == 0
    after = (scene.channel(CHANNEL), scene.card(), sorted(scene.bookmarks()))
    unlike = ("updated", "previous_names", "topic", "purpose")
    assert [before[0][key] for key in before[0] if key not in unlike] == [
        after[0][key] for key in after[0] if key not in unlike
    ]
    assert [before[0][key]["value"] for key in ("topic", "purpose")] == [
        after[0][key]["value"] for key in ("topic", "purpose")
    ]
    assert before[1:] == after[1:]
    assert scene.quiet()


def test_our_own_message_that_a_race_posted_twice_is_deleted_and_nobody_elses(scene: Scene) -> None:
    """Two runs at once, neither of which could see the other's posts."""
    twin = Scene(off={"notion"})
    twin.edit(updates=(update("Rolling back."),))
    twin.apply()
    scene.slack, scene.pagerduty = twin.slack, twin.pagerduty
    for name in ("general", "incidents", CHANNEL):
        channel = twin.slack.data["channels"][twin.channel(name)["id"]]
        for message in [raw for raw in channel["messages"].values() if raw.get("metadata")]:
            copied = {key: message[key] for key in ("text", "blocks", "metadata") if key in message}
            twin.slack.call(
                "chat.postMessage",
                channel=channel["id"],
                thread_ts=message.get("thread_ts", ""),
                **copied,
            )
    scene.slack.person("ana@example.com").post("general", "*SEV1* · me too")
    scene.edit(updates=(update("Rolling back."),))
    before = scene.slack.snapshot()
    assert len(scene.messages("general")) == 2
    assert scene.apply().report.exit_code == 0
    assert [len(scene.messages(name)) for name in (CHANNEL, "general", "incidents")] == [2, 1, 1]
    assert len(scene.thread("general")) == 1
    assert len(scene.slack.data["channels"][scene.channel("general")["id"]]["messages"]) == 3
    assert before != scene.slack.snapshot()
    assert scene.quiet()


def test_an_unknown_refusal_of_one_call_leaves_the_rest_alone(scene: Scene) -> None:
    scene.fails("slack", "pins.add", slack_says("too_many_pins"))
    report = scene.apply().report
    assert report.exit_code == 3
    assert [one.change.address.thing for one in report.outcomes if one.trouble] == ["pin"]
