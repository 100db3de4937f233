"""Notes, calls for a team, and the field that two people set: what the verbs ask of an incident's file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.errors import Failure, Usage
from reconciler.incident.edits import Append, Set
from reconciler.incident.model import Escalation, Incident, Status, TimelineNote, Update
from reconciler.incident.verbs import (
    AddNote,
    Declare,
    Escalate,
    Intention,
    SetField,
    SetStatus,
    edits,
    unlike,
)

DECLARED = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
AT = datetime(2026, 11, 21, 18, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LINK = "https://example.slack.com/archives/C0123/p1732207920000100"


def incident(status: Status = Status.INVESTIGATING, **more: Any) -> Incident:
    return Incident(
        "20261121-honest-rhinoceros", "Checkout fails", "sev1", status, DECLARED, "incidents/x.yaml", **more
    )


def appended(intention: Intention, before: Incident) -> Any:
    """The one item that the intention adds."""
    [edit] = edits(intention, before)
    assert isinstance(edit, Append)
    return edit.value


def test_a_note_keeps_who_said_it_when_and_where() -> None:
    said = AddNote(AT.replace(microsecond=100), " Rate is up.\r\nSince 412. ", "Grafana", LINK)
    assert edits(said, incident()) == [
        Append(("timeline",), {"at": AT, "by": "Grafana", "text": "Rate is up.\nSince 412.", "link": LINK})
    ]


def test_the_same_message_is_noted_once_and_words_alone_as_often_as_they_are_said() -> None:
    before = incident(timeline=(TimelineNote(AT, "x", link=LINK),))
    assert edits(AddNote(AT + SECOND, "x", link=LINK), before) == []
    assert appended(AddNote(AT, "x"), before) == {"at": AT + SECOND, "text": "x"}


def test_a_note_takes_a_second_that_no_other_line_of_the_timeline_has() -> None:
    before = incident(
        updates=(Update(AT, "x"),),
        escalations=(Escalation(AT + SECOND, "payments"),),
        timeline=(TimelineNote(AT + 3 * SECOND, "x"),),
        times={"mitigated": AT + 2 * SECOND},
    )
    assert appended(AddNote(AT, "y"), before)["at"] == AT + 4 * SECOND
    assert appended(AddNote(DECLARED, "y"), before)["at"] == DECLARED + SECOND


def test_a_note_without_words_is_refused() -> None:
    with pytest.raises(Usage):
        edits(AddNote(AT, " \n"), incident())


def test_a_team_is_called_for_with_who_and_why() -> None:
    said = Escalate(AT.replace(microsecond=7), "payments", "ana@example.com", " No answer. ")
    assert appended(said, incident()) == {
        "at": AT,
        "team": "payments",
        "by": "ana@example.com",
        "why": "No answer.",
    }
    assert appended(Escalate(AT, "payments"), incident()) == {"at": AT, "team": "payments"}


def test_two_calls_in_one_second_are_told_apart() -> None:
    before = incident(escalations=(Escalation(AT, "primary"),))
    assert appended(Escalate(AT, "payments"), before)["at"] == AT + SECOND


@pytest.mark.parametrize("status", [status for status in Status if not status.open])
def test_nobody_is_called_for_what_has_ended(status: Status) -> None:
    with pytest.raises(Failure) as refused:
        edits(Escalate(AT, "payments"), incident(status))
    assert "reconciler reopen 20261121-honest-rhinoceros" in refused.value.next


def test_a_title_is_one_line_and_has_words() -> None:
    assert edits(SetField(("title",), " Checkout\n fails "), incident()) == [
        Set(("title",), "Checkout fails")
    ]
    with pytest.raises(Usage):
        edits(SetField(("title",), " \n"), incident())


def test_an_adopted_page_is_written_down_when_it_is_declared() -> None:
    said = Declare("x", "sev1", AT, adopt={"pagerduty": {"payments": "Q1ABC"}, "slack": {}})
    assert said.data()["adopt"] == {"pagerduty": {"payments": "Q1ABC"}}
    assert "adopt" not in Declare("x", "sev1", AT, adopt={"pagerduty": {}}).data()


SEVERITY, COMMANDER = ("severity",), ("roles", "commander")
UNLIKE: dict[str, tuple[Intention, dict[str, Any], object]] = {
    "nobody looked": (SetField(SEVERITY, "sev2"), {"severity": "sev3"}, None),
    "as it was seen": (SetField(SEVERITY, "sev2", "sev1"), {"severity": "sev1"}, None),
    "as it is wanted": (SetField(SEVERITY, "sev2", "sev1"), {"severity": "sev2"}, None),
    "neither": (SetField(SEVERITY, "sev2", "sev1"), {"severity": "sev3"}, (SEVERITY, "sev3")),
    "it was missing, and is": (SetField(COMMANDER, "a", None), {"title": "x"}, None),
    "it was missing, and is not": (
        SetField(COMMANDER, "a", None),
        {"roles": {"commander": "b"}},
        (COMMANDER, "b"),
    ),
    "it was taken out": (SetField(COMMANDER, "a", "b"), {"roles": {}}, (COMMANDER, None)),
    "a time": (
        SetField(("times", "detected"), AT, AT),
        {"times": {"detected": "2026-11-21T18:05:00Z"}},
        None,
    ),
    "a status": (
        SetStatus(Status.RESOLVED, AT, Status.IDENTIFIED),
        {"status": "canceled"},
        (("status",), "canceled"),
    ),
    "a status that nobody saw": (SetStatus(Status.RESOLVED, AT), {"status": "canceled"}, None),
}


@pytest.mark.parametrize("case", UNLIKE)
def test_what_somebody_else_made_of_the_same_field_stands_in_the_way(case: str) -> None:
    intention, data, expected = UNLIKE[case]
    assert unlike(intention, data) == expected
