"""What a person does with the app on the page: asked for in its own words, refused in plain ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox.slack import SlackMachine
from reconciler.sandbox.world import World
from tests.support.modals import Hearing, opened
from tests.support.page import Visitor, visiting
from tests.support.worlds import world

GENERAL = "C00000001"


@pytest.fixture
def made() -> World:
    return world()


@pytest.fixture
def slack(made: World) -> SlackMachine:
    found = made.machines["slack"]
    assert isinstance(found, SlackMachine)
    return found


@pytest.fixture
def visitor(made: World) -> Iterator[Visitor]:
    with visiting(made) as one:
        yield one


def asked(visitor: Visitor, do: str, person: str = "ana@example.com", **given: Any) -> tuple[int, Any]:
    answer = visitor.post("/page/interact", {"as": person, "do": do, "with": given})
    return answer.status, answer.json


def test_what_comes_of_it_is_told_when_the_app_has_answered(visitor: Visitor, slack: SlackMachine) -> None:
    app = Hearing(slack, lambda _: {"text": "here"}).connect()
    assert asked(visitor, "command", channel=GENERAL, text="/incident") == (200, {"done": True})
    assert app.payloads[0]["user_name"] == "ana"
    entries = visitor.feed()["entries"]
    assert entries["app"]["connected"] is True
    assert entries[f"whispers/{GENERAL}"]["told"][0]["message"]["text"] == "here"


def test_a_form_is_in_the_feed_until_it_is_sent(visitor: Visitor, slack: SlackMachine) -> None:
    Hearing(slack).connect()
    id = opened(slack)
    shown = visitor.feed()
    assert shown["entries"][f"view/{id}"]["user"] == slack.person("ana@example.com").id
    wrong = asked(visitor, "submit", view_id=id, values={"title": {"v": ""}})
    assert wrong == (200, {"done": True, "errors": {"title": "Please complete this required field."}})
    assert asked(visitor, "submit", view_id=id, values={"title": {"v": "x"}}) == (200, {"done": True})
    later = visitor.feed(shown["version"], shown["run"])
    assert f"view/{id}" in later["gone"]


@pytest.mark.parametrize(
    ("do", "given", "words"),
    [
        ("command", {"channel": GENERAL, "text": "/remind me"}, "this workspace knows no such command"),
        ("command", {"channel": GENERAL, "text": 1}, "command takes channel, text"),
        ("command", {"channel": GENERAL, "text": "/incident", "as": "x"}, "nobody can do that"),
        ("submit", {"view_id": "V404"}, "the form is not open any more"),
        ("submit", {"view_id": "V404", "values": []}, "submit takes view_id, values"),
        ("submit", {"view_id": "V404", "values": {"b": {"a": 1}}}, "submit takes view_id, values"),
        ("submit", {"view_id": "V404", "values": {"b": {"a": [1]}}}, "submit takes view_id, values"),
        ("__class__", {}, "nobody can do that"),
        ("post", {"channel": GENERAL, "text": "x"}, "nobody can do that"),
    ],
)
def test_what_cannot_be_done_is_said_plainly(visitor: Visitor, do: str, given: Any, words: str) -> None:
    status, told = asked(visitor, do, **given)
    assert status == 422
    assert words in told["error"]


@pytest.mark.parametrize("person", ["", "U0SANDBOX", "nobody@example.com"])
def test_only_people_do_it(visitor: Visitor, person: str) -> None:
    assert asked(visitor, "command", person, channel=GENERAL, text="/incident")[0] == 422


def test_another_page_does_nothing_here(visitor: Visitor, slack: SlackMachine) -> None:
    given = {"as": "ana@example.com", "do": "command", "with": {"channel": GENERAL, "text": "/incident"}}
    answer = visitor.post("/page/interact", given, {"origin": "http://elsewhere.example.com"})
    assert answer.status == 403
    assert slack.person("ana@example.com").whispers("general") == []
