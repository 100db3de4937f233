"""What `doctor` says of Slack: each check in a world where all is well, and in one where it is not."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import Location
from reconciler.incident.settings import Person, Settings
from reconciler.plan.diagnosis import Diagnosis, Sign
from reconciler.sandbox.slack import SlackMachine
from reconciler.targets.seam import Answer, Refused
from reconciler.targets.slack.doctor import diagnoses
from reconciler.targets.slack.scopes import SCOPES
from tests.support.examined import Breaking, assert_each_failing_call_is_a_line, found, only, texts
from tests.support.scene import SETTINGS
from tests.support.slack import company

SPEC = "slack" if "RECONCILER_SPECS" in os.environ else ""


def look(slack: SlackMachine, settings: Settings = SETTINGS) -> list[Diagnosis]:
    return found(Breaking(slack, spec=SPEC), lambda api: diagnoses(api, settings))


def announcing(*places: str) -> Settings:
    """The settings with other announcements for the worst severity, and none for the others."""
    first, *rest = SETTINGS.severities
    return replace(
        SETTINGS, severities=(replace(first, announce=places), *(replace(one, announce=()) for one in rest))
    )


def inviting(*who: str, **more: Any) -> Settings:
    first, *rest = SETTINGS.severities
    return replace(SETTINGS, severities=(replace(first, invite=who), *rest), teams={}, **more)


def test_in_a_workspace_where_all_is_well_every_line_is_good() -> None:
    settings = replace(SETTINGS, private_allowed=True)
    told = look(company(), settings)
    assert {one.sign for one in told} == {Sign.GOOD}
    assert [one.text for one in told if not one.text.startswith("scope ")] == [
        "the token is valid: @incidents in Example",
        "#incidents: the bot is in it",
        "#general: the bot is in it",
        "@incident-leads: 2 people",
        "@payments-oncall: 1 person",
        "vp@example.com is Val",
    ]


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_that_is_missing_is_named_with_what_stays_undone(scope: str) -> None:
    slack = company()
    slack.data["scopes"].remove(scope)
    told = look(slack, replace(SETTINGS, private_allowed=True))
    line = next(one for one in told if one.text.startswith(f"scope {scope} is missing"))
    assert line.sign is Sign.BAD
    assert line.remedy == "add it to the app (OAuth & Permissions) and install the app again"
    assert scope == "users:read" or SCOPES[scope] in line.text


def test_a_scope_that_the_settings_do_not_need_may_be_missing() -> None:
    slack = company()
    for scope in ("groups:write", "usergroups:read"):
        slack.data["scopes"].remove(scope)
    told = look(slack, inviting("vp@example.com"))
    assert not texts(told, Sign.BAD)
    assert [one.text.split(" (")[0] for one in told if one.sign is Sign.KNOW] == [
        "scope groups:write is missing, and not needed: the settings allow no private incidents",
        "scope usergroups:read is missing, and not needed: the settings invite no user group",
    ]


class Headless:
    """Slack behind a proxy that keeps its headers back, and what its refusals say of the token's scopes."""

    def __init__(self, slack: SlackMachine, *, provided: bool):
        self.slack, self.provided = slack, provided

    def call(self, method: str, /, **arguments: Any) -> Answer:
        try:
            answer = self.slack.call(method, **arguments)
        except Refused as refused:
            body = {key: value for key, value in refused.answer.items() if self.provided or key != "provided"}
            raise Refused(method, refused.code, refused.detail, body) from None
        return {key: value for key, value in answer.items() if method != "auth.test" or key[:4] != "resp"}


def test_without_the_header_reads_tell_of_their_scopes_and_the_others_cannot_be_known() -> None:
    slack = company()
    slack.data["scopes"].remove("usergroups:read")
    told = found(Headless(slack, provided=False), lambda api: diagnoses(api, SETTINGS))
    assert any(text.startswith("scope channels:read: find") for text in texts(told, Sign.GOOD))
    assert any(text.startswith("scope usergroups:read is missing") for text in texts(told, Sign.BAD))
    assert (
        "scope chat:write: whether it is there cannot be known without writing"
        " (post the card, the announcements and the updates, and edit its own)"
    ) in texts(told, Sign.KNOW)


def test_a_refusal_for_want_of_a_scope_names_them_all() -> None:
    slack = company()
    for scope in ("usergroups:read", "pins:write"):
        slack.data["scopes"].remove(scope)
    told = found(Headless(slack, provided=True), lambda api: diagnoses(api, SETTINGS))
    missing = [text for text in texts(told, Sign.BAD) if text.startswith("scope ")]
    assert [text.split(" is ")[0] for text in missing] == ["scope pins:write", "scope usergroups:read"]
    assert not [text for text in texts(told, Sign.KNOW) if "cannot be known" in text]


def test_a_person_s_token_is_not_a_bot_s() -> None:
    slack = company()
    slack.data["app"]["bot_id"] = ""
    line = only(look(slack))
    assert line.text == "the token belongs to a person (incidents), not to a bot"
    assert line.remedy == "set SLACK_BOT_TOKEN to the app's bot token, which begins with xoxb-"


VALID = (
    "set SLACK_BOT_TOKEN to the bot's token, which begins with xoxb-: "
    "https://api.slack.com/apps › the app › OAuth & Permissions"
)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("invalid_auth", VALID),
        ("token_revoked", VALID),
        ("account_inactive", "install the app again"),
    ],
)
def test_a_token_that_opens_nothing_is_one_line(code: str, remedy: str) -> None:
    class Shut:
        def call(self, method: str, /, **_: Any) -> Answer:
            raise Refused(method, code)

    [line] = found(Shut(), lambda api: diagnoses(api, SETTINGS))
    assert line.sign is Sign.BAD
    assert line.text.startswith(f"who the token belongs to could not be read: Slack answered {code}")
    assert line.remedy == remedy


def test_a_channel_without_the_bot_says_where_to_invite_it() -> None:
    slack = company()
    slack.seed_channel("status", bot_is_member=False)
    line = only(look(slack, announcing("#incidents", "#status")))
    assert (line.text, line.remedy) == ("the bot is not in #status", "type `/invite @incidents` in #status")
    assert line.place == Location("reconciler.yaml", 1, 1)


def test_a_channel_that_is_not_there_or_hidden_is_told_as_both() -> None:
    slack = company()
    slack.seed_channel("secret", private=True, bot_is_member=False)
    line = only(look(slack, announcing("#secret")))
    assert line.text == "Slack shows the bot no channel #secret"
    assert line.remedy == (
        "make it, or correct the name; if it is private, type `/invite @incidents` in #secret"
    )


def test_an_archived_channel_is_named() -> None:
    slack = company()
    slack.person("ana@example.com").archive("incidents")
    line = only(look(slack))
    assert line.text == "#incidents is archived"
    assert line.remedy == "unarchive it in Slack, or take it out of `announce:`"


def test_a_renamed_channel_is_worth_knowing() -> None:
    slack = company()
    slack.person("ana@example.com").rename("incidents", "fires")
    told = look(slack)
    assert "#incidents is called #fires now; the bot is in it" in texts(told, Sign.KNOW)
    assert not texts(told, Sign.BAD)


def test_a_channel_by_its_id() -> None:
    slack = company()
    there, other = slack.channel_id("incidents"), slack.seed_channel("status", bot_is_member=False)
    assert not texts(look(slack, announcing(there)), Sign.BAD)
    line = only(look(slack, announcing(other)))
    assert line.text == f"the bot is not in #status ({other})"
    assert line.remedy == f"type `/invite @incidents` in #status ({other})"
    assert only(look(slack, announcing("C404"))).text == "Slack shows the bot no channel C404"


def test_an_unknown_group_and_an_empty_one() -> None:
    slack = company()
    slack.seed_usergroup("nobody", [])
    told = look(slack, inviting("@incident-laeds", "@nobody"))
    line = only(told)
    assert line.text == "Slack has no user group @incident-laeds"
    assert line.remedy == "correct the name; there are: @incident-leads, @nobody, @payments-oncall"
    assert "@nobody has nobody in it: nobody is invited by it" in texts(told, Sign.KNOW)


def test_people_by_address_and_by_id() -> None:
    slack = company()
    slack.data["users"][slack.person("dee@example.com").id]["deleted"] = True
    dee = slack.person("dee@example.com").id
    people = {
        "bo@example.com": Person(slack=slack.person("bo@example.com").id),
        "dee@example.com": Person(slack=dee),
    }
    told = look(slack, inviting("vp@example.com", "eve@example.com", people=people))
    wrong = {one.text: one.remedy for one in told if one.sign is Sign.BAD}
    assert wrong == {
        "no Slack user has the address eve@example.com": (
            "correct the address, or give the Slack id under `people:` in the settings"
        ),
        f"Slack has no user {dee}, which is to be dee@example.com": "correct it: profile, ⋮, Copy member ID",
    }
    assert "bo@example.com is Bo" in texts(told, Sign.GOOD)


def test_whatever_befalls_a_call_is_a_line() -> None:
    slack = company()
    settings = replace(announcing("#incidents", slack.channel_id("general")), private_allowed=True)
    assert assert_each_failing_call_is_a_line(slack, lambda api: diagnoses(api, settings)) >= 36
