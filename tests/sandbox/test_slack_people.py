"""People in the sandbox's Slack do what people do, within the rules for people."""

from __future__ import annotations

import pytest

from reconciler.sandbox.slack import Person, SlackMachine
from reconciler.targets.seam import Refused
from tests.support.slack import company, ids, made, posted, refused, shown


def room(slack: SlackMachine) -> str:
    """A channel that the bot made and that Ana and Bo are in."""
    channel = made(slack)
    slack.call("conversations.invite", channel=channel, users=ids(slack, "ana", "bo"))
    return channel


def ana(slack: SlackMachine) -> Person:
    return slack.person("ana@example.com")


def bo(slack: SlackMachine) -> Person:
    return slack.person("bo@example.com")


def test_an_administrator_renames_the_bots_channel_and_another_member_may_not() -> None:
    """Only the creator and administrators rename."""
    slack = company()
    channel = room(slack)
    ana(slack).rename(channel, "checkout-down")
    found = slack.call("conversations.info", channel=channel)["channel"]
    assert (found["name"], found["previous_names"]) == ("checkout-down", ["incd-20261121-honest-rhinoceros"])
    with pytest.raises(Refused, match="not_authorized"):
        bo(slack).rename("#checkout-down", "mine")


def test_a_person_archives_a_channel_and_opens_it_again_without_the_bot() -> None:
    """Archiving puts the bot out, and nobody brings it back but a person who invites it."""
    slack = company()
    channel = room(slack)
    bo(slack).archive(channel)
    bo(slack).unarchive(channel)
    refused(slack, "not_in_channel", "conversations.history", channel=channel)
    bo(slack).invite_bot(channel)
    assert [message.get("subtype") for message in shown(slack, channel)[:3]] == [
        "channel_join",
        "channel_unarchive",
        "channel_archive",
    ]


def test_who_opens_an_archived_channel_is_in_it() -> None:
    slack = company()
    channel = room(slack)
    slack.call("conversations.archive", channel=channel)
    dee = slack.person("dee@example.com")
    dee.unarchive(channel)
    assert dee.id in slack.call("conversations.members", channel=channel)["members"]


def test_a_person_leaves_and_comes_back() -> None:
    slack = company()
    channel = room(slack)
    bo(slack).leave(channel)
    assert bo(slack).id not in slack.call("conversations.members", channel=channel)["members"]
    bo(slack).join(channel)
    assert bo(slack).id in slack.call("conversations.members", channel=channel)["members"]


def test_a_person_puts_the_bot_out_but_not_of_general() -> None:
    slack = company()
    channel = room(slack)
    bo(slack).kick_bot(channel)
    refused(slack, "not_in_channel", "chat.postMessage", channel=channel, text="still there?")
    with pytest.raises(Refused, match="not_in_channel"):
        bo(slack).kick_bot(channel)
    with pytest.raises(Refused, match="cant_kick_from_general"):
        bo(slack).kick_bot("#general")


def test_a_person_writes_in_the_channel_and_in_a_thread() -> None:
    slack = company()
    channel = room(slack)
    card = posted(slack, channel)
    said = bo(slack).post(channel, "looking")
    bo(slack).post(channel, "in the thread", thread_ts=card)
    newest = shown(slack, channel)[0]
    assert (newest["ts"], newest["user"], "bot_id" in newest) == (said, bo(slack).id, False)


def test_a_person_who_is_not_in_a_channel_does_not_write_there() -> None:
    slack = company()
    with pytest.raises(Refused, match="not_in_channel"):
        slack.person("dee@example.com").post(room(slack), "hello")


def test_an_administrator_deletes_the_bots_message_and_another_member_may_not() -> None:
    """People delete their own messages; administrators anybody's."""
    slack = company()
    channel = room(slack)
    ts = posted(slack, channel)
    with pytest.raises(Refused, match="cant_delete_message"):
        bo(slack).delete_message(channel, ts)
    ana(slack).delete_message(channel, ts)
    assert ts not in [message["ts"] for message in shown(slack, channel)]


def test_a_person_edits_only_what_they_wrote() -> None:
    slack = company()
    channel = room(slack)
    said = bo(slack).post(channel, "teh")
    bo(slack).edit_message(channel, said, "the")
    assert shown(slack, channel)[0]["text"] == "the"
    with pytest.raises(Refused, match="cant_update_message"):
        ana(slack).edit_message(channel, said, "mine")


def test_a_member_changes_topic_purpose_pins_and_bookmarks() -> None:
    slack = company()
    channel = room(slack)
    card = posted(slack, channel)
    slack.call("pins.add", channel=channel, timestamp=card)
    bookmark = slack.call(
        "bookmarks.add", channel_id=channel, title="Runbook", type="link", link="https://wiki.example.com"
    )["bookmark"]["id"]
    bo(slack).edit_topic(channel, "lunch")
    bo(slack).edit_purpose(channel, "eating")
    bo(slack).unpin(channel, card)
    bo(slack).pin(channel, bo(slack).post(channel, "menu"))
    bo(slack).remove_bookmark(channel, bookmark)
    mine = bo(slack).add_bookmark(channel, "Menu", "https://example.com/menu")
    bo(slack).edit_bookmark(channel, mine, "The menu", "https://example.com/today")
    found = slack.call("conversations.info", channel=channel)["channel"]
    assert (found["topic"]["value"], found["purpose"]["value"]) == ("lunch", "eating")
    assert [item["message"]["text"] for item in slack.call("pins.list", channel=channel)["items"]] == ["menu"]
    [left] = slack.call("bookmarks.list", channel_id=channel)["bookmarks"]
    assert (left["title"], left["link"]) == ("The menu", "https://example.com/today")


def test_a_reaction_is_shown_with_the_message() -> None:
    slack = company()
    channel = room(slack)
    ts = posted(slack, channel)
    ana(slack).react(channel, ts, "eyes")
    bo(slack).react(channel, ts, "eyes")
    [message] = [message for message in shown(slack, channel) if message["ts"] == ts]
    assert message["reactions"] == [{"name": "eyes", "users": ids(slack, "ana", "bo"), "count": 2}]
    with pytest.raises(Refused, match="already_reacted"):
        bo(slack).react(channel, ts, "eyes")
    with pytest.raises(Refused, match="message_not_found"):
        bo(slack).react(channel, "1.000001", "eyes")


def test_a_person_sees_no_private_channel_that_they_are_not_in() -> None:
    slack = company()
    private = made(slack, is_private=True)
    with pytest.raises(Refused, match="channel_not_found"):
        bo(slack).join(private)


def test_what_is_refused_to_a_person_changes_nothing() -> None:
    slack = company()
    channel = room(slack)
    before = slack.snapshot()
    with pytest.raises(Refused) as refusal:
        bo(slack).rename(channel, "mine")
    assert (refusal.value.code, refusal.value.answer["ok"]) == ("not_authorized", False)
    assert slack.snapshot() == before


def test_nobody_unknown_acts() -> None:
    with pytest.raises(KeyError):
        company().person("eve@example.com")
