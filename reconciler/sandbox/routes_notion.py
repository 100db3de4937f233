"""Notion over HTTP: a bearer token, a version in every request, and errors that are objects themselves."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.notion.refusals import body, refused
from reconciler.sandbox.routes import TOKENS, Asked, Heard, Reply, matched, seconds
from reconciler.targets.seam import Answer, CallError, RateLimited, Refused, Unanswered

VERSIONS = ("2025-09-03", "2026-03-11")

METHODS = (
    "GET /v1/blocks/{block_id}/children",
    "GET /v1/data_sources/{data_source_id}",
    "GET /v1/databases/{database_id}",
    "GET /v1/pages/{page_id}",
    "GET /v1/pages/{page_id}/markdown",
    "GET /v1/users/me",
    "POST /v1/data_sources/{data_source_id}/query",
    "POST /v1/pages",
    "POST /v1/search",
    "PATCH /v1/blocks/{block_id}/children",
    "PATCH /v1/data_sources/{data_source_id}",
    "PATCH /v1/pages/{page_id}",
    "PATCH /v1/pages/{page_id}/markdown",
)


def understood(heard: Heard) -> Asked:
    """The call with its query (GET) or body. The token is looked at first, then the version."""
    asked = matched(heard, METHODS)
    method = asked.method if asked else f"{heard.verb} {heard.path}"
    if heard.bearer() != TOKENS["notion"]:
        raise refused(method, 401, "unauthorized", "API token is invalid.")
    version = _version(heard, method)
    if asked is None:
        raise refused(method, 400, "invalid_request_url", "Invalid request URL.")
    given = _query(heard) if heard.verb == "GET" else _body(heard, method)
    return Asked(method, given | asked.arguments, {"version": version})


def _version(heard: Heard, method: str) -> str:
    version = heard.headers.get("notion-version")
    if version is None:
        raise refused(method, 400, "missing_version", "Notion-Version header should be defined.")
    if version not in VERSIONS:
        message = f"Notion-Version header should be one of {', '.join(VERSIONS)}."
        raise refused(method, 400, "validation_error", message)
    return version


def _query(heard: Heard) -> dict[str, Any]:
    given: dict[str, Any] = dict(heard.pairs())
    if given.get("page_size", "").isdecimal():
        given["page_size"] = int(given["page_size"])
    return given


def _body(heard: Heard, method: str) -> dict[str, Any]:
    try:
        return heard.json()
    except ValueError:
        raise refused(method, 400, "invalid_json", "Error parsing JSON body.") from None


def granted(method: str, answer: Answer) -> Reply:
    """Notion answers every success with 200."""
    return Reply(200, answer)


def denied(error: CallError) -> Reply:
    """An error object; a refusal brings its own."""
    if isinstance(error, RateLimited):
        message = "You have been rate limited. Please try again in a few minutes."
        return Reply(429, body(429, "rate_limited", message), {"Retry-After": seconds(error.retry_after)})
    if isinstance(error, Refused):
        return Reply(error.status, error.answer)
    status, wait = (error.status, error.retry_after) if isinstance(error, Unanswered) else (0, None)
    _, _, code = error.message.partition(" ")
    headers = {} if wait is None else {"Retry-After": seconds(wait)}
    return Reply(status or 500, body(status or 500, code, "Notion is in trouble."), headers)
