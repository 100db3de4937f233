"""What holds for every call to Slack: arguments, scopes, limits, nothing shared. Source: docs.slack.dev."""

from __future__ import annotations

import json
from datetime import datetime
from threading import Thread
from typing import Any

import pytest

from reconciler.sandbox.slack import TIERS, SlackMachine
from reconciler.targets.seam import Api, RateLimited, Refused
from tests.support.slack import START, company, company_in_time, made, posted, refused, shown


def test_an_unknown_method_is_refused() -> None:
    """unknown_method."""
    refused(company(), "unknown_method", "conversations.explode")


def test_an_unknown_argument_is_refused() -> None:
    """invalid_arguments, with the name in response_metadata."""
    answer = refused(company(), "invalid_arguments", "conversations.create", name="incd-1", nme="x")
    assert answer["response_metadata"]["messages"] == ["[ERROR] unexpected field: nme"]


def test_a_required_argument_that_is_missing_is_named() -> None:
    """invalid_arguments; None is as good as left out, as the SDK does it."""
    answer = refused(company(), "invalid_arguments", "conversations.setTopic", channel=None, topic="x")
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


def test_every_method_takes_a_team_and_a_token() -> None:
    """team_id is ignored for a workspace's token; Bolt adds it to every call."""
    assert company().call("auth.test", team_id="T0SANDBOX", token="xoxb-sample")["ok"] is True


@pytest.mark.parametrize("yes", [True, 1, "1", "true", "True"])
@pytest.mark.parametrize("no", [False, 0, "0", "false"])
def test_a_flag_may_come_as_text_or_number(yes: Any, no: Any) -> None:
    """In a form body true is 1."""
    slack = company()
    assert slack.call("conversations.create", name="a", is_private=yes)["channel"]["is_private"] is True
    assert slack.call("conversations.create", name="b", is_private=no)["channel"]["is_private"] is False


def test_a_number_may_come_as_text() -> None:
    """In a form body a number is its digits."""
    assert len(company().call("conversations.list", limit="1")["channels"]) == 1


def test_lists_and_objects_may_come_as_json_text() -> None:
    """blocks and metadata are JSON inside a form's field."""
    slack = company()
    channel = made(slack)
    mark = {"event_type": "incident", "event_payload": {"id": "1"}}
    posted(slack, channel, blocks=json.dumps([{"type": "divider"}]), metadata=json.dumps(mark))
    [message, _] = shown(slack, channel, include_all_metadata="1")
    assert (message["blocks"][0]["type"], message["metadata"]) == ("divider", mark)


@pytest.mark.parametrize(
    ("method", "wrong"),
    [
        ("conversations.create", {"name": ["incd-1"]}),
        ("conversations.create", {"name": "incd-1", "is_private": "maybe"}),
        ("conversations.list", {"limit": "many"}),
        ("conversations.list", {"limit": True}),
        ("chat.postMessage", {"channel": "C1", "attachments": "{broken"}),
    ],
)
def test_an_argument_of_the_wrong_kind_is_refused(method: str, wrong: dict[str, Any]) -> None:
    """invalid_arguments."""
    refused(company(), "invalid_arguments", method, **wrong)


def test_what_is_no_json_never_reaches_slack() -> None:
    """A body is JSON: a date is not."""
    with pytest.raises(TypeError, match="not JSON"):
        company().call("chat.postMessage", channel="C1", text=START)


@pytest.mark.parametrize(
    ("lost", "method", "arguments"),
    [
        ("channels:manage", "conversations.create", {"name": "incd-1"}),
        ("groups:write", "conversations.create", {"name": "incd-1", "is_private": True}),
        ("channels:read", "users.conversations", {}),
        ("groups:read", "users.conversations", {"types": "public_channel,private_channel"}),
        ("channels:read", "conversations.info", {"channel": "#incidents"}),
        ("channels:history", "conversations.history", {"channel": "#incidents"}),
        ("channels:join", "conversations.join", {"channel": "#incidents"}),
        ("chat:write", "chat.postMessage", {"channel": "#incidents", "text": "a"}),
        ("pins:write", "pins.add", {"channel": "#incidents"}),
        ("bookmarks:read", "bookmarks.list", {"channel_id": "#incidents"}),
        ("usergroups:read", "usergroups.list", {}),
        ("users:read.email", "users.lookupByEmail", {"email": "ana@example.com"}),
    ],
)
def test_a_missing_scope_is_named(lost: str, method: str, arguments: dict[str, Any]) -> None:
    """missing_scope, with what is needed and what the token provides."""
    slack = company()
    slack.data["scopes"].remove(lost)
    given = {k: slack.channel_id(v) if v == "#incidents" else v for k, v in arguments.items()}
    answer = refused(slack, "missing_scope", method, **given)
    assert answer["needed"] == lost
    assert answer["provided"] == ",".join(slack.data["scopes"])


@pytest.mark.parametrize(
    ("narrow", "method", "arguments"),
    [
        ("channels:write.topic", "conversations.setTopic", {"topic": "x"}),
        ("channels:write.invites", "conversations.invite", {"users": "U00000001"}),
    ],
)
def test_a_narrower_scope_is_enough(narrow: str, method: str, arguments: dict[str, Any]) -> None:
    """Topics and invitations have scopes of their own beside channels:manage."""
    slack = company()
    channel = made(slack)
    slack.data["scopes"].remove("channels:manage")
    answer = refused(slack, "missing_scope", method, channel=channel, **arguments)
    assert answer["needed"] == f"channels:manage,{narrow}"
    slack.data["scopes"].append(narrow)
    assert slack.call(method, channel=channel, **arguments)["ok"] is True


def test_a_method_that_is_called_too_often_says_when_to_come_back() -> None:
    """Tiers are calls a minute for each method; 429 comes with Retry-After in seconds."""
    slack, clock = company_in_time()
    slack.limits = dict(TIERS)
    for number in range(20):
        made(slack, f"incd-{number}")
    clock.sleep(20)
    before = slack.snapshot()
    with pytest.raises(RateLimited) as limited:
        made(slack, "incd-20")
    assert limited.value.retry_after == 40
    assert slack.snapshot() == before
    assert slack.call("conversations.list")["ok"] is True
    clock.sleep(40)
    assert made(slack, "incd-20")


def test_a_channel_takes_one_new_message_a_second_when_limits_are_on() -> None:
    """chat.postMessage: about one message a second for each channel."""
    slack, clock = company_in_time()
    slack.limits = dict(TIERS)
    posted(slack, "#incidents")
    with pytest.raises(RateLimited) as limited:
        posted(slack, "#incidents")
    assert limited.value.retry_after == 1
    assert posted(slack, "#general")
    clock.sleep(1)
    assert posted(slack, "#incidents")


def test_there_are_no_limits_by_default() -> None:
    """A new machine is as quick as the computer that it runs on."""
    slack = company()
    for number in range(100):
        made(slack, f"incd-{number}")
    assert len(slack.call("conversations.list", limit=200)["channels"]) == 102


def test_answers_arguments_log_and_state_share_nothing() -> None:
    """What a caller does to an answer or an argument afterwards changes nobody else's."""
    slack = company()
    channel = made(slack)
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "a"}}]
    answer: Any = slack.call("chat.postMessage", channel=channel, blocks=blocks)
    before, logged = slack.snapshot(), str(slack.log[-1])
    blocks[0].clear()
    answer["message"]["blocks"].clear()
    history: Any = slack.call("conversations.history", channel=channel)
    history["messages"].clear()
    slack.log.pop()
    assert slack.snapshot() == before
    assert str(slack.log[-1]) == logged


def test_every_call_is_logged_with_what_came_of_it() -> None:
    """The log tells a test what was asked and answered."""
    slack = company()
    answer = slack.call("auth.test")
    with pytest.raises(Refused):
        slack.call("users.info", user="U404")
    first, second = slack.log
    assert first == ("auth.test", {}, answer)
    assert (second.method, second.arguments) == ("users.info", {"user": "U404"})
    assert isinstance(second.outcome, Refused)


def test_the_whole_state_is_json_and_makes_the_same_machine_again() -> None:
    """A snapshot can be kept in a file, compared and read back."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel, metadata={"event_type": "a", "event_payload": {}})
    slack.call("pins.add", channel=channel, timestamp=ts)
    kept = slack.snapshot()
    again = SlackMachine(slack.clock, json.loads(json.dumps(kept)))
    assert again.snapshot() == kept
    assert posted(again, channel) == posted(slack, channel)
    assert slack.snapshot() != kept


def test_calls_at_once_are_carried_out_one_after_the_other() -> None:
    """One call has the machine to itself: no two messages share a ts."""
    slack = company()
    channel = made(slack)
    api: Api = slack
    crowd = [
        Thread(target=lambda: [api.call("chat.postMessage", channel=channel, text="a") for _ in range(25)])
        for _ in range(4)
    ]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    assert len({message["ts"] for message in shown(slack, channel, limit=200)}) == 101


def test_the_time_is_the_clocks() -> None:
    """Nothing in the machine asks the computer for the time."""
    past = datetime.fromisoformat("2020-01-02T03:04:05+00:00")
    slack = SlackMachine(lambda: past)
    created = slack.call("conversations.create", name="a")["channel"]
    assert (created["created"], created["updated"]) == (1577934245, 1577934245000)
    assert posted(slack, created["id"]).startswith("1577934245.")
