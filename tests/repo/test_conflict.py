"""Two people set one field: the second is told what the first one did, and nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Conflict
from reconciler.incident.model import Status
from reconciler.incident.settings import GitSettings
from reconciler.incident.verbs import AddNote, Escalate, Intention, SetField, SetStatus
from reconciler.repo.errand import Request, Written
from reconciler.repo.repository import Repository
from reconciler.repo.verbs import Desk
from tests.support import repositories
from tests.support.repositories import START, Clone, Remote

ID = "20261121-honest-rhinoceros"
SETTINGS = """\
name: acme
severities: [{name: sev1}, {name: sev2}, {name: sev3}]
teams: {payments: {pagerduty_service: PSVC002}}
"""
FILE = """\
title: Checkout fails   # by hand
severity: sev1
status: investigating
declared_at: 2026-11-21T16:45:00Z
"""
ANA, BO = ("Ana", "ana@example.com"), ("Bo", "bo@example.com")
SEVERITY = ("severity",)


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return repositories.remote(tmp_path, {"reconciler.yaml": SETTINGS, f"incidents/2026/11/{ID}.yaml": FILE})


def change(here: Clone, who: tuple[str, str], intention: Intention, request: str) -> Written:
    desk = Desk(Repository.open(here.folder), GitSettings(), VirtualClock(START))
    return desk.change(ID, intention, Request(who, request, via="slack"))


def test_the_second_who_sets_a_field_is_told_who_set_it_to_what(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    change(here, ANA, SetField(SEVERITY, "sev2", "sev1"), "r1")
    with pytest.raises(Conflict) as told:
        change(there, BO, SetField(SEVERITY, "sev3", "sev1"), "r2")
    assert told.value.message == (
        f"`severity` of {ID} was set to `sev2` by Ana <ana@example.com>, 2026-11-21 16:45:00 UTC: "
        "nothing was changed"
    )
    assert "severity: sev2" in hub.git("show", f"main:incidents/2026/11/{ID}.yaml")


def test_it_is_told_who_set_it_last_and_not_who_changed_the_file_last(hub: Remote) -> None:
    here = hub.clone("here")
    change(here, ANA, SetStatus(Status.IDENTIFIED, START), "r1")
    change(here, BO, AddNote(START, "Rollback began"), "r2")
    with pytest.raises(Conflict) as told:
        change(here, BO, SetStatus(Status.RESOLVED, START, Status.INVESTIGATING), "r3")
    assert "was set to `identified` by Ana <ana@example.com>" in told.value.message


def test_two_who_want_the_same_are_both_content(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    change(here, ANA, SetField(SEVERITY, "sev2", "sev1"), "r1")
    assert change(there, BO, SetField(SEVERITY, "sev2", "sev1"), "r2").commit is None


def test_who_types_over_what_another_set_a_moment_ago_is_told_so(hub: Remote) -> None:
    """What is typed carries nothing of what somebody saw: it is done, and both may talk."""
    here, there = hub.clone("here"), hub.clone("there")
    change(here, ANA, SetField(SEVERITY, "sev2"), "r1")
    change(here, ANA, AddNote(START, "Rollback began"), "r2")
    done = change(there, BO, SetField(SEVERITY, "sev3"), "r3")
    assert done.notes == ("`severity`: Ana had set it to `sev2` 1 s before",)
    assert change(there, BO, SetField(SEVERITY, "sev2"), "r4").notes == ()
    assert change(there, BO, SetStatus(Status.IDENTIFIED, START), "r5").notes == ()


def test_what_was_set_a_while_ago_is_known_to_all(hub: Remote) -> None:
    here = hub.clone("here")
    change(here, ANA, SetField(SEVERITY, "sev2"), "r1")
    desk = Desk(Repository.open(here.folder), GitSettings(), VirtualClock(START + timedelta(minutes=3)))
    assert desk.change(ID, SetField(SEVERITY, "sev3"), Request(BO, "r2")).notes == ()


def test_different_fields_of_two_people_are_both_kept_and_only_their_lines_change(hub: Remote) -> None:
    here, there = hub.clone("here"), hub.clone("there")
    change(here, ANA, SetField(SEVERITY, "sev2", "sev1"), "r1")
    change(there, BO, SetField(("roles", "commander"), "bo@example.com", None), "r2")
    change(here, ANA, Escalate(START, "payments", "ana@example.com", "No answer"), "r3")
    change(there, BO, AddNote(START, "Rollback began", "bo@example.com"), "r4")
    assert hub.git("show", f"main:incidents/2026/11/{ID}.yaml") == (
        FILE.replace("sev1", "sev2")
        + "roles:\n  commander: bo@example.com\n"
        + "escalations:\n  - at: 2026-11-21T16:45:00Z\n    team: payments\n    by: ana@example.com\n"
        + "    why: No answer\n"
        + "timeline:\n  - at: 2026-11-21T16:45:01Z\n    by: bo@example.com\n    text: Rollback began"
    )
    said = hub.git("log", "-4", "--format=%an|%s", "main").splitlines()
    assert said == [
        f"Bo|{ID}: note",
        f"Ana|{ID}: escalate payments",
        f"Bo|{ID}: commander bo@example.com",
        f"Ana|{ID}: severity sev2",
    ]
