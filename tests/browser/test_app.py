"""In a real browser: a person types the app's commands, fills in its forms, and presses what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.sandbox.slack import SlackMachine
from reconciler.sandbox.world import World
from tests.support.browser import Shown, showing
from tests.support.modals import Hearing, Json, field_of, form, options, plain
from tests.support.server import serving
from tests.support.worlds import call, world

SURE = {
    "title": plain("Sure?"),
    "text": plain("Is it over?"),
    "confirm": plain("Yes"),
    "deny": plain("Not yet"),
}
BUTTONS = [
    {"type": "button", "action_id": "go", "text": plain("Go"), "value": "42"},
    {"type": "button", "action_id": "end", "text": plain("Resolve"), "confirm": SURE},
]
ACTIONS = {"type": "actions", "block_id": "b", "elements": BUTTONS}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Which* one?"}}
TWO, SERVICES = options("one", "two"), options("checkout", "search")


def maybe(block: str, kind: str, **more: Any) -> Json:
    """An input that may be left out."""
    return field_of(block, {"type": kind, **more}, optional=True)


WHOLE = form(
    SECTION,
    field_of("title", {"type": "plain_text_input", "placeholder": plain("In a line")}, hint=plain("Say it")),
    maybe("summary", "plain_text_input", multiline=True, initial_value="a < b"),
    field_of("severity", {"type": "radio_buttons", "options": TWO, "initial_option": TWO[1]}),
    maybe("services", "multi_static_select", options=SERVICES),
    maybe("team", "static_select", options=options("payments", "primary")),
    maybe("who", "users_select"),
    maybe("people", "multi_users_select", initial_users=["U00000002"]),
    maybe("ticks", "checkboxes", options=options("drill")),
    maybe("link", "url_text_input"),
    maybe("day", "datepicker", initial_date="2026-11-21"),
    maybe("hour", "timepicker"),
    {**ACTIONS, "elements": BUTTONS[:1]},
    title=plain("Declare an incident"),
    submit=plain("Declare"),
    close=plain("Leave it"),
    notify_on_close=True,
)


@pytest.fixture
def made() -> World:
    return world()


@pytest.fixture
def app(made: World) -> Hearing:
    """An app that opens the form at a command, and wants a title of four letters."""
    slack = made.machines["slack"]
    assert isinstance(slack, SlackMachine)

    def reply(frame: Json) -> Json:
        payload = frame["payload"]
        if frame["type"] == "slash_commands":
            slack.call("views.open", trigger_id=payload["trigger_id"], view=WHOLE)
            return {"text": "Here is a form", "blocks": [SECTION, ACTIONS]}
        if payload.get("type") == "view_submission" and sent(payload)["title"]["value"] == "nonsense":
            return {"response_action": "nonsense"}
        if payload.get("type") == "view_submission" and len(sent(payload)["title"]["value"]) < 4:
            return {"response_action": "errors", "errors": {"title": "longer, please"}}
        return {}

    return Hearing(slack, reply).connect()


def sent(payload: Json) -> Json:
    """What was filled in, by block."""
    return {block: state["v"] for block, state in payload["view"]["state"]["values"].items()}


@pytest.fixture
def shown(chromium: Any, made: World, app: Hearing) -> Iterator[Shown]:
    """The page at #general."""
    with serving(made) as url, showing(chromium, url) as one:
        general(one)
        yield one


def general(one: Shown) -> None:
    one.open()
    one.page.locator("#slack .entry").filter(has_text="general").click()


def type_command(shown: Shown, text: str = "/incident") -> None:
    shown.page.fill(".composer textarea", text)
    shown.page.press(".composer textarea", "Enter")


def opened(shown: Shown) -> None:
    type_command(shown)
    shown.page.wait_for_selector("#view[open]")


def focused(shown: Shown) -> str:
    return str(shown.page.evaluate("document.activeElement.id"))


def test_a_command_opens_the_form_filled_as_the_app_wants_it(shown: Shown, app: Hearing) -> None:
    opened(shown)
    assert focused(shown) == "v-title"
    assert shown.page.input_value(".composer textarea") == ""
    assert shown.page.input_value("#v-summary") == "a < b"
    assert shown.page.input_value("#v-day") == "2026-11-21"
    assert shown.page.is_checked("#view input[value=two]")
    assert shown.page.is_checked("#view input[value=U00000002]")
    shown.sees("#view .hint", "Say it")
    shown.sees("#view strong", "Which")
    assert shown.page.get_attribute("#v-title", "placeholder") == "In a line"
    assert app.payloads[0]["command"] == "/incident"


def test_with_the_keyboard_alone_everything_is_filled_in_and_sent(shown: Shown, app: Hearing) -> None:
    opened(shown)
    keys = shown.page.keyboard
    keys.type("Down")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("ArrowUp")  # the first of the two severities
    keys.press("Tab")
    keys.press("Space")  # checkout
    keys.press("Tab")
    keys.press("Tab")
    keys.press("ArrowDown")  # the first team
    keys.press("Control+Home")
    keys.press("Tab")
    keys.press("a")  # Ana
    shown.page.focus("#v-title")
    keys.press("Enter")
    shown.page.wait_for_selector("#view", state="hidden")
    values = sent(app.payloads[-1])
    assert values["title"]["value"] == "Down"
    assert values["severity"]["selected_option"]["value"] == "one"
    assert [one["value"] for one in values["services"]["selected_options"]] == ["checkout"]
    assert values["who"]["selected_user"] == "U00000001"
    assert values["people"]["selected_users"] == ["U00000002"]
    assert values["summary"]["value"] == "a < b"
    assert (values["hour"]["selected_time"], values["link"]["value"]) == (None, None)


def test_focus_stays_in_the_form_and_returns_to_where_it_was(shown: Shown) -> None:
    opened(shown)
    inside = "document.activeElement === document.body || Boolean(document.activeElement.closest('#view'))"
    for _ in range(20):
        shown.page.keyboard.press("Tab")
        assert shown.page.evaluate(inside)
    shown.page.keyboard.press("Escape")
    shown.page.wait_for_selector("#view", state="hidden")
    assert shown.page.evaluate("document.activeElement.name") == "text"


def test_errors_stand_at_their_fields_and_what_was_typed_stays(shown: Shown, app: Hearing) -> None:
    opened(shown)
    shown.page.fill("#v-link", "example")
    shown.button("Declare").click()
    shown.sees("#view [data-block=title] .wrong", "Please complete this required field.")
    shown.sees("#view [data-block=link] .wrong", "Enter a valid URL")
    assert focused(shown) == "v-title"
    assert "view_submission" not in [one.get("type") for one in app.payloads]
    shown.page.fill("#v-link", "")
    shown.page.fill("#v-title", "abc")
    shown.button("Declare").click()
    shown.sees("#view [data-block=title] .wrong", "longer, please")
    assert shown.page.get_attribute("#v-title", "aria-describedby") == "v-title-hint v-title-wrong"
    assert shown.page.input_value("#v-title") == "abc"
    assert shown.page.locator("#view .wrong").count() == 1


def test_an_app_in_trouble_leaves_the_form_as_it_is_and_it_can_be_sent_again(shown: Shown) -> None:
    opened(shown)
    shown.page.fill("#v-title", "nonsense")
    shown.button("Declare").click()
    shown.sees("#view .notice", "We had some trouble connecting. Try again?")
    assert shown.page.input_value("#v-title") == "nonsense"
    shown.page.fill("#v-title", "Down")
    shown.button("Declare").click()
    shown.page.wait_for_selector("#view", state="hidden")


def test_leaving_it_tells_the_app_and_sends_nothing(shown: Shown, app: Hearing) -> None:
    opened(shown)
    shown.page.fill("#v-title", "Down")
    shown.button("Leave it").click()
    shown.page.wait_for_selector("#view", state="hidden")
    assert app.heard("view_closed")


def test_a_form_that_is_shown_anew_keeps_what_was_typed(shown: Shown, app: Hearing, made: World) -> None:
    opened(shown)
    shown.page.fill("#v-title", "Down")
    [view] = app.slack.person("ana@example.com").views()
    call(made, "slack", "views.update", view_id=view["id"], view={**WHOLE, "title": plain("Another")})
    shown.sees("#view h2", "Another")
    assert shown.page.input_value("#v-title") == "Down"


def test_a_button_in_a_form_is_told_with_what_is_filled_in(shown: Shown, app: Hearing) -> None:
    opened(shown)
    shown.page.fill("#v-title", "Down")
    shown.button("Go", "#view").click()
    [pressed] = app.heard("block_actions")
    assert sent(pressed)["title"]["value"] == "Down"


def test_another_person_sees_neither_the_form_nor_what_was_whispered(chromium: Any, shown: Shown) -> None:
    opened(shown)
    shown.sees("#slack .whisper", "Only visible to you")
    with showing(chromium, shown.url) as other:
        other.open()
        other.page.wait_for_selector("#view[open]")  # Ana, in another window
        other.page.keyboard.press("Escape")
        other.page.wait_for_selector("#view", state="hidden")
        other.page.select_option("#person", "bo@example.com")
        other.page.locator("#slack .entry").filter(has_text="general").click()
        other.sees(".composer", "Send")
        assert other.page.locator(".whisper").count() == 0


def test_buttons_in_a_message_are_pressed_and_some_ask_first(shown: Shown, app: Hearing) -> None:
    opened(shown)
    shown.page.keyboard.press("Escape")
    shown.page.wait_for_selector("#view", state="hidden")
    shown.button("Go", "#slack .whisper").click()
    shown.button("Resolve", "#slack .whisper").click()
    shown.sees("#dialog p", "Is it over?")
    shown.button("Not yet", "#dialog").click()
    shown.button("Resolve", "#slack .whisper").click()
    shown.button("Yes", "#dialog").click()
    pressed = [one["actions"][0]["action_id"] for one in app.heard("block_actions", times=2)]
    assert pressed == ["go", "end"]


def test_a_message_is_marked_with_a_pin_and_taken_up_by_a_shortcut(shown: Shown, app: Hearing) -> None:
    shown.page.fill(".composer textarea", "it began at nine")
    shown.page.press(".composer textarea", "Enter")
    shown.sees("#slack .message", "it began at nine")
    shown.page.hover("#slack .message")
    shown.button("Mark with a pin emoji").click()
    shown.sees("#slack .reactions", "📌 1")
    assert app.heard("event_callback")[-1]["event"]["reaction"] == "pushpin"
    shown.page.hover("#slack .message")
    shown.button("More…").click()
    shown.button("Add to timeline", "#dialog").click()
    assert app.heard("message_action")[-1]["callback_id"] == "add_to_timeline"
    shown.page.hover("#slack .message")
    shown.button("Mark with a pin emoji").click()
    shown.page.wait_for_selector("#slack .reactions", state="hidden")


def test_the_menu_of_shortcuts_has_those_that_need_no_message(shown: Shown, app: Hearing) -> None:
    shown.button("Shortcuts").click()
    assert shown.page.locator("#dialog .ask > button").all_inner_texts() == ["Declare an incident"]
    shown.page.keyboard.press("Enter")
    assert [one["callback_id"] for one in app.heard("shortcut")] == ["declare"]


@pytest.mark.parametrize("look", [{}, {"dark": True}, {"width": 390, "height": 780}])
def test_the_form_is_legible_named_and_fits(chromium: Any, made: World, app: Hearing, look: Any) -> None:
    with serving(made) as url, showing(chromium, url, **look) as one:
        general(one)
        opened(one)
        one.button("Declare").click()
        one.sees("#view .wrong", "required")
        assert one.look("weak") == []
        assert one.look("unnamed") == []
        assert not one.overflows()
        assert one.page.evaluate(
            "document.querySelector('#view').getBoundingClientRect().bottom <= innerHeight"
        )


def test_where_no_app_answers_slackbot_says_so(chromium: Any, made: World) -> None:
    with serving(made) as url, showing(chromium, url) as one:
        general(one)
        type_command(one)
        one.sees("#slack .whisper", "/incident failed with the error “dispatch_failed”")
