"""A form that the app has opened: filled in, refused, sent, left; and what the app can say to it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.slack import SlackMachine
from reconciler.sandbox.slack.link import Delivery
from reconciler.targets.seam import Refused
from tests.support.modals import Hearing, field_of, form, opened, options, plain
from tests.support.slack import company

Json = dict[str, Any]


def outcome(delivery: Delivery) -> Json:
    assert delivery.done.is_set()
    return delivery.outcome


FIELDS: list[tuple[Json, Any, Json]] = [
    ({"type": "plain_text_input"}, "It is down", {"value": "It is down"}),
    ({"type": "url_text_input"}, "https://example.com/x", {"value": "https://example.com/x"}),
    ({"type": "static_select", "options": options("a", "b")}, "b", {"selected_option": options("b")[0]}),
    ({"type": "radio_buttons", "options": options("a", "b")}, "b", {"selected_option": options("b")[0]}),
    (
        {"type": "multi_static_select", "options": options("a", "b")},
        ["b"],
        {"selected_options": options("b")},
    ),
    (
        {"type": "checkboxes", "options": options("a", "b")},
        ["a", "b"],
        {"selected_options": options("a", "b")},
    ),
    ({"type": "users_select"}, "U00000001", {"selected_user": "U00000001"}),
    ({"type": "multi_users_select"}, ["U00000001"], {"selected_users": ["U00000001"]}),
    ({"type": "datepicker"}, "2026-11-21", {"selected_date": "2026-11-21"}),
    ({"type": "timepicker"}, "16:45", {"selected_time": "16:45"}),
    ({"type": "datetimepicker"}, "1795279500", {"selected_date_time": 1795279500}),
]


@pytest.mark.parametrize(("element", "given", "value"), FIELDS)
def test_what_is_filled_in_arrives_as_slack_tells_it(element: Json, given: Any, value: Json) -> None:
    slack = company()
    app, ana = Hearing(slack).connect(), slack.person("ana@example.com")
    id = opened(slack, form(field_of("x", element)))
    assert outcome(ana.submit(id, {"x": {"v": given}})) == {}
    payload = app.payloads[-1]
    [arrived] = payload["view"]["state"]["values"]["x"].values()
    assert (payload["type"], payload["view"]["id"]) == ("view_submission", id)
    assert (arrived.pop("type"), _bare(arrived)) == (element["type"], value)
    assert ana.views() == []


def _bare(value: Any) -> Any:
    """The same without what Slack adds to texts."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return (
        {key: _bare(one) for key, one in value.items() if key != "emoji"}
        if isinstance(value, dict)
        else value
    )


@pytest.mark.parametrize(
    ("element", "given", "words"),
    [
        (FIELDS[0][0], "  ", "Please complete this required field."),
        (FIELDS[2][0], "c", "Please complete this required field."),
        (FIELDS[5][0], [], "Please complete this required field."),
        (FIELDS[1][0], "example", "Enter a valid URL, with https:// before it."),
        ({"type": "email_text_input"}, "ana", "Enter a valid email address."),
        ({"type": "number_input", "is_decimal_allowed": False}, "many", "Enter a number."),
        (FIELDS[8][0], "tomorrow", "Enter a date."),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "Enter at most 3 characters."),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "Enter at least 3 characters."),
    ],
)
def test_slack_itself_refuses_what_no_app_should_see(element: Json, given: Any, words: str) -> None:
    slack = company()
    app, ana = Hearing(slack).connect(), slack.person("ana@example.com")
    id = opened(slack, form(field_of("x", element)))
    with pytest.raises(Refused) as no:
        ana.submit(id, {"x": {"v": given}})
    assert no.value.answer["errors"] == {"x": words}
    assert [payload for payload in app.payloads if "view" in payload] == []


def test_what_is_optional_may_be_left_out_and_arrives_as_nothing() -> None:
    slack = company()
    app, blocks = (
        Hearing(slack).connect(),
        [field_of(str(n), one[0], optional=True) for n, one in enumerate(FIELDS)],
    )
    slack.person("ana@example.com").submit(opened(slack, form(*blocks)), {})
    values = [state["v"] for state in app.payloads[-1]["view"]["state"]["values"].values()]
    assert {value for one in values for key, value in one.items() if key != "type" and value != []} == {None}


def test_the_form_of_another_is_not_theirs_to_send() -> None:
    slack = company()
    id = opened(slack)
    bo = slack.person("bo@example.com")
    with pytest.raises(Refused, match="not_found"):
        bo.submit(id, {"title": {"v": "x"}})
    with pytest.raises(Refused, match="not_found"):
        bo.dismiss(id)


def answered(answer: Json | None, view: Json | None = None) -> tuple[SlackMachine, Json]:
    """A form that was sent to an app which answers so, and what the person is told."""
    slack = company()
    Hearing(
        slack, lambda frame: answer if frame["payload"].get("type") == "view_submission" else {}
    ).connect()
    delivery = slack.person("ana@example.com").submit(opened(slack, view), {"title": {"v": "x"}})
    return slack, outcome(delivery)


def test_an_app_may_find_errors_at_the_fields_and_the_form_stays() -> None:
    slack, said = answered({"response_action": "errors", "errors": {"title": "too short"}})
    assert said == {"errors": {"title": "too short"}}
    assert len(slack.person("ana@example.com").views()) == 1


def test_an_app_may_show_another_view_in_its_place_or_upon_it() -> None:
    slack, said = answered({"response_action": "update", "view": form(title=plain("B"))})
    [view] = slack.person("ana@example.com").views()
    assert (said, view["view"]["title"]["text"]) == ({}, "B")
    slack, said = answered({"response_action": "push", "view": form(title=plain("B"))})
    assert len(slack.person("ana@example.com").views()) == 2


def test_an_app_may_close_everything() -> None:
    slack, said = answered({"response_action": "clear"})
    assert (said, slack.person("ana@example.com").views()) == ({}, [])


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"elsewhere": "x"}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": {}},
        {"response_action": "explode"},
    ],
)
def test_an_app_that_answers_wrongly_is_in_trouble_and_the_form_stays(answer: Json) -> None:
    slack, said = answered(answer)
    assert said["error"] == "We had some trouble connecting. Try again?"
    assert len(slack.person("ana@example.com").views()) == 1


def test_an_app_hears_that_a_form_was_left_where_it_asked_to() -> None:
    slack = company()
    app, ana = Hearing(slack).connect(), slack.person("ana@example.com")
    ana.dismiss(opened(slack))
    assert [one for one in app.payloads if "view" in one] == []
    ana.dismiss(opened(slack, form(notify_on_close=True)))
    assert (app.payloads[-1]["type"], app.payloads[-1]["is_cleared"]) == ("view_closed", False)
