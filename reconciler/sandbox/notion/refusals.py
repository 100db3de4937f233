"""Notion's ways to say no, in its own words and codes: whatever reads them is put to the test."""

from __future__ import annotations

import json
from typing import Any

from reconciler.targets.seam import CallError, RateLimited, Refused, Unanswered

#: What can be ordered for the next call: status → Notion's code and its words.
_ORDERED = {
    409: ("conflict_error", "Conflict occurred while saving. Please try again."),
    429: ("rate_limited", "You have been rate limited. Please try again in a few minutes."),
    500: ("internal_server_error", "Unexpected error occurred."),
    502: ("bad_gateway", "Bad gateway."),
    503: ("service_unavailable", "Notion is unavailable. Please try again later."),
    504: ("gateway_timeout", "The request timed out."),
    529: ("service_overload", "Notion is overloaded. Please try again later."),
}


def body(status: int, code: str, message: str) -> dict[str, Any]:
    """An error as Notion writes it."""
    return {"object": "error", "status": status, "code": code, "message": message}


def refused(method: str, status: int, code: str, message: str) -> Refused:
    """A refusal with the body that Notion sends."""
    return Refused(method, code, message, answer=body(status, code, message), status=status)


def validation(method: str, message: str) -> Refused:
    """400: what was sent does not fit Notion, or does not fit the database."""
    return refused(method, 400, "validation_error", message)


def failed(method: str, path: str, problem: str) -> Refused:
    """400: one member of the request is wrong; `path` begins with `body` or `path`."""
    where = path.partition(".")[0]
    return validation(method, f"{where} failed validation: {path} {problem}.")


def too_long(method: str, path: str, most: int, length: int) -> Refused:
    """400: a text or an array holds more than Notion takes."""
    return failed(method, f"{path}.length", f"should be ≤ `{most}`, instead was `{length}`")


def unexpected(method: str, path: str, value: Any) -> Refused:
    """400: a member that Notion does not know."""
    return failed(method, path, f"should be not present, instead was `{json.dumps(value)[:100]}`")


def not_found(method: str, kind: str, id: str) -> Refused:
    """404: no such object, or none that is shared with the integration."""
    words = f"Could not find {kind} with ID: {id}. Make sure the relevant pages and databases are shared"
    return refused(method, 404, "object_not_found", f"{words} with your integration.")


def ordered(method: str, status: int, retry_after: float) -> CallError:
    """The error of that status, as if Notion had it: 409, 429, 500, 502, 503, 504 or 529."""
    code, message = _ORDERED[status]
    if status == 429:
        return RateLimited(method, retry_after)
    if status == 409:
        return refused(method, status, code, message)
    return Unanswered(method, f"{status} {code}", status=status, retry_after=retry_after)
