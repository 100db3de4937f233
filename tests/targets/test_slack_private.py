"""Private fails closed: what cannot be kept among those who were invited is not said at all."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from reconciler.incident.model import Status
from reconciler.targets.seam import Refused
from tests.support.scene import CHANNEL, ID, SETTINGS, Scene, update

SECRET = "Pay data of Zed"
ALLOWED = replace(SETTINGS, private_allowed=True)


def private(**fields: object) -> Scene:
    """A private incident, before the first run."""
    scene = Scene(off={"notion"})
    scene.settings = ALLOWED
    more = {"private": True, "title": SECRET, "summary": f"{SECRET}.", **fields}
    scene.edit(**more)  # type: ignore[arg-type]
    return scene


def test_the_channel_is_private_and_holds_only_who_is_named_in_the_file() -> None:
    scene = private()
    assert scene.apply().report.exit_code == 0
    assert scene.channel(CHANNEL)["is_private"] is True
    assert scene.people() == ["ana@example.com", "bo@example.com", "dee@example.com"]
    assert SECRET in scene.card()
    assert scene.quiet()


def test_nobody_else_is_told_at_any_time() -> None:
    scene = private()
    for fields in ({}, {"updates": (update(SECRET),)}, {"status": Status.RESOLVED}):
        scene.edit(**fields)
        assert scene.apply().report.exit_code == 0
    assert (scene.messages("general"), scene.messages("incidents")) == ([], [])


def test_on_call_is_paged_without_a_word_of_what_it_is() -> None:
    scene = private()
    scene.apply()
    page = scene.page_in_full("payments")
    assert page["title"] == f"[SEV1] Private incident {ID}"
    assert page["conference_bridge"] is None
    assert SECRET not in json.dumps(page)
    assert "Ana" not in page["body"]["details"]


def test_plans_reports_and_memory_hold_no_word_of_the_title_or_the_updates() -> None:
    scene = private(updates=(update(SECRET),))
    plan = scene.plan()
    applied = scene.apply()
    told = [plan.to_json(), applied.report.to_json()]
    told += [memory.to_json() for memory in applied.memories.values()]
    scene.edit(title=f"{SECRET}!", updates=(update(f"{SECRET}!"),))
    told += [scene.plan().to_json(), scene.apply().report.to_json()]
    assert SECRET not in json.dumps(told)


def test_without_leave_in_the_settings_there_is_no_channel_and_the_page_goes() -> None:
    scene = private()
    scene.settings = SETTINGS
    report = scene.apply().report
    [blocked] = [one for one in report.after.blocked if one.address.thing == "channel"]
    assert blocked.reason == "private incidents are not allowed"
    assert blocked.next == "set `private: {allow: true}` in the settings"
    assert report.exit_code == 3
    assert len(scene.pages()) == 2
    assert [target for target, _ in scene.writes()] == ["pagerduty", "pagerduty"]
    assert scene.quiet(), "what waits for what waits for the channel is no news either"


def test_who_is_in_it_is_named_in_no_plan_nor_kept_and_comes_in_all_the_same() -> None:
    scene = private(responders=("dee@example.com", "nobody@example.com"))
    plan, applied = scene.plan(), scene.apply()
    scene.learn(applied)
    told = [plan.to_json(), applied.report.to_json(), applied.memories[ID].to_json(), dict(scene.caches)]
    text = json.dumps(told)
    assert [who for who in ("ana@", "dee@", "nobody@", "Ana") if who in text] == []
    assert "no Slack user has this address" in text
    assert scene.people() == ["ana@example.com", "bo@example.com", "dee@example.com"]
    assert scene.quiet()


def test_a_refusal_that_quotes_what_was_sent_is_told_without_its_words() -> None:
    scene = private()
    scene.fails("slack", "chat.postMessage", Refused("chat.postMessage", "odd_error", f"not {SECRET}"))
    report = scene.apply().report
    assert report.exit_code == 3
    assert "odd_error" in json.dumps(report.to_json())
    assert SECRET not in json.dumps(report.to_json())


@pytest.fixture
def public() -> Scene:
    """An incident that everybody was told of, and that is now made private."""
    scene = Scene(off={"notion"})
    scene.settings = ALLOWED
    scene.edit()
    scene.apply()
    scene.edit(private=True, title=SECRET, summary=SECRET, updates=(update(SECRET),))
    return scene


@pytest.mark.parametrize("memory", ["kept", "lost"])
def test_what_was_public_is_left_as_it_is_and_nothing_more_is_said_there(public: Scene, memory: str) -> None:
    if memory == "lost":
        public.memories.clear()
    said = [public.messages(name) for name in (CHANNEL, "general", "incidents")]
    report = public.apply().report
    [blocked] = [one for one in report.after.blocked if one.address.thing == "channel"]
    assert blocked.reason == "the channel is public, and a bot cannot make it private"
    assert report.exit_code == 3
    assert [public.messages(name) for name in (CHANNEL, "general", "incidents")] == said
    assert SECRET not in public.channel(CHANNEL)["topic"]["value"]
    assert SECRET not in json.dumps(public.slack.snapshot())


def test_a_page_that_told_what_it_is_about_is_made_generic(public: Scene) -> None:
    public.apply()
    assert public.page("primary")["title"] == f"[SEV1] Private incident {ID}"


def test_it_goes_on_once_a_person_has_made_the_channel_private(public: Scene) -> None:
    public.apply()
    public.slack.data["channels"][public.channel(CHANNEL)["id"]]["is_private"] = True
    assert public.apply().report.exit_code == 0
    assert SECRET in public.card()
    assert public.quiet()


def test_a_private_channel_that_cannot_be_seen_any_more_is_not_made_again() -> None:
    """Slack answers for it as if there were none; there it is unknown, not absent."""
    scene = private()
    scene.apply()
    scene.slack.person("ana@example.com").kick_bot(CHANNEL)
    report = scene.apply().report
    assert scene.channel_names() == [CHANNEL]
    assert "channel" in [one.address.thing for one in report.after.unreadable]
    assert report.exit_code == 3
