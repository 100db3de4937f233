"""Slack's rules for who is in a channel. Source: docs.slack.dev, where none else is named."""

from __future__ import annotations

from tests.support.slack import company, ids, made, refused, shown


def test_those_invited_are_in_and_the_channel_is_told() -> None:
    """conversations.invite takes ids joined by commas; each one who comes is a channel_join message."""
    slack = company()
    channel, people = made(slack), ids(slack, "ana", "bo")
    slack.call("conversations.invite", channel=channel, users=",".join(people))
    bot = slack.call("auth.test")["user_id"]
    assert slack.call("conversations.members", channel=channel)["members"] == [bot, *people]
    joined = [(m["subtype"], m["user"], m["inviter"]) for m in shown(slack, channel)[:2]]
    assert joined == [("channel_join", people[1], bot), ("channel_join", people[0], bot)]


def test_without_force_one_bad_id_spoils_the_invitation_for_all() -> None:
    """A partly failed call invites nobody and lists an error for each bad id (slack-go #1433)."""
    slack = company()
    [ana], bot = ids(slack, "ana"), slack.call("auth.test")["user_id"]
    channel = made(slack)
    answer = refused(
        slack, "user_not_found", "conversations.invite", channel=channel, users=f"U404,{ana},{bot}"
    )
    assert answer["errors"] == [
        {"user": "U404", "ok": False, "error": "user_not_found"},
        {"user": bot, "ok": False, "error": "cant_invite_self"},
    ]


def test_with_force_the_good_ones_come_and_the_bad_ones_are_told() -> None:
    """force: the valid ids are invited while the invalid ones are disregarded."""
    slack = company()
    channel, [ana, bo] = made(slack), ids(slack, "ana", "bo")
    slack.call("conversations.invite", channel=channel, users=ana)
    answer = slack.call("conversations.invite", channel=channel, users=[ana, "U404", bo], force=True)
    assert answer["ok"] is True
    assert answer["errors"] == [
        {"user": ana, "ok": False, "error": "already_in_channel"},
        {"user": "U404", "ok": False, "error": "user_not_found"},
    ]
    assert bo in slack.call("conversations.members", channel=channel)["members"]


def test_with_force_and_nobody_to_come_the_call_fails() -> None:
    """force helps only where there is a valid id."""
    slack = company()
    refused(slack, "user_not_found", "conversations.invite", channel=made(slack), users="U404", force=True)


def test_who_is_in_cannot_be_invited() -> None:
    """already_in_channel."""
    slack = company()
    channel = made(slack)
    slack.call("conversations.invite", channel=channel, users=ids(slack, "ana"))
    refused(slack, "already_in_channel", "conversations.invite", channel=channel, users=ids(slack, "ana"))


def test_the_bot_cannot_invite_itself() -> None:
    """cant_invite_self."""
    slack = company()
    bot = slack.call("auth.test")["user_id"]
    refused(slack, "cant_invite_self", "conversations.invite", channel=made(slack), users=bot)


def test_who_has_left_the_company_cannot_be_invited() -> None:
    """cant_invite: removed users fail."""
    slack = company()
    [dee] = ids(slack, "dee")
    slack.data["users"][dee]["deleted"] = True
    refused(slack, "cant_invite", "conversations.invite", channel=made(slack), users=dee)


def test_an_invitation_needs_somebody() -> None:
    """no_user."""
    slack = company()
    refused(slack, "no_user", "conversations.invite", channel=made(slack), users="")


def test_a_hundred_may_be_invited_at_once_and_no_more() -> None:
    """Up to 100 users may be listed."""
    slack = company()
    crowd = [slack.seed_user(f"p{number}@example.com", f"P{number}") for number in range(101)]
    channel = made(slack)
    refused(slack, "invalid_arguments", "conversations.invite", channel=channel, users=crowd)
    slack.call("conversations.invite", channel=channel, users=crowd[:100])
    assert (
        slack.call("conversations.info", channel=channel, include_num_members=1)["channel"]["num_members"]
        == 101
    )


def test_only_members_may_invite() -> None:
    """not_in_channel: the caller must be in the channel."""
    slack = company()
    channel = slack.seed_channel("elsewhere", bot_is_member=False)
    refused(slack, "not_in_channel", "conversations.invite", channel=channel, users=ids(slack, "ana"))


def test_the_bot_joins_a_public_channel_once() -> None:
    """conversations.join is idempotent and warns already_in_channel."""
    slack = company()
    channel = slack.seed_channel("elsewhere", bot_is_member=False)
    first = slack.call("conversations.join", channel=channel)
    again = slack.call("conversations.join", channel=channel)
    assert first["channel"]["is_member"] is True
    assert "warning" not in first
    assert again["warning"] == "already_in_channel"
    assert [message["subtype"] for message in shown(slack, channel)] == ["channel_join"]


def test_a_private_channel_is_joined_by_invitation_only() -> None:
    """method_not_supported_for_channel_type where the bot is in, channel_not_found where it is not."""
    slack = company()
    hidden = slack.person("bo@example.com").create("hidden", private=True)
    refused(slack, "channel_not_found", "conversations.join", channel=hidden)
    private = made(slack, is_private=True)
    refused(slack, "method_not_supported_for_channel_type", "conversations.join", channel=private)


def test_leaving_is_told_and_to_leave_twice_is_no_error() -> None:
    """conversations.leave answers not_in_channel: true when there was nothing to leave."""
    slack = company()
    channel = made(slack)
    slack.call("conversations.invite", channel=channel, users=ids(slack, "ana"))
    slack.call("conversations.leave", channel=channel)
    assert slack.call("conversations.leave", channel=channel)["not_in_channel"] is True
    assert slack.call("conversations.members", channel=channel)["members"] == ids(slack, "ana")
    slack.call("conversations.join", channel=channel)
    assert [message["subtype"] for message in shown(slack, channel)[:2]] == ["channel_join", "channel_leave"]


def test_nobody_leaves_general_nor_a_private_channel_as_the_last() -> None:
    """cant_leave_general, last_member."""
    slack = company()
    refused(slack, "cant_leave_general", "conversations.leave", channel=slack.channel_id("general"))
    refused(slack, "last_member", "conversations.leave", channel=made(slack, is_private=True))


def test_members_come_in_pages() -> None:
    """conversations.members has cursors."""
    slack = company()
    channel = slack.channel_id("incidents")
    first = slack.call("conversations.members", channel=channel, limit=4)
    cursor = first["response_metadata"]["next_cursor"]
    rest = slack.call("conversations.members", channel=channel, limit=4, cursor=cursor)
    assert (len(first["members"]), len(rest["members"])) == (4, 2)
    assert set(first["members"] + rest["members"]) == set(slack.data["channels"][channel]["members"])
    assert rest["response_metadata"]["next_cursor"] == ""
    refused(slack, "invalid_limit", "conversations.members", channel=channel, limit=0)
