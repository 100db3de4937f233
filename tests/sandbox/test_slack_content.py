"""Slack's limits for what a message consists of. Source: docs.slack.dev, where none else is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.slack import company, made, posted, refused, shown

TEXT = {"type": "mrkdwn", "text": "hello"}


def section(text: str = "hello", kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text}}


def header(text: str, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": "header", "text": {"type": kind, "text": text}}


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"text": "a", "number": 1, "half": 0.5, "yes": True},
        {"object": {"a": "b", "c": 1}},
        {"objects": [{"a": "b"}, {"c": False}]},
    ],
)
def test_metadata_holds_plain_values_and_flat_objects(payload: dict[str, Any]) -> None:
    """event_payload: text, numbers, booleans, an object of those, a list of such objects (@slack/types)."""
    slack = company()
    channel = made(slack)
    mark = {"event_type": "incident", "event_payload": payload}
    posted(slack, channel, metadata=mark)
    assert shown(slack, channel, include_all_metadata=True)[0]["metadata"] == mark


@pytest.mark.parametrize(
    "metadata",
    [
        {"event_type": "incident"},
        {"event_payload": {}},
        {"event_type": "", "event_payload": {}},
        {"event_type": "incident", "event_payload": []},
        {"event_type": "incident", "event_payload": {}, "more": 1},
        {"event_type": "incident", "event_payload": {"null": None}},
        {"event_type": "incident", "event_payload": {"list": ["a"]}},
        {"event_type": "incident", "event_payload": {"deep": {"a": {"b": 1}}}},
        {"event_type": "incident", "event_payload": {"deep": [{"a": ["b"]}]}},
    ],
)
def test_other_metadata_is_refused(metadata: dict[str, Any]) -> None:
    """invalid_metadata_schema."""
    slack = company()
    channel = made(slack)
    refused(
        slack, "invalid_metadata_schema", "chat.postMessage", channel=channel, text="a", metadata=metadata
    )


@pytest.mark.parametrize("metadata", ["{broken", "[1]"])
def test_metadata_that_is_no_object_is_refused(metadata: str) -> None:
    """invalid_metadata_format."""
    slack = company()
    channel = made(slack)
    refused(
        slack, "invalid_metadata_format", "chat.postMessage", channel=channel, text="a", metadata=metadata
    )


@pytest.mark.parametrize(
    "blocks",
    [
        [section()] * 50,
        [section("x" * 3_000)],
        [header("x" * 150)],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 1_200}] * 10}],
        [{"type": "context", "elements": [TEXT] * 10}],
        [{"type": "divider"}],
    ],
)
def test_blocks_up_to_their_limits_are_good(blocks: list[Any]) -> None:
    """50 blocks; 3,000 characters in a section, 150 in a header, ten fields, ten elements in a context."""
    slack = company()
    assert posted(slack, made(slack), blocks=blocks)


@pytest.mark.parametrize(
    "blocks",
    [
        [section()] * 51,
        [section("x" * 3_001)],
        [section("")],
        [section(kind="markdown")],
        [{"type": "section"}],
        [{"type": "section", "fields": [TEXT] * 11}],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2_001}]}],
        [header("x" * 151)],
        [header("x", "mrkdwn")],
        [{"type": "context", "elements": [TEXT] * 11}],
        [{"type": "context", "elements": []}],
        [{"type": "unheard-of"}],
        ["text"],
    ],
)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_blocks_beyond_their_limits_are_refused(method: str, blocks: list[Any]) -> None:
    """invalid_blocks, with the place in response_metadata.messages."""
    slack = company()
    channel = made(slack)
    extra = {"ts": posted(slack, channel)} if method == "chat.update" else {}
    answer = refused(slack, "invalid_blocks", method, channel=channel, blocks=blocks, **extra)
    assert "json-pointer:/blocks" in answer["response_metadata"]["messages"][0]


@pytest.mark.parametrize("blocks", ["[broken", {"type": "section"}])
def test_blocks_that_are_no_list_are_refused(blocks: Any) -> None:
    """invalid_blocks_format."""
    slack = company()
    refused(slack, "invalid_blocks_format", "chat.postMessage", channel=made(slack), blocks=blocks)


@pytest.mark.parametrize(
    ("method", "code"), [("chat.postMessage", "msg_blocks_too_long"), ("chat.update", "msg_too_long")]
)
def test_blocks_that_are_too_long_together_are_refused(method: str, code: str) -> None:
    """An undocumented limit near 13,200 characters over all blocks (bolt-js #2509)."""
    slack = company()
    channel = made(slack)
    extra = {"ts": posted(slack, channel)} if method == "chat.update" else {}
    refused(slack, code, method, channel=channel, blocks=[section("x" * 2_700)] * 5, **extra)


def test_a_refused_message_leaves_no_trace_whichever_part_is_wrong() -> None:
    """A call that fails does nothing."""
    slack = company()
    good, bad = [section()], {"event_type": "incident"}
    channel = made(slack)
    refused(slack, "invalid_metadata_schema", "chat.postMessage", channel=channel, blocks=good, metadata=bad)


def test_blocks_come_back_with_ids_defaults_and_escapes() -> None:
    """Slack adds block_id, verbatim and emoji and escapes text, so what is read is not what was sent."""
    slack = company()
    channel = made(slack)
    posted(
        slack, channel, blocks=[section("a & b"), header("c < d"), {"type": "divider", "block_id": "mine"}]
    )
    first, second, third = shown(slack, channel)[0]["blocks"]
    assert first["text"] == {"type": "mrkdwn", "text": "a &amp; b", "verbatim": False}
    assert second["text"] == {"type": "plain_text", "text": "c &lt; d", "emoji": True}
    assert third == {"type": "divider", "block_id": "mine"}
    assert first["block_id"] != second["block_id"]


def test_a_message_has_at_most_100_attachments() -> None:
    """too_many_attachments."""
    slack = company()
    channel = made(slack)
    refused(
        slack, "too_many_attachments", "chat.postMessage", channel=channel, attachments=[{"text": "a"}] * 101
    )
    assert slack.call("chat.postMessage", channel=channel, attachments=[{"text": "a"}])["ok"]
