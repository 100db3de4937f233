"""Slack's rules for pins and bookmarks. Source: docs.slack.dev, where none else is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.slack import company, made, posted, refused, shown

LINK = {"title": "Runbook", "type": "link", "link": "https://wiki.example.com/checkout"}


def test_a_pinned_message_says_so_in_the_history() -> None:
    """pinned_to names the channel, so that reading the history shows the pins."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel)
    slack.call("pins.add", channel=channel, timestamp=ts)
    assert [m["pinned_to"] for m in shown(slack, channel) if m["ts"] == ts] == [[channel]]


def test_a_pin_is_told_in_the_channel_and_its_removal_is_not() -> None:
    """Each pin posts a pinned_item message."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel)
    slack.call("pins.add", channel=channel, timestamp=ts)
    assert shown(slack, channel)[0]["subtype"] == "pinned_item"
    slack.call("pins.remove", channel=channel, timestamp=ts)
    assert [message.get("subtype") for message in shown(slack, channel)] == [
        "pinned_item",
        None,
        "channel_join",
    ]
    assert not any("pinned_to" in message for message in shown(slack, channel))


def test_the_pins_are_listed_with_their_messages() -> None:
    """pins.list: items of type message with channel, created, created_by."""
    slack = company()
    channel = made(slack)
    stamps = [posted(slack, channel) for _ in range(2)]
    for ts in stamps:
        slack.call("pins.add", channel=channel, timestamp=ts)
    items = slack.call("pins.list", channel=channel)["items"]
    assert [(item["type"], item["channel"], item["message"]["ts"]) for item in items] == [
        ("message", channel, stamps[1]),
        ("message", channel, stamps[0]),
    ]
    assert items[0]["message"]["permalink"].startswith("https://example.slack.com/archives/")


def test_a_message_is_pinned_once() -> None:
    """already_pinned."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel)
    slack.call("pins.add", channel=channel, timestamp=ts)
    refused(slack, "already_pinned", "pins.add", channel=channel, timestamp=ts)


def test_what_is_not_pinned_cannot_be_unpinned() -> None:
    """no_pin."""
    slack = company()
    channel = made(slack)
    refused(slack, "no_pin", "pins.remove", channel=channel, timestamp=posted(slack, channel))


@pytest.mark.parametrize("method", ["pins.add", "pins.remove"])
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "no_item_specified"),
        ({"timestamp": "soon"}, "bad_timestamp"),
        ({"timestamp": "1.000001"}, "message_not_found"),
    ],
)
def test_a_pin_needs_a_message(method: str, given: dict[str, str], code: str) -> None:
    """no_item_specified, bad_timestamp, message_not_found."""
    slack = company()
    refused(slack, code, method, channel=made(slack), **given)


def test_a_channel_has_at_most_100_pins() -> None:
    """too_many_pins."""
    slack = company()
    channel = made(slack)
    stamps = [posted(slack, channel) for _ in range(101)]
    for ts in stamps[:100]:
        slack.call("pins.add", channel=channel, timestamp=ts)
    refused(slack, "too_many_pins", "pins.add", channel=channel, timestamp=stamps[100])


def test_a_deleted_message_is_pinned_no_more() -> None:
    """A pin goes with its message."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel)
    slack.call("pins.add", channel=channel, timestamp=ts)
    slack.call("chat.delete", channel=channel, ts=ts)
    assert slack.call("pins.list", channel=channel)["items"] == []


def test_a_link_added_twice_is_there_twice() -> None:
    """bookmarks.add has no idempotency at all."""
    slack = company()
    channel = made(slack)
    first = slack.call("bookmarks.add", channel_id=channel, **LINK)["bookmark"]
    second = slack.call("bookmarks.add", channel_id=channel, **LINK)["bookmark"]
    assert first["id"] != second["id"]
    assert slack.call("bookmarks.list", channel_id=channel)["bookmarks"] == [first, second]
    assert (first["title"], first["link"], first["channel_id"]) == (LINK["title"], LINK["link"], channel)


def test_bookmarks_have_no_pages() -> None:
    """bookmarks.list gives everything."""
    slack = company()
    channel = made(slack)
    slack.page_size_cap = 1
    for number in range(30):
        slack.call("bookmarks.add", channel_id=channel, **{**LINK, "title": f"{number}"})
    answer = slack.call("bookmarks.list", channel_id=channel)
    assert len(answer["bookmarks"]) == 30
    assert "response_metadata" not in answer


def test_an_edit_changes_what_is_given() -> None:
    """bookmarks.edit: title, link, emoji."""
    slack = company()
    channel = made(slack)
    bookmark = slack.call("bookmarks.add", channel_id=channel, **LINK)["bookmark"]
    known = {"channel_id": channel, "bookmark_id": bookmark["id"]}
    slack.call("bookmarks.edit", **known, title="Handbook", emoji=":book:")
    [found] = slack.call("bookmarks.list", channel_id=channel)["bookmarks"]
    assert (found["title"], found["link"], found["emoji"]) == ("Handbook", LINK["link"], ":book:")
    refused(slack, "invalid_link", "bookmarks.edit", **known, link="ftp://example.com")


def test_a_removed_bookmark_is_gone() -> None:
    """bookmarks.remove."""
    slack = company()
    channel = made(slack)
    id = slack.call("bookmarks.add", channel_id=channel, **LINK)["bookmark"]["id"]
    slack.call("bookmarks.remove", channel_id=channel, bookmark_id=id)
    assert slack.call("bookmarks.list", channel_id=channel)["bookmarks"] == []
    refused(slack, "not_found", "bookmarks.remove", channel_id=channel, bookmark_id=id)
    refused(slack, "not_found", "bookmarks.edit", channel_id=channel, bookmark_id=id, title="x")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"link": "wiki.example.com"}, "invalid_link"),
        ({"link": "javascript:alert(1)"}, "invalid_link"),
        ({"link": ""}, "invalid_link"),
        ({"emoji": "book"}, "invalid_emoji"),
        ({"type": "file"}, "invalid_bookmark_type"),
    ],
)
def test_a_bookmark_is_a_link_of_http(wrong: dict[str, Any], code: str) -> None:
    """invalid_link, invalid_emoji; only links can be bookmarked."""
    slack = company()
    refused(slack, code, "bookmarks.add", channel_id=made(slack), **{**LINK, **wrong})


def test_a_channel_has_at_most_100_bookmarks() -> None:
    """too_many_bookmarks."""
    slack = company()
    channel = made(slack)
    for _ in range(100):
        slack.call("bookmarks.add", channel_id=channel, **LINK)
    refused(slack, "too_many_bookmarks", "bookmarks.add", channel_id=channel, **LINK)


def test_bookmarks_call_their_channel_channel_id() -> None:
    """The argument is channel_id, unlike everywhere else."""
    slack = company()
    refused(slack, "invalid_arguments", "bookmarks.list", channel=made(slack))
