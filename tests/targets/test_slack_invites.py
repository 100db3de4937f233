"""Who is invited: all in one call, and one person's refusal is that person's alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.incident.settings import Person
from reconciler.plan.plan import Outcome, Report, State
from reconciler.sandbox.slack.workspace import BOT
from reconciler.targets.seam import Answer
from tests.support.recording import slack_says
from tests.support.scene import ID, SETTINGS, Scene

INVITE = "conversations.invite"


@pytest.fixture
def scene() -> Scene:
    """An incident to which Ana, Bo and Dee are invited, before the first run."""
    scene = Scene(off={"notion"})
    scene.edit(severity="sev3", services=())
    return scene


def invited(report: Report) -> dict[str, Outcome]:
    """How each invite ended, by who it is."""
    outcomes = {one.change.address.thing: one for one in report.outcomes}
    return {
        thing.removeprefix("invite/"): one for thing, one in outcomes.items() if thing.startswith("invite/")
    }


def calls(scene: Scene) -> list[list[str]]:
    """Whom each call invites."""
    return [one.arguments["users"].split(",") for one in scene.calls if one.method == INVITE]


def stranger(scene: Scene) -> None:
    """The settings say that Dee has an id that Slack does not know."""
    scene.settings = replace(scene.settings, people={"dee@example.com": Person(slack="UNOBODY")})


def test_one_who_cannot_come_does_not_keep_the_others_out(scene: Scene) -> None:
    stranger(scene)
    report = scene.apply().report
    ended = invited(report)
    assert {who: one.state for who, one in ended.items()} == {
        "ana@example.com": State.APPLIED,
        "bo@example.com": State.APPLIED,
        "dee@example.com": State.FAILED,
    }
    assert scene.people() == ["ana@example.com", "bo@example.com"]
    assert report.exit_code == 3
    assert len(calls(scene)) == 1
    stuck = scene.apply().report
    assert [str(one.address) for one in stuck.after.blocked] == [f"slack:{ID}/invite/dee@example.com"]
    assert stuck.exit_code == 0, "a missing guest is told; on-call and the channel are there"


def test_where_nobody_can_come_each_is_told(scene: Scene) -> None:
    ids = {f"{who}@example.com": Person(slack=f"U{who.upper()}X") for who in ("ana", "bo", "dee")}
    scene.settings = replace(scene.settings, people=ids)
    ended = invited(scene.apply().report)
    assert {one.state for one in ended.values()} == {State.FAILED}
    assert {one.trouble.answer for one in ended.values() if one.trouble} == {
        "Slack answered user_not_found: Slack has no such user"
    }


def test_a_refusal_that_names_nobody_is_everybodys(scene: Scene) -> None:
    scene.fails("slack", INVITE, slack_says("user_is_restricted"))
    ended = invited(scene.apply().report)
    assert {one.state for one in ended.values()} == {State.FAILED}


def test_those_who_are_there_already_count_as_invited(scene: Scene) -> None:
    """A run that was killed had invited them, and the list of members lags."""
    scene.apply()
    scene.memories.clear()

    class Lagging:
        def call(self, method: str, /, **arguments: Any) -> Answer:
            answer = scene.slack.call(method, **arguments)
            if method == "conversations.members":
                return {**answer, "members": []}
            if method == "conversations.history":
                kept = [raw for raw in answer["messages"] if raw.get("subtype") != "channel_join"]
                return {**answer, "messages": kept}
            return answer

    scene.wrapped["slack"] = Lagging()
    report = scene.apply().report
    assert {one.state for one in invited(report).values()} == {State.APPLIED}
    assert report.exit_code == 0
    scene.heals()
    assert scene.quiet()


def test_a_group_of_which_some_cannot_come_is_invited_and_the_rest_is_told(scene: Scene) -> None:
    ana = scene.slack.person("ana@example.com").id
    scene.slack.seed_usergroup("night-shift", [ana, "UGONE"])
    severity = replace(SETTINGS.severities[2], invite=("@night-shift",))
    scene.settings = replace(SETTINGS, severities=(*SETTINGS.severities[:2], severity))
    report = scene.apply().report
    group = invited(report)["@night-shift"]
    assert (group.state, group.note) == (
        State.APPLIED,
        "not all could be invited (UGONE: user_not_found)",
    )
    assert report.exit_code == 0
    assert scene.quiet()


def test_a_group_with_the_bot_in_it_and_an_empty_one_are_no_trouble(scene: Scene) -> None:
    scene.slack.seed_usergroup("bots", [BOT])
    scene.slack.seed_usergroup("nobody", [])
    severity = replace(SETTINGS.severities[2], invite=("@bots", "@nobody"))
    scene.settings = replace(SETTINGS, severities=(*SETTINGS.severities[:2], severity))
    assert scene.apply().report.exit_code == 0
    assert scene.quiet()
    scene.memories.clear()
    assert scene.quiet()


def test_more_than_a_hundred_are_invited_a_hundred_at_a_time(scene: Scene) -> None:
    """Slack: at most 100 users a call."""
    many = [scene.slack.seed_user(f"p{number}@example.com", f"P{number}") for number in range(130)]
    scene.slack.seed_usergroup("everybody", many)
    severity = replace(SETTINGS.severities[2], invite=("@everybody",))
    scene.settings = replace(SETTINGS, severities=(*SETTINGS.severities[:2], severity))
    assert scene.apply().report.exit_code == 0
    assert max(len(users) for users in calls(scene)) == 100
    assert len(scene.people()) == 133
    assert scene.quiet()


def test_who_joins_a_group_later_is_not_invited_by_it(scene: Scene) -> None:
    """A group is invited once an incident, as it was then."""
    severity = replace(SETTINGS.severities[2], invite=("@payments-oncall",))
    scene.settings = replace(SETTINGS, severities=(*SETTINGS.severities[:2], severity))
    scene.apply()
    vp = scene.slack.person("vp@example.com").id
    for group in scene.slack.data["usergroups"].values():
        group["users"].append(vp)
    assert scene.quiet()
    assert "vp@example.com" not in scene.people()


def test_who_has_left_the_company_is_told_as_unknown(scene: Scene) -> None:
    scene.slack.data["users"][scene.slack.person("dee@example.com").id]["deleted"] = True
    report = scene.apply().report
    [blocked] = report.after.blocked
    assert blocked.reason == "no Slack user has the address dee@example.com"
    assert blocked.location is not None
