"""PagerDuty's pages: `limit` and `offset` in, `more` out, and nothing beyond the ten-thousandth row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.sandbox.pagerduty.account import Account, Json, as_flag
from reconciler.targets.seam import Answer

USUAL, MOST, LAST = 25, 100, 10_000


def page(account: Account, name: str, rows: Sequence[Json], arguments: Json) -> Answer:
    """One page of the rows under `name`; a limit over a hundred counts as a hundred."""
    limit = min(_number(account, "limit", arguments.get("limit", USUAL)), MOST)
    offset = _number(account, "offset", arguments.get("offset", 0))
    if offset + limit > LAST:
        raise account.impossible(
            f"Offset+limit exceeds maximum allowed value of {LAST}. Please try to refine your search to "
            "reduce the returned set of records below this number, like adding a date range.",
        )
    return {
        name: list(rows[offset : offset + limit]),
        "limit": limit,
        "offset": offset,
        "more": len(rows) > offset + limit,
        "total": len(rows) if as_flag(arguments.get("total")) else None,
    }


def _number(account: Account, name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = -1
    if number < 0 or (name == "limit" and number == 0):
        raise account.invalid(f"{name.capitalize()} must be a positive number.")
    return number
