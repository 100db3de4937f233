"""Slack's rules for reading what was said. Source: docs.slack.dev, where none else is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.slack import company, company_in_time, ids, made, posted, refused, shown

MARK = {"event_type": "incident", "event_payload": {"id": "1"}}


def test_the_newest_message_comes_first() -> None:
    """conversations.history goes back in time."""
    slack = company()
    channel = made(slack)
    stamps = [posted(slack, channel) for _ in range(3)]
    assert [message["ts"] for message in shown(slack, channel)[:3]] == stamps[::-1]


def test_metadata_is_told_only_when_all_of_it_is_asked_for() -> None:
    """include_all_metadata."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel, metadata=MARK)
    for method, more in (("conversations.history", {}), ("conversations.replies", {"ts": ts})):
        without = slack.call(method, channel=channel, **more)["messages"]
        whole = slack.call(method, channel=channel, include_all_metadata=True, **more)["messages"]
        assert all("metadata" not in message for message in without)
        assert [message["metadata"] for message in whole if message["ts"] == ts] == [MARK]


def test_a_page_has_100_messages_and_a_cursor_to_the_next() -> None:
    """limit defaults to 100; has_more and next_cursor tell of more."""
    slack = company()
    channel = slack.channel_id("incidents")
    stamps = [posted(slack, channel) for _ in range(150)]
    first = slack.call("conversations.history", channel=channel)
    assert (len(first["messages"]), first["has_more"]) == (100, True)
    posted(slack, channel, "meanwhile")
    cursor = first["response_metadata"]["next_cursor"]
    rest = slack.call("conversations.history", channel=channel, cursor=cursor)
    assert (rest["has_more"], "response_metadata" in rest) == (False, False)
    assert [message["ts"] for message in first["messages"] + rest["messages"]] == stamps[::-1]


def test_a_page_never_has_more_than_999_messages() -> None:
    """The maximum is 999."""
    slack = company()
    channel = slack.channel_id("incidents")
    for _ in range(1_001):
        posted(slack, channel)
    assert len(shown(slack, channel, limit=5_000)) == 999


def test_a_page_may_be_shorter_than_asked_for() -> None:
    """Fewer messages than the limit may come although there are more."""
    slack = company()
    channel = made(slack)
    slack.page_size_cap = 2
    for _ in range(4):
        posted(slack, channel)
    assert len(shown(slack, channel, limit=50)) == 2


@pytest.mark.parametrize(
    ("window", "seen"),
    [
        ({"oldest": 1}, [2, 3]),
        ({"oldest": 1, "inclusive": True}, [1, 2, 3]),
        ({"latest": 2}, [0, 1]),
        ({"latest": 2, "inclusive": True}, [0, 1, 2]),
        ({"oldest": 0, "latest": 3}, [1, 2]),
        ({"oldest": 2, "latest": 2, "inclusive": True}, [2]),
    ],
)
def test_oldest_and_latest_bound_the_messages(window: dict[str, Any], seen: list[int]) -> None:
    """Only messages after oldest and before latest, themselves included if inclusive."""
    slack, clock = company_in_time()
    channel = slack.channel_id("incidents")
    stamps = []
    for _ in range(4):
        clock.sleep(60)
        stamps.append(posted(slack, channel))
    bounds = {key: stamps[value] if key != "inclusive" else value for key, value in window.items()}
    assert [message["ts"] for message in shown(slack, channel, **bounds)] == [
        stamps[i] for i in reversed(seen)
    ]


def test_bounds_may_be_whole_seconds_or_zero() -> None:
    """oldest and latest are Unix timestamps."""
    slack, clock = company_in_time()
    channel = slack.channel_id("incidents")
    ts = posted(slack, channel)
    clock.sleep(1)
    now = int(clock.now().timestamp())
    assert [message["ts"] for message in shown(slack, channel, oldest=0, latest=now)] == [ts]


@pytest.mark.parametrize("method", ["conversations.history", "conversations.replies"])
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "1.x"}, "invalid_ts_latest"),
        ({"cursor": "nonsense"}, "invalid_cursor"),
    ],
)
def test_wrong_bounds_and_cursors_are_refused(method: str, wrong: dict[str, str], code: str) -> None:
    """invalid_ts_oldest, invalid_ts_latest, invalid_cursor."""
    slack = company()
    channel = made(slack)
    extra = {"ts": posted(slack, channel)} if method == "conversations.replies" else {}
    refused(slack, code, method, channel=channel, **wrong, **extra)


def test_replies_are_in_their_thread_and_not_in_the_channel() -> None:
    """A thread's replies are read with conversations.replies: the parent first, then in order."""
    slack = company()
    channel = made(slack)
    parent = posted(slack, channel)
    replies = [posted(slack, channel, f"reply {number}", thread_ts=parent) for number in range(3)]
    assert shown(slack, channel)[0]["ts"] == parent
    for ts in (parent, replies[1]):
        thread = slack.call("conversations.replies", channel=channel, ts=ts)["messages"]
        assert [message["ts"] for message in thread] == [parent, *replies]
    assert {message["thread_ts"] for message in thread} == {parent}


def test_a_broadcast_reply_is_in_both() -> None:
    """reply_broadcast: a reply of subtype thread_broadcast that the channel sees too."""
    slack = company()
    channel = made(slack)
    parent = posted(slack, channel)
    reply = posted(slack, channel, "look", thread_ts=parent, reply_broadcast=True)
    seen = shown(slack, channel)[0]
    assert (seen["ts"], seen["subtype"], seen["thread_ts"]) == (reply, "thread_broadcast", parent)
    thread = slack.call("conversations.replies", channel=channel, ts=parent)["messages"]
    assert [message["ts"] for message in thread] == [parent, reply]


def test_a_message_without_replies_is_a_thread_of_itself() -> None:
    """With no replies, just the message that ts names comes back."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel)
    thread = slack.call("conversations.replies", channel=channel, ts=ts)
    assert [message["ts"] for message in thread["messages"]] == [ts]
    assert thread["has_more"] is False


def test_a_long_thread_comes_in_pages() -> None:
    """conversations.replies has cursors."""
    slack = company()
    channel = made(slack)
    parent = posted(slack, channel)
    stamps = [parent, *(posted(slack, channel, thread_ts=parent) for _ in range(4))]
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        answer = slack.call("conversations.replies", channel=channel, ts=parent, limit=2, cursor=cursor)
        seen += [message["ts"] for message in answer["messages"]]
        cursor = answer.get("response_metadata", {}).get("next_cursor", "")
    assert (seen, cursor) == (stamps, "")


def test_a_thread_that_is_not_there_is_not_found() -> None:
    """thread_not_found."""
    slack = company()
    refused(slack, "thread_not_found", "conversations.replies", channel=made(slack), ts="1.000001")


def test_a_bot_reads_only_where_it_is() -> None:
    """not_in_channel: only user tokens read public channels that they are not in."""
    slack = company()
    channel = slack.seed_channel("elsewhere", bot_is_member=False)
    refused(slack, "not_in_channel", "conversations.history", channel=channel)
    refused(slack, "not_in_channel", "conversations.replies", channel=channel, ts="1.000001")


def test_who_wrote_in_a_thread_is_told_with_its_parent() -> None:
    """A parent has reply_users, reply_users_count, reply_count and latest_reply."""
    slack = company()
    channel = made(slack)
    people = ids(slack, "ana", "bo")
    slack.call("conversations.invite", channel=channel, users=people)
    parent = posted(slack, channel)
    for name in ("ana@example.com", "bo@example.com", "ana@example.com"):
        last = slack.person(name).post(channel, "reply", thread_ts=parent)
    [root, *_] = slack.call("conversations.replies", channel=channel, ts=parent)["messages"]
    assert (root["reply_users"], root["reply_users_count"]) == (people, 2)
    assert (root["reply_count"], root["latest_reply"]) == (3, last)
