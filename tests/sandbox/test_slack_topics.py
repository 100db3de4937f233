"""Slack's rules for a channel's topic and purpose. Source: docs.slack.dev, where none else is named."""

from __future__ import annotations

import pytest

from tests.support.slack import company, made, refused, shown

BOTH = pytest.mark.parametrize(
    ("method", "kind"), [("conversations.setTopic", "topic"), ("conversations.setPurpose", "purpose")]
)


@BOTH
def test_a_line_of_250_characters_is_kept_and_a_longer_one_refused(method: str, kind: str) -> None:
    """too_long: a topic or description has at most 250 characters."""
    slack = company()
    channel = made(slack)
    set_ = slack.call(method, channel=channel, **{kind: "x" * 250})["channel"]
    assert set_[kind]["value"] == "x" * 250
    refused(slack, "too_long", method, channel=channel, **{kind: "x" * 251})


@BOTH
def test_newlines_become_spaces(method: str, kind: str) -> None:
    """A topic is one line."""
    slack = company()
    set_ = slack.call(method, channel=made(slack), **{kind: "one\ntwo\r\nthree"})["channel"]
    assert set_[kind]["value"] == "one two three"


@BOTH
def test_the_three_special_characters_come_back_escaped(method: str, kind: str) -> None:
    """Slack gives text back with & < > as entities (irslackd #1 for topics)."""
    slack = company()
    channel = made(slack)
    slack.call(method, channel=channel, **{kind: "a & b <c> <!channel>"})
    lines = [
        slack.call("conversations.info", channel=channel)["channel"],
        slack.call("users.conversations")["channels"][-1],
        slack.call("conversations.list")["channels"][-1],
    ]
    assert {line[kind]["value"] for line in lines} == {"a &amp; b &lt;c&gt; &lt;!channel&gt;"}


@BOTH
def test_a_change_is_told_in_the_channel_once(method: str, kind: str) -> None:
    """Each effective call posts a channel_topic or channel_purpose message; the same again does nothing."""
    slack = company()
    channel = made(slack)
    for _ in range(2):
        slack.call(method, channel=channel, **{kind: "a\nb"})
    subtypes = [message["subtype"] for message in shown(slack, channel)]
    assert subtypes == [f"channel_{kind}", "channel_join"]
    assert shown(slack, channel)[0][kind] == "a b"


@BOTH
def test_only_members_may_set_it(method: str, kind: str) -> None:
    """not_in_channel."""
    slack = company()
    channel = slack.seed_channel("elsewhere", bot_is_member=False)
    refused(slack, "not_in_channel", method, channel=channel, **{kind: "new"})


@BOTH
def test_who_set_it_and_when_is_told(method: str, kind: str) -> None:
    """A topic has value, creator and last_set in seconds."""
    slack = company()
    line = slack.call(method, channel=made(slack), **{kind: "new"})["channel"][kind]
    bot = slack.call("auth.test")["user_id"]
    assert line == {"value": "new", "creator": bot, "last_set": int(slack.clock().timestamp())}
