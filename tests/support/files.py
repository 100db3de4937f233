"""A scene whose settings and incident come from text, so that every place in them is a real one."""

from __future__ import annotations

from reconciler.errors import Location
from reconciler.incident.history import Version
from reconciler.repo.loader import load_incident, load_settings
from tests.support.scene import ID, Scene

SETTINGS = "reconciler.yaml"
PATH = f"incidents/2026/11/{ID}.yaml"

TEXTS = {
    SETTINGS: """\
name: acme
severities:
  - name: sev1
    description: Unusable for most customers
    urgency: high
    priority: P1
    page: [primary]
    announce: ["#incidents"]
    invite: [vp@example.com]
  - name: sev2
    urgency: low
teams:
  primary:
    pagerduty_service: PSVC001
  payments: {pagerduty_service: PSVC002, escalation_policy: PESC002, invite: ["@payments-oncall"]}
services:
  checkout:
    team: payments
    bookmarks:
      - {title: Runbook, url: "https://wiki.example.com/checkout"}
slack:
  bookmarks:
    - {title: Incident handbook, url: "https://wiki.example.com/incidents"}
pagerduty: {from: incidents@example.com}
notion:
  database: 8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d
""",
    PATH: """\
title: Checkout returns HTTP 500
severity: sev1
status: investigating
declared_at: 2026-11-21T16:45:00Z
reporter: ana@example.com
summary: Since release 412, card payments fail.
services: [checkout]
roles:
  commander: bo@example.com
responders: [dee@example.com]
page: [payments]
bridge: https://zoom.us/j/123456
updates:
  - at: 2026-11-21T16:58:00Z
    by: ana@example.com
    text: Rolling back release 412.
""",
}


def written() -> Scene:
    """The scene, before the first run."""
    scene = Scene()
    scene.settings = load_settings(TEXTS[SETTINGS].encode(), SETTINGS, name="acme")
    commit(scene, TEXTS[PATH])
    return scene


def commit(scene: Scene, text: str) -> None:
    """Commit the incident's file with this text."""
    incident = load_incident(text.encode(), PATH, scene.settings)
    versions = scene.versions.setdefault(ID, [])
    versions.append(Version(scene.clock.now(), f"c{len(versions)}", "Ana", incident))


def pointed_at(location: Location | None) -> str:
    """What stands at a place: its file's name, and the rest of the line from there on."""
    assert location is not None, "no place is named"
    line = TEXTS[location.path].splitlines()[location.line - 1]
    return f"{location.path}: {line[location.column - 1 :]}"
