"""Modals by Slack's rules: opened once and soon, of a certain size, changed while they are the same."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.slack import SlackMachine
from tests.support.modals import field_of, form, last_trigger, opened, options, plain
from tests.support.slack import company, company_in_time, refused

Json = dict[str, Any]


def trigger(slack: SlackMachine) -> str:
    """A trigger of Ana's."""
    slack.person("ana@example.com").command("general", "/incident")
    return last_trigger(slack)


def test_a_trigger_opens_one_view() -> None:
    slack = company()
    one = trigger(slack)
    view = slack.call("views.open", trigger_id=one, view=form())["view"]
    assert (view["id"], view["root_view_id"], view["previous_view_id"]) == (view["id"], view["id"], None)
    assert (view["callback_id"], view["private_metadata"], view["state"]) == ("f", "", {"values": {}})
    refused(slack, "exchanged_trigger_id", "views.open", trigger_id=one, view=form())
    refused(slack, "invalid_trigger_id", "views.open", trigger_id="1.2.3", view=form())


@pytest.mark.parametrize(("seconds", "holds"), [(3, True), (3.1, False)])
def test_a_trigger_holds_for_three_seconds(seconds: float, holds: bool) -> None:
    slack, clock = company_in_time()
    one = trigger(slack)
    clock.sleep(seconds)
    if holds:
        assert slack.call("views.open", trigger_id=one, view=form())["ok"]
    else:
        refused(slack, "expired_trigger_id", "views.open", trigger_id=one, view=form())


def test_a_view_that_is_refused_leaves_the_trigger_good() -> None:
    slack = company()
    one = trigger(slack)
    refused(slack, "invalid_arguments", "views.open", trigger_id=one, view={})
    assert slack.call("views.open", trigger_id=one, view=form())["ok"]


def test_a_new_view_takes_the_place_of_what_was_open() -> None:
    slack = company()
    opened(slack)
    second = opened(slack)
    opened(slack, who="bo@example.com")
    assert [one["id"] for one in slack.person("ana@example.com").views()] == [second]


LONG = {"type": "static_select", "options": options(*(f"o{number}" for number in range(101)))}


WRONG: list[tuple[Json, str, str]] = [
    (form(title=plain("t" * 25)), "must be less than 25 characters", "/title/text"),
    (form(submit=plain("s" * 25)), "must be less than 25 characters", "/submit/text"),
    (form(title={"type": "mrkdwn", "text": "x"}), "missing or unsupported text object", "/title"),
    (form(private_metadata="m" * 3001), "must be less than 3001 characters", "/private_metadata"),
    (form(colour="red"), "invalid additional property: colour", ""),
    (form(type="home"), "unsupported type: home", "/type"),
    ({**form(), "submit": None}, "missing or unsupported text object", "/submit"),
    (form(*(field_of(f"b{number}") for number in range(101))), "no more than 100 items allowed", "/blocks"),
    (form(field_of("a"), field_of("a")), "block_id a already exists", "/blocks"),
    (form(field_of("a", hint=plain("h" * 2001))), "must be less than 2001 characters", "/blocks/0/hint/text"),
    (form({"type": "markdown", "text": "x"}), "unsupported type: markdown", "/blocks/0"),
]
TEXT, SELECT = "plain_text_input", "static_select"
WRONG_ELEMENTS: list[tuple[Json, str, str]] = [
    ({"type": "button"}, "unsupported type: button", ""),
    ({"type": TEXT, "max_length": 3001}, "must be between 1 and 3000", "/max_length"),
    (
        {"type": TEXT, "max_length": 2, "initial_value": "abc"},
        "must be less than 3 characters",
        "/initial_value",
    ),
    ({"type": TEXT, "rows": 2}, "invalid additional property: rows", ""),
    (LONG, "between 1 and 100 items are allowed", "/options"),
    (
        {"type": "radio_buttons", "options": options(*"abcdefghijk")},
        "between 1 and 10 items are allowed",
        "/options",
    ),
    (
        {"type": SELECT, "options": options("x" * 76)},
        "must be less than 76 characters",
        "/options/0/text/text",
    ),
    (
        {"type": SELECT, "options": options("a"), "initial_option": options("b")[0]},
        "initial option does not match any of the options",
        "/initial_option",
    ),
    (
        {"type": "checkboxes", "options": options("a"), "initial_options": []},
        "no fewer than 1 items allowed",
        "/initial_options",
    ),
]


def complained(view: Json) -> list[str]:
    slack = company()
    answer = refused(slack, "invalid_arguments", "views.open", trigger_id=trigger(slack), view=view)
    told: list[str] = answer["response_metadata"]["messages"]
    return told


@pytest.mark.parametrize(("view", "words", "at"), WRONG)
def test_a_view_that_slack_would_not_take_is_refused(view: Json, words: str, at: str) -> None:
    assert complained(view) == [f"[ERROR] {words} [json-pointer:/view{at}]"]


@pytest.mark.parametrize(("element", "words", "at"), WRONG_ELEMENTS)
def test_an_element_that_slack_would_not_take_is_refused(element: Json, words: str, at: str) -> None:
    told = complained(form(field_of("a", element)))
    assert told == [f"[ERROR] {words} [json-pointer:/view/blocks/0/element{at}]"]


def test_a_view_with_inputs_can_be_sent() -> None:
    without = {key: value for key, value in form().items() if key != "submit"}
    assert complained(without) == ["[ERROR] missing required field: submit [json-pointer:/view/submit]"]


def test_a_view_of_a_quarter_of_a_megabyte_is_too_large() -> None:
    slack = company()
    large = form(*({"type": "section", "text": plain("x" * 3000)} for _ in range(90)))
    refused(slack, "view_too_large", "views.open", trigger_id=trigger(slack), view=large)


def test_a_view_is_changed_only_while_it_is_the_one_that_was_seen() -> None:
    slack = company()
    view = slack.call("views.open", trigger_id=trigger(slack), view=form())["view"]
    newer = slack.call("views.update", view_id=view["id"], hash=view["hash"], view=form(title=plain("B")))[
        "view"
    ]
    assert newer["title"]["text"] == "B"
    refused(slack, "hash_conflict", "views.update", view_id=view["id"], hash=view["hash"], view=form())
    assert slack.call("views.update", view_id=view["id"], view=form())["ok"]
    refused(slack, "not_found", "views.update", view_id="V404", view=form())


def test_no_view_has_an_id_that_one_had_in_a_sandbox_before() -> None:
    """A helper whose repository is older than the sandbox would take a form for one that it has seen."""
    first, (second, clock) = company(), company_in_time()
    clock.sleep(60)
    assert opened(first) != opened(second)


def test_a_view_that_was_left_is_not_found() -> None:
    slack = company()
    id = opened(slack)
    slack.person("ana@example.com").dismiss(id)
    refused(slack, "not_found", "views.update", view_id=id, view=form())


def test_a_view_may_be_called_by_a_name_of_ones_own_which_is_used_once() -> None:
    slack = company()
    opened(slack, form(external_id="one"))
    refused(
        slack, "duplicate_external_id", "views.open", trigger_id=trigger(slack), view=form(external_id="one")
    )
    changed = slack.call("views.update", external_id="one", view=form(external_id="one", title=plain("B")))
    assert changed["view"]["title"]["text"] == "B"


def test_three_views_lie_upon_each_other_and_no_fourth() -> None:
    slack = company()
    ana, button = (
        slack.person("ana@example.com"),
        {"type": "button", "action_id": "more", "text": plain("More")},
    )
    page = form(field_of("title"), {"type": "actions", "block_id": "b", "elements": [button]})
    top = opened(slack, page)
    for _ in range(2):
        ana.press_in_view(top, "b", "more")
        pushed = slack.call("views.push", trigger_id=last_trigger(slack), view=page)["view"]
        assert pushed["previous_view_id"] == top
        top = pushed["id"]
    ana.press_in_view(top, "b", "more")
    refused(slack, "push_limit_reached", "views.push", trigger_id=last_trigger(slack), view=page)
    ana.dismiss(top)
    assert len(ana.views()) == 2
    ana.dismiss(ana.views()[1]["id"], everything=True)
    assert ana.views() == []


def test_a_trigger_of_no_view_pushes_nothing() -> None:
    slack = company()
    refused(slack, "not_found", "views.push", trigger_id=trigger(slack), view=form())
