"""Opening incidents in the sandbox's PagerDuty; each test is one fact about the REST API."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.targets.seam import RateLimited, Refused
from tests.support.paging import changed, got, listed, logged, machine, opened, wanted


def refused(fields: dict[str, Any], **arguments: Any) -> Refused:
    account, _ = machine()
    with pytest.raises(Refused) as caught:
        account.call("POST /incidents", incident=wanted(**fields), **arguments)
    assert listed(account, date_range="all") == []
    return caught.value


def test_a_key_of_an_open_incident_on_the_service_is_refused_with_400_and_number_2002() -> None:
    """PagerDuty de-duplicates REST creates by incident_key against open incidents of the same service."""
    account, _ = machine()
    first = opened(account)
    for status in ("triggered", "acknowledged"):
        changed(account, first["id"], status=status)
        with pytest.raises(Refused) as caught:
            opened(account)
        assert (caught.value.code, caught.value.status) == ("400", 400)
        assert caught.value.answer == {
            "error": {
                "message": "Arguments Caused Error",
                "code": 2002,
                "errors": ["Open incident with matching dedup key already exists on this service"],
            }
        }
    assert len(listed(account)) == 1


def test_the_same_key_on_another_service_is_another_incident() -> None:
    """The key is compared within one service only."""
    account, _ = machine()
    assert opened(account)["id"] != opened(account, service="PSVC002")["id"]


def test_after_a_resolve_the_key_is_free_and_a_create_makes_a_second_incident() -> None:
    """De-duplication knows open incidents only, so the same key can be paged twice."""
    account, _ = machine()
    first = opened(account)
    changed(account, first["id"], status="resolved")
    second = opened(account)
    assert second["id"] != first["id"]
    assert listed(account, incident_key=first["incident_key"]) == [first["incident_key"]] * 2


def test_an_incident_without_a_key_gets_one() -> None:
    """The answer always has an incident_key; PagerDuty makes one where none was given."""
    account, _ = machine()
    assert opened(account, key=None)["incident_key"] != opened(account, key=None)["incident_key"]


@pytest.mark.parametrize(
    ("fields", "number", "words"),
    [
        ({"title": ""}, 2001, "Title cannot be empty."),
        ({"type": "incident_reference"}, 2001, "Type must be incident."),
        ({"service": "PSVC009"}, 2002, "Service not found"),
        ({"urgency": "medium"}, 2001, "Urgency must be high or low."),
    ],
    ids=lambda value: str(value),
)
def test_type_title_and_a_known_service_are_required(fields: dict[str, Any], number: int, words: str) -> None:
    """An unknown service is a bad argument (400, number 2002): POST /incidents never answers 404."""
    error = refused(fields)
    assert (error.code, error.answer["error"]["code"]) == ("400", number)
    assert error.answer["error"]["errors"] == [words]
    assert words in str(error)


def test_a_create_without_a_service_or_without_an_incident_is_refused() -> None:
    """`incident.service` is required, and so is `incident`."""
    account, _ = machine()
    bad: list[dict[str, Any]] = [{"incident": {"type": "incident", "title": "x"}}, {}, {"incident": []}]
    for arguments in bad:
        with pytest.raises(Refused, match="2001"):
            account.call("POST /incidents", **arguments)


def test_assignments_and_an_escalation_policy_exclude_each_other() -> None:
    """Assignments cannot be given together with an escalation policy."""
    people = [{"assignee": {"id": "PUSR001", "type": "user_reference"}}]
    policy = {"id": "PESC002", "type": "escalation_policy_reference"}
    assert "both" in str(refused({"assignments": people, "escalation_policy": policy}))
    account, _ = machine()
    assert opened(account, "a", assignments=people)["assigned_via"] == "direct_assignment"
    assert opened(account, "b", escalation_policy=policy)["escalation_policy"]["id"] == "PESC002"


@pytest.mark.parametrize("priority", [{"id": "PPRI009", "type": "priority_reference"}, "P1"])
def test_an_unknown_priority_is_refused_and_so_is_a_name_at_a_create(priority: object) -> None:
    """A create takes a priority by id only; the name as a string is for updates."""
    assert "Priority not found" in str(refused({"priority": priority}))


@pytest.mark.parametrize("body", [{"details": "x"}, "x"])
def test_a_body_has_a_type(body: object) -> None:
    """`body.type` is required."""
    assert "2001" in str(refused({"body": body}))


def test_nothing_is_opened_when_an_assignee_is_unknown() -> None:
    """A refused create leaves nothing behind."""
    refused({"assignments": [{"assignee": {"id": "PUSR009", "type": "user_reference"}}]})


def test_the_bridge_and_the_body_are_shown_only_to_who_includes_them() -> None:
    """`conference_bridge` and `body` are returned only with include[]."""
    account, _ = machine()
    bridge = {"conference_number": None, "conference_url": "https://meet.example.com/1"}
    body = {"type": "incident_body", "details": "Runbook: https://wiki.example.com"}
    page = opened(account, conference_bridge={"conference_url": bridge["conference_url"]}, body=body)
    assert not {"conference_bridge", "body"} & (set(page) | set(got(account, page["id"])))
    assert got(account, page["id"], include=["conference_bridge", "body"])["conference_bridge"] == bridge
    assert got(account, page["id"], include="body")["body"] == body
    changed(account, page["id"], conference_bridge=None)
    assert got(account, page["id"], include=["conference_bridge"])["conference_bridge"] is None


def test_a_bridge_that_is_no_address_and_no_number_is_refused() -> None:
    """A conference bridge is a dialled number, a URL, or both."""
    assert "URL" in str(refused({"conference_bridge": {"conference_url": "see the topic"}}))
    assert "number" in str(refused({"conference_bridge": {"conference_number": "ask Ana"}}))
    assert "Hash" in str(refused({"conference_bridge": "https://example.com"}))


def test_a_priority_is_shown_as_a_reference_unless_it_is_included() -> None:
    """References carry a summary; whole objects come with include[]."""
    account, _ = machine()
    page = opened(account, priority={"id": "PPRI001", "type": "priority_reference"})
    assert (page["priority"]["type"], page["priority"]["summary"]) == ("priority_reference", "P1")
    whole = got(account, page["id"], include=["priorities", "services", "assignees"])
    assert whole["priority"]["name"] == "P1"
    assert whole["service"]["name"] == "Primary"
    assert whole["assignments"][0]["assignee"]["email"] == "ana@example.com"
    other = opened(account, "other")
    bare = got(account, other["id"], include=["priorities", "first_trigger_log_entries"])
    assert bare["priority"] is None
    assert bare["first_trigger_log_entry"]["channel"] == {"type": "web_trigger"}


def test_whoever_is_on_call_is_assigned_and_told() -> None:
    """A new incident is assigned by its service's escalation policy; its timeline says who was told."""
    account, _ = machine()
    page = opened(account, service="PSVC002")
    assert [one["assignee"]["id"] for one in page["assignments"]] == ["PUSR002"]
    entries = logged(account, page["id"])
    assert [entry["type"] for entry in entries] == [
        "trigger_log_entry",
        "assign_log_entry",
        "notify_log_entry",
    ]
    assert entries[0]["agent"]["summary"] == "Incident Reconciler"
    assert page["first_trigger_log_entry"]["id"] == entries[0]["id"]
    assert entries[2]["user"]["id"] == "PUSR002"


def test_number_summary_and_link_tell_which_incident_it_is() -> None:
    """Incidents are numbered across the account, and have a page in the web application."""
    account, _ = machine()
    first, second = opened(account, "a"), opened(account, "b")
    assert (first["incident_number"], second["incident_number"]) == (1, 2)
    assert second["summary"] == "[#2] Checkout is down"
    assert second["html_url"] == f"https://example.pagerduty.com/incidents/{second['id']}"


def test_creating_has_a_limit_of_its_own() -> None:
    """POST /incidents has an operation-specific rate limit beside the account's 960 calls a minute."""
    account, clock = machine()
    account.limits["POST /incidents"] = 1
    opened(account, "a")
    with pytest.raises(RateLimited) as caught:
        opened(account, "b")
    assert listed(account) == ["a"]
    clock.sleep(caught.value.retry_after)
    opened(account, "b")
