"""How an incident ends in Slack, and how it comes back: resolved, closed, canceled, reopened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.incident.history import History
from reconciler.incident.model import Status
from reconciler.plan.change import Cause, Kind
from tests.support.recording import slack_says
from tests.support.scene import CHANNEL, ID, START, Scene, update

RESOLVED = f"{CHANNEL}-resolved"
TITLE = "Checkout returns HTTP 500 for a third of requests"
PLACES = ("general", "incidents")


@pytest.fixture
def scene() -> Scene:
    """An incident that was declared an hour ago."""
    scene = Scene(off={"notion"})
    scene.edit()
    scene.apply()
    scene.later(hours=1)
    return scene


def applied(scene: Scene, **fields: object) -> None:
    """Edit, apply, and expect that all went well and is quiet after."""
    scene.edit(**fields)  # type: ignore[arg-type]
    report = scene.apply().report
    assert (report.exit_code, report.converged) == (0, True), report
    assert scene.quiet()


def archived(scene: Scene, name: str) -> bool:
    return bool(scene.channel(name)["is_archived"])


def test_resolved_renames_the_channel_and_tells_everybody_who_was_told(scene: Scene) -> None:
    applied(scene, status=Status.RESOLVED)
    ending = f"*:white_check_mark: Resolved* · {TITLE}"
    assert scene.channel(RESOLVED)["topic"]["value"].startswith("SEV1 · resolved · ")
    assert "*Status:* resolved" in scene.card(RESOLVED)
    assert scene.messages(RESOLVED)[1:] == [ending]
    for place in PLACES:
        assert scene.messages(place)[0].startswith("*SEV1* · resolved · ")
        assert scene.messages(place)[1:] == [ending], (
            "the end is shown in the channel, not only in the thread"
        )


def test_who_was_told_only_of_a_higher_severity_is_told_of_the_end(scene: Scene) -> None:
    applied(scene, severity="sev3")
    applied(scene, status=Status.RESOLVED)
    assert "Resolved" in scene.messages("general")[-1]


def test_nobody_new_is_told_by_an_end(scene: Scene) -> None:
    scene = Scene(off={"notion"})
    scene.edit(severity="sev3")
    scene.apply()
    applied(scene, severity="sev1", status=Status.RESOLVED)
    assert scene.messages("general") == []
    assert "vp@example.com" not in scene.people(RESOLVED)


def test_canceled_is_told_as_a_false_alarm(scene: Scene) -> None:
    applied(scene, status=Status.CANCELED)
    assert scene.messages("general")[1] == f"*:no_entry_sign: Canceled: a false alarm* · {TITLE}"
    assert "*Status:* canceled: a false alarm" in scene.card(RESOLVED)
    assert not archived(scene, RESOLVED)


def test_closing_what_was_resolved_tells_nobody_again(scene: Scene) -> None:
    applied(scene, status=Status.RESOLVED)
    told = [scene.messages(RESOLVED), scene.messages("general")[1:]]
    applied(scene, status=Status.CLOSED)
    assert [scene.messages(RESOLVED)[: len(told[0])][1:], scene.messages("general")[1:]] == [
        told[0][1:],
        told[1],
    ]
    assert len(scene.messages(RESOLVED)) == len(told[0])


@pytest.mark.parametrize("status", [Status.CLOSED, Status.CANCELED])
def test_the_channel_is_archived_when_the_grace_time_has_passed_and_not_before(
    scene: Scene, status: Status
) -> None:
    applied(scene, status=status)
    scene.later(days=6, hours=23)
    assert scene.quiet()
    assert not scene.memories[ID].settled
    scene.later(hours=1)
    [change] = scene.plan().changes
    assert (change.address.thing, change.kind, change.cause) == ("channel", Kind.RETIRE, Cause.DUE)
    assert scene.apply().report.exit_code == 0
    assert archived(scene, RESOLVED)
    assert scene.memories[ID].settled


def test_a_settled_incident_costs_no_call(scene: Scene) -> None:
    applied(scene, status=Status.CLOSED)
    scene.later(days=8)
    scene.apply()
    scene.forget_calls()
    report = scene.apply().report
    assert (scene.calls, report.exit_code) == ([], 0)


def test_the_grace_time_counts_from_what_the_file_says(scene: Scene) -> None:
    """An incident that ended long ago and is closed with that time: told first, then archived."""
    scene.edit(status=Status.CLOSED, times={"closed": START - timedelta(days=30)})
    report = scene.apply().report
    assert report.exit_code == 0, report
    assert "Closed" in scene.messages(CHANNEL)[-1], "the end is told before the channel is archived"
    assert archived(scene, CHANNEL)
    assert scene.quiet()


def test_where_history_is_cut_off_it_is_not_known_since_when_and_nothing_is_archived(scene: Scene) -> None:
    """A shallow clone begins with the closed version: its commit may not be the one that closed."""
    applied(scene, status=Status.CLOSED)
    scene.later(days=8)
    case = scene.case(ID)
    assert case.history.began(Status.CLOSED) is not None
    assert History(case.history.versions[-1:], complete=False).began(Status.CLOSED) is None


def test_a_channel_that_a_person_archived_early_is_left_archived(scene: Scene) -> None:
    applied(scene, status=Status.RESOLVED)
    scene.slack.person("ana@example.com").archive(RESOLVED)
    assert scene.quiet()
    applied(scene, status=Status.CLOSED)
    assert scene.memories[ID].settled


def test_a_channel_that_a_person_archived_while_the_incident_is_open_is_blocked(scene: Scene) -> None:
    scene.slack.person("ana@example.com").archive(CHANNEL)
    for memory in ("kept", "lost"):
        report = scene.apply().report
        told = [one.reason for one in report.after.blocked if one.address.thing == "channel"]
        told += [one.trouble.answer for one in report.outcomes if one.trouble]
        assert "archived" in told[0], memory
        assert report.exit_code == 3, memory
        scene.memories.clear()
    assert sorted(raw["name"] for raw in scene.slack.data["channels"].values()) == [
        "general",
        CHANNEL,
        "incidents",
    ]


def test_reopening_before_closing_undoes_the_rename_and_says_so(scene: Scene) -> None:
    applied(scene, status=Status.RESOLVED)
    before = scene.channel(RESOLVED)["id"]
    applied(scene, status=Status.INVESTIGATING)
    assert scene.channel(CHANNEL)["id"] == before
    again = f"*:warning: Open again* · {TITLE}"
    assert scene.messages()[2:] == [again]
    assert scene.messages("general")[2:] == [again]
    assert scene.messages("general")[0].startswith("*SEV1* · investigating · ")


def test_a_second_end_is_told_as_the_first(scene: Scene) -> None:
    for status in (Status.RESOLVED, Status.INVESTIGATING, Status.RESOLVED):
        applied(scene, status=status)
    assert [text.split("*")[1] for text in scene.messages(RESOLVED)[1:]] == [
        ":white_check_mark: Resolved",
        ":warning: Open again",
        ":white_check_mark: Resolved",
    ]


def test_reopening_within_the_grace_time_keeps_the_channel(scene: Scene) -> None:
    applied(scene, status=Status.CLOSED)
    scene.later(days=3)
    applied(scene, status=Status.IDENTIFIED)
    assert not archived(scene, CHANNEL)


def closed_and_archived(scene: Scene) -> Scene:
    applied(scene, updates=(update("Rolling back."),))
    applied(scene, status=Status.CLOSED)
    scene.later(days=8)
    scene.apply()
    assert archived(scene, RESOLVED)
    return scene


def test_reopening_after_the_channel_was_archived_makes_a_follow_up_and_the_plan_says_why(
    scene: Scene,
) -> None:
    closed_and_archived(scene)
    scene.edit(status=Status.INVESTIGATING)
    [channel] = [change for change in scene.plan().changes if change.address.key == "slack:channel"]
    assert channel.value("name") == f"{CHANNEL}-2"
    assert channel.reason == "a follow-up channel: a bot cannot unarchive the old one"
    assert scene.apply().report.exit_code == 0
    follow_up = scene.channel(f"{CHANNEL}-2")
    assert "vp@example.com" in scene.people(f"{CHANNEL}-2")
    assert scene.messages(f"{CHANNEL}-2")[1:] == [f"*:warning: Open again* · {TITLE}"]
    assert f"<#{follow_up['id']}>" in scene.messages("general")[0]
    notes = scene.pagerduty.data["incidents"][scene.page("primary")["id"]]["notes"]
    assert [follow_up["id"] in note["content"] for note in notes] == [True], "the links on the page follow"
    assert archived(scene, RESOLVED)
    assert scene.quiet()


def test_the_follow_up_lives_and_ends_as_the_first_channel_did(scene: Scene) -> None:
    closed_and_archived(scene)
    applied(scene, status=Status.INVESTIGATING)
    applied(scene, updates=(update("Rolling back."), update("Again.", minutes=20_000)))
    assert [text.split("\n")[-1] for text in scene.messages(f"{CHANNEL}-2")[2:]] == ["Again."]
    applied(scene, status=Status.RESOLVED)
    assert scene.channel(f"{CHANNEL}-2-resolved")["is_archived"] is False
    applied(scene, status=Status.CLOSED)
    scene.later(days=8)
    scene.apply()
    applied(scene, status=Status.INVESTIGATING)
    assert scene.channel(f"{CHANNEL}-3")["is_archived"] is False


@pytest.mark.parametrize("then", [Status.INVESTIGATING, Status.RESOLVED])
def test_a_follow_up_needs_no_memory(scene: Scene, then: Status) -> None:
    """Without memory the archived channel is not known: its name is free, and is taken again."""
    closed_and_archived(scene)
    scene.memories.clear()
    scene.edit(status=Status.INVESTIGATING)
    assert scene.apply().report.exit_code == 0
    assert scene.messages()[1:] == [f"*:warning: Open again* · {TITLE}"], "old updates are not told again"
    applied(scene, status=then)
    scene.memories.clear()
    assert scene.quiet()
    living = [raw["name"] for raw in scene.slack.data["channels"].values() if not raw["is_archived"]]
    assert [name for name in living if name.startswith("incd-")] == [
        CHANNEL if then.open else f"{CHANNEL}-2-resolved"
    ]


def test_reopening_although_a_person_had_archived_it_after_the_end_makes_a_follow_up(scene: Scene) -> None:
    applied(scene, status=Status.RESOLVED)
    scene.slack.person("ana@example.com").archive(RESOLVED)
    applied(scene, status=Status.INVESTIGATING)
    assert not archived(scene, f"{CHANNEL}-2")


def test_an_end_that_slack_refuses_is_told_at_the_next_run(scene: Scene) -> None:
    scene.fails("slack", "chat.postMessage", slack_says("restricted_action"))
    scene.edit(status=Status.RESOLVED)
    assert scene.apply().report.exit_code == 3
    scene.heals()
    scene.later(hours=2)
    assert scene.apply().report.exit_code == 0
    assert all("Resolved" in scene.messages(name)[-1] for name in (RESOLVED, *PLACES))
    assert scene.quiet()


def test_an_incident_that_was_never_seen_open_is_told_nowhere() -> None:
    for status in (Status.RESOLVED, Status.CLOSED, Status.CANCELED):
        scene = Scene(off={"notion"})
        scene.edit(status=status)
        plan = scene.plan()
        assert (plan.changes, plan.blocked, plan.unreadable) == ((), (), ())
        assert scene.apply().report.exit_code == 0
        assert scene.writes() == []


def test_an_incident_that_was_open_and_over_before_the_first_run_is_told_nowhere() -> None:
    scene = Scene(off={"notion"})
    scene.edit()
    scene.later(hours=1)
    scene.edit(status=Status.RESOLVED)
    assert scene.apply().report.exit_code == 0
    assert scene.writes() == []
