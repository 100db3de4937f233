"""Addresses that people copy from a browser, as the ids that the services know."""

from __future__ import annotations

import re

_PAGERDUTY = re.compile(r"(?:https://[a-z0-9.-]+/incidents/)?([A-Z0-9]{4,40})(?:[/?#].*)?")


def pagerduty_id(given: str) -> str:
    """The id of a PagerDuty incident from its id or its address; ValueError for what is neither."""
    found = _PAGERDUTY.fullmatch(given)
    if found is None:
        raise ValueError(f"{given} is no PagerDuty incident")
    return found[1]
