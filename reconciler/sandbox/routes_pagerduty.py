"""PagerDuty over HTTP: the key as `Token token=…`, lists as `name[]`, the writer's address in `From`."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.pagerduty.refusals import refused
from reconciler.sandbox.routes import NO_CONTENT, TOKENS, Asked, Heard, Reply, matched, seconds
from reconciler.targets.seam import Answer, CallError, RateLimited, Refused, Unanswered

METHODS = (
    "DELETE /incidents/{id}/notes/{note_id}",
    "GET /abilities",
    "GET /escalation_policies",
    "GET /escalation_policies/{id}",
    "GET /incidents",
    "GET /incidents/{id}",
    "GET /incidents/{id}/log_entries",
    "GET /incidents/{id}/notes",
    "GET /priorities",
    "GET /services",
    "GET /services/{id}",
    "GET /users",
    "POST /incidents",
    "POST /incidents/{id}/notes",
    "PUT /incidents",
    "PUT /incidents/{id}",
    "PUT /incidents/{id}/merge",
    "PUT /incidents/{id}/notes/{note_id}",
)


def understood(heard: Heard) -> Asked:
    """The call with its query (GET) or body, in the name of whoever `From` says."""
    asked = matched(heard, METHODS)
    method = asked.method if asked else f"{heard.verb} {heard.path}"
    if (heard.bearer("Token token=") or heard.bearer()) != TOKENS["pagerduty"]:
        raise refused(method, 401, 2006)
    if asked is None:
        raise refused(method, 404, 2100)
    given = _query(heard) if heard.verb == "GET" else _body(heard, method)
    return Asked(method, given | asked.arguments, {"from_address": heard.headers.get("from")})


def _query(heard: Heard) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, value in heard.pairs():
        if name.endswith("[]"):
            arguments.setdefault(name.removesuffix("[]"), []).append(value)
        else:
            arguments[name] = value
    return arguments


def _body(heard: Heard, method: str) -> dict[str, Any]:
    try:
        return heard.json()
    except ValueError:
        raise refused(method, 400, 2001, "The body is not a JSON object") from None


def granted(method: str, answer: Answer) -> Reply:
    """What was made answers with 201, what was deleted with nothing at all."""
    verb = method.partition(" ")[0]
    return Reply({"POST": 201, "DELETE": NO_CONTENT}.get(verb, 200), answer)


def denied(error: CallError) -> Reply:
    """PagerDuty's status is the seam's code."""
    if isinstance(error, RateLimited):
        headers = {"ratelimit-reset": seconds(error.retry_after)}
        return Reply(429, _envelope("Rate Limit Exceeded", 2020), headers)
    if isinstance(error, Refused):
        return Reply(int(error.code), error.answer)
    status = error.status if isinstance(error, Unanswered) else 0
    return Reply(status or 500, _envelope("Internal Server Error", 2000))


def _envelope(message: str, number: int) -> Answer:
    return {"error": {"message": message, "code": number}}
