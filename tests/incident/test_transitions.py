"""The rules that look at an edit: each finds what it is about, at its place, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.incident.model import Incident, Status
from reconciler.incident.rules import RuleSettings
from reconciler.incident.transitions import Step, broken
from tests.support.scene import incident, update

SEVERITIES = ("sev1", "sev2", "sev3")
ANA, BO = "ana@example.com", "bo@example.com"
LONE = {"commander": ANA, "technical": "Ana@example.com"}
OLD = incident(status=Status.INVESTIGATING, severity="sev2", updates=(update("Rolling back."),))


def rules(before: Incident | None, after: Incident | None, **more: Any) -> list[str]:
    """The names of the rules that the step breaks."""
    found = broken(Step(before, after, SEVERITIES, **more), RuleSettings())
    return [problem.message.rpartition("`")[0].rpartition("`")[2] for problem in found]


def turned(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return rules(replace(OLD, **before), replace(OLD, **after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({}, {"title": "Another", "status": Status.RESOLVED}, []),
        ({"status": Status.CLOSED}, {}, ["reopen"]),
        ({"status": Status.CANCELED}, {"status": Status.RESOLVED}, ["reopen"]),
        ({"status": Status.CANCELED}, {"status": Status.CLOSED, "postmortem": "x"}, []),
        ({"status": Status.RESOLVED}, {}, []),
        ({}, {"severity": "sev3"}, ["lower_severity"]),
        ({}, {"severity": "sev1"}, []),
        ({"severity": "gone"}, {"severity": "sev3"}, []),
        ({}, {"status": Status.CLOSED}, ["close_without_postmortem"]),
        ({}, {"status": Status.CLOSED, "postmortem": "https://wiki.example.com/412"}, []),
        ({}, {"status": Status.CLOSED, "drill": True}, []),
        ({}, {"status": Status.CANCELED}, []),
        ({"status": Status.CLOSED}, {"status": Status.CLOSED, "title": "Another"}, []),
        ({}, {"id": "20261121-other", "formerly": (OLD.id,)}, ["rename"]),
        ({"severity": "sev1"}, {"severity": "sev1", "roles": LONE}, ["one_lead"]),
        ({"roles": LONE}, {"severity": "sev1", "roles": LONE}, ["one_lead"]),
        ({"severity": "sev1", "roles": LONE}, {"severity": "sev1", "roles": LONE, "title": "x"}, []),
        ({}, {"roles": LONE}, []),
        ({}, {"severity": "sev1", "roles": LONE, "drill": True}, []),
        ({}, {"severity": "sev1", "roles": LONE, "status": Status.RESOLVED}, []),
    ],
)
def test_a_rule_is_about_the_edit(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    assert turned(before, after) == expected


def test_a_new_file_breaks_only_what_it_can() -> None:
    assert rules(None, replace(OLD, severity="sev1", roles=LONE)) == ["one_lead"]
    assert rules(None, replace(OLD, status=Status.CLOSED)) == []


def test_a_removed_file_is_an_error_unless_it_is_there_under_another_name() -> None:
    [gone] = broken(Step(OLD, None, SEVERITIES), RuleSettings())
    assert (gone.level, str(gone.location)) == ("error", f"{OLD.path}:1:1")
    [unsaid] = broken(Step(OLD, None, SEVERITIES, renamed="incidents/new.yaml"), RuleSettings())
    assert (unsaid.level, unsaid.location.path) == ("error", "incidents/new.yaml")
    assert unsaid.hint == f"formerly: [{OLD.id}]"


@pytest.mark.parametrize(
    ("wrote", "edited", "expected"),
    [
        ({ANA}, {BO}, ["edit_update"]),
        ({ANA}, {"ANA@example.com"}, []),
        ({BO}, {BO}, []),  # committed for Ana, and corrected, by the same person
        ({ANA}, set(), []),
        ({BO}, {ANA, "dee@example.com"}, ["edit_update"]),
    ],
)
def test_an_update_is_its_authors(wrote: set[str], edited: set[str], expected: list[str]) -> None:
    at = OLD.updates[0].at
    after = replace(OLD, updates=(update("Not rolling back."),))
    assert rules(OLD, after, wrote={at: wrote}, edited={at: edited}) == expected


def test_an_update_that_is_gone_is_told_where_the_others_are() -> None:
    at = OLD.updates[0].at
    positions = {("updates",): (9, 1), ("updates", 0, "text"): (12, 5)}
    step = Step(OLD, replace(OLD, updates=(), positions=positions), SEVERITIES, {at: {ANA}}, {at: {BO}})
    [problem] = broken(step, RuleSettings())
    assert (problem.location.line, problem.location.column) == (9, 1)
    assert problem.message.startswith("this update is ana@example.com's, and bo@example.com has removed it")


def test_the_settings_say_how_a_rule_counts() -> None:
    step = Step(replace(OLD, status=Status.CLOSED), replace(OLD, severity="sev3"), SEVERITIES)
    found = broken(step, RuleSettings(reopen="error", lower_severity="off"))
    assert [(one.level, "`reopen`" in one.message) for one in found] == [("error", True)]


def test_of_a_private_incident_no_word_is_told() -> None:
    secret = replace(OLD, private=True, status=Status.CLOSED, title="Zqx")
    for before, after in (
        (secret, OLD),
        (replace(OLD, status=Status.CLOSED), replace(secret, status=OLD.status)),
    ):
        [problem] = broken(Step(before, after, SEVERITIES), RuleSettings())
        assert problem.message == "what is done to this private incident breaks the rule `reopen`"
        assert problem.hint == ""
