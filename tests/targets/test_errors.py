"""Every way in which a service can say no to a change: what was attempted, on what, what came back, what
happens next, and where in the files it comes from. All else is done, and the exit code tells.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from reconciler.plan.plan import Outcome, Report, State
from reconciler.targets.seam import CallError, Unanswered, Unreachable
from tests.support.files import PATH, SETTINGS, TEXTS, commit, pointed_at, written
from tests.support.recording import notion_says, pagerduty_says, slack_says
from tests.support.scene import ID, Scene

TITLE = f"{PATH}: Checkout returns HTTP 500"
AGAIN = "run apply again"
TOKEN = "SLACK_BOT_TOKEN"
CREATE, ARCHIVE, RENAME = "conversations.create", "conversations.archive", "conversations.rename"
POST, EDIT, INVITE = "chat.postMessage", "chat.update", "conversations.invite"
TOPIC, PIN, MARK = "conversations.setTopic", "pins.add", "bookmarks.add"
PAGE, UPDATE, NOTE = "POST /incidents", "PUT /incidents/{id}", "POST /incidents/{id}/notes"
DOCUMENT, PROPERTIES = "POST /v1/pages", "PATCH /v1/pages/{page_id}"


class Case(NamedTuple):
    """A refusal of one method: the change that it befalls, and what has to be said of it."""

    stage: str
    method: str
    error: CallError
    thing: str
    answer: str
    next: str
    place: str

    @property
    def target(self) -> str:
        return "notion" if "/v1/" in self.method else "pagerduty" if "/" in self.method else "slack"


def slack(stage: str, method: str, code: str, thing: str, answer: str, step: str, place: str) -> Case:
    """A refusal by Slack's code."""
    more = {"needed": "channels:manage"} if code == "missing_scope" else {}
    said = f"Slack answered {code}"
    return Case(stage, method, slack_says(code, method, **more), thing, f"{said}{answer}", step, place)


def pagerduty(stage: str, method: str, status: int, words: str, thing: str, step: str, place: str) -> Case:
    """A refusal by PagerDuty's status."""
    error = pagerduty_says(status, words, method=method)
    return Case(stage, method, error, thing, f"PagerDuty answered {status} {words}", step, place)


def notion(stage: str, method: str, status: int, code: str, answer: str, step: str) -> Case:
    """A refusal by Notion's code."""
    error = notion_says(status, code, "Something is wrong.", method)
    place = f"{SETTINGS}: 8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d"
    return Case(stage, method, error, "page", f"Notion answered {code}: {answer}", step, place)


UPDATED = "update/2026-11-21T16:58:00Z"
FIRST_UPDATE = f"{PATH}: at: 2026-11-21T16:58:00Z"
ANNOUNCED = f'{SETTINGS}: "#incidents"'
RUNBOOK = f"{SETTINGS}: {{title: Runbook"
DEE, VP = f"{PATH}: dee@example.com", f"{SETTINGS}: vp@example.com"
PRIMARY, PAYMENTS = f"{SETTINGS}: PSVC001", f"{PATH}: payments"

CASES = [
    # Slack's channel
    slack("declare", CREATE, "missing_scope", "channel", ": the bot lacks a scope: channels:manage",
          "add the scope channels:manage to the app and install it again", TITLE),
    slack("declare", CREATE, "invalid_auth", "channel", ": the token is not valid", TOKEN, TITLE),
    slack("declare", CREATE, "token_revoked", "channel", ": the token was revoked", TOKEN, TITLE),
    slack("declare", CREATE, "token_expired", "channel", ": the token has expired", TOKEN, TITLE),
    slack("declare", CREATE, "account_inactive", "channel", ": the bot was removed",
          "install the app again", TITLE),
    slack("declare", CREATE, "restricted_action", "channel", ": the workspace keeps this for admins",
          "ask a workspace admin", TITLE),
    slack("declare", CREATE, "cannot_create_channel", "channel", ": the workspace keeps channels for admins",
          "ask a workspace admin", TITLE),
    slack("declare", CREATE, "invalid_name_specials", "channel", ": Slack does not take the channel's name",
          "change `slack: channel_prefix`", TITLE),
    slack("declare", CREATE, "invalid_name_maxlength", "channel", ": the channel's name is too long",
          "change `slack: channel_prefix`", TITLE),
    slack("declare", CREATE, "fatal_error", "channel", ": refused", AGAIN, TITLE),
    slack("resolve", RENAME, "not_authorized", "channel", ": only the channel's creator or an admin may",
          "rename it in Slack by hand", TITLE),
    slack("close", ARCHIVE, "cant_archive_general", "channel", ": the general channel cannot be archived",
          "adopt another channel", TITLE),
    slack("close", ARCHIVE, "cant_archive_required", "channel", ": the channel is required for everybody",
          "make it optional in Slack", TITLE),
    # what is in it
    slack("declare", TOPIC, "user_is_restricted", "topic", ": the bot is a restricted user",
          "ask a workspace admin", TITLE),
    slack("declare", TOPIC, "is_archived", "topic", ": the channel is archived",
          "unarchive it in Slack: a bot cannot", TITLE),
    slack("declare", PIN, "too_many_pins", "pin", ": the channel has no room for another pin",
          "remove one in Slack", TITLE),
    slack("declare", MARK, "too_many_bookmarks", "bookmark/Runbook", ": the channel has no room for another",
          "remove one in Slack", RUNBOOK),
    slack("declare", MARK, "invalid_link", "bookmark/Runbook", ": Slack does not take the link",
          "correct the bookmark's `url`", RUNBOOK),
    slack("declare", INVITE, "ura_max_channels", "invite/dee@example.com", ": a guest may be in no more",
          "ask a workspace admin", DEE),
    slack("declare", INVITE, "cant_invite", "invite/vp@example.com", ": that person cannot be invited",
          "invite them in Slack by hand", VP),
    slack("declare", INVITE, "org_user_not_in_team", "invite/dee@example.com",
          ": that person is not in this workspace", "ask a workspace admin to add them", DEE),
    slack("declare", INVITE, "user_not_found", "invite/dee@example.com", ": Slack has no such user",
          "correct the id under `people:`", DEE),
    # messages in Slack
    slack("declare", POST, "not_in_channel", "announcement/#incidents", ": the bot is not in the channel",
          "type `/invite` with the bot's name there", ANNOUNCED),
    slack("declare", POST, "channel_not_found", "announcement/#incidents", ": no such channel, or the bot",
          "correct the name, or invite the bot", ANNOUNCED),
    slack("declare", POST, "restricted_action_read_only_channel", "announcement/#incidents",
          ": only some may post there", "let the bot post there", ANNOUNCED),
    slack("declare", POST, "msg_too_long", UPDATED, ": the message is too long",
          "shorten the text in the file", FIRST_UPDATE),
    slack("declare", POST, "metadata_too_large", UPDATED, ": refused", AGAIN, FIRST_UPDATE),
    slack("edit", EDIT, "edit_window_closed", "announcement/#incidents", ": the workspace does not allow",
          "allow edits", ANNOUNCED),
    slack("edit", EDIT, "is_inactive", "card", ": the channel is archived", "unarchive it", TITLE),
    slack("edit", EDIT, "cant_update_message", "card", ": the message is not the bot's",
          "it stays as it is", TITLE),
    # PagerDuty
    pagerduty("declare", PAGE, 400, "Invalid Input Provided", "primary", "correct what it names", PRIMARY),
    pagerduty("declare", PAGE, 401, "Authentication Failed", "primary", "PAGERDUTY_API_TOKEN", PRIMARY),
    pagerduty("declare", PAGE, 402, "Payment Required", "primary", "change the plan", PRIMARY),
    pagerduty("declare", PAGE, 403, "Access Denied", "payments", "write access", PAYMENTS),
    pagerduty("declare", PAGE, 404, "Not Found", "payments", "correct the id in the settings", PAYMENTS),
    pagerduty("declare", PAGE, 413, "Request Entity Too Large", "payments", AGAIN, PAYMENTS),
    pagerduty("edit", UPDATE, 400, "Arguments Caused Error", "primary", "correct what it names", PRIMARY),
    pagerduty("resolve", UPDATE, 403, "Access Denied", "payments", "write access", PAYMENTS),
    pagerduty("declare", NOTE, 403, "Access Denied", "payments/links", "write access", PAYMENTS),
    # Notion
    notion("declare", DOCUMENT, 401, "unauthorized", "the token is not valid", "NOTION_TOKEN"),
    notion("declare", DOCUMENT, 403, "restricted_resource", "the connection may not", "insert content"),
    notion("declare", DOCUMENT, 404, "object_not_found", "it is not there", "share the database"),
    notion("declare", DOCUMENT, 400, "validation_error", "", "correct"),
    notion("declare", DOCUMENT, 400, "invalid_json", "Notion could not read the request", "report this"),
    notion("edit", PROPERTIES, 403, "restricted_resource", "the connection may not", "insert content"),
    notion("edit", PROPERTIES, 409, "conflict_error", "", AGAIN),
    notion("resolve", PROPERTIES, 404, "object_not_found", "it is not there", "share the database"),
    # no answer at all
    Case("declare", TOPIC, Unreachable(TOPIC, "connection refused"), "topic",
         "Slack could not be reached: connection refused", "check the network", TITLE),
    Case("declare", PAGE, Unreachable(PAGE, "connection refused"), "primary",
         "PagerDuty could not be reached: connection refused", "check the network", PRIMARY),
    Case("declare", PAGE, Unanswered(PAGE, "502 Bad Gateway", 502), "primary",
         "no usable answer from PagerDuty: 502 Bad Gateway; it may be done", "makes nothing twice", PRIMARY),
    Case("declare", DOCUMENT, Unanswered(DOCUMENT, "529 service_overload", 529), "page",
         "no usable answer from Notion: 529 service_overload; it may be done", "makes nothing twice",
         f"{SETTINGS}: 8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d"),
]  # fmt: skip


def at_stage(stage: str) -> Scene:
    """The scene just before the run in which the refusal comes."""
    scene = written()
    if stage == "declare":
        return scene
    assert scene.apply().report.exit_code == 0
    status = {"resolve": "resolved", "close": "closed"}.get(stage, "identified")
    text = TEXTS[PATH].replace("status: investigating", f"status: {status}")
    commit(scene, text.replace("returns HTTP 500", "returns HTTP 500, HTTP 502"))
    if stage == "close":
        assert scene.apply().report.exit_code == 0
        scene.later(days=8)
    return scene


def named(case: Case) -> str:
    kind = getattr(case.error, "code", type(case.error).__name__)
    return f"{case.stage}-{case.target}-{kind}-{case.thing}".replace("/", "-").replace("#", "")


def befallen(case: Case, report: Report) -> Outcome:
    [found] = [
        one
        for one in report.outcomes
        if (one.change.address.target, one.change.address.thing) == (case.target, case.thing)
        and one.state is not State.APPLIED
    ]
    return found


@pytest.mark.parametrize("case", CASES, ids=map(named, CASES))
def test_an_error_says_what_where_why_and_what_next_and_all_else_is_done(case: Case) -> None:
    scene = at_stage(case.stage)
    scene.fails(case.target, case.method, case.error)
    report = scene.apply().report
    outcome = befallen(case, report)
    trouble = outcome.trouble
    assert trouble is not None
    assert trouble.attempted.startswith(f"{outcome.change.kind.value} {case.target}:{ID}/{case.thing}: ")
    assert case.answer in trouble.answer
    assert case.next in trouble.next
    assert pointed_at(trouble.location).startswith(case.place)
    assert report.exit_code == 3
    assert_the_rest_is_done(scene, report, case)
    scene.heals()
    scene.later(hours=1)
    assert scene.apply().report.exit_code == 0
    assert scene.quiet()


def assert_the_rest_is_done(scene: Scene, report: Report, case: Case) -> None:
    """Whatever is neither refused by the same method nor in need of it was applied."""
    others = [one for one in report.outcomes if one.change.address.target != case.target]
    assert {one.state for one in others} <= {State.APPLIED}, others
    if case.stage == "declare":
        assert len(scene.pages()) == 2 or case.method == PAGE
        assert scene.channel_names() or case.method == CREATE
        assert len(scene.notion.data["pages"]) == 1 or case.method == DOCUMENT


def test_the_table_holds_what_was_promised() -> None:
    services = [case.target for case in CASES]
    assert len({named(case) for case in CASES}) == len(CASES) >= 40
    assert services.count("slack") >= 22
    assert services.count("pagerduty") >= 8
    assert services.count("notion") >= 8
