"""What people copy from a browser is cut to the id that the service knows."""

from __future__ import annotations

import pytest

from reconciler.incident.links import pagerduty_id
from reconciler.repo.loader import load_incident

FILE = "title: x\nseverity: sev1\nstatus: resolved\ndeclared_at: 2026-11-21T16:45:00Z\n"
GOOD = [
    "Q1ABC",
    "https://acme.pagerduty.com/incidents/Q1ABC",
    "https://acme.eu.pagerduty.com/incidents/Q1ABC/timeline",
    "https://acme.pagerduty.com/incidents/Q1ABC?utm_source=slack#notes",
]
BAD = [
    "q1abc",
    "Q1",
    "http://acme.pagerduty.com/incidents/Q1ABC",
    "https://acme.pagerduty.com/alerts/Q1ABC",
    "",
]


@pytest.mark.parametrize("given", GOOD)
def test_an_address_is_as_good_as_an_id(given: str) -> None:
    assert pagerduty_id(given) == "Q1ABC"
    content = f"{FILE}adopt: {{pagerduty: {{payments: '{given}'}}}}\n".encode()
    assert load_incident(content, "incidents/a.yaml", None).adopt.pagerduty == {"payments": "Q1ABC"}


@pytest.mark.parametrize("given", BAD)
def test_what_is_neither_is_refused_by_the_schema_too(given: str) -> None:
    with pytest.raises(ValueError, match="no PagerDuty incident"):
        pagerduty_id(given)
    with pytest.raises(Exception, match="PagerDuty incident"):
        load_incident(
            f"{FILE}adopt: {{pagerduty: {{payments: '{given}'}}}}\n".encode(), "incidents/a.yaml", None
        )
