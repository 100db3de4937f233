"""A document through its incident's life: its properties follow the file, and drift is undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.incident.model import Status
from reconciler.plan.change import Cause, Kind
from reconciler.plan.plan import State
from tests.support.notion import Documents, Slugs, declared
from tests.support.scene import ID, START, update

READ_TEXT = "GET /v1/pages/{page_id}/markdown"
UPDATE_TEXT = "PATCH /v1/pages/{page_id}/markdown"


# properties -------------------------------------------------------------------------------------


def test_the_properties_follow_the_file() -> None:
    scene = declared()
    roles = {"commander": "bo@example.com"}
    scene.edit(status=Status.IDENTIFIED, severity="sev2", title="Another title", roles=roles, summary=None)
    [change] = [one for one in scene.plan().changes if one.address.thing == "page"]
    assert {field.name: (field.before, field.after) for field in change.fields} == {
        "Status": ("Investigating", "Identified"),
        "Severity": ("Sev1", "Sev2"),
        "Name": ("Checkout returns HTTP 500 for a third of requests", "Another title"),
        "Commander": ("Ana", "Bo"),
        "Description": ("Since release 412, card payments fail when the basket holds a voucher.", None),
    }
    scene.forget_calls()
    scene.apply()
    sent = [one.arguments["properties"] for one in scene.calls if one.method == "PATCH /v1/pages/{page_id}"]
    assert [set(properties) for properties in sent] == [{field.name for field in change.fields}]
    assert scene.says()["Commander"] == "Bo"
    assert "Description" not in scene.says()
    assert scene.quiet()


def test_a_new_title_does_not_change_the_links_that_others_have() -> None:
    scene = Documents(off={"pagerduty"})
    scene.wrapped["notion"] = Slugs(scene.notion)
    scene.edit()
    scene.apply()
    link = scene.memories[ID].things["notion:page"].url
    assert link == scene.raw()["url"]
    assert f"<{link}|Document>" in scene.card()
    scene.edit(title="Another title")
    scene.apply()
    assert scene.memories[ID].things["notion:page"].url == link
    assert scene.quiet()


def test_the_resolved_date_is_set_and_cleared_when_it_is_reopened() -> None:
    scene = declared()
    scene.later(minutes=20, seconds=30)
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    assert scene.says()["Resolved"] == "2026-11-21T17:05:00+00:00"
    assert scene.quiet()
    scene.later(minutes=10)
    scene.edit(status=Status.INVESTIGATING)
    scene.apply()
    assert "Resolved" not in scene.says()
    scene.later(minutes=10)
    scene.edit(status=Status.RESOLVED, times={"resolved": START + timedelta(minutes=32)})
    scene.apply()
    assert scene.says()["Resolved"] == "2026-11-21T17:17:00+00:00", "the file knows better than its history"
    assert scene.quiet()


def test_an_incident_that_was_resolved_and_closed_between_two_runs_has_its_date() -> None:
    scene = declared()
    scene.later(minutes=20)
    scene.edit(status=Status.RESOLVED)
    scene.later(minutes=20)
    scene.edit(status=Status.CLOSED)
    scene.apply()
    assert (scene.says()["Status"], scene.says()["Resolved"]) == ("Closed", "2026-11-21T17:05:00+00:00")
    assert scene.quiet()


@pytest.mark.parametrize("ending", [Status.CLOSED, Status.CANCELED])
def test_whatever_ended_it_the_time_is_that_of_the_last_ending(ending: Status) -> None:
    scene = declared()
    for status in (Status.RESOLVED, Status.MITIGATED, ending):
        scene.later(minutes=10)
        scene.edit(status=status)
        scene.apply()
    assert scene.says()["Resolved"] == "2026-11-21T17:15:00+00:00"


def test_a_date_that_is_not_known_is_left_to_people() -> None:
    scene = declared(status=Status.RESOLVED)
    scene.person.set_property(scene.raw()["id"], "Resolved", "2026-11-20")
    assert scene.quiet()
    assert scene.says()["Resolved"] == "2026-11-20"


def test_a_property_that_a_person_changed_is_restored_and_shown_as_drift() -> None:
    scene = declared()
    scene.person.set_property(scene.raw()["id"], "Status", "Resolved")
    scene.person.set_property(scene.raw()["id"], "Incident ID", "something else")
    [outcome] = scene.apply().report.outcomes
    assert (outcome.change.kind, outcome.change.cause) == (Kind.RESTORE, Cause.DRIFTED)
    assert {field.name: field.before for field in outcome.change.fields} == {
        "Status": "Resolved",
        "Incident ID": "something else",
    }
    assert scene.says()["Status"] == "Investigating"
    assert scene.says()["Incident ID"] == ID
    assert scene.quiet()


def test_the_same_moment_in_another_zone_is_no_drift() -> None:
    scene = declared()
    scene.person.set_property(scene.raw()["id"], "Declared", "2026-11-21T17:45:00+01:00")
    assert scene.quiet()


def test_a_property_that_is_deleted_from_the_database_is_left_out_from_then_on() -> None:
    scene = declared()
    scene.person.delete_property(str(scene.settings.notion.database), "Severity")
    assert scene.notes() == ["the database has no property Severity: the severity is left out"]
    assert scene.quiet()


def test_a_document_whose_database_has_lost_the_id_is_kept_up_to_date_from_memory() -> None:
    scene = declared()
    scene.person.delete_property(str(scene.settings.notion.database), "Incident ID")
    scene.later(minutes=5)
    scene.edit(status=Status.IDENTIFIED)
    assert scene.apply().report.exit_code == 0
    [page] = scene.all_pages()
    shown = scene.notion.call("GET /v1/pages/{page_id}", page_id=page["id"])["properties"]
    assert shown["Status"]["status"]["name"] == "Identified"
    assert "status identified" in scene.text_of(page["id"])
    assert scene.quiet()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_property_that_is_deleted_behind_a_cache_is_left_out_in_the_same_run(fresh: bool) -> None:
    scene = Documents()
    scene.edit("20261121-other-bear")
    scene.cached()
    if not fresh:
        scene.edit()
        scene.apply()
    scene.person.delete_property(str(scene.settings.notion.database), "Severity")
    scene.column("Status", "status", "Open", "Done")
    scene.edit(severity="sev3", status=Status.IDENTIFIED, title="Another title")
    report = scene.apply().report
    assert {one.state for one in report.outcomes} == {State.APPLIED}
    assert report.exit_code == 0
    assert scene.says()["Name"] == "Another title"
    assert scene.quiet()


def test_a_status_becomes_text_behind_a_cache_and_is_written_as_text_in_the_same_run() -> None:
    scene = declared()
    scene.cached()
    scene.column("Severity", "rich_text")
    scene.edit(severity="sev2")
    assert scene.apply().report.exit_code == 0
    assert scene.says()["Severity"] == "sev2"


def test_a_paused_incident_s_document_is_looked_at_and_not_written() -> None:
    scene = declared()
    before = scene.notion.snapshot()
    scene.edit(status=Status.IDENTIFIED, paused=True, updates=(update("x"),))
    report = scene.apply().report
    assert {one.reason for one in report.after.blocked} == {"paused by the file"}
    assert scene.notion.snapshot() == before


def test_a_shallow_history_tells_no_dates_that_it_does_not_know() -> None:
    scene = declared()
    scene.later(minutes=20)
    scene.edit(status=Status.RESOLVED)
    scene.versions[ID] = [scene.versions[ID][-1]]
    case = scene.case(ID)
    assert replace(case.history, complete=False).began(Status.RESOLVED) is None
    scene.apply()
    assert "Resolved" not in scene.says()
