"""Unknown is not absent: whatever cannot be read, nothing is made or retired because of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.sandbox.pagerduty.people import People
from reconciler.targets.seam import Answer, Api, CallError, Unanswered
from tests.support.outcome import Seen, difference, world_of
from tests.support.recording import notion_says, pagerduty_says, slack_says
from tests.support.scene import Scene, update

ERRORS = {"slack": slack_says("internal_error"), "pagerduty": pagerduty_says(500, "Internal Server Error")}
ERRORS["notion"] = notion_says(500, "internal_server_error")

#: A read → what must not be made while it fails, as a call or as (call, part of its arguments).
GUARDS = {
    ("pagerduty", "GET /incidents"): ["POST /incidents"],
    ("slack", "users.conversations"): ["conversations.create", "chat.postMessage"],
    ("slack", "auth.test"): ["conversations.create"],
    ("slack", "conversations.history"): ["chat.postMessage"],
    ("slack", "users.lookupByEmail"): [],
    ("slack", "usergroups.list"): [],
    ("notion", "GET /v1/databases/{database_id}"): ["POST /v1/pages"],
    ("notion", "GET /v1/data_sources/{data_source_id}"): ["POST /v1/pages"],
    ("notion", "POST /v1/data_sources/{data_source_id}/query"): ["POST /v1/pages"],
}


def living() -> Scene:
    """An open incident, all in line."""
    scene = Scene()
    scene.edit(updates=(update("Rolling back."),))
    scene.apply()
    return scene


def over() -> Scene:
    """A resolved one."""
    scene = living()
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    return scene


WORLDS = {"open": living, "resolved": over}


@cache
def reads(world: str, memory: str) -> list[tuple[str, str]]:
    """The reads that a run makes there."""
    scene = WORLDS[world]()
    if memory == "lost":
        scene.memories.clear()
    scene.forget_calls()
    scene.apply()
    return sorted({(one.target, one.method) for one in scene.calls if not one.writes})


@cache
def expected(world: str) -> Seen:
    return world_of(WORLDS[world]())


CASES = [
    (world, memory, target, method)
    for world in WORLDS
    for memory in ("kept", "lost")
    for target, method in reads(world, memory)
]


@pytest.mark.parametrize(
    ("world", "memory", "target", "method"), CASES, ids=[" ".join(case).replace("/", "-") for case in CASES]
)
def test_a_read_that_fails_makes_retires_and_changes_nothing_in_a_world_that_is_in_line(
    world: str, memory: str, target: str, method: str
) -> None:
    scene = WORLDS[world]()
    if memory == "lost":
        scene.memories.clear()
    scene.forget_calls()
    scene.fails(target, method, ERRORS[target])
    report = scene.apply().report
    edits = {"chat.update", "PUT /incidents/{id}/notes/{note_id}"} if memory == "lost" else set()
    assert {name for _, name in scene.writes()} <= edits, "a card may lose a link that is not known now"
    scene.heals()
    assert scene.apply().report.exit_code == 0
    assert difference(expected(world), world_of(scene)) == []
    assert report.exit_code in (0, 3)


@pytest.mark.parametrize("guard", GUARDS, ids=[" ".join(guard).replace("/", "-") for guard in GUARDS])
def test_what_could_not_be_looked_for_is_not_made_and_the_report_says_so(guard: tuple[str, str]) -> None:
    target, method = guard
    scene = Scene()
    scene.edit()
    scene.fails(target, method, ERRORS[target])
    report = scene.apply().report
    made = {name for where, name in scene.writes() if where == target}
    assert made.isdisjoint(set(GUARDS[guard]) - ({"chat.postMessage"} if "history" in method else set()))
    assert report.exit_code == 3
    told = [one.reason for one in report.after.unreadable]
    assert told
    assert all("answered" in reason and "run apply again" in reason for reason in told)
    scene.heals()
    assert scene.apply().report.exit_code == 0
    assert scene.quiet()


def test_where_the_history_of_a_channel_cannot_be_read_nothing_is_announced_there() -> None:
    scene = Scene(off={"notion"})
    scene.edit()
    scene.fails("slack", "conversations.history", ERRORS["slack"])
    scene.apply()
    assert (scene.messages("general"), scene.messages("incidents")) == ([], [])
    assert len(scene.messages()) == 1, "a channel just made is known to be empty"


class Forgetful:
    """A Slack that cannot say who Ana is."""

    def __init__(self, api: Api):
        self._api = api

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if arguments.get("email") == "ana@example.com":
            raise ERRORS["slack"]
        return self._api.call(method, **arguments)


def test_who_could_not_be_looked_up_is_not_invited_and_the_others_are() -> None:
    scene = Scene(off={"notion"})
    scene.edit(services=(), severity="sev3")
    scene.wrapped["slack"] = Forgetful(scene.slack)
    report = scene.apply().report
    unread = {one.address.thing for one in report.after.unreadable}
    assert unread == {"invite/ana@example.com", "person/ana@example.com"}
    assert scene.people() == ["bo@example.com", "dee@example.com"]
    assert report.exit_code == 3


@pytest.mark.parametrize("error", [ERRORS["slack"], Unanswered("conversations.info", "timed out")], ids=str)
def test_a_channel_that_may_be_gone_is_not_made_again(error: CallError) -> None:
    """Our channel is not on the list of channels, and asking for it fails."""
    scene = living()
    scene.slack.person("ana@example.com").archive("incd-20261121-honest-rhinoceros")
    scene.fails("slack", "conversations.info", error)
    report = scene.apply().report
    assert len(scene.channel_names()) == 1
    assert "channel" in [one.address.thing for one in report.after.unreadable]
    assert report.exit_code == 3


def test_an_unread_log_or_merge_costs_no_page() -> None:
    scene = living()
    People(scene.pagerduty).resolve(scene.page("primary")["id"], "ana@example.com")
    scene.fails("pagerduty", "GET /incidents/{id}/log_entries", ERRORS["pagerduty"])
    scene.fails("pagerduty", "GET /incidents/{id}", ERRORS["pagerduty"])
    scene.forget_calls()
    assert scene.apply().report.exit_code == 3
    assert "pagerduty" not in {target for target, _ in scene.writes()}
    assert len(scene.pages()) == 2
