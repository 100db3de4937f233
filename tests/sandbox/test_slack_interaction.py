"""People and the app: what they type and press, what the app is told, and what it can say to it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.slack.link import Delivery
from reconciler.targets.seam import Refused
from tests.support.modals import Hearing, plain
from tests.support.slack import company, company_in_time, made, posted

Json = dict[str, Any]
GENERAL = "C00000001"
BUTTON = {"type": "button", "action_id": "go", "text": plain("Go"), "value": "42", "style": "primary"}
SHORT = {"title": plain("?")}
ACTIONS = [{"type": "actions", "block_id": "b", "elements": [BUTTON]}]


def outcome(delivery: Delivery) -> Json:
    assert delivery.done.is_set()
    return delivery.outcome


def told(delivery: Delivery) -> Json:
    return delivery.sending.payload


# commands


def test_a_command_tells_who_typed_what_where() -> None:
    slack = company()
    app, ana = Hearing(slack).connect(), slack.person("ana@example.com")
    assert outcome(ana.command("general", "/incident  new It is down ")) == {}
    [envelope] = app.envelopes
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    payload = envelope["payload"]
    assert (payload["command"], payload["text"]) == ("/incident", "new It is down")
    assert (payload["user_id"], payload["user_name"]) == (ana.id, "ana")
    assert (payload["channel_id"], payload["channel_name"]) == (GENERAL, "general")
    assert payload["trigger_id"]
    assert payload["response_url"].startswith("http://127.0.0.1/slack/answers/")


def test_people_and_channels_come_by_their_ids_and_the_rest_is_escaped() -> None:
    slack = company()
    app, ana = Hearing(slack).connect(), slack.person("ana@example.com")
    ana.command("general", "/incident role a<b & @ana #general @here @nobody x@ana")
    escaped = f"role a&lt;b &amp; <@{ana.id}|ana> <#{GENERAL}|general> <!here> @nobody x@ana"
    assert app.payloads[0]["text"] == escaped


def test_a_private_channel_is_not_named() -> None:
    slack = company()
    app, ana = Hearing(slack).connect(), slack.person("ana@example.com")
    ana.create("secret", private=True)
    ana.command("secret", "/incident")
    assert app.payloads[0]["channel_name"] == "privategroup"


@pytest.mark.parametrize(
    ("text", "channel", "code"),
    [
        ("/remind me", "general", "unknown_command"),
        ("incident", "general", "unknown_command"),
        ("/incident", "elsewhere", "not_in_channel"),
        ("/incident", "nowhere", "channel_not_found"),
    ],
)
def test_a_command_that_cannot_be_typed_there_is_refused(text: str, channel: str, code: str) -> None:
    slack = company()
    slack.seed_channel("elsewhere")
    with pytest.raises(Refused) as no:
        slack.person("ana@example.com").command(channel, text)
    assert no.value.code == code


def test_without_the_scope_there_is_no_command() -> None:
    slack = company()
    slack.data["scopes"].remove("commands")
    with pytest.raises(Refused, match="unknown_command"):
        slack.person("ana@example.com").command("general", "/incident")


def test_an_acknowledgement_may_say_something_to_the_one_who_asked_or_to_all() -> None:
    slack = company()
    said: Json = {"text": "one moment"}
    Hearing(slack, lambda _: said).connect()
    ana = slack.person("ana@example.com")
    ana.command("general", "/incident")
    assert [one["text"] for one in ana.whispers("general")] == ["one moment"]
    said["response_type"] = "in_channel"
    ana.command("general", "/incident")
    [message] = slack.call("conversations.history", channel=GENERAL)["messages"]
    assert (message["text"], message["user"]) == ("one moment", "U0SANDBOX")


def test_where_no_app_is_connected_slackbot_says_so() -> None:
    slack = company()
    ana = slack.person("ana@example.com")
    words = "/incident failed with the error “dispatch_failed”"
    assert outcome(ana.command("general", "/incident")) == {"error": words}
    [whisper] = ana.whispers("general")
    assert (whisper["user"], whisper["text"]) == ("USLACKBOT", words)
    assert slack.person("bo@example.com").whispers("general") == []


def test_an_app_that_is_silent_for_three_seconds_has_failed() -> None:
    slack, clock = company_in_time()
    app = Hearing(slack, lambda _: None).connect()
    delivery = slack.person("ana@example.com").command("general", "/incident")
    clock.sleep(2.9)
    slack.link.tick()
    assert not delivery.done.is_set()
    clock.sleep(0.1)
    slack.link.tick()
    assert outcome(delivery) == {"error": "/incident failed with the error “operation_timeout”"}
    app.acknowledge(app.envelopes[0], {"text": "too late"})
    assert len(slack.person("ana@example.com").whispers("general")) == 1


# shortcuts


def test_a_shortcut_from_the_menu_tells_who_chose_it() -> None:
    slack = company()
    app = Hearing(slack).connect()
    slack.person("ana@example.com").shortcut("declare")
    [payload] = app.payloads
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "declare")
    assert "channel" not in payload


def test_a_shortcut_of_a_message_brings_the_message() -> None:
    slack = company()
    app, ana = Hearing(slack).connect(), slack.person("ana@example.com")
    ts = slack.person("bo@example.com").post("general", "it is slow")
    ana.shortcut("add_to_timeline", "general", ts)
    [payload] = app.payloads
    assert (payload["type"], payload["callback_id"]) == ("message_action", "add_to_timeline")
    assert (payload["message"]["text"], payload["message_ts"], payload["channel"]["id"]) == (
        "it is slow",
        ts,
        GENERAL,
    )


@pytest.mark.parametrize("callback", ["declare", "unheard_of"])
def test_a_message_has_only_its_own_shortcuts(callback: str) -> None:
    slack = company()
    ana = slack.person("ana@example.com")
    ts = ana.post("general", "x")
    with pytest.raises(Refused, match="unknown_shortcut"):
        ana.shortcut(callback, "general", ts)
    with pytest.raises(Refused, match="unknown_shortcut"):
        ana.shortcut("add_to_timeline")


# buttons


def test_a_button_tells_its_value_and_its_message() -> None:
    slack = company()
    app, channel = Hearing(slack).connect(), GENERAL
    ts = posted(slack, channel, blocks=ACTIONS)
    assert outcome(slack.person("ana@example.com").press("general", ts, "b", "go")) == {}
    [payload] = app.payloads
    [action] = payload["actions"]
    assert payload["type"] == "block_actions"
    assert (action["action_id"], action["block_id"], action["value"]) == ("go", "b", "42")
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": channel,
        "is_ephemeral": False,
    }
    assert payload["message"]["ts"] == ts


def test_a_button_that_is_not_there_cannot_be_pressed() -> None:
    slack = company()
    ts = posted(slack, GENERAL, blocks=ACTIONS)
    ana = slack.person("ana@example.com")
    for wrong in ((ts, "b", "stop"), (ts, "c", "go")):
        with pytest.raises(Refused, match="action_not_found"):
            ana.press("general", *wrong)
    with pytest.raises(Refused, match="message_not_found"):
        ana.press("general", "1.1", "b", "go")


def test_an_ephemeral_message_is_for_one_and_its_button_does_not_tell_it() -> None:
    slack = company()
    app, ana = Hearing(slack).connect(), slack.person("ana@example.com")
    ts = slack.call("chat.postEphemeral", channel=GENERAL, user=ana.id, blocks=ACTIONS, text="?")[
        "message_ts"
    ]
    ana.press("general", ts, "b", "go")
    [payload] = app.payloads
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    with pytest.raises(Refused, match="message_not_found"):
        slack.person("bo@example.com").press("general", ts, "b", "go")
    assert slack.call("conversations.history", channel=GENERAL)["messages"] == []


def test_an_app_that_does_not_answer_a_button_is_in_trouble() -> None:
    slack = company()
    ts = posted(slack, GENERAL, blocks=ACTIONS)
    assert outcome(slack.person("ana@example.com").press("general", ts, "b", "go")) == {
        "error": "We had some trouble connecting. Try again?"
    }


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ([{**BUTTON, "text": plain("x" * 76)}], "must be less than 76 characters [/elements/0/text/text]"),
        ([{**BUTTON, "value": "x" * 2001}], "must be less than 2001 characters [/elements/0/value]"),
        ([{**BUTTON, "style": "loud"}], "must be a valid enum value [/elements/0/style]"),
        ([BUTTON, BUTTON], "action_id already exists"),
        ([{"type": "plain_text_input"}], "unsupported type: plain_text_input [/elements/0]"),
        ([{**BUTTON, "confirm": SHORT}], "missing or unsupported text object [/elements/0/confirm/text]"),
    ],
)  # fmt: skip
def test_a_message_with_a_button_that_slack_would_not_take_is_refused(
    elements: list[Json], words: str
) -> None:
    slack = company()
    with pytest.raises(Refused) as no:
        posted(slack, GENERAL, blocks=[{"type": "actions", "elements": elements}])
    assert (no.value.code, no.value.detail) == ("invalid_blocks", f"[ERROR] {words} [json-pointer:/blocks/0]")


# reactions


def test_the_app_hears_of_an_emoji_in_its_channels() -> None:
    slack = company()
    app, ana, bo = Hearing(slack).connect(), slack.person("ana@example.com"), slack.person("bo@example.com")
    ts = bo.post("general", "it is slow")
    ana.react("general", ts, "pushpin")
    [envelope] = app.envelopes
    assert (envelope["type"], envelope["retry_attempt"]) == ("events_api", 0)
    event = envelope["payload"]["event"]
    assert (event["type"], event["reaction"], event["user"]) == ("reaction_added", "pushpin", ana.id)
    assert (event["item"], event["item_user"]) == ({"type": "message", "channel": GENERAL, "ts": ts}, bo.id)


def test_it_hears_nothing_where_it_is_no_member_or_lacks_the_scope() -> None:
    slack = company()
    app, ana = Hearing(slack).connect(), slack.person("ana@example.com")
    slack.seed_channel("elsewhere", bot_is_member=False, members=[ana.id])
    ana.react("elsewhere", ana.post("elsewhere", "x"), "pushpin")
    slack.data["scopes"].remove("reactions:read")
    ana.react("general", ana.post("general", "x"), "pushpin")
    assert app.envelopes == []


def test_an_emoji_is_taken_away_again() -> None:
    slack = company()
    ana, ts = slack.person("ana@example.com"), posted(slack, GENERAL)
    ana.react("general", ts, "pushpin")
    ana.unreact("general", ts, "pushpin")
    [message] = slack.call("conversations.history", channel=GENERAL)["messages"]
    assert message["reactions"] == []
    with pytest.raises(Refused, match="no_reaction"):
        ana.unreact("general", ts, "pushpin")


# direct messages


def test_a_message_to_a_person_goes_to_them_directly() -> None:
    slack = company()
    ana = slack.person("ana@example.com")
    first = slack.call("chat.postMessage", channel=ana.id, text="hello")
    second = slack.call("chat.postMessage", channel=ana.id, text="again")
    assert first["channel"] == second["channel"]
    assert first["channel"].startswith("D")
    assert slack.call("chat.update", channel=first["channel"], ts=first["ts"], text="changed")["ok"]
    listed = slack.call("conversations.list", types="public_channel,private_channel,im")["channels"]
    assert first["channel"] not in {channel["id"] for channel in listed}
    made(slack, "ana")  # its name is nobody's
