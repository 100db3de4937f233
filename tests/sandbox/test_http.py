"""The front: each service's HTTP where the SDKs do not go, and all of it on one port."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from email.message import Message

import pytest

from reconciler.sandbox.notion.example import SOURCE
from tests.support.server import serving
from tests.support.worlds import START, call, heard, world

FORM = "application/x-www-form-urlencoded"
GENERAL = "C00000001"


AS_JSON = f'{{"channel": "{GENERAL}", "include_num_members": true}}'


@pytest.mark.parametrize(
    ("query", "body", "kind"),
    [
        ("", f"channel={GENERAL}&include_num_members=1", FORM),
        ("", AS_JSON, "application/json"),
        ("", AS_JSON, "application/json; charset=utf-8"),
        (f"?channel={GENERAL}&include_num_members=true", "", FORM),
    ],
)
def test_slack_takes_forms_json_and_queries(query: str, body: str, kind: str) -> None:
    reply = heard(world(), "slack", f"POST /api/conversations.info{query}", body, kind)
    assert (reply.status, reply.body["ok"], reply.body["channel"]["name"]) == (200, True, "general")
    assert reply.body["channel"]["num_members"] == 6


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({"authorization": None}, "", "not_authed"),
        ({"authorization": "Bearer xoxb-sample"}, "", "invalid_auth"),
        ({"authorization": None}, "token=xoxb-sandbox", None),
        ({"authorization": None}, "token=xoxb-sample", "invalid_auth"),
    ],
)
def test_slack_looks_at_the_token(headers: dict[str, str | None], body: str, code: str | None) -> None:
    reply = heard(world(), "slack", "POST /api/auth.test", body, FORM, headers)
    assert (reply.status, reply.body.get("error")) == (200, code)


def test_slack_says_no_with_200_and_throttles_with_429() -> None:
    made = world()
    refused = heard(made, "slack", "POST /api/conversations.info", "channel=C999", FORM)
    assert (refused.status, refused.body) == (200, {"ok": False, "error": "channel_not_found"})
    made.machines["slack"].limits["auth.test"] = 0
    limited = heard(made, "slack", "POST /api/auth.test")
    assert (limited.status, limited.headers) == (429, {"Retry-After": "60"})
    assert limited.body == {"ok": False, "error": "ratelimited"}


@pytest.mark.parametrize("body", ["{", "[1]", '"text"', "\udcff"])
def test_a_body_that_is_no_json_object_is_refused_by_each_service(body: str) -> None:
    made, raw = world(), body.encode(errors="replace").decode()
    slack = heard(made, "slack", "POST /api/auth.test", raw)
    pagerduty = heard(made, "pagerduty", "POST /incidents", raw)
    notion = heard(made, "notion", "POST /v1/pages", raw)
    assert slack.body == {"ok": False, "error": "invalid_json"}
    assert (pagerduty.status, pagerduty.body["error"]["code"]) == (400, 2001)
    assert (notion.status, notion.body["code"]) == (400, "invalid_json")


def test_pagerduty_reads_lists_numbers_and_flags_from_the_query() -> None:
    made = world()
    service = {"id": "PSVC001", "type": "service_reference"}
    for number in range(3):
        incident = {"type": "incident", "title": f"Down {number}", "service": service}
        assert heard(made, "pagerduty", "POST /incidents", json.dumps({"incident": incident})).status == 201
    line = "GET /incidents?statuses[]=triggered&statuses%5B%5D=acknowledged&limit=2&offset=1&total=true"
    reply = heard(made, "pagerduty", line)
    assert (reply.status, len(reply.body["incidents"]), reply.body["total"]) == (200, 2, 3)
    none = heard(made, "pagerduty", "GET /incidents?statuses[]=resolved")
    assert none.body["incidents"] == []


@pytest.mark.parametrize(
    "authorization", [None, "Token token=wrong", "pd-sandbox", "Basic pd-sandbox", "Token "]
)
def test_pagerduty_answers_a_wrong_key_with_401(authorization: str | None) -> None:
    reply = heard(world(), "pagerduty", "GET /priorities", headers={"authorization": authorization})
    assert (reply.status, reply.body["error"]["code"]) == (401, 2006)


@pytest.mark.parametrize(
    "line", ["GET /nothing", "DELETE /incidents", "GET /incidents/Q1/nothing", "GET /incidents/"]
)
def test_pagerduty_does_not_know_other_paths(line: str) -> None:
    reply = heard(world(), "pagerduty", line)
    assert (reply.status, reply.body["error"]["message"]) == (404, "Not Found")


def test_pagerduty_takes_no_write_without_a_sender_and_remembers_none() -> None:
    made = world()
    body = json.dumps({"incident": {"type": "incident", "title": "Down", "service": {"id": "PSVC001"}}})
    with_sender = heard(made, "pagerduty", "POST /incidents", body)
    without = heard(made, "pagerduty", "POST /incidents", body, headers={"from": None})
    unknown = heard(made, "pagerduty", "POST /incidents", body, headers={"from": "nobody@example.com"})
    assert [with_sender.status, without.status, unknown.status] == [201, 400, 400]
    assert [without.body["error"]["code"], unknown.body["error"]["code"]] == [2016, 1008]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"authorization": None}, 401, "unauthorized"),
        ({"authorization": "Bearer ntn_sample"}, 401, "unauthorized"),
        ({"notion-version": None}, 400, "missing_version"),
        ({"notion-version": "2021-05-13"}, 400, "validation_error"),
    ],
)
def test_notion_looks_at_token_and_version(headers: dict[str, str | None], status: int, code: str) -> None:
    reply = heard(world(), "notion", "GET /v1/users/me", headers=headers)
    assert (reply.status, reply.body["status"], reply.body["code"]) == (status, status, code)
    assert reply.body["object"] == "error"


def test_notion_speaks_the_version_that_each_request_names() -> None:
    made = world()
    page = call(made, "notion", "POST /v1/pages", parent={"data_source_id": SOURCE}, properties={})["id"]
    old = heard(made, "notion", f"GET /v1/pages/{page}", headers={"notion-version": "2025-09-03"})
    new = heard(made, "notion", f"GET /v1/pages/{page}", headers={"notion-version": "2026-03-11"})
    assert ("archived" in old.body, "archived" in new.body) == (True, False)


def test_an_error_that_no_service_planned_is_told_in_each_services_way() -> None:
    made = world()
    made.machines["pagerduty"].next_errors = [503]  # type: ignore[attr-defined]
    made.machines["notion"].next_errors = [529]  # type: ignore[attr-defined]
    pagerduty = heard(made, "pagerduty", "GET /priorities")
    notion = heard(made, "notion", "GET /v1/users/me")
    assert (pagerduty.status, pagerduty.body["error"]["message"]) == (503, "Internal Server Error")
    assert (notion.status, notion.body["code"], notion.headers) == (
        529,
        "service_overload",
        {"Retry-After": "30"},
    )


def test_the_last_two_hundred_calls_are_remembered_with_their_errors_and_without_tokens() -> None:
    made = world()
    for _ in range(210):
        heard(made, "slack", "POST /api/auth.test")
    heard(made, "slack", "POST /api/conversations.info", "channel=C999", FORM)
    heard(made, "notion", "GET /v1/users/me", headers={"authorization": "Bearer secret-of-somebody"})
    assert len(made.calls) == 200
    assert [(one.service, one.method, one.error) for one in list(made.calls)[-3:]] == [
        ("slack", "auth.test", ""),
        ("slack", "conversations.info", "channel_not_found"),
        ("notion", "GET /v1/users/me", "unauthorized API token is invalid."),
    ]
    assert made.calls[-1].at == START
    assert "secret-of-somebody" not in str(made.calls)


def fetched(url: str, **headers: str) -> tuple[int, Message, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def test_the_three_services_the_page_and_the_data_share_one_port() -> None:
    made = world()
    with serving(made) as url:
        slack = fetched(f"{url}/slack/api/auth.test", Authorization="Bearer xoxb-sandbox")
        pagerduty = fetched(f"{url}/pagerduty/priorities", Authorization="Token token=pd-sandbox")
        notion = fetched(f"{url}/notion/v1/users/me", Authorization="Bearer ntn_sandbox")
        page = fetched(url)
        data = fetched(f"{url}/world.json")
        nothing = fetched(f"{url}/nothing")
    assert (slack[0], json.loads(slack[2])["user_id"]) == (200, "U0SANDBOX")
    assert (pagerduty[0], len(json.loads(pagerduty[2])["priorities"])) == (200, 5)
    assert (notion[0], json.loads(notion[2])["code"]) == (400, "missing_version")
    assert (page[0], page[1]["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page[1]["Content-Security-Policy"].startswith("default-src 'none';"), "nothing but its own files"
    assert page[2].startswith("<!doctype html>")
    assert data[1]["Content-Type"] == "application/json"
    assert json.loads(data[2]) == made.snapshot()
    assert nothing[0] == 404


def test_a_path_keeps_its_escapes_until_it_is_taken_apart() -> None:
    with serving(world()) as url:
        key = {"Authorization": "Token token=pd-sandbox"}
        inside = fetched(f"{url}/pagerduty/incidents/..%2Fpriorities", **key)
    assert inside[0] == 404, "an escaped slash is part of the id"


def test_what_pagerduty_deletes_is_answered_with_nothing() -> None:
    made = world()
    service = {"id": "PSVC001", "type": "service_reference"}
    incident = {"type": "incident", "title": "Checkout fails", "service": service}
    page = call(made, "pagerduty", "POST /incidents", incident=incident)["incident"]["id"]
    note = call(made, "pagerduty", "POST /incidents/{id}/notes", id=page, note={"content": "Once"})["note"]
    line = f"DELETE /incidents/{page}/notes/{note['id']}"
    assert [heard(made, "pagerduty", line).status for _ in range(2)] == [204, 404]
