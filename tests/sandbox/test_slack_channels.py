"""Slack's rules for making, finding and archiving channels. Source: docs.slack.dev, if none else is named."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.slack import SlackMachine
from tests.support.slack import company, ids, made, posted, refused, shown


@pytest.mark.parametrize("method", ["conversations.create", "conversations.rename"])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "invalid_name_required"),
        ("a" * 81, "invalid_name_maxlength"),
        ("Incd-1", "invalid_name_specials"),
        ("incd 1", "invalid_name_specials"),
        ("#incd", "invalid_name_specials"),
        ("störung", "invalid_name_specials"),
        ("--__", "invalid_name_punctuation"),
    ],
)
def test_a_name_that_breaks_a_rule_is_refused_with_the_error_of_that_rule(
    method: str, name: str, code: str
) -> None:
    """Lower-case letters, digits, hyphens and underscores, at most 80; each way to miss has its code."""
    slack = company()
    extra = {"channel": made(slack)} if method == "conversations.rename" else {}
    refused(slack, code, method, name=name, **extra)


def test_a_name_of_80_characters_is_good() -> None:
    """80 characters or less."""
    assert made(company(), "a" * 80)


def test_a_create_without_a_name_is_refused() -> None:
    """invalid_name_required: the value passed for the name was empty."""
    refused(company(), "invalid_name_required", "conversations.create")


def test_the_creator_is_a_member_and_told_as_such() -> None:
    """Who creates a channel is in it; the answer is the channel."""
    slack = company()
    channel = slack.call("conversations.create", name="incd-1")["channel"]
    assert channel["creator"] == slack.call("auth.test")["user_id"]
    assert channel["is_member"] is True
    assert slack.call("conversations.members", channel=channel["id"])["members"] == [channel["creator"]]
    assert [message["subtype"] for message in shown(slack, channel["id"])] == ["channel_join"]


def test_a_taken_name_is_refused_without_the_id_of_its_holder() -> None:
    """name_taken tells nothing of the channel that bears the name (python-slack-sdk #1158)."""
    slack = company()
    channel = made(slack, "incd-1")
    assert channel not in str(refused(slack, "name_taken", "conversations.create", name="incd-1"))


def test_an_archived_channel_keeps_its_name() -> None:
    """name_taken also comes from archived channels (monzo/response #23)."""
    slack = company()
    slack.call("conversations.archive", channel=made(slack, "incd-1"))
    refused(slack, "name_taken", "conversations.create", name="incd-1")


def test_a_private_channel_that_the_bot_cannot_see_keeps_its_name() -> None:
    """name_taken may come from a private channel that the caller cannot see."""
    slack = company()
    hidden = slack.person("bo@example.com").create("incd-1", private=True)
    refused(slack, "name_taken", "conversations.create", name="incd-1")
    refused(slack, "channel_not_found", "conversations.info", channel=hidden)


def test_an_old_name_is_free_again_after_a_rename() -> None:
    """Only names in use are taken."""
    slack = company()
    slack.call("conversations.rename", channel=made(slack, "incd-1"), name="incd-1-resolved")
    assert made(slack, "incd-1")


def test_two_creates_at_once_may_both_succeed_and_a_third_is_refused() -> None:
    """Two creates at once gave two channels, a later one name_taken (node-slack-sdk #1589)."""
    slack = company()
    slack.racy_create = True
    assert made(slack, "incd-1") != made(slack, "incd-1")
    refused(slack, "name_taken", "conversations.create", name="incd-1")


def test_the_list_shows_public_channels_unless_others_are_asked_for() -> None:
    """conversations.list: types default to public_channel; private ones only where the bot is a member."""
    slack = company()
    made(slack, "incd-private", is_private=True)
    slack.person("bo@example.com").create("hidden", private=True)
    assert _names(slack, "conversations.list") == ["general", "incidents"]
    assert _names(slack, "conversations.list", types="private_channel") == ["incd-private"]
    both = _names(slack, "conversations.list", types="public_channel,private_channel")
    assert both == ["general", "incidents", "incd-private"]


def test_the_list_has_archived_channels_unless_they_are_excluded() -> None:
    """conversations.list: exclude_archived is false by default."""
    slack = company()
    slack.call("conversations.archive", channel=made(slack, "incd-1"))
    assert "incd-1" in _names(slack, "conversations.list")
    assert "incd-1" not in _names(slack, "conversations.list", exclude_archived=True)


def test_the_list_tells_whether_the_bot_is_in_a_channel_and_how_many_are() -> None:
    """conversations.list gives is_member and num_members."""
    slack = company()
    slack.seed_channel("elsewhere", bot_is_member=False)
    channels = {c["name"]: c for c in slack.call("conversations.list")["channels"]}
    assert (channels["general"]["is_member"], channels["general"]["num_members"]) == (True, 6)
    assert (channels["elsewhere"]["is_member"], channels["elsewhere"]["num_members"]) == (False, 0)


def test_users_conversations_lists_only_where_the_bot_is_and_says_less() -> None:
    """users.conversations: the caller's own channels, as limited objects, no is_member nor num_members."""
    slack = company()
    slack.seed_channel("elsewhere", bot_is_member=False)
    channels = slack.call("users.conversations")["channels"]
    assert [channel["name"] for channel in channels] == ["general", "incidents"]
    assert all({"is_member", "num_members"}.isdisjoint(channel) for channel in channels)


def test_users_conversations_shows_of_another_user_only_what_the_bot_sees() -> None:
    """users.conversations with `user`: private channels only where both are."""
    slack = company()
    bo = slack.person("bo@example.com")
    bo.create("hidden", private=True)
    every = "public_channel,private_channel"
    assert _names(slack, "users.conversations", user=bo.id, types=every) == ["general", "incidents"]


def test_pages_may_be_short_or_empty_before_the_last() -> None:
    """Fewer items than asked for may come although there are more: only an empty cursor is the end."""
    slack = company()
    archived = [made(slack, f"incd-{number}") for number in range(3)]
    for channel in archived:
        slack.call("conversations.archive", channel=channel)
    made(slack, "incd-last")
    slack.page_size_cap = 1
    pages = _pages(slack, "conversations.list", exclude_archived=True, limit=200)
    assert pages == [["general"], ["incidents"], [], [], [], ["incd-last"]]


def test_a_cursor_leads_to_the_next_page_and_is_empty_at_the_end() -> None:
    """Cursors: next_cursor goes into the next call; the last page has an empty one."""
    slack = company()
    assert _pages(slack, "conversations.list", limit=1) == [["general"], ["incidents"]]
    assert _pages(slack, "conversations.list", limit=2) == [["general", "incidents"]]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"cursor": "bmV4dDphYmM="}, "invalid_cursor"),  # next:abc
        ({"cursor": "YWJj"}, "invalid_cursor"),  # abc
        ({"types": "secret"}, "invalid_types"),
        ({"limit": 1000}, "invalid_limit"),
        ({"limit": 0}, "invalid_limit"),
    ],
)
@pytest.mark.parametrize("method", ["conversations.list", "users.conversations"])
def test_lists_refuse_wrong_cursors_types_and_limits(method: str, wrong: dict[str, Any], code: str) -> None:
    """invalid_cursor, invalid_types, and invalid_limit for a limit that is not under 1,000."""
    refused(company(), code, method, **wrong)


def test_info_counts_members_only_when_asked() -> None:
    """conversations.info: include_num_members is false by default."""
    slack = company()
    channel = slack.channel_id("#incidents")
    assert "num_members" not in slack.call("conversations.info", channel=channel)["channel"]
    counted = slack.call("conversations.info", channel=channel, include_num_members=True)["channel"]
    assert counted["num_members"] == 6


def test_a_channel_that_does_not_exist_is_not_found() -> None:
    """channel_not_found."""
    refused(company(), "channel_not_found", "conversations.info", channel="C404")


def test_a_rename_keeps_the_old_names_and_is_told_in_the_channel() -> None:
    """Old names are kept in previous_names; a channel_name message says it."""
    slack = company()
    channel = made(slack, "incd-1")
    for name in ("incd-2", "incd-3"):
        slack.call("conversations.rename", channel=channel, name=name)
    found = slack.call("conversations.info", channel=channel)["channel"]
    assert (found["name"], found["name_normalized"]) == ("incd-3", "incd-3")
    assert found["previous_names"] == ["incd-1", "incd-2"]
    told = shown(slack, channel)[0]
    assert (told["subtype"], told["old_name"], told["name"]) == ("channel_name", "incd-2", "incd-3")


def test_a_rename_to_the_same_name_changes_nothing() -> None:
    """Renaming is idempotent by name."""
    slack = company()
    channel = made(slack, "incd-1")
    before = slack.snapshot()
    slack.call("conversations.rename", channel=channel, name="incd-1")
    assert slack.snapshot() == before


def test_a_rename_to_a_taken_name_is_refused() -> None:
    """name_taken."""
    slack = company()
    refused(slack, "name_taken", "conversations.rename", channel=made(slack), name="general")


def test_only_the_creator_may_rename() -> None:
    """not_authorized: the bot may rename what it made, not what others made."""
    slack = company()
    refused(slack, "not_authorized", "conversations.rename", channel=slack.channel_id("incidents"), name="x")


def test_archiving_puts_bots_out_and_leaves_people_in() -> None:
    """Bots are ejected when a channel is archived (elastic/connectors #1972) and list it no more."""
    slack = company()
    channel = made(slack, "incd-1")
    slack.call("conversations.invite", channel=channel, users=ids(slack, "ana", "bo"))
    slack.call("conversations.archive", channel=channel)
    assert slack.call("conversations.members", channel=channel)["members"] == ids(slack, "ana", "bo")
    assert "incd-1" not in _names(slack, "users.conversations")
    found = slack.call("conversations.info", channel=channel)["channel"]
    assert (found["is_archived"], found["is_member"]) == (True, False)


def test_the_bot_loses_sight_of_a_private_channel_that_is_archived() -> None:
    """A private channel is invisible to whoever is not in it, and bots are put out of archived ones."""
    slack = company()
    channel = made(slack, is_private=True)
    slack.call("conversations.archive", channel=channel)
    refused(slack, "channel_not_found", "conversations.info", channel=channel)


@pytest.mark.parametrize(
    ("code", "method", "arguments"),
    [
        ("is_archived", "chat.postMessage", {"text": "hello"}),
        ("is_archived", "conversations.setTopic", {"topic": "new"}),
        ("is_archived", "conversations.setPurpose", {"purpose": "new"}),
        ("is_archived", "conversations.invite", {"users": "U1"}),
        ("is_archived", "conversations.rename", {"name": "incd-2"}),
        ("is_archived", "conversations.join", {}),
        ("is_archived", "conversations.leave", {}),
        ("not_in_channel", "conversations.history", {}),
        ("not_in_channel", "conversations.replies", {"ts": "TS"}),
        ("not_in_channel", "pins.add", {"timestamp": "TS"}),
        ("not_in_channel", "pins.remove", {"timestamp": "TS"}),
        ("not_in_channel", "pins.list", {}),
        ("is_inactive", "chat.update", {"ts": "TS", "text": "new"}),
        ("cant_delete_message", "chat.delete", {"ts": "TS"}),
        ("not_in_channel", "bookmarks.list", {}),
        ("not_in_channel", "bookmarks.add", {"title": "t", "type": "link", "link": "https://example.com"}),
        ("not_in_channel", "bookmarks.edit", {"bookmark_id": "Bk1", "title": "t"}),
        ("not_in_channel", "bookmarks.remove", {"bookmark_id": "Bk1"}),
        ("already_archived", "conversations.archive", {}),
    ],
)
def test_an_archived_channel_takes_nothing_more_from_the_bot(
    code: str, method: str, arguments: dict[str, str]
) -> None:
    """After archiving there is no history, post, invite or topic: is_archived, or not_in_channel."""
    slack = company()
    channel = made(slack)
    ts = posted(slack, channel)
    slack.call("conversations.archive", channel=channel)
    given = {name: ts if value == "TS" else value for name, value in arguments.items()}
    refused(slack, code, method, **{"channel_id" if "bookmarks" in method else "channel": channel}, **given)


def test_a_bot_cannot_unarchive() -> None:
    """Bot tokens cannot unarchive (Slack's own bug alert); the answer is not_in_channel (slack-go #1066)."""
    slack = company()
    channel = made(slack)
    slack.call("conversations.archive", channel=channel)
    refused(slack, "not_in_channel", "conversations.unarchive", channel=channel)


def test_what_is_not_archived_cannot_be_unarchived() -> None:
    """not_archived."""
    slack = company()
    refused(slack, "not_archived", "conversations.unarchive", channel=made(slack))


def test_general_cannot_be_archived() -> None:
    """cant_archive_general."""
    slack = company()
    refused(slack, "cant_archive_general", "conversations.archive", channel=slack.channel_id("general"))


def test_a_channel_that_the_bot_is_not_in_cannot_be_archived() -> None:
    """not_in_channel."""
    slack = company()
    channel = slack.seed_channel("elsewhere", bot_is_member=False)
    refused(slack, "not_in_channel", "conversations.archive", channel=channel)


def _names(slack: SlackMachine, method: str, **arguments: Any) -> list[str]:
    return [channel["name"] for channel in slack.call(method, **arguments)["channels"]]


def _pages(slack: SlackMachine, method: str, **arguments: Any) -> list[list[str]]:
    pages, cursor, more = [], "", True
    while more:
        answer = slack.call(method, cursor=cursor, **arguments)
        pages.append([channel["name"] for channel in answer["channels"]])
        cursor = answer["response_metadata"]["next_cursor"]
        more = bool(cursor)
    return pages
