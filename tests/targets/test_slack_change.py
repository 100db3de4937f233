"""What follows an edit in Slack: updates once each, lines and messages in place, people who come later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.plan.change import Cause, Kind
from reconciler.targets.seam import Answer, Refused
from tests.support.recording import slack_says
from tests.support.scene import CHANNEL, ID, SETTINGS, Scene, update

PLACES = ("general", "incidents")
ROLLING = "*Update* · Ana · 2026-11-21 16:58:00 UTC\nRolling back release 412."


@pytest.fixture
def scene() -> Scene:
    """An incident that was declared ten minutes ago."""
    scene = Scene(off={"notion"})
    scene.edit()
    scene.apply()
    scene.later(minutes=10)
    scene.forget_calls()
    return scene


def test_an_update_is_posted_once_in_the_channel_and_once_in_each_thread(scene: Scene) -> None:
    scene.edit(updates=(update("Rolling back release 412."),))
    scene.apply()
    assert scene.messages()[1:] == [ROLLING]
    assert {place: scene.thread(place) for place in PLACES} == {place: [ROLLING] for place in PLACES}
    assert all(len(scene.messages(place)) == 1 for place in PLACES), "threads are not broadcast"
    assert scene.quiet()


def test_updates_come_in_the_order_of_the_file(scene: Scene) -> None:
    scene.edit(updates=tuple(update(f"step {number}", minutes=number) for number in range(5)))
    scene.apply()
    steps = [f"step {number}" for number in range(5)]
    assert [text.split("\n")[1] for text in scene.messages()[1:]] == steps
    assert [text.split("\n")[1] for text in scene.thread("general")] == steps


def test_an_edited_update_is_edited_in_place(scene: Scene) -> None:
    scene.edit(updates=(update("Rolling back release 411."),))
    scene.apply()
    scene.edit(updates=(update("Rolling back release 412."),))
    changes = scene.plan().changes
    assert {(change.kind, change.cause) for change in changes} == {(Kind.UPDATE, Cause.EDITED)}
    scene.apply()
    assert scene.messages()[1:] == [ROLLING]
    assert [scene.thread(place) for place in PLACES] == [[ROLLING], [ROLLING]]
    assert scene.quiet()


def test_a_removed_update_leaves_its_message(scene: Scene) -> None:
    scene.edit(updates=(update("Rolling back release 412."),))
    scene.apply()
    scene.edit(updates=())
    scene.apply()
    assert scene.messages()[1:] == [ROLLING]
    assert scene.quiet()


def test_an_update_that_a_person_deleted_is_not_posted_again(scene: Scene) -> None:
    scene.edit(updates=(update("Rolling back release 412."),))
    scene.apply()
    ana = scene.slack.person("ana@example.com")
    ana.delete_message(CHANNEL, scene.posts()[1]["ts"])
    assert scene.quiet()
    scene.edit(updates=(update("Rolling back release 413."),))
    report = scene.apply().report
    assert (report.exit_code, len(scene.messages())) == (0, 1)
    assert scene.quiet()


def test_topic_card_and_announcements_follow_status_roles_severity_title_and_summary(scene: Scene) -> None:
    scene.edit(
        status=Status.MITIGATED,
        roles={"commander": "bo@example.com"},
        severity="sev2",
        title="Checkout fails",
        summary="Vouchers only.",
    )
    report = scene.apply().report
    assert report.exit_code == 0
    assert scene.channel(CHANNEL)["topic"]["value"] == "SEV2 · mitigated · IC Bo · Checkout fails"
    card = scene.card()
    for said in ("SEV2 · Checkout fails", "*Status:* mitigated", "*Commander:* Bo", "Vouchers only."):
        assert said in card
    for place in PLACES:
        [told] = scene.messages(place)
        assert told.startswith("*SEV2* · mitigated · Checkout fails\nIC Bo · <#")
        assert told.endswith("\nVouchers only.")
    assert scene.quiet()


def test_the_plan_shows_the_topic_before_and_after(scene: Scene) -> None:
    scene.edit(status=Status.IDENTIFIED)
    [topic] = [change for change in scene.plan().changes if change.address.thing == "topic"]
    [field] = topic.fields
    assert (topic.kind, topic.cause) == (Kind.UPDATE, Cause.EDITED)
    assert field.before.startswith("SEV1 · investigating")
    assert field.after.startswith("SEV1 · identified")


def test_people_and_teams_that_are_added_later_are_invited() -> None:
    scene = Scene(off={"notion"})
    scene.edit(services=(), responders=())
    scene.apply()
    assert not {"chen@example.com", "dee@example.com"} & set(scene.people())
    scene.edit(page=("payments",), responders=("dee@example.com",))
    assert scene.apply().report.exit_code == 0
    assert {"chen@example.com", "dee@example.com"} <= set(scene.people())
    assert scene.quiet()


def test_a_raised_severity_invites_and_announces_once_more_people_and_channels() -> None:
    scene = Scene(off={"notion"})
    scene.edit(severity="sev3", services=(), roles={}, responders=())
    scene.apply()
    assert scene.people() == ["ana@example.com"]
    assert (len(scene.messages("incidents")), scene.messages("general")) == (1, [])
    scene.edit(severity="sev1")
    assert scene.apply().report.exit_code == 0
    assert scene.people() == ["ana@example.com", "bo@example.com", "vp@example.com"]
    assert [len(scene.messages(place)) for place in PLACES] == [1, 1]
    assert scene.quiet()


def test_who_was_told_of_a_severity_that_was_lowered_is_kept_up_to_date(scene: Scene) -> None:
    scene.edit(severity="sev3", updates=(update("Rolling back release 412."),))
    scene.apply()
    assert scene.messages("general")[0].startswith("*SEV3*")
    assert scene.thread("general") == [ROLLING]


def test_who_was_told_of_a_severity_that_was_lowered_is_kept_up_to_date_with_memory_lost(
    scene: Scene,
) -> None:
    scene.edit(severity="sev3")
    scene.apply()
    scene.memories.clear()
    scene.edit(updates=(update("Rolling back release 412."),))
    assert scene.apply().report.exit_code == 0
    assert [scene.thread(place) for place in PLACES] == [[ROLLING], [ROLLING]]
    assert scene.quiet()


def test_an_announcement_that_a_person_deleted_stays_deleted_and_gets_no_more_updates(scene: Scene) -> None:
    ana = scene.slack.person("ana@example.com")
    ana.delete_message("general", scene.posts("general")[0]["ts"])
    scene.edit(updates=(update("Rolling back release 412."),))
    report = scene.apply().report
    assert (report.exit_code, report.converged) == (0, True), report
    assert scene.messages("general") == []
    assert scene.thread("incidents") == [ROLLING]
    assert scene.quiet()


def test_the_same_with_a_thread_below_the_deleted_announcement(scene: Scene) -> None:
    ana = scene.slack.person("ana@example.com")
    ts = scene.posts("general")[0]["ts"]
    ana.post("general", "on my way", thread_ts=ts)
    ana.delete_message("general", ts)
    scene.edit(status=Status.IDENTIFIED, updates=(update("Rolling back release 412."),))
    report = scene.apply().report
    assert (report.exit_code, report.converged) == (0, True), report
    assert scene.messages("general") == []
    assert scene.quiet()


def test_a_channel_that_the_bot_was_put_out_of_after_the_announcement_is_told_as_blocked(
    scene: Scene,
) -> None:
    scene.slack.data["channels"][scene.channel("incidents")["id"]]["members"].remove("U0SANDBOX")
    scene.edit(updates=(update("Rolling back release 412."),))
    report = scene.apply().report
    assert {blocked.reason for blocked in report.after.blocked} == {"the bot is not in #incidents"}
    assert {str(blocked.address) for blocked in report.after.blocked} == {
        f"slack:{ID}/update/2026-11-21T16:58:00Z/#incidents",
    }
    assert scene.thread("general") == [ROLLING]
    scene.slack.person("ana@example.com").invite_bot("incidents")
    assert scene.apply().report.after.blocked == ()
    assert scene.thread("incidents") == [ROLLING]
    assert scene.quiet()


def test_an_announcement_channel_that_the_bot_is_not_in_is_told_with_what_to_type() -> None:
    scene = Scene(off={"notion"})
    severity = replace(SETTINGS.severities[0], announce=("#incidents", "#management"))
    scene.settings = replace(SETTINGS, severities=(severity,))
    scene.edit()
    [blocked] = scene.apply().report.after.blocked
    assert blocked.reason == "the bot is not in #management"
    assert blocked.next == "type `/invite` with the bot's name in #management"
    scene.slack.seed_channel("management")
    scene.apply()
    assert len(scene.messages("management")) == 1
    assert len(scene.messages("incidents")) == 1
    assert scene.quiet()


def test_a_new_bookmark_in_the_settings_is_added_and_a_changed_one_is_edited(scene: Scene) -> None:
    [handbook] = SETTINGS.slack.bookmarks
    moved = replace(handbook, url="https://wiki.example.com/new")
    scene.settings = replace(SETTINGS, slack=replace(SETTINGS.slack, bookmarks=(moved,)))
    scene.apply()
    assert scene.bookmarks() == [
        ("Incident handbook", "https://wiki.example.com/new"),
        ("Runbook", "https://wiki.example.com/checkout"),
    ]
    assert scene.quiet()


def test_a_paused_incident_is_looked_at_and_not_written(scene: Scene) -> None:
    scene.edit(paused=True, status=Status.IDENTIFIED, updates=(update("Rolling back."),))
    report = scene.apply().report
    assert scene.writes() == []
    assert {blocked.reason for blocked in report.after.blocked} == {"paused by the file"}
    scene.edit(paused=False)
    scene.apply()
    assert "identified" in scene.channel(CHANNEL)["topic"]["value"]


def test_one_refused_update_holds_up_no_other_thing(scene: Scene) -> None:
    scene.fails("slack", "conversations.setTopic", slack_says("user_is_restricted"))
    scene.edit(status=Status.IDENTIFIED, updates=(update("Rolling back release 412."),))
    report = scene.apply().report
    assert report.exit_code == 3
    assert scene.messages()[1:] == [ROLLING]
    assert "*Status:* identified" in scene.card()


def test_a_reply_whose_announcement_vanishes_at_that_moment_is_posted_once(scene: Scene) -> None:
    """Slack then makes it a message of its own; it is not posted again."""
    vp = scene.slack.person("ana@example.com")

    class Vanishing:
        def call(self, method: str, /, **arguments: Any) -> Answer:
            if arguments.get("thread_ts") and scene.posts("general"):
                vp.delete_message("general", scene.posts("general")[0]["ts"])
            return scene.slack.call(method, **arguments)

    scene.edit(updates=(update("Rolling back release 412."),))
    scene.wrapped["slack"] = Vanishing()
    scene.apply()
    scene.heals()
    for _ in range(2):
        scene.apply()
    assert scene.messages("general") in ([ROLLING], [])
    assert scene.quiet()


def test_an_announcement_that_is_found_again_and_edited_keeps_its_link(scene: Scene) -> None:
    scene.apply()
    links = {key: thing.url for key, thing in scene.memories[ID].things.items() if "announcement/" in key}
    assert all(links.values())
    scene.memories.clear()
    scene.edit(title="Checkout fails for everybody")
    scene.apply()
    assert {key: scene.memories[ID].things[key].url for key in links} == links


def test_an_announcement_that_could_not_be_edited_keeps_its_link(scene: Scene) -> None:
    scene.apply()
    links = {key: thing.url for key, thing in scene.memories[ID].things.items() if "announcement/" in key}
    scene.caches = {}
    scene.edit(title="Checkout fails for everybody")
    scene.fails("slack", "chat.update", Refused("chat.update", "odd_error", "no"))
    scene.apply()
    assert {key: scene.memories[ID].things[key].url for key in links} == links
