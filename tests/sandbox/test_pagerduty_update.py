"""Changing incidents in the sandbox's PagerDuty; each test is one fact about the REST API."""

from __future__ import annotations

import pytest

from reconciler.targets.seam import Refused
from tests.support.paging import changed, got, listed, logged, machine, opened


def test_a_priority_is_set_by_object_or_by_name() -> None:
    """An update takes a priority as an object, or the name of one as a string."""
    account, _ = machine()
    page = opened(account)
    assert changed(account, page["id"], priority="P2")["priority"]["summary"] == "P2"
    by_id = {"id": "PPRI003", "type": "priority_reference"}
    assert changed(account, page["id"], priority=by_id)["priority"]["id"] == "PPRI003"
    assert changed(account, page["id"], priority=None)["priority"] is None
    with pytest.raises(Refused, match="Priority not found"):
        changed(account, page["id"], priority="P9")


def test_an_update_says_its_type() -> None:
    """`incident.type` is required in an update: incident or incident_reference."""
    account, _ = machine()
    page = opened(account)
    with pytest.raises(Refused, match="2001"):
        account.call("PUT /incidents/{id}", id=page["id"], incident={"title": "x"})
    with pytest.raises(Refused, match="2001"):
        changed(account, page["id"], status="open")


def test_an_acknowledgement_belongs_to_the_caller_and_so_does_the_incident_then() -> None:
    """Acknowledging through the API assigns the incident to the From user."""
    account, _ = machine()
    page = opened(account)
    account.from_address = "dee@example.com"
    after = changed(account, page["id"], status="acknowledged")
    assert [one["acknowledger"]["id"] for one in after["acknowledgements"]] == ["PUSR004"]
    assert [one["assignee"]["id"] for one in after["assignments"]] == ["PUSR004"]
    assert len(changed(account, page["id"], status="acknowledged")["acknowledgements"]) == 1


@pytest.mark.parametrize("status", ["triggered", "resolved"])
def test_acknowledgements_are_gone_once_the_incident_is_triggered_or_resolved(status: str) -> None:
    """acknowledgements[] is empty unless the status is acknowledged; the first one stays in the log only."""
    account, _ = machine()
    page = opened(account)
    assert len(changed(account, page["id"], status="acknowledged")["acknowledgements"]) == 1
    assert changed(account, page["id"], status=status)["acknowledgements"] == []
    assert "acknowledge_log_entry" in [entry["type"] for entry in logged(account, page["id"])]


@pytest.mark.parametrize("status", ["triggered", "acknowledged"])
def test_an_open_status_on_a_resolved_incident_opens_it_again(status: str) -> None:
    """Setting triggered or acknowledged on a resolved incident re-opens it, with the same id and key."""
    account, _ = machine()
    page = opened(account)
    changed(account, page["id"], status="resolved")
    again = changed(account, page["id"], status=status)
    assert (again["id"], again["incident_key"]) == (page["id"], page["incident_key"])
    assert (again["status"], again["resolved_at"]) == (status, None)
    assert again["assignments"] != []
    with pytest.raises(Refused, match="dedup key"):
        opened(account)


def test_resolving_says_when_by_whom_and_why() -> None:
    """`resolution` is the note of the resolve log entry; a resolved incident is assigned to nobody."""
    account, clock = machine()
    page = opened(account)
    clock.sleep(600)
    account.from_address = "bo@example.com"
    after = changed(account, page["id"], status="resolved", resolution="Rolled back")
    assert (after["status"], after["resolved_at"], after["assignments"]) == (
        "resolved",
        "2026-11-21T16:55:00Z",
        [],
    )
    assert after["last_status_change_at"] == after["resolved_at"]
    assert after["last_status_change_by"]["id"] == "PUSR002"
    entry = logged(account, page["id"])[-1]
    assert (entry["type"], entry["note"], entry["agent"]["id"]) == (
        "resolve_log_entry",
        "Rolled back",
        "PUSR002",
    )


def test_setting_the_status_that_an_incident_has_leaves_no_trace() -> None:
    """Only effective status changes are logged."""
    account, clock = machine()
    page = opened(account)
    changed(account, page["id"], status="resolved")
    before = account.snapshot()
    clock.sleep(60)
    changed(account, page["id"], status="resolved")
    assert account.snapshot() == before


def test_the_key_cannot_be_changed() -> None:
    """incident_key is read-only after the create."""
    account, _ = machine()
    page = opened(account, "a")
    assert changed(account, page["id"], incident_key="b")["incident_key"] == "a"
    assert listed(account, incident_key="b") == []


def test_title_urgency_bridge_and_service_can_be_changed() -> None:
    """An update sets title, urgency, conference bridge and service, and the timeline tells."""
    account, _ = machine()
    page = opened(account)
    bridge = {"conference_url": "https://meet.example.com/2"}
    service = {"id": "PSVC003", "type": "service_reference"}
    changed(account, page["id"], title="Worse", urgency="low", conference_bridge=bridge, service=service)
    after = got(account, page["id"], include=["conference_bridge"])
    assert (after["title"], after["summary"], after["urgency"]) == ("Worse", "[#1] Worse", "low")
    assert after["conference_bridge"]["conference_url"] == bridge["conference_url"]
    assert after["service"]["summary"] == "Customer Experience"
    assert [entry["type"] for entry in logged(account, page["id"])][-2:] == [
        "urgency_change_log_entry",
        "field_value_change_log_entry",
    ]


def test_an_escalation_goes_to_the_next_level() -> None:
    """escalation_level assigns to that level of the policy; a level that it does not have is refused."""
    account, _ = machine()
    page = opened(account)
    after = changed(account, page["id"], escalation_level=2)
    assert [one["assignee"]["id"] for one in after["assignments"]] == ["PUSR002"]
    with pytest.raises(Refused, match="level"):
        changed(account, page["id"], escalation_level=3)


def test_an_escalation_to_the_first_level_tells_those_of_it_again() -> None:
    """escalation_level 1 sends an incident through its policy anew, one that is acknowledged as well."""
    account, _ = machine()
    page = opened(account)
    changed(account, page["id"], status="acknowledged")
    after = changed(account, page["id"], escalation_level=1)
    assert (after["status"], after["acknowledgements"]) == ("triggered", [])
    assert [one["assignee"]["id"] for one in after["assignments"]] == ["PUSR001"]
    entries = logged(account, page["id"])[-2:]
    assert [entry["type"] for entry in entries] == ["escalate_log_entry", "notify_log_entry"]
    assert (entries[0]["agent"]["type"], entries[1]["user"]["id"]) == ("user_reference", "PUSR001")


def test_a_resolved_incident_is_not_escalated() -> None:
    """Nobody is told of what has ended."""
    account, _ = machine()
    page = opened(account)
    changed(account, page["id"], status="resolved")
    before = len(logged(account, page["id"]))
    assert changed(account, page["id"], escalation_level=1)["status"] == "resolved"
    assert len(logged(account, page["id"])) == before


def test_an_open_incident_is_assigned_to_the_people_that_are_named() -> None:
    """Assignments in an update make the incident theirs; a resolved one stays nobody's."""
    account, _ = machine()
    page = opened(account)
    people = [{"assignee": {"id": id, "type": "user_reference"}} for id in ("PUSR003", "PUSR004")]
    after = changed(account, page["id"], assignments=people)
    assert [one["assignee"]["id"] for one in after["assignments"]] == ["PUSR003", "PUSR004"]
    assert after["assigned_via"] == "direct_assignment"
    assert changed(account, page["id"], status="resolved", assignments=people)["assignments"] == []


def test_the_last_status_change_of_a_triggered_incident_is_its_last_update() -> None:
    """Unless it is acknowledged or resolved, last_status_change_at is updated_at."""
    account, clock = machine()
    page = opened(account)
    clock.sleep(60)
    after = changed(account, page["id"], title="Worse")
    assert after["last_status_change_at"] == after["updated_at"] == "2026-11-21T16:46:00Z"
    changed(account, page["id"], status="acknowledged")
    clock.sleep(60)
    assert changed(account, page["id"], title="Better")["last_status_change_at"] == "2026-11-21T16:46:00Z"


def test_another_policy_pages_its_own_people() -> None:
    """An escalation policy in an update reassigns the open incident."""
    account, _ = machine()
    page = opened(account)
    policy = {"id": "PESC003", "type": "escalation_policy_reference"}
    after = changed(account, page["id"], escalation_policy=policy)
    assert [one["assignee"]["id"] for one in after["assignments"]] == ["PUSR003"]


def test_250_incidents_can_be_changed_at_once_and_no_more() -> None:
    """PUT /incidents takes up to 250; above, 413."""
    account, _ = machine()
    pages = [opened(account, key) for key in ("a", "b")]
    wishes = [{"id": page["id"], "type": "incident_reference", "status": "resolved"} for page in pages]
    done = account.call("PUT /incidents", incidents=wishes)["incidents"]
    assert [one["status"] for one in done] == ["resolved", "resolved"]
    account.call("PUT /incidents", incidents=[wishes[0]] * 250)
    with pytest.raises(Refused) as caught:
        account.call("PUT /incidents", incidents=[wishes[0]] * 251)
    assert caught.value.code == "413"


def test_one_bad_change_among_many_leaves_all_as_they_were() -> None:
    """A refused call changes nothing."""
    account, _ = machine()
    page = opened(account)
    before = account.snapshot()
    good = {"id": page["id"], "type": "incident", "status": "resolved"}
    for bad in ({"id": "QNONE", "type": "incident"}, good | {"status": "open"}, "QNONE"):
        with pytest.raises(Refused):
            account.call("PUT /incidents", incidents=[good, bad])
    assert account.snapshot() == before


def test_an_unknown_incident_is_404_with_number_2100() -> None:
    """Not Found has PagerDuty's number 2100."""
    account, _ = machine()
    for method in ("GET /incidents/{id}", "PUT /incidents/{id}", "GET /incidents/{id}/notes"):
        with pytest.raises(Refused) as caught:
            account.call(method, id="QNONE")
        assert (caught.value.code, caught.value.answer["error"]["code"]) == ("404", 2100)
