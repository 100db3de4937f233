"""What an edit of the settings changes, key by key, each at its place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reconciler.incident.settings import Settings
from reconciler.incident.settings_changes import LISTED, changes
from reconciler.repo.loader import load_settings

BEFORE = """\
name: acme
severities:
  - {name: sev1, urgency: high, page: [primary]}
  - {name: sev3, urgency: low}
teams:
  primary: {pagerduty_service: PSVC001}
slack: {archive_after: 7d}
pagerduty: {from: a@example.com}
"""


def settings(text: str = BEFORE) -> Settings:
    return load_settings(text.encode(), "reconciler.yaml", name="other")


def told(before: str, after: str) -> dict[str, tuple[Any, Any]]:
    found = changes(settings(), settings(BEFORE.replace(before, after)))
    return {one.key: (one.before, one.after) for one in found}


MORE = "name: acme\n"
TEAM, PERSON = "services.checkout", "people.ana@example.com"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (MORE, f"# nothing but a comment\n{MORE}", {}),
        ("7d", "168h", {}),
        ("urgency: low", "urgency: high", {"severities.sev3.urgency": ("low", "high")}),
        ("[primary]", "[]", {"severities.sev1.page": (["primary"], [])}),
        ("7d", "36h", {"slack.archive_after": ("7d", "36h")}),
        ("7d", "90s", {"slack.archive_after": ("7d", "90s")}),
        ("from: a@", "from: b@", {"pagerduty.from": ("a@example.com", "b@example.com")}),
        (MORE, f"{MORE}private: {{allow: true}}\n", {"private.allow": (False, True)}),
        (MORE, f"{MORE}rules: {{reopen: error}}\n", {"rules.reopen": ("warning", "error")}),
        (
            MORE,
            f"{MORE}notion: {{properties: {{id: Number}}}}\n",
            {"notion.properties.id": ("Incident ID", "Number")},
        ),
        (MORE, f"{MORE}helper: {{close: ['@leads']}}\n", {"helper.close": (None, ["@leads"])}),
        (
            MORE,
            f"{MORE}services: {{checkout: {{team: primary}}}}\n",
            {TEAM: (None, LISTED), f"{TEAM}.team": (None, "primary")},
        ),
        (
            MORE,
            f"{MORE}people: {{ana@example.com: {{name: Ana}}}}\n",
            {PERSON: (None, LISTED), f"{PERSON}.name": (None, "Ana")},
        ),
        (
            "name: sev3",
            "name: minor",
            {
                "severities": (["sev1", "sev3"], ["sev1", "minor"]),
                "severities.minor.urgency": (None, "low"),
                "severities.sev3.urgency": ("low", None),
            },
        ),
    ],
)
def test_each_key_is_told_once(before: str, after: str, expected: dict[str, Any]) -> None:
    assert told(before, after) == expected


def test_each_is_told_at_its_place_in_the_settings_as_they_are_now() -> None:
    text = BEFORE.replace("7d", "30d").replace("[primary]", "[]")
    places = {one.key: one.location for one in changes(settings(), settings(text))}
    assert list(places) == ["severities.sev1.page", "slack.archive_after"]
    lines = text.splitlines()
    at = [lines[place.line - 1][place.column - 1 :] for place in places.values()]
    assert at == ["[]}", "30d}"]


def test_what_is_as_the_default_is_no_change() -> None:
    assert settings().slack.archive_after == timedelta(days=7)
    assert told("slack: {archive_after: 7d}\n", "") == {}
