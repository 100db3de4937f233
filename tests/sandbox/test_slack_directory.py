"""Slack's rules for finding the app, people and user groups. Source: docs.slack.dev."""

from __future__ import annotations

from tests.support.slack import company, ids, refused


def test_the_token_knows_whose_it_is() -> None:
    """auth.test gives the bot's user_id, bot_id, the team and its address."""
    slack = company()
    answer = slack.call("auth.test")
    assert (answer["team_id"], answer["url"]) == ("T0SANDBOX", "https://example.slack.com/")
    bot = slack.call("users.info", user=answer["user_id"])["user"]
    assert (bot["is_bot"], bot["name"], answer["user"]) == (True, "incidents", "incidents")


def test_a_person_is_found_by_the_address_whatever_its_case() -> None:
    """users.lookupByEmail."""
    slack = company()
    user = slack.call("users.lookupByEmail", email="Ana@Example.com")["user"]
    assert (user["id"], user["real_name"]) == (*ids(slack, "ana"), "Ana")
    assert user["profile"]["email"] == "ana@example.com"


def test_an_unknown_address_and_one_of_somebody_gone_are_not_found() -> None:
    """users_not_found, in the plural."""
    slack = company()
    refused(slack, "users_not_found", "users.lookupByEmail", email="eve@example.com")
    slack.data["users"][ids(slack, "dee")[0]]["deleted"] = True
    refused(slack, "users_not_found", "users.lookupByEmail", email="dee@example.com")


def test_the_bot_has_no_address_to_be_found_by() -> None:
    """A bot's profile has no e-mail address."""
    refused(company(), "users_not_found", "users.lookupByEmail", email="")


def test_an_unknown_user_is_not_found() -> None:
    """user_not_found, in the singular."""
    refused(company(), "user_not_found", "users.info", user="U404")


def test_an_address_is_told_only_with_the_scope_for_it() -> None:
    """profile.email needs users:read.email."""
    slack = company()
    slack.data["scopes"].remove("users:read.email")
    user = slack.call("users.info", user=ids(slack, "ana")[0])["user"]
    assert "email" not in user["profile"]


def test_user_groups_are_listed_with_people_and_counts_on_request() -> None:
    """usergroups.list: include_users, include_count."""
    slack = company()
    bare = {group["handle"]: group for group in slack.call("usergroups.list")["usergroups"]}
    assert sorted(bare) == ["incident-leads", "payments-oncall"]
    assert {"users", "user_count"}.isdisjoint(bare["incident-leads"])
    answer = slack.call("usergroups.list", include_users=True, include_count=True)
    full = {group["handle"]: group for group in answer["usergroups"]}
    assert full["incident-leads"]["users"] == ids(slack, "ana", "bo")
    assert full["incident-leads"]["user_count"] == 2


def test_a_disabled_user_group_is_told_only_on_request() -> None:
    """include_disabled."""
    slack = company()
    old = slack.seed_usergroup("old", ids(slack, "dee"), disabled=True)
    assert old not in [group["id"] for group in slack.call("usergroups.list")["usergroups"]]
    groups = slack.call("usergroups.list", include_disabled=True)["usergroups"]
    assert old in [group["id"] for group in groups]
    refused(slack, "no_such_subteam", "usergroups.users.list", usergroup=old)
    users = slack.call("usergroups.users.list", usergroup=old, include_disabled=True)["users"]
    assert users == ids(slack, "dee")


def test_a_user_groups_people_are_listed_by_its_id() -> None:
    """usergroups.users.list; no_such_subteam for anything else, a handle too."""
    slack = company()
    groups = slack.call("usergroups.list")["usergroups"]
    [leads] = [group["id"] for group in groups if group["handle"] == "incident-leads"]
    assert slack.call("usergroups.users.list", usergroup=leads)["users"] == ids(slack, "ana", "bo")
    refused(slack, "no_such_subteam", "usergroups.users.list", usergroup="incident-leads")
