"""From bytes to a model, or every problem of the file at once, each with what to write instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.incident.model import Incident, Status, Update
from reconciler.incident.settings import (
    Bookmark,
    DrillSettings,
    GitSettings,
    NotionSettings,
    PagerDutySettings,
    Person,
    Service,
    Settings,
    Severity,
    SlackSettings,
    Team,
)
from reconciler.repo.loader import BadFile, load_incident, load_settings

PATH = "incidents/2026/11/20261121-honest-rhinoceros.yaml"

INCIDENT = """\
title: Checkout returns HTTP 500
severity: sev1
status: identified
declared_at: 2026-11-21T17:45:00+01:00
reporter: ana@example.com
summary: no
services: [checkout]
roles: {commander: ana@example.com, scribe: bo@example.com}
responders: [dee@example.com]
page: [payments]
bridge: https://zoom.us/j/123456
times: {detected: 2026-11-21 16:41Z}
updates:
  - {at: 2026-11-21T16:58:00.5Z, by: ana@example.com, text: "Rolling back\\nrelease 412"}
  - {at: 2026-11-21T17:30:00Z, text: 16:45}
private: true
drill: false
paused: true
"""

SETTINGS = """\
severities:
  - name: sev1
    description: Bad
    urgency: high
    priority: P1
    page: [payments]
    announce: ["#incidents", C0123]
    invite: ["@incident-leads", vp@example.com]
    update_every: 1h30m
  - {name: sev3, urgency: low}
teams:
  payments: {pagerduty_service: PSVC002, escalation_policy: PESC002, invite: ["@payments-oncall"]}
services:
  checkout: {team: payments, bookmarks: [{title: Runbook, url: "https://wiki.example.com/checkout"}]}
  search: {}
slack: {channel_prefix: inc-, archive_after: 12h, bookmarks: [{title: Book, url: "http://wiki.example.com"}]}
pagerduty: {from: incidents@example.com, when_resolved: reopen, late_after: 2d}
notion:
  database: 8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d
  private_database: 8a1c0e1e-7d3b-4c0f-9d3f-6f1e2a3b4c5e
  template: templates/postmortem.md
  properties: {status: State}
people: {ana@example.com: {slack: U0ANA, pagerduty: PANA01, name: Ana}}
git: {remote: upstream, branch: live, state: refs/state/incidents, web: "https://example.com/x"}
private: {allow: true}
drill: {page: [payments], announce: ["#drills"]}
"""


def moment(hour: int, minute: int, second: int = 0, micro: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, micro, tzinfo=UTC)


@pytest.fixture
def settings() -> Settings:
    return load_settings(SETTINGS.encode(), "reconciler.yaml", name="unused")


def problems(content: str, settings: Settings | None = None, path: str = PATH) -> list[str]:
    """The problems of an incident, as `line:column message → hint`."""
    with pytest.raises(BadFile) as caught:
        load_incident(content.encode(), path, settings)
    return [f"{p.location.line}:{p.location.column} {p.message} → {p.hint}" for p in caught.value.problems]


def test_a_whole_incident_becomes_the_model_with_times_in_utc(settings: Settings) -> None:
    assert load_incident(INCIDENT.encode(), PATH, settings) == Incident(
        id="20261121-honest-rhinoceros",
        path=PATH,
        title="Checkout returns HTTP 500",
        severity="sev1",
        status=Status.IDENTIFIED,
        declared_at=moment(16, 45),
        reporter="ana@example.com",
        summary="no",
        services=("checkout",),
        roles={"commander": "ana@example.com", "scribe": "bo@example.com"},
        responders=("dee@example.com",),
        page=("payments",),
        bridge="https://zoom.us/j/123456",
        times={"detected": moment(16, 41)},
        updates=(
            Update(moment(16, 58, 0, 500_000), "Rolling back\nrelease 412", "ana@example.com"),
            Update(moment(17, 30), "16:45"),
        ),
        private=True,
        paused=True,
    )


def test_whole_settings_become_the_model(settings: Settings) -> None:
    assert settings == Settings(
        name="unused",
        severities=(
            Severity(
                name="sev1",
                description="Bad",
                priority="P1",
                page=("payments",),
                announce=("#incidents", "C0123"),
                invite=("@incident-leads", "vp@example.com"),
                update_every=timedelta(minutes=90),
            ),
            Severity(name="sev3", urgency="low"),
        ),
        teams={"payments": Team("payments", "PSVC002", "PESC002", ("@payments-oncall",))},
        services={
            "checkout": Service(
                "checkout", "payments", (Bookmark("Runbook", "https://wiki.example.com/checkout"),)
            ),
            "search": Service("search"),
        },
        slack=SlackSettings("inc-", timedelta(hours=12), (Bookmark("Book", "http://wiki.example.com"),)),
        pagerduty=PagerDutySettings("incidents@example.com", "reopen", timedelta(days=2)),
        notion=NotionSettings(
            "8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d",
            "8a1c0e1e-7d3b-4c0f-9d3f-6f1e2a3b4c5e",
            "templates/postmortem.md",
            {**NotionSettings().properties, "status": "State"},
        ),
        people={"ana@example.com": Person(slack="U0ANA", pagerduty="PANA01", name="Ana")},
        git=GitSettings("upstream", "live", "refs/state/incidents", "https://example.com/x"),
        drill=DrillSettings(("payments",), ("#drills",)),
        private_allowed=True,
    )


def test_the_instance_has_the_name_in_the_settings_else_the_one_given() -> None:
    content = "severities: [{name: sev1}]\n"
    assert load_settings(content.encode(), "reconciler.yaml", name="given").name == "given"
    assert load_settings(f"name: own\n{content}".encode(), "reconciler.yaml", name="given").name == "own"


def test_without_settings_no_name_is_checked() -> None:
    assert load_incident(INCIDENT.encode(), PATH, None).services == ("checkout",)


def test_schema_and_meaning_are_told_together_in_the_order_of_the_lines(settings: Settings) -> None:
    content = """\
titel: Checkout
severity: sev2
status: resovled
declared_at: 2026-11-21T16:45:00
services: [chekout]
page: *all
updates:
  - {at: 2026-11-21T16:58:00Z, text: 5}
  - {at: 2026-11-21T17:58:00+01:00, text: Same moment}
"""
    assert problems(content, settings) == [
        "1:1 the key `titel` is not known here → title",
        "1:1 `title` is missing → title: Checkout returns HTTP 500 for a third of requests",
        "2:11 reconciler.yaml has no severity `sev2` → sev1 or sev3",
        "3:9 `status` cannot be `resovled` → resolved",
        "4:14 `declared_at` cannot be `2026-11-21T16:45:00`: a time is a date, a time of day and a zone"
        " → 2026-11-21T16:45:00Z",
        "5:12 reconciler.yaml has no service `chekout` → checkout",
        "6:7 aliases (`*all`) are not allowed → the value itself, or \"*all\" as text",
        "8:38 `text` must be text, not the number `5` → \"5\"",
        "9:10 update 1 has the same `at`, which is what tells updates apart → the time to the second",
    ]  # fmt: skip


BASE = "title: x\nseverity: sev1\nstatus: closed\ndeclared_at: 2026-11-21T16:45:00Z\n"


@pytest.mark.parametrize(
    "title", ["yes", "no", "16:45", "0123", "2026-11-21", "<!channel> is down", "🦏", "a" * 250]
)
def test_a_title_may_be_any_words(title: str) -> None:
    content = BASE.replace("title: x", f"title: {title}")
    assert load_incident(content.encode(), PATH, None).title == title


def test_one_problem_is_told_as_one_failure_at_its_place() -> None:
    with pytest.raises(BadFile) as caught:
        load_incident(f"{BASE}drill: on\n".encode(), PATH, None)
    failure = caught.value
    assert failure.message == "`drill` must be true or false, not `on`"
    assert (str(failure.location), failure.next) == (f"{PATH}:5:8", "write true")
    assert failure.exit_code == 1


def test_several_problems_are_told_as_one_failure_that_lists_them() -> None:
    with pytest.raises(BadFile) as caught:
        load_incident(f"{BASE}drill: on\nreporter: ana\n".encode(), PATH, None)
    assert caught.value.message == f"{PATH} cannot be used: 2 errors"
    assert caught.value.detail.splitlines()[:2] == [
        f"{PATH}:5:8: `drill` must be true or false, not `on`",
        "  write: true",
    ]


def test_a_warning_alone_keeps_no_file_from_being_used() -> None:
    incident = load_incident(f"{BASE}roles: {{comander: ana@example.com}}\n".encode(), PATH, None)
    assert incident.roles == {"comander": "ana@example.com"}


def test_a_file_with_a_thousand_misfits_tells_a_hundred() -> None:
    updates = "".join(f"  - {{at: {n}, text: x}}\n" for n in range(1000))
    assert len(problems(f"{BASE}updates:\n{updates}")) == 100
