"""What a file's versions say that its newest cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.incident.history import History, Version, announced_in, teams_asked
from reconciler.incident.model import Adopted, Escalation, Incident, Status
from tests.support.scene import SETTINGS, START, incident

OPEN, IDENTIFIED = Status.INVESTIGATING, Status.IDENTIFIED
RESOLVED, CLOSED, CANCELED = Status.RESOLVED, Status.CLOSED, Status.CANCELED


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


def of(*incidents: Incident | None, complete: bool = True) -> History:
    """A version an hour."""
    versions = [Version(hours(number), f"c{number}", "Ana", one) for number, one in enumerate(incidents)]
    return History(tuple(versions), complete)


def statuses(*listed: Status, complete: bool = True) -> History:
    return of(*(incident(status=status) for status in listed), complete=complete)


def test_versions_that_could_not_be_read_count_for_nothing() -> None:
    history = of(None, incident(status=OPEN), None, incident(status=RESOLVED))
    assert [at for at, _ in history.readable] == [hours(1), hours(3)]
    assert history.endings == [RESOLVED]


@pytest.mark.parametrize(
    ("listed", "was_open"),
    [((OPEN,), True), ((RESOLVED,), False), ((OPEN, CLOSED), True), ((CANCELED, CLOSED), False), ((), False)],
)
def test_it_was_open_if_any_version_was(listed: tuple[Status, ...], was_open: bool) -> None:
    assert statuses(*listed).was_open is was_open


@pytest.mark.parametrize(
    ("listed", "endings", "reopenings"),
    [
        ((OPEN,), [], 0),
        ((OPEN, IDENTIFIED, OPEN), [], 0),
        ((OPEN, RESOLVED), [RESOLVED], 0),
        ((OPEN, RESOLVED, CLOSED), [RESOLVED], 0),
        ((OPEN, CANCELED), [CANCELED], 0),
        ((OPEN, RESOLVED, OPEN), [RESOLVED], 1),
        ((OPEN, RESOLVED, OPEN, CLOSED, IDENTIFIED, CANCELED), [RESOLVED, CLOSED, CANCELED], 2),
        ((RESOLVED, OPEN), [], 1),
        ((RESOLVED, CLOSED), [], 0),
    ],
)
def test_endings_and_reopenings_are_turns_between_open_and_not(
    listed: tuple[Status, ...], endings: list[Status], reopenings: int
) -> None:
    history = statuses(*listed)
    assert (history.endings, history.reopenings) == (endings, reopenings)


@pytest.mark.parametrize(
    ("listed", "over"),
    [
        ((OPEN,), None),
        ((OPEN, RESOLVED, OPEN), None),
        ((OPEN, CLOSED), None),
        ((OPEN, CLOSED, OPEN), 1),
        ((OPEN, CANCELED, RESOLVED, OPEN), 1),
        ((OPEN, CLOSED, OPEN, CLOSED, OPEN), 3),
    ],
)
def test_when_it_was_last_over_is_known_once_it_is_open_again(
    listed: tuple[Status, ...], over: int | None
) -> None:
    assert statuses(*listed).last_over == (None if over is None else hours(over))


def test_a_status_began_with_the_commit_that_set_it_and_not_with_later_edits() -> None:
    history = statuses(OPEN, RESOLVED, RESOLVED, RESOLVED)
    assert history.began(RESOLVED) == hours(1)


def test_a_status_that_came_twice_began_with_the_present_run() -> None:
    assert statuses(OPEN, RESOLVED, OPEN, RESOLVED).began(RESOLVED) == hours(3)


def test_the_files_own_time_goes_before_the_commits() -> None:
    newest = incident(status=RESOLVED, times={"resolved": hours(-5)})
    assert of(incident(), newest).began(RESOLVED) == hours(-5)


def test_a_status_that_the_newest_version_does_not_have_did_not_begin() -> None:
    assert statuses(RESOLVED, OPEN).began(RESOLVED) is None
    assert of().began(RESOLVED) is None


def test_where_history_is_cut_off_the_beginning_is_not_guessed() -> None:
    assert statuses(RESOLVED, RESOLVED, complete=False).began(RESOLVED) is None
    assert statuses(OPEN, RESOLVED, complete=False).began(RESOLVED) == hours(1)


def test_it_is_open_since_the_declare_or_the_last_reopening() -> None:
    assert statuses(OPEN, IDENTIFIED).open_since() == hours(0)
    assert statuses(OPEN, RESOLVED, OPEN, IDENTIFIED).open_since() == hours(2)
    assert statuses(OPEN, RESOLVED).open_since() is None


def test_the_teams_asked_are_those_of_severity_services_and_file_each_once() -> None:
    asked = incident(severity="sev1", services=("checkout",), page=("primary", "payments"))
    assert teams_asked(asked, SETTINGS) == ["primary", "payments"]


def test_a_team_severity_or_service_that_the_settings_lost_is_passed_over() -> None:
    asked = incident(severity="sev9", services=("gone",), page=("gone", "payments"))
    assert teams_asked(asked, SETTINGS) == ["payments"]
    assert announced_in(asked, SETTINGS) == []


def test_a_drill_asks_and_announces_what_the_settings_say_of_drills() -> None:
    settings = replace(SETTINGS, drill=replace(SETTINGS.drill, page=("payments",), announce=("#drills",)))
    drill = incident(drill=True, page=("primary",))
    assert (teams_asked(drill, settings), announced_in(drill, settings)) == (["payments"], ["#drills"])


def test_a_private_incident_is_announced_nowhere() -> None:
    assert announced_in(incident(private=True), SETTINGS) == []


def test_the_teams_ever_asked_are_those_of_all_versions_in_their_order() -> None:
    history = of(incident(severity="sev3", services=("checkout",)), incident(severity="sev1", services=()))
    assert history.teams_ever(SETTINGS) == ["payments", "primary"]


def test_who_was_told_is_asked_of_open_versions_only() -> None:
    history = of(incident(severity="sev3"), incident(severity="sev1", status=RESOLVED))
    assert history.announced_ever(SETTINGS) == ["#incidents"]
    raised = of(incident(severity="sev1"), incident(severity="sev3"))
    assert raised.announced_ever(SETTINGS) == ["#incidents", "#general"]


@pytest.mark.parametrize(
    ("versions", "since"),
    [
        ([{"severity": "sev1"}], (0, False)),
        ([{"severity": "sev1"}, {"title": "other"}], (0, False)),
        ([{"severity": "sev3"}, {"severity": "sev1"}], (1, True)),
        ([{"severity": "sev3"}, {"severity": "sev1"}, {"title": "other"}], (1, True)),
        ([{"severity": "sev1"}, {"severity": "sev3"}, {"severity": "sev1"}], (2, True)),
        ([{"severity": "sev1", "status": RESOLVED}, {"severity": "sev1"}], (1, True)),
        ([{"severity": "sev3"}, {"severity": "sev3", "page": ("primary",)}], (1, True)),
        ([{"severity": "sev3"}], None),
        ([{"severity": "sev1"}, {"severity": "sev3"}], None),
        ([{"severity": "sev1"}, {"severity": "sev1", "status": RESOLVED}], None),
    ],
)
def test_since_when_a_page_is_asked_for_and_whether_an_edit_asked(
    versions: list[dict[str, Any]], since: tuple[int, bool] | None
) -> None:
    history = of(*(incident(**{"services": (), **fields}) for fields in versions))
    expected = None if since is None else (hours(since[0]), since[1])
    assert history.asked_since("primary", SETTINGS) == expected


CALL = Escalation(hours(-2), "payments")


def test_a_call_counts_from_the_commit_that_made_it_unless_history_is_cut_off_there() -> None:
    called = incident(escalations=(CALL,))
    assert of(incident(), called, called).called_since(CALL) == hours(1)
    assert of(called, called).called_since(CALL) == hours(0)
    assert of(called, called, complete=False).called_since(CALL) is None
    assert of(incident()).called_since(CALL) is None


def test_a_call_asks_for_its_team_anew() -> None:
    first = incident(severity="sev3", services=("checkout",))
    called = replace(first, escalations=(CALL,))
    assert of(first, first).asked_since("payments", SETTINGS) == (hours(0), False)
    assert of(first, called, called).asked_since("payments", SETTINGS) == (hours(1), True)
    again = replace(first, escalations=(CALL, replace(CALL, at=hours(3))))
    assert of(first, called, again).asked_since("payments", SETTINGS) == (hours(2), True)


def test_a_page_answers_the_calls_that_came_with_it() -> None:
    first = incident(severity="sev3", services=())
    called = replace(first, escalations=(CALL,))
    later = replace(CALL, at=hours(3))
    history = of(first, called, replace(first, escalations=(CALL, later)))
    assert history.pages_by(CALL, SETTINGS)
    assert not history.pages_by(later, SETTINGS)


def test_the_page_that_was_named_last_is_the_adopted_one_also_when_it_is_named_no_more() -> None:
    listed = [incident(adopt=Adopted(pages)) for pages in ({"payments": "Q1"}, {"payments": "Q2"}, {})]
    assert of(*listed).adopted() == {"payments": "Q2"}
