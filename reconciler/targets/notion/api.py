"""Notion behind the seam: the one file that knows notion_client.

Calls go through the SDK's `request`, since its endpoint helpers drop what they do not know without a word.
Its retries are off: they know neither 529 nor a dropped connection, and wait on a clock of their own.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from reconciler.targets import wire
from reconciler.targets.seam import Answer, Api, CallError, Refused

if TYPE_CHECKING:
    from notion_client import Client
    from notion_client.errors import HTTPResponseError

URL = "https://api.notion.com"
VERSION = "2025-09-03"


def connect(token: str, *, url: str | None = None, timeout: float = 30) -> Api:
    """Notion at `url`, with an integration's token; `timeout` in seconds. Raises Failure."""
    import httpx
    from notion_client import Client

    token, base = wire.secret(token, "Notion"), wire.address(url, URL, "Notion")
    client = Client(
        client=httpx.Client(verify=wire.tls(base)),
        auth=token,
        base_url=base,
        notion_version=VERSION,
        timeout_ms=round(timeout * 1000),
        retry=False,
        logger=wire.silent("notion"),
        log_level=wire.NEVER,
    )
    return NotionApi(client, wire.host(base))


class NotionApi:
    """Notion's API; threads may share it, since httpx lends each call a connection of its own."""

    def __init__(self, client: Client, at: str):
        self._client, self._at = client, at
        weakref.finalize(self, client.close)

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; see the seam."""
        import httpx
        from notion_client import errors

        verb, path, rest = wire.route(method, arguments)
        try:
            with wire.sending(method, self._at, httpx.HTTPError, errors.RequestTimeoutError, ValueError):
                answer = self._request(verb, path.removeprefix("/v1/"), rest)
        except errors.InvalidPathParameterError:
            raise Refused(method, "invalid_request_url", "the id is none", status=400) from None
        except errors.HTTPResponseError as error:
            raise _judged(method, error) from None
        if not isinstance(answer, dict):
            raise wire.no_json(method, 200)
        return answer

    def _request(self, verb: str, path: str, rest: dict[str, Any]) -> Any:
        if verb == "GET":
            return self._client.request(path, verb, query=wire.query(rest))
        return self._client.request(path, verb, body=rest if verb != "DELETE" else None)


def _judged(method: str, error: HTTPResponseError) -> CallError:
    answer = wire.parsed(error.body)
    wait = wire.wait_asked(error.headers, "Retry-After")
    code, detail = str((answer or {}).get("code", "")), str((answer or {}).get("message", ""))
    return wire.judge(method, error.status, code, detail, answer, wait)
