"""What the sandbox's PagerDuty does by itself, and what people do in it; each test is one fact."""

from __future__ import annotations

import pytest

from reconciler.sandbox.pagerduty import PagerDutyMachine, People
from reconciler.targets.seam import Refused
from tests.support.paging import changed, got, listed, logged, machine, opened


def timeout(account: PagerDutyMachine, name: str, seconds: int) -> None:
    account.data["services"]["PSVC001"][name] = seconds


def test_a_service_resolves_what_was_left_open_too_long() -> None:
    """auto_resolve_timeout: seconds after which an open incident resolves; the service did it, by timeout."""
    account, clock = machine()
    timeout(account, "auto_resolve_timeout", 3600)
    page = opened(account)
    clock.sleep(3599)
    assert got(account, page["id"])["status"] == "triggered"
    clock.sleep(7200)
    after = got(account, page["id"])
    assert (after["status"], after["resolved_at"]) == ("resolved", "2026-11-21T17:45:00Z")
    assert after["last_status_change_by"]["type"] == "service_reference"
    assert after["resolve_reason"] is None
    entry = logged(account, page["id"])[-1]
    assert (entry["type"], entry["channel"]["type"], entry["agent"]["type"]) == (
        "resolve_log_entry",
        "timeout",
        "service_reference",
    )


def test_a_pending_timeout_is_shown() -> None:
    """pending_actions tells what will happen by itself, and when."""
    account, _ = machine()
    timeout(account, "auto_resolve_timeout", 3600)
    assert opened(account)["pending_actions"] == [{"type": "resolve", "at": "2026-11-21T17:45:00Z"}]


def test_an_acknowledgement_runs_out_before_the_incident_resolves_by_itself() -> None:
    """acknowledgement_timeout: seconds after which an acknowledged incident is triggered again."""
    account, clock = machine()
    timeout(account, "acknowledgement_timeout", 600)
    timeout(account, "auto_resolve_timeout", 3600)
    page = opened(account)
    changed(account, page["id"], status="acknowledged")
    clock.sleep(4000)
    assert listed(account, statuses=["resolved"]) == [page["incident_key"]]
    happened = {entry["type"]: entry["created_at"] for entry in logged(account, page["id"])}
    assert happened["unacknowledge_log_entry"] == "2026-11-21T16:55:00Z"
    assert happened["resolve_log_entry"] == "2026-11-21T17:45:00Z"


def test_a_snoozed_incident_is_taken_on_and_calls_again_when_its_time_has_come() -> None:
    """The snooze counts instead of the service's acknowledgement_timeout; whatever is done ends it."""
    account, clock = machine()
    timeout(account, "acknowledgement_timeout", 600)
    page, other = opened(account, "a"), opened(account, "b")
    for one in (page, other):
        People(account).snooze(one["id"], "ana@example.com", hours=2)
    assert got(account, page["id"])["pending_actions"] == [
        {"type": "unacknowledge", "at": "2026-11-21T18:45:00Z"}
    ]
    changed(account, other["id"], status="triggered")
    clock.sleep(3600)
    assert got(account, page["id"])["status"] == "acknowledged"
    assert got(account, other["id"])["pending_actions"] == []
    clock.sleep(3600)
    assert got(account, page["id"])["status"] == "triggered"


def test_people_change_what_the_api_lets_anybody_change_and_write_notes() -> None:
    """Title and urgency by their names; a note has its author, and may be taken away again."""
    account, _ = machine()
    page = opened(account)
    people = People(account)
    people.change(page["id"], "bo@example.com", title="Disk is full", urgency="low")
    assert (got(account, page["id"])["title"], got(account, page["id"])["urgency"]) == ("Disk is full", "low")
    people.write_note(page["id"], "bo@example.com", "It is the cache.")
    [note] = account.call("GET /incidents/{id}/notes", id=page["id"])["notes"]
    assert (note["content"], note["user"]["summary"]) == ("It is the cache.", "Bo")
    people.delete_note(page["id"], note["id"])
    assert account.call("GET /incidents/{id}/notes", id=page["id"])["notes"] == []


def test_a_reopened_incident_has_its_whole_time_again() -> None:
    """The timeout counts from when the incident was last opened."""
    account, clock = machine()
    timeout(account, "auto_resolve_timeout", 3600)
    page = opened(account)
    clock.sleep(3600)
    changed(account, page["id"], status="triggered")
    clock.sleep(3000)
    assert got(account, page["id"])["status"] == "triggered"


def test_a_merged_incident_is_resolved_and_says_into_which() -> None:
    """A merge resolves the source with resolve_reason merge_resolve_reason and the target's reference."""
    account, _ = machine()
    source, target = opened(account, "a"), opened(account, "b")
    People(account).merge(source["id"], target["id"], "ana@example.com")
    after = got(account, source["id"])
    assert after["status"] == "resolved"
    assert after["resolve_reason"]["type"] == "merge_resolve_reason"
    assert after["resolve_reason"]["incident"]["id"] == target["id"]
    assert got(account, target["id"])["status"] == "triggered"


def test_the_api_merges_open_incidents_into_an_open_one_only() -> None:
    """Open incidents cannot be merged into a resolved one, and a resolved source is an argument error."""
    account, _ = machine()
    source, target = opened(account, "a"), opened(account, "b")
    sources = [{"id": source["id"], "type": "incident_reference"}]
    answer = account.call("PUT /incidents/{id}/merge", id=target["id"], source_incidents=sources)
    assert (answer["incident"]["id"], answer["incident"]["type"]) == (target["id"], "incident_reference")
    open_one = [{"id": opened(account, "c")["id"], "type": "incident_reference"}]
    for id, given in ((target["id"], sources), (source["id"], open_one), (target["id"], [])):
        with pytest.raises(Refused, match="2002"):
            account.call("PUT /incidents/{id}/merge", id=id, source_incidents=given)


def test_log_entries_come_newest_first_with_agent_channel_and_time() -> None:
    """Each log entry has type, created_at, agent and channel: the source of time to acknowledge."""
    account, clock = machine()
    page = opened(account)
    clock.sleep(90)
    People(account).acknowledge(page["id"], "bo@example.com")
    entries = account.call("GET /incidents/{id}/log_entries", id=page["id"])["log_entries"]
    assert entries[-1]["type"] == "trigger_log_entry"
    taken = next(entry for entry in entries if entry["type"] == "acknowledge_log_entry")
    assert (taken["created_at"], taken["agent"]["summary"]) == ("2026-11-21T16:46:30Z", "Bo")
    assert taken["channel"] == {"type": "website"}


def test_an_overview_leaves_out_assignments_and_notifications() -> None:
    """is_overview returns the most important changes only; since and until narrow the log too."""
    account, clock = machine()
    page = opened(account)
    clock.sleep(60)
    changed(account, page["id"], status="resolved")
    brief = account.call("GET /incidents/{id}/log_entries", id=page["id"], is_overview=True)
    assert [entry["type"] for entry in brief["log_entries"]] == ["resolve_log_entry", "trigger_log_entry"]
    late = account.call("GET /incidents/{id}/log_entries", id=page["id"], since="2026-11-21T16:45:30Z")
    assert [entry["type"] for entry in late["log_entries"]] == ["resolve_log_entry"]
    early = account.call("GET /incidents/{id}/log_entries", id=page["id"], until="2026-11-21T16:45:30Z")
    assert early["log_entries"][-1]["type"] == "trigger_log_entry"
    assert "resolve_log_entry" not in [entry["type"] for entry in early["log_entries"]]


def test_notes_are_never_deduplicated() -> None:
    """Two equal notes are two notes, the newest first; each leaves an annotate log entry."""
    account, _ = machine()
    page = opened(account)
    for _ in range(2):
        account.call(
            "POST /incidents/{id}/notes", id=page["id"], note={"content": "Doc: https://example.com"}
        )
    notes = account.call("GET /incidents/{id}/notes", id=page["id"])["notes"]
    assert [note["content"] for note in notes] == ["Doc: https://example.com"] * 2
    assert notes[0]["user"]["summary"] == "Incident Reconciler"
    assert logged(account, page["id"])[-1]["type"] == "annotate_log_entry"


def test_an_incident_has_2000_notes_at_most_and_none_is_empty() -> None:
    """A maximum of 2,000 notes can be added to an incident."""
    account, _ = machine()
    page = opened(account)
    notes: list[object] = [{"content": " "}, {"content": 5}, {}, "text"]
    for note in notes:
        with pytest.raises(Refused, match="empty"):
            account.call("POST /incidents/{id}/notes", id=page["id"], note=note)
    account.data["incidents"][page["id"]]["notes"] = [{"content": "."}] * 1999
    account.call("POST /incidents/{id}/notes", id=page["id"], note={"content": "last"})
    with pytest.raises(Refused, match="2000 notes"):
        account.call("POST /incidents/{id}/notes", id=page["id"], note={"content": "one more"})


def test_people_take_on_resolve_reopen_and_rate_incidents() -> None:
    """What people do in the web application is seen through the API, under their names."""
    account, _ = machine()
    people, page = People(account), opened(account)
    people.acknowledge(page["id"], "ana@example.com")
    people.acknowledge(page["id"], "bo@example.com")
    taken = got(account, page["id"])
    assert [one["acknowledger"]["summary"] for one in taken["acknowledgements"]] == ["Ana", "Bo"]
    people.change_priority(page["id"], "P4", "bo@example.com")
    people.resolve(page["id"], "bo@example.com", note="It was DNS")
    after = got(account, page["id"])
    assert (after["status"], after["last_status_change_by"]["summary"]) == ("resolved", "Bo")
    assert after["priority"]["summary"] == "P4"
    people.reopen(page["id"], "ana@example.com")
    assert got(account, page["id"])["status"] == "triggered"
    with pytest.raises(KeyError):
        people.resolve(page["id"], "nobody@example.com")


def test_a_person_who_comes_too_late_finds_what_the_service_did_meanwhile() -> None:
    """What fell due is made up for before anybody acts."""
    account, clock = machine()
    timeout(account, "auto_resolve_timeout", 60)
    page = opened(account)
    clock.sleep(120)
    People(account).resolve(page["id"], "ana@example.com")
    assert got(account, page["id"])["last_status_change_by"]["type"] == "service_reference"
