"""Slack over HTTP: forms or JSON in, always 200 with `ok` out, except that throttling is a 429."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from reconciler.sandbox.routes import APP_TOKEN, TOKENS, Asked, Heard, Reply, seconds
from reconciler.sandbox.slack.arguments import RESPONSE_URL
from reconciler.sandbox.slack.whispers import ADDRESS
from reconciler.targets.seam import Answer, CallError, RateLimited, Refused

#: What the app's own token is for; the bot's token is for all else.
_OF_THE_APP = "apps.connections.open"
#: What is said at an address for answers that takes none any more.
_SPENT = {"expired_url", "used_url"}


def understood(heard: Heard) -> Asked:
    """`/api/{method}` with the arguments of query and body; values of forms stay text."""
    if heard.path.startswith(ADDRESS):
        return Asked(RESPONSE_URL, {**_body(heard, RESPONSE_URL), "id": heard.path.removeprefix(ADDRESS)})
    method = heard.path.removeprefix("/api/")
    arguments = dict(heard.pairs()) | _body(heard, method)
    token = heard.bearer() or arguments.pop("token", None)
    if token is None:
        raise Refused(method, "not_authed")
    if token not in (TOKENS["slack"], APP_TOKEN):
        raise Refused(method, "invalid_auth")
    if (token == APP_TOKEN) != (method == _OF_THE_APP):
        raise Refused(method, "not_allowed_token_type")
    return Asked(method, arguments, {"origin": f"http://{heard.headers.get('host', '127.0.0.1')}"})


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
        status = 404 if error.method == RESPONSE_URL and error.code in _SPENT else 200
        return Reply(status, {**error.answer, "ok": False, "error": error.code})
    return Reply(200, {"ok": False, "error": "internal_error"})
