"""Slack over HTTP: forms or JSON in, always 200 with `ok` out, except that throttling is a 429."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from reconciler.sandbox.routes import TOKENS, Asked, Heard, Reply, seconds
from reconciler.targets.seam import Answer, CallError, RateLimited, Refused


def understood(heard: Heard) -> Asked:
    """`/api/{method}` with the arguments of query and body; values of forms stay text."""
    method = heard.path.removeprefix("/api/")
    arguments = dict(heard.pairs()) | _body(heard, method)
    token = heard.bearer() or arguments.pop("token", None)
    if token is None:
        raise Refused(method, "not_authed")
    if token != TOKENS["slack"]:
        raise Refused(method, "invalid_auth")
    return Asked(method, arguments)


def _body(heard: Heard, method: str) -> dict[str, Any]:
    if not heard.headers.get("content-type", "").startswith("application/json"):
        return dict(parse_qsl(heard.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return heard.json()
    except ValueError:
        raise Refused(method, "invalid_json") from None


def granted(method: str, answer: Answer) -> Reply:
    """Slack's answers say themselves that they are fine; a token's scopes stand in a header."""
    body = {"ok": True, **answer}
    if method != "auth.test":
        return Reply(200, body)
    scopes = body.pop("response_metadata")["scopes"]
    return Reply(200, body, {"x-oauth-scopes": ",".join(scopes)})


def denied(error: CallError) -> Reply:
    """Slack's error code stands in the body of a 200."""
    if isinstance(error, RateLimited):
        headers = {"Retry-After": seconds(error.retry_after)}
        return Reply(429, {"ok": False, "error": "ratelimited"}, headers)
    if isinstance(error, Refused):
        return Reply(200, {**error.answer, "ok": False, "error": error.code})
    return Reply(200, {"ok": False, "error": "internal_error"})
