"""What each verb asks of an incident's file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.errors import Failure, Usage
from reconciler.incident.edits import Append, Remove, Set, applied
from reconciler.incident.model import Incident, Status, Update
from reconciler.incident.verbs import (
    AddTo,
    AddUpdate,
    Declare,
    Intention,
    Reopen,
    SetField,
    SetStatus,
    edits,
)

AT = datetime(2026, 11, 21, 18, 5, tzinfo=UTC)


def incident(status: Status = Status.INVESTIGATING, **more: Any) -> Incident:
    return Incident(
        "20261121-honest-rhinoceros", "Checkout fails", "sev1", status, AT, "incidents/x.yaml", **more
    )


def after(intention: Intention, data: dict[str, Any], **more: Any) -> Any:
    """The file's data after the verb."""
    for edit in edits(intention, incident(Status(data.get("status", "investigating")), **more)):
        data = applied(data, edit)
    return data


@pytest.mark.parametrize("status", [Status.MITIGATED, Status.RESOLVED, Status.CLOSED])
def test_a_status_that_is_timed_is_written_with_when_it_began(status: Status) -> None:
    assert after(SetStatus(status, AT), {}) == {"status": status, "times": {status: "2026-11-21T18:05:00Z"}}


@pytest.mark.parametrize("status", [Status.IDENTIFIED, Status.CANCELED])
def test_other_statuses_leave_no_time(status: Status) -> None:
    assert after(SetStatus(status, AT), {}) == {"status": status}


@pytest.mark.parametrize("status", list(Status))
def test_the_status_it_has_needs_no_edit(status: Status) -> None:
    assert edits(SetStatus(status, AT), incident(status)) == []


@pytest.mark.parametrize("present", [Status.CLOSED, Status.CANCELED])
@pytest.mark.parametrize("wanted", list(Status))
def test_what_is_over_is_left_only_by_reopening(present: Status, wanted: Status) -> None:
    if wanted is present:
        return
    with pytest.raises(Failure) as refused:
        edits(SetStatus(wanted, AT), incident(present))
    assert present in refused.value.message
    assert "reconciler reopen 20261121-honest-rhinoceros" in refused.value.next


@pytest.mark.parametrize("present", [Status.RESOLVED, Status.CLOSED, Status.CANCELED])
def test_reopening_takes_the_times_of_the_end_away_and_keeps_the_others(present: Status) -> None:
    times = {"detected": "a", "mitigated": "b", "resolved": "c", "closed": "d"}
    result = after(Reopen(AT), {"status": present, "times": times})
    assert result == {"status": "investigating", "times": {"detected": "a", "mitigated": "b"}}


def test_a_resolved_incident_that_goes_on_loses_its_end_as_well() -> None:
    result = after(SetStatus(Status.IDENTIFIED, AT), {"status": "resolved", "times": {"resolved": "c"}})
    assert result == {"status": "identified"}


@pytest.mark.parametrize("present", [status for status in Status if status.open])
def test_an_open_incident_is_not_reopened(present: Status) -> None:
    assert edits(Reopen(AT), incident(present)) == []


def test_an_update_is_appended_with_its_author() -> None:
    said = AddUpdate(AT, " Rolling back.\r\nNext in 30 minutes. \n", "ana@example.com")
    assert edits(said, incident()) == [
        Append(
            ("updates",), {"at": AT, "by": "ana@example.com", "text": "Rolling back.\nNext in 30 minutes."}
        )
    ]


def test_an_update_in_the_second_of_another_takes_the_next_free_second() -> None:
    held = tuple(Update(AT + timedelta(seconds=seconds), "x") for seconds in (0, 1, 3))
    result = after(AddUpdate(AT, "y"), {}, updates=held)
    assert result["updates"] == [{"at": "2026-11-21T18:05:02Z", "text": "y"}]


def test_an_update_without_words_is_refused() -> None:
    with pytest.raises(Usage):
        edits(AddUpdate(AT, " \n\t"), incident())


def test_a_field_is_set_or_taken_out() -> None:
    assert edits(SetField(("roles", "commander"), "bo@example.com"), incident()) == [
        Set(("roles", "commander"), "bo@example.com")
    ]
    assert edits(SetField(("bridge",), None), incident()) == [Remove(("bridge",))]


def test_a_name_is_added_once() -> None:
    assert edits(AddTo("page", "payments"), incident(page=("payments",))) == []
    assert edits(AddTo("page", "payments"), incident()) == [Append(("page",), "payments")]


def test_a_declared_incident_holds_what_was_said_in_the_usual_order_and_nothing_else() -> None:
    said = Declare(
        "  Checkout\nfails ",
        "sev1",
        AT,
        reporter="ana@example.com",
        roles={"commander": "ana@example.com"},
        services=["checkout", "checkout"],
    )
    assert list(said.data().items()) == [
        ("title", "Checkout fails"),
        ("severity", "sev1"),
        ("status", "investigating"),
        ("declared_at", AT),
        ("reporter", "ana@example.com"),
        ("services", ["checkout"]),
        ("roles", {"commander": "ana@example.com"}),
    ]
    assert Declare("x", "sev1", AT, private=True).data()["private"] is True


def test_an_incident_without_title_is_refused() -> None:
    with pytest.raises(Usage):
        Declare(" \n", "sev1", AT).data()
