"""What `list`, `show` and `log` are asked about in tests: a repository, and what is remembered of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from reconciler.cli import root
from reconciler.clock import VirtualClock
from reconciler.incident.settings import GitSettings
from reconciler.repo.repository import Repository
from reconciler.repo.state import State, StateStore
from tests.support.repositories import START, Clone

SETTINGS = """\
name: acme
severities:
  - {name: sev1, page: [primary]}
  - {name: sev2}
teams:
  primary: {pagerduty_service: PSVC001}
  payments: {pagerduty_service: PSVC002}
people: {ana@example.com: {name: Ana Lopez}}
private: {allow: true}
"""
RHINO, OTTER = "20261121-honest-rhinoceros", "20261120-calm-otter"
BO = ("Bo", "bo@example.com")
#: The day after.
LATER = ("--now", "2026-11-22T12:00:00Z")
NOON = "2026-11-21T18:05:00Z"


def heads(lines: list[str]) -> list[str]:
    """The lines of a story that begin an event."""
    return [line for line in lines if re.match(r"\d{4}-", line)]


def file(title: str = "Down", severity: str = "sev1", status: str = "investigating", more: str = "") -> str:
    return (
        f"title: {title}\nseverity: {severity}\nstatus: {status}\ndeclared_at: 2026-11-21T16:45:00Z\n{more}"
    )


def place(id: str) -> str:
    return f"incidents/2026/11/{id}.yaml"


class Seen:
    """What one command said."""

    def __init__(self, clone: Clone, capsys: pytest.CaptureFixture[str], *words: str):
        now = [] if words[0] == "log" or "--now" in words else ["--now", NOON]
        self.code = root.run(root.cli, ["-C", str(clone.folder), *words, *now])
        self.text, self.error = capsys.readouterr()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def document(self) -> Any:
        return json.loads(self.text)


def remember(
    clone: Clone, incidents: dict[str, dict[str, Any]], *lines: str, minutes: int = 1, run: str = ""
) -> None:
    """Keep a state as a run would."""
    clock = VirtualClock(START + timedelta(minutes=minutes))
    store = StateStore(Repository.open(clone.folder), GitSettings(), clock)
    store.load()
    store.save(State(revision=clone.head, incidents=incidents), lines, run=run)


MEMORY: dict[str, Any] = {
    "things": {
        "pagerduty:primary": {"id": "Q1", "url": "https://pd.example.com/Q1"},
        "pagerduty:primary/log": {"id": "L1"},
        "slack:channel": {
            "id": "C1",
            "fields": {"name": "incd-rhino"},
            "url": "https://slack.example.com/C1",
        },
        "slack:announcement/#incidents": {"id": "1.2", "url": "https://slack.example.com/A1"},
        "notion:page": {"id": "N1", "url": "https://notion.example.com/N1"},
    },
    "facts": {"acknowledged": {"primary": {"at": "2026-11-21T16:47:00Z", "by": "Dee"}}},
}
