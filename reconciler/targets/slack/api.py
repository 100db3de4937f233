"""Slack behind the seam: the one file that knows slack_sdk.

The SDK's own retries are off: by default it posts a message again when the connection drops.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from reconciler.targets import wire
from reconciler.targets.seam import Answer, Api, CallError, RateLimited, Refused, Unanswered

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

URL = "https://slack.com/api"

#: Slack documents that part of the work may be done when it answers with one of these.
_MAYBE_DONE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_TOO_MANY = frozenset({"ratelimited", "rate_limited", "too_many_requests"})
#: Methods with nested arguments, which Slack takes as JSON; all others are sent as forms.
_AS_JSON = frozenset({"chat.postMessage", "chat.update"})


def connect(token: str, *, url: str | None = None, timeout: float = 30) -> Api:
    """Slack at `url` (https://slack.com/api/), with a bot's token; `timeout` in seconds. Raises Failure."""
    from slack_sdk import WebClient

    token, base = wire.secret(token, "Slack"), wire.address(url, URL, "Slack")
    client = WebClient(
        token=token,
        base_url=f"{base}/",
        timeout=timeout,  # type: ignore[arg-type]  # seconds, and fractions of them work as well
        retry_handlers=[],
        logger=wire.silent("slack"),
        ssl=wire.tls(base),
    )
    # The SDK would send https through http_proxy; left alone, urllib minds each variable as everybody does.
    client.proxy = None
    return SlackApi(client, wire.host(base))


class SlackApi:
    """Slack's Web API; threads may share it, since each call has a connection of its own."""

    def __init__(self, client: WebClient, at: str):
        self._client, self._at = client, at

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; see the seam."""
        from slack_sdk.errors import SlackApiError

        given = {name: value for name, value in arguments.items() if value is not None}
        body: dict[str, Any] = {"json": given} if method in _AS_JSON else {"params": _form(given)}
        try:
            # AttributeError: the SDK's own, for JSON that is no object.
            with wire.sending(method, self._at, OSError, HTTPException, ValueError, AttributeError):
                response = self._client.api_call(method, **body)
        except SlackApiError as error:
            raise _judged(method, error.response) from None
        if not isinstance(response.data, dict):
            raise wire.no_json(method, response.status_code)
        return _with_scopes(response.data, response.headers) if method == "auth.test" else response.data


def _with_scopes(answer: dict[str, Any], headers: Mapping[str, str]) -> Answer:
    """Slack names the token's scopes in a header alone; they are put where Slack's SDK for Node has them."""
    given = next((text for name, text in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if given is None:
        return answer
    scopes = [one.strip() for one in given.split(",") if one.strip()]
    return {**answer, "response_metadata": {**(answer.get("response_metadata") or {}), "scopes": scopes}}


def _form(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _flat(value) for name, value in arguments.items()}


def _flat(value: Any) -> Any:
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    return json.dumps(value) if isinstance(value, dict | list | tuple) else value


def _judged(method: str, response: SlackResponse) -> CallError:
    answer = response.data if isinstance(response.data, dict) else {}
    code, status = str(answer.get("error", "")), response.status_code
    wait = wire.wait_asked(response.headers, "Retry-After", "retry-after")
    if re.fullmatch(r"[\w.:-]+", code) is None:  # the SDK puts a body that is no JSON in place of the code
        return (
            wire.no_json(method, status) if status == 200 else wire.judge(method, status, "", "", None, wait)
        )
    if code in _MAYBE_DONE:
        return Unanswered(method, code, status, wait)
    if code in _TOO_MANY:
        return RateLimited(method, wire.DEFAULT_WAIT if wait is None else wait)
    if status == 200:
        return Refused(method, code, _detail(answer), answer)
    return wire.judge(method, status, code, _detail(answer), answer, wait)


def _detail(answer: Mapping[str, Any]) -> str:
    """What Slack says beyond its code, such as which argument is wrong."""
    messages = (answer.get("response_metadata") or {}).get("messages") or []
    return " · ".join(str(message) for message in messages)
