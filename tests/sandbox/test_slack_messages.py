"""Slack's rules for posting, changing and deleting. Source: docs.slack.dev, where none else is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.slack import company, company_in_time, ids, made, posted, refused, shown

MARK = {"event_type": "incident", "event_payload": {"id": "20261121-honest-rhinoceros"}}
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "card"}}]


def test_a_posted_message_is_the_bots_and_in_the_history() -> None:
    """chat.postMessage answers with channel, ts and the message."""
    slack = company()
    channel = made(slack)
    answer = slack.call("chat.postMessage", channel=channel, text="hello")
    auth = slack.call("auth.test")
    assert (answer["channel"], answer["ts"]) == (channel, answer["message"]["ts"])
    assert shown(slack, channel)[0] == {
        "type": "message", "user": auth["user_id"], "bot_id": auth["bot_id"], "app_id": "A0SANDBOX",
        "team": auth["team_id"], "text": "hello", "ts": answer["ts"],
    }  # fmt: skip


def test_every_ts_in_a_channel_is_its_own_and_later_although_time_stands_still() -> None:
    """ts identifies a message within its channel: unique, growing, seconds with six decimals."""
    slack, clock = company_in_time()
    channel = made(slack)
    stamps = [posted(slack, channel) for _ in range(3)]
    slack.call("chat.delete", channel=channel, ts=stamps[-1])
    stamps.append(posted(slack, channel))
    clock.sleep(0.5)
    stamps.append(posted(slack, channel))
    assert stamps == sorted(set(stamps))
    assert float(stamps[-1]) == clock.now().timestamp()
    assert all(len(stamp.partition(".")[2]) == 6 for stamp in stamps)


def test_the_same_text_twice_is_two_messages() -> None:
    """Nothing makes chat.postMessage idempotent."""
    slack = company()
    channel = made(slack)
    assert posted(slack, channel) != posted(slack, channel)
    assert [message["text"] for message in shown(slack, channel)[:2]] == ["hello", "hello"]


def test_a_message_needs_text_or_blocks() -> None:
    """no_text."""
    slack = company()
    channel = made(slack)
    refused(slack, "no_text", "chat.postMessage", channel=channel)
    refused(slack, "no_text", "chat.postMessage", channel=channel, text="", metadata=MARK)
    assert slack.call("chat.postMessage", channel=channel, blocks=BLOCKS)["ok"]


def test_text_over_40000_characters_is_cut() -> None:
    """Slack truncates messages of more than 40,000 characters."""
    slack = company()
    channel = made(slack)
    posted(slack, channel, "x" * 40_001)
    assert shown(slack, channel)[0]["text"] == "x" * 40_000


@pytest.mark.parametrize(
    ("sent", "back"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("a &amp; b &lt;!channel&gt;", "a &amp; b &lt;!channel&gt;"),
        ("<@U1> in <#C1|general> <!here> <https://example.com/?a=1&b=2|link>",) * 2,
        ("<script> & <!channel>", "&lt;script&gt; &amp; <!channel>"),
    ],
)
def test_text_comes_back_with_markup_as_it_was_and_the_rest_escaped(sent: str, back: str) -> None:
    """& < > are escaped unless they are Slack's own markup or escaped already."""
    slack = company()
    channel = made(slack)
    posted(slack, channel, sent)
    assert shown(slack, channel)[0]["text"] == back


def test_a_channel_may_be_given_by_its_name_for_posting() -> None:
    """chat.postMessage takes an encoded id or a channel's name."""
    slack = company()
    for name in ("incidents", "#incidents"):
        assert slack.call("chat.postMessage", channel=name, text="hello")["channel"] == slack.channel_id(name)
    refused(slack, "channel_not_found", "chat.postMessage", channel="#nowhere", text="hello")


def test_the_bot_posts_where_it_is_not_only_with_the_scope_for_it() -> None:
    """not_in_channel, unless the channel is public and the token has chat:write.public."""
    slack = company()
    channel = slack.seed_channel("elsewhere", bot_is_member=False)
    refused(slack, "not_in_channel", "chat.postMessage", channel=channel, text="hello")
    slack.data["scopes"].append("chat:write.public")
    assert posted(slack, channel)


def test_a_private_channel_that_the_bot_is_not_in_does_not_exist_for_it() -> None:
    """channel_not_found, whatever the scopes."""
    slack = company()
    slack.data["scopes"].append("chat:write.public")
    hidden = slack.person("bo@example.com").create("hidden", private=True)
    refused(slack, "channel_not_found", "chat.postMessage", channel=hidden, text="hello")


def test_a_reply_hangs_in_its_thread() -> None:
    """thread_ts makes a message a reply; the parent tells how many there are."""
    slack = company()
    channel = made(slack)
    parent = posted(slack, channel)
    reply = slack.call("chat.postMessage", channel=channel, text="reply", thread_ts=parent)
    assert reply["message"]["thread_ts"] == parent
    shown_parent = shown(slack, channel)[0]
    assert (shown_parent["ts"], shown_parent["thread_ts"]) == (parent, parent)
    assert (shown_parent["reply_count"], shown_parent["latest_reply"]) == (1, reply["ts"])


def test_a_reply_to_a_reply_hangs_in_the_same_thread() -> None:
    """A reply's ts names the thread as its parent's does."""
    slack = company()
    channel = made(slack)
    parent = posted(slack, channel)
    reply = posted(slack, channel, thread_ts=parent)
    again = slack.call("chat.postMessage", channel=channel, text="again", thread_ts=reply)
    assert again["message"]["thread_ts"] == parent


def test_a_reply_to_a_message_that_is_gone_is_posted_in_the_channel() -> None:
    """Slack un-threads it without an error; only the answer's missing thread_ts tells (slack-go #1571)."""
    slack = company()
    channel = made(slack)
    parent = posted(slack, channel)
    slack.call("chat.delete", channel=channel, ts=parent)
    answer = slack.call("chat.postMessage", channel=channel, text="reply", thread_ts=parent)
    assert "thread_ts" not in answer["message"]
    assert shown(slack, channel)[0]["ts"] == answer["ts"]


def test_an_update_changes_ones_own_message_in_place() -> None:
    """chat.update keeps the ts and marks the message as edited."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel, "old")
    answer = slack.call("chat.update", channel=channel, ts=ts, text="new & <b>")
    assert (answer["ts"], answer["text"]) == (ts, "new &amp; &lt;b&gt;")
    message = shown(slack, channel)[0]
    assert (message["ts"], message["text"]) == (ts, "new &amp; &lt;b&gt;")
    assert message["edited"]["user"] == slack.call("auth.test")["user_id"]


def test_nobody_updates_what_others_wrote() -> None:
    """cant_update_message: the token did not post it; Slack's own messages are nobody's."""
    slack = company()
    channel = made(slack)
    system = shown(slack, channel)[0]["ts"]
    slack.call("conversations.invite", channel=channel, users=ids(slack, "ana"))
    hers = slack.person("ana@example.com").post(channel, "mine")
    for ts in (hers, system):
        refused(slack, "cant_update_message", "chat.update", channel=channel, ts=ts, text="new")


def test_a_message_that_is_not_there_cannot_be_changed_linked_or_deleted() -> None:
    """message_not_found."""
    slack = company()
    channel = made(slack)
    refused(slack, "message_not_found", "chat.update", channel=channel, ts="1.000001", text="new")
    refused(slack, "message_not_found", "chat.delete", channel=channel, ts="1.000001")
    refused(slack, "message_not_found", "chat.getPermalink", channel=channel, message_ts="1.000001")


def test_an_update_has_at_most_4000_characters() -> None:
    """msg_too_long."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel)
    slack.call("chat.update", channel=channel, ts=ts, text="x" * 4_000)
    refused(slack, "msg_too_long", "chat.update", channel=channel, ts=ts, text="x" * 4_001)


@pytest.mark.parametrize(
    ("metadata", "kept"),
    [({}, MARK), ({"metadata": {**MARK, "event_type": "x"}}, {**MARK, "event_type": "x"})],
)
def test_an_update_keeps_metadata_that_it_does_not_mention(metadata: dict[str, Any], kept: Any) -> None:
    """Without the argument, the message's metadata is retained."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel, metadata=MARK)
    slack.call("chat.update", channel=channel, ts=ts, text="new", **metadata)
    assert shown(slack, channel, include_all_metadata=True)[0]["metadata"] == kept


def test_an_update_with_empty_metadata_removes_it() -> None:
    """An empty object removes the metadata."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel, metadata=MARK)
    slack.call("chat.update", channel=channel, ts=ts, text="new", metadata={})
    assert "metadata" not in shown(slack, channel, include_all_metadata=True)[0]


def test_an_update_with_text_alone_takes_the_blocks_away() -> None:
    """Previous blocks are retained only if there is no text either; text without blocks removes them."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel, "fallback", blocks=BLOCKS)
    slack.call("chat.update", channel=channel, ts=ts, blocks=BLOCKS)
    assert (shown(slack, channel)[0]["text"], "blocks" in shown(slack, channel)[0]) == ("fallback", True)
    slack.call("chat.update", channel=channel, ts=ts, text="bare")
    assert (shown(slack, channel)[0]["text"], "blocks" in shown(slack, channel)[0]) == ("bare", False)


def test_a_deleted_message_is_gone() -> None:
    """chat.delete, of one's own messages."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel)
    slack.call("chat.delete", channel=channel, ts=ts)
    assert [message["subtype"] for message in shown(slack, channel)] == ["channel_join"]


def test_the_bot_deletes_nobody_elses_message() -> None:
    """cant_delete_message."""
    slack = company()
    hers = slack.person("ana@example.com").post("incidents", "mine")
    refused(slack, "cant_delete_message", "chat.delete", channel=slack.channel_id("incidents"), ts=hers)


def test_a_deleted_parent_leaves_a_tombstone_until_its_last_reply_is_gone() -> None:
    """A thread outlives its parent: a message of subtype tombstone stands in its place."""
    slack = company()
    channel = made(slack)
    parent = posted(slack, channel)
    reply = posted(slack, channel, thread_ts=parent)
    slack.call("chat.delete", channel=channel, ts=parent)
    assert shown(slack, channel)[0]["subtype"] == "tombstone"
    refused(slack, "message_not_found", "chat.delete", channel=channel, ts=parent)
    slack.call("chat.delete", channel=channel, ts=reply)
    assert [message["subtype"] for message in shown(slack, channel)] == ["channel_join"]


def test_a_parent_whose_last_reply_is_gone_is_no_thread_any_more() -> None:
    """reply_count and its like stand only where there are replies."""
    slack = company()
    channel = made(slack)
    parent = posted(slack, channel)
    reply = posted(slack, channel, thread_ts=parent)
    slack.call("chat.delete", channel=channel, ts=reply)
    assert (shown(slack, channel)[0]["ts"], "reply_count" in shown(slack, channel)[0]) == (parent, False)


def test_a_permalink_names_channel_message_and_thread() -> None:
    """chat.getPermalink: archives/<channel>/p<ts without its dot>; a reply's names its thread."""
    slack = company()
    channel = made(slack)
    parent = posted(slack, channel)
    reply = posted(slack, channel, thread_ts=parent)
    link = slack.call("chat.getPermalink", channel=channel, message_ts=parent)["permalink"]
    assert link.startswith(f"https://example.slack.com/archives/{channel}/p{parent.replace('.', '')}")
    within = slack.call("chat.getPermalink", channel=channel, message_ts=reply)["permalink"]
    assert within.endswith(f"/p{reply.replace('.', '')}?thread_ts={parent}&cid={channel}")
