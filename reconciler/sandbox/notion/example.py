"""The workspace that the sandbox starts with: a database of incidents, an integration, and some people."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.notion.schema import column

Json = dict[str, Any]

DATABASE = "8a1c0e1e-7d3b-4c0f-9d3f-6f1e2a3b4c5d"
SOURCE = "2f6b9d34-51c8-4e07-8a9b-0d4c7e1f3a52"
BOT = "b07b07b0-7b07-4b07-8b07-b07b07b07b07"

_PEOPLE = ("ana@example.com", "bo@example.com", "chen@example.com", "dee@example.com")
_MADE = "2026-01-05T09:00:00.000000+00:00"
_STATUSES = ["Investigating", "Identified", "Mitigated", "Resolved", "Closed", "Canceled"]
_COLUMNS = {
    "Name": "title",
    "Incident ID": "rich_text",
    "Status": "status",
    "Severity": "select",
    "Slack": "url",
    "PagerDuty": "url",
    "Declared": "date",
    "Resolved": "date",
    "Commander": "rich_text",
    "Description": "rich_text",
}


def blank() -> Json:
    """A workspace with an integration in it and nothing else."""
    people = {
        f"00000000-0000-4000-8000-00000000000{number}": address
        for number, address in enumerate(_PEOPLE, start=1)
    }
    return {"identities": 0, "people": people, "databases": {}, "data_sources": {}, "pages": {}}


def example() -> Json:
    """A workspace with a database for incidents, shared with the integration."""
    data = blank()
    common = {"created_at": _MADE, "created_by": next(iter(data["people"])), "shared": True}
    data["databases"][DATABASE] = common | {"id": DATABASE, "title": "Incidents", "source": SOURCE}
    data["data_sources"][SOURCE] = common | {
        "id": SOURCE,
        "title": "Incidents",
        "database": DATABASE,
        "properties": {name: _column(name, kind) for name, kind in _COLUMNS.items()},
    }
    return data


def _column(name: str, kind: str) -> Json:
    id = "title" if kind == "title" else name[:2].lower() + name[-1]
    return column(id, name, kind, _STATUSES if kind == "status" else None)
