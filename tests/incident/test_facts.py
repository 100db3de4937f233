"""What is recorded of an incident, by whom, and what is not: nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.incident.facts import Facts, Median, Recorded, Source, Step, facts, median_of
from reconciler.incident.history import History, Version
from reconciler.incident.model import Incident, Status
from reconciler.incident.period import Period

DECLARED = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return DECLARED + timedelta(minutes=minutes)


def incident(status: str = "investigating", **more: Any) -> Incident:
    return Incident("a", "Down", "sev1", Status(status), DECLARED, "incidents/a.yaml", **more)


def lived(*statuses: str | None, complete: bool = True, **more: Any) -> tuple[Incident, History]:
    """The newest version, and a history with ten minutes between two commits; None: an unreadable one."""
    listed = [None if status is None else incident(status, **more) for status in statuses]
    versions = [Version(after(10 * n), f"c{n}", "Ana", one) for n, one in enumerate(listed)]
    newest = next(one for one in reversed(listed) if one is not None)
    return newest, History(tuple(versions), complete)


def steps(*statuses: str | None, acknowledged: object = None, **more: Any) -> dict[Step, Recorded]:
    return dict(facts(*lived(*statuses, **more), acknowledged).steps)


def test_a_commit_that_changed_the_status_tells_when() -> None:
    assert steps("investigating", "mitigated", "resolved") == {
        Step.MITIGATED: Recorded(after(10), Source.COMMIT),
        Step.RESOLVED: Recorded(after(20), Source.COMMIT),
    }


def test_the_files_own_times_go_first() -> None:
    times = {"mitigated": after(3), "resolved": after(7)}
    assert steps("investigating", "mitigated", "resolved", times=times) == {
        Step.MITIGATED: Recorded(after(3), Source.FILE),
        Step.RESOLVED: Recorded(after(7), Source.FILE),
    }


@pytest.mark.parametrize(
    "statuses",
    [("resolved",), ("closed",), ("investigating", "closed"), (None, "resolved"), ("investigating",)],
)
def test_what_nobody_recorded_is_missing(statuses: tuple[str | None, ...]) -> None:
    assert steps(*statuses) == {}


def test_after_a_reopening_the_earlier_end_counts_no_more() -> None:
    assert Step.RESOLVED not in steps("investigating", "resolved", "investigating")
    assert steps("investigating", "resolved", "investigating", "resolved")[Step.RESOLVED].at == after(30)
    assert Step.RESOLVED not in steps("investigating", "resolved", "investigating", "closed")
    assert Step.MITIGATED not in steps("investigating", "mitigated", "investigating")


def test_a_comment_in_a_resolved_file_does_not_resolve_it_again() -> None:
    assert steps("investigating", "resolved", "resolved", "closed")[Step.RESOLVED].at == after(10)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, None),
        ({"primary": {"at": "2026-11-21T16:50:00Z", "by": "Dee"}}, after(5)),
        ({"a": {"at": "2026-11-21T16:50:00Z"}, "b": {"at": "2026-11-21T16:47:00+00:00"}}, after(2)),
        ({"a": None, "b": {"at": "2026-11-21T16:47:00Z"}}, after(2)),
        ({"a": {"at": "soon"}, "b": {"at": "2026-11-21T16:47:00"}, "c": 7, "d": {}}, None),
        ("nonsense", None),
    ],
)
def test_the_first_acknowledgement_that_is_remembered_counts(
    known: object, expected: datetime | None
) -> None:
    found = steps("investigating", acknowledged=known).get(Step.ACKNOWLEDGED)
    assert found == (None if expected is None else Recorded(expected, Source.PAGERDUTY))


def test_that_nobody_acknowledged_is_a_fact_and_not_knowing_is_none() -> None:
    newest, history = lived("investigating", "resolved")
    assert facts(newest, history, {"a": None}).unanswered
    assert not facts(newest, history, None).unanswered
    assert not facts(newest, history, {"a": None, "b": {"at": "2026-11-21T16:47:00Z"}}).unanswered


def test_what_was_there_before_the_declare_took_no_time() -> None:
    newest, history = lived("investigating")
    told = facts(newest, history, {"a": {"at": "2026-11-21T16:40:00Z"}})
    assert told.took(Step.ACKNOWLEDGED) == timedelta()
    assert told.to_json()["acknowledged"] == {
        "at": "2026-11-21T16:40:00Z", "source": "pagerduty", "seconds": 0
    }  # fmt: skip


def test_of_a_private_incident_nothing_is_kept_but_its_id() -> None:
    newest, history = lived("investigating", "resolved", private=True, services=("checkout",))
    told = facts(newest, history, {"a": {"at": "2026-11-21T16:47:00Z"}}, links={"file": "https://x"})
    assert told.to_json() == {"id": "a", "private": True}
    assert "checkout" not in repr(told)
    assert "Down" not in repr(told)
    assert not told.steps
    assert not told.counted


# medians and periods


def one(minutes: float | None, status: str = "resolved", id: str = "a", **more: Any) -> Facts:
    found = {Step.RESOLVED: Recorded(after(minutes), Source.FILE)} if minutes is not None else {}
    return Facts(id, DECLARED, title="Down", severity="sev1", status=Status(status), steps=found, **more)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([], Median(None, 0, 0)),
        ([one(None)], Median(None, 0, 1)),
        ([one(10), one(30), one(20)], Median(timedelta(minutes=20), 3, 3)),
        ([one(10), one(30), one(None)], Median(timedelta(minutes=20), 2, 3)),
        ([one(10), one(None, "investigating")], Median(timedelta(minutes=10), 1, 1)),
    ],
)
def test_a_median_is_of_those_that_record_it(listed: list[Facts], expected: Median) -> None:
    assert median_of(Step.RESOLVED, listed) == expected


def test_whom_nobody_asked_to_page_is_expected_to_be_acknowledged_by_none() -> None:
    assert median_of(Step.ACKNOWLEDGED, [one(5, paged=False), one(5)]) == Median(None, 0, 1)
    assert median_of(Step.ACKNOWLEDGED, [one(None, "investigating")]) == Median(None, 0, 0)


def test_a_period_counts_drills_false_alarms_and_private_ones_apart() -> None:
    listed = [
        one(10, id="a"),
        one(None, "investigating", id="b"),
        one(20, "canceled", id="c"),
        one(30, id="d", drill=True),
        Facts("e", DECLARED, private=True),
        Facts("f", DECLARED, private=True, drill=True),
    ]
    period = Period(DECLARED, after(60), tuple(listed), severities=("sev0", "sev1"))
    assert [fact.id for fact in period.counted] == ["a", "b"]
    assert [fact.id for fact in period.canceled] == ["c"]
    assert [fact.id for fact in period.drills] == ["d", "f"]
    assert [fact.id for fact in period.private] == ["e"]
    assert period.all.open == 1
    assert [group.name for group in period.by_severity] == ["sev1"]
    data = period.to_json()
    assert (data["declared"], data["private"], data["canceled"], data["drills"]) == (4, 1, 1, 2)
    assert [fact["id"] for fact in data["incidents"]] == ["a", "b", "c", "e"]
    assert data["all"]["resolved"] == {"median_seconds": 600, "recorded": 1, "of": 1}


def test_an_incident_counts_for_each_of_its_services_and_a_lost_severity_comes_last() -> None:
    listed = [
        Facts("a", DECLARED, severity="sev9", services=("web", "mail")),
        Facts("b", DECLARED, severity="sev2"),
        Facts("c", DECLARED, severity="sev1", services=("web",)),
    ]
    period = Period(DECLARED, after(60), tuple(listed), severities=("sev1", "sev2"))
    assert [(group.name, len(group.facts)) for group in period.by_service] == [
        ("mail", 1),
        ("web", 2),
        ("", 1),
    ]
    assert [group.name for group in period.by_severity] == ["sev1", "sev2", "sev9"]
