"""What a Notion database calls its properties when nobody says otherwise; apart, for who needs no model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: What the property of each meaning is called in a database made for it.
NOTION_PROPERTIES: Mapping[str, str] = MappingProxyType(
    {
        "title": "Name",
        "id": "Incident ID",
        "status": "Status",
        "severity": "Severity",
        "slack": "Slack",
        "pagerduty": "PagerDuty",
        "declared": "Declared",
        "resolved": "Resolved",
        "commander": "Commander",
        "summary": "Description",
    }
)
