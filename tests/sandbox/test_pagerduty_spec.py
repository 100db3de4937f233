"""The sandbox's PagerDuty held against PagerDuty's own OpenAPI description, and that check tried out."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.pagerduty import People
from tests.support.openapi import Checked, check_request, check_response, needs_specs
from tests.support.paging import machine, wanted

pytestmark = needs_specs

PRIORITY = {"id": "PPRI001", "type": "priority_reference"}
FULL = wanted(
    urgency="low",
    priority=PRIORITY,
    body={"type": "incident_body", "details": "Runbook: https://wiki.example.com"},
    conference_bridge={"conference_url": "https://meet.example.com/1"},
    escalation_policy={"id": "PESC002", "type": "escalation_policy_reference"},
)


def test_every_answer_in_the_life_of_a_page_has_the_form_that_pagerduty_describes() -> None:
    account, clock = machine()
    account.data["services"]["PSVC001"]["auto_resolve_timeout"] = 86_400
    api, people = Checked(account, "pagerduty"), People(account)
    page = api.call("POST /incidents", incident=FULL)["incident"]["id"]
    other = api.call("POST /incidents", incident=wanted("acme/two/primary"))["incident"]["id"]
    people.acknowledge(page, "bo@example.com")
    api.call("POST /incidents/{id}/notes", id=page, note={"content": "Channel: https://example.com"})
    for change in ({"title": "Worse", "priority": "P2"}, {"status": "resolved", "resolution": "Rolled back"}):
        api.call("PUT /incidents/{id}", id=page, incident={"type": "incident_reference"} | change)
    back = [{"id": page, "type": "incident_reference", "status": "triggered"}]
    api.call("PUT /incidents", incidents=back)
    merged = [{"id": other, "type": "incident_reference"}]
    api.call("PUT /incidents/{id}/merge", id=page, source_incidents=merged)
    clock.sleep(90_000)
    include = [
        "conference_bridge",
        "priorities",
        "services",
        "assignees",
        "agents",
        "first_trigger_log_entries",
    ]
    for id in (page, other):
        api.call("GET /incidents/{id}", id=id, include=include)
        api.call("GET /incidents/{id}/notes", id=id)
        api.call("GET /incidents/{id}/log_entries", id=id, limit=100, is_overview=False)
    api.call(
        "GET /incidents", statuses=["resolved"], date_range="all", sort_by=["created_at:desc"], total=True
    )


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("GET /priorities", {}),
        ("GET /services", {"query": "Pay"}),
        ("GET /services/{id}", {"id": "PSVC001"}),
        ("GET /escalation_policies/{id}", {"id": "PESC002"}),
        ("GET /escalation_policies", {"limit": 2}),
        ("GET /users", {"query": "ana@example.com"}),
        ("GET /abilities", {}),
    ],
)
def test_the_account_is_described_as_pagerduty_describes_it(method: str, arguments: dict[str, Any]) -> None:
    account, _ = machine()
    Checked(account, "pagerduty").call(method, **arguments)


@pytest.mark.parametrize(
    ("method", "arguments", "problem"),
    [
        ("POST /incidents", {"incident": FULL | {"urgency": "medium"}}, "'medium' is not one of"),
        ("POST /incidents", {"incident": FULL | {"colour": "red"}}, "'colour' was unexpected"),
        ("POST /incidents", {"incident": FULL | {"priority": "P1"}}, "'P1' is not of type 'object'"),
        ("POST /incidents", {"incident": {"type": "incident", "title": "x"}}, "'service' is a required"),
        ("PUT /incidents/{id}", {"id": "Q1", "incident": {"status": "resolved"}}, "'type' is a required"),
        ("PUT /incidents/{id}", {"incident": {"type": "incident"}}, "id is missing"),
        ("GET /incidents", {"statuses": ["triggered", "open"]}, "statuses: .* 'open' is not one of"),
        ("GET /incidents", {"status": "triggered"}, "status is no parameter"),
        ("GET /incidents", {"limit": "many"}, "'many' is not of type 'integer'"),
        ("GET /incident", {}, "pagerduty has no GET /incident"),
    ],
)
def test_a_call_that_pagerduty_does_not_describe_is_found(
    method: str, arguments: dict[str, Any], problem: str
) -> None:
    with pytest.raises(AssertionError, match=problem):
        check_request("pagerduty", method, arguments)


def test_an_answer_that_pagerduty_does_not_describe_is_found() -> None:
    account, _ = machine()
    answer = dict(account.call("POST /incidents", incident=wanted()))
    check_response("pagerduty", "POST /incidents", answer)
    answer["incident"] = dict(answer["incident"]) | {"status": "open"}
    with pytest.raises(AssertionError, match="'open' is not one of"):
        check_response("pagerduty", "POST /incidents", answer)


@pytest.mark.parametrize(
    ("method", "arguments", "problem"),
    [
        ("conversations.create", {"name": "Not A Name"}, "does not match"),
        ("chat.postMessage", {"channel": "C1", "txt": "x"}, "'txt' was unexpected"),
    ],
)
def test_slack_s_methods_are_checked_by_their_names(
    method: str, arguments: dict[str, Any], problem: str
) -> None:
    check_request("slack", "conversations.create", {"name": "incd-one", "is_private": False})
    with pytest.raises(AssertionError, match=problem):
        check_request("slack", method, arguments)
