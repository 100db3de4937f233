"""GitHub behind the seam: the one file that knows httpx here, and how GitHub says "later".

Method names are GitHub's own ("POST /repos/{owner}/{repo}/pulls"); what they do not name is body (POST,
PATCH) or query (GET). An answer that is a list comes as `{"items": […]}`.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from reconciler.clock import Clock
from reconciler.targets import wire
from reconciler.targets.seam import Answer, Api, CallError, RateLimited

if TYPE_CHECKING:
    import httpx

URL = "https://api.github.com"
VERSION = "2022-11-28"

#: Seconds to wait when GitHub says "too many" and not for how long; its own advice.
_PAUSE = 60.0


def connect(token: str, clock: Clock, *, url: str | None = None, timeout: float = 20) -> Api:
    """GitHub at `url`; `timeout` in seconds. Raises Failure for a token or an address that cannot be one."""
    import httpx

    token, base = wire.secret(token, "GitHub"), wire.address(url, URL, "GitHub")
    client = httpx.Client(
        base_url=base,
        verify=wire.tls(base),
        timeout=timeout,
        follow_redirects=True,  # a repository that was renamed; the token goes to no other host
        max_redirects=3,
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "User-Agent": "incident-reconciler",
            "X-GitHub-Api-Version": VERSION,
        },
    )
    return GitHubApi(client, wire.host(base), clock)


class GitHubApi:
    """GitHub's API; threads may share it."""

    def __init__(self, client: httpx.Client, at: str, clock: Clock):
        self._client, self._at, self._clock = client, at, clock
        weakref.finalize(self, client.close)

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; see the seam."""
        import httpx

        verb, path, rest = wire.route(method, arguments)
        kinds = (httpx.HTTPError, httpx.InvalidURL, ValueError)
        with wire.sending(method, self._at, *kinds):
            reply = self._client.request(verb, path, **_carried(verb, rest))
        if not reply.is_success:
            raise self._judged(method, reply)
        found = _items(reply)
        if found is None:
            raise wire.no_json(method, reply.status_code)
        return found

    def _judged(self, method: str, reply: httpx.Response) -> CallError:
        wait = self._wait(reply)
        if wait is not None and reply.status_code in (403, 429):
            return RateLimited(method, wait)
        answer = wire.parsed(reply.text)
        code, detail = str(reply.status_code), words(answer or {})
        return wire.judge(method, reply.status_code, code, detail, answer, wait)

    def _wait(self, reply: httpx.Response) -> float | None:
        """The seconds until GitHub takes calls again; None where it does not refuse for their number.

        https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
        """
        asked = wire.wait_asked(reply.headers, "Retry-After")
        if asked is not None:
            return asked
        if reply.headers.get("X-RateLimit-Remaining") == "0":
            at = wire.wait_asked(reply.headers, "X-RateLimit-Reset")
            return _PAUSE if at is None else max(1.0, at - self._clock.now().timestamp())
        return _PAUSE if reply.status_code == 429 or "rate limit" in reply.text[:2000].lower() else None


def words(answer: Answer) -> str:
    """What a refusal says, with what GitHub has against single fields."""
    errors = answer.get("errors")
    listed = errors if isinstance(errors, list) else []
    told = [one.get("message", "") if isinstance(one, dict) else one for one in listed]
    return "; ".join(str(one) for one in (answer.get("message"), *told) if one)


def _carried(verb: str, rest: dict[str, Any]) -> dict[str, Any]:
    return {"params": wire.query(rest)} if verb == "GET" else {"json": rest}


def _items(reply: httpx.Response) -> Answer | None:
    if reply.status_code == 204:
        return {}
    try:
        found = reply.json()
    except ValueError:
        return None
    if isinstance(found, list):
        return {"items": found}
    return found if isinstance(found, dict) else None
