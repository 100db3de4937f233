"""PagerDuty behind the seam: the one file that knows pdpyras.

pdpyras is frozen upstream: its import warns, it waits out 429 for ever, and it sends a POST again when the
connection drops. All three end here.
"""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from reconciler.targets import wire
from reconciler.targets.seam import Answer, Api, CallError

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

URL = "https://api.pagerduty.com"


def connect(
    token: str, *, url: str | None = None, timeout: float = 30, from_address: str | None = None
) -> Api:
    """PagerDuty at `url`, writing in the name of `from_address`; `timeout` in seconds. Raises Failure."""
    token, base = wire.secret(token, "PagerDuty"), wire.address(url, URL, "PagerDuty")
    pdpyras = _pdpyras()

    def session() -> Session:
        made: Session = pdpyras.APISession(token, default_from=from_address)
        made.url, made.timeout = base, timeout  # type: ignore[attr-defined]
        made.log = wire.silent("pagerduty")  # type: ignore[attr-defined]
        made.auth = _as_it_is
        _never_again(made)
        return made

    return PagerDutyApi(session, wire.host(base), pdpyras.PDClientError)


def _pdpyras() -> ModuleType:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", 'The package "pdpyras" is deprecated', UserWarning)
        import pdpyras
    module: ModuleType = pdpyras
    return module


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
    """Keeps requests from putting a line of ~/.netrc in place of the token."""
    return request


def _never_again(session: Any) -> None:
    """Switch off every retry: a dropped connection raises, and 429 comes back as any other status."""
    session.max_network_attempts = 0
    session.retry = {429: 1}  # 0 or nothing means "for ever"; one retry …
    session.max_http_attempts = -1  # … of which there may be fewer than none


class PagerDutyApi:
    """PagerDuty's REST API. A session carries one call at a time; threads take one each and put it back."""

    def __init__(self, session: Callable[[], Session], at: str, failed: type[Exception]):
        self._session, self._at, self._failed = session, at, failed
        self._idle: deque[Session] = deque()

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; see the seam."""
        verb, path, rest = wire.route(method, arguments)
        body: dict[str, Any] = {"params": _query(rest)} if verb == "GET" else {"json": rest}
        response = self._send(method, verb, path, body)
        answer = wire.parsed(response.text)
        if not response.ok:
            raise _judged(method, response, answer)
        if response.status_code == 204:
            return {}
        if answer is None:
            raise wire.no_json(method, response.status_code)
        return answer

    def _send(self, method: str, verb: str, path: str, body: dict[str, Any]) -> Response:
        session = self._take()
        try:
            with wire.sending(method, self._at, self._failed):
                return self._unraised(session, verb, path, body)
        finally:
            self._idle.append(session)

    def _take(self) -> Session:
        try:
            return self._idle.pop()
        except IndexError:
            return self._session()

    def _unraised(self, session: Session, verb: str, path: str, body: dict[str, Any]) -> Response:
        """The response, also where pdpyras raises one (401, with the end of the token in its words)."""
        try:
            return session.request(verb, path, **body)
        except self._failed as error:
            response: Response | None = getattr(error, "response", None)
            if response is None:
                raise
            return response


def _query(arguments: Mapping[str, Any]) -> dict[str, Any]:
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in arguments.items()}
    return wire.query(listed)


def _judged(method: str, response: Response, answer: Mapping[str, Any] | None) -> CallError:
    wait = wire.wait_asked(response.headers, "Retry-After", "ratelimit-reset")
    status = response.status_code
    return wire.judge(method, status, str(status), _detail(answer or {}), answer, wait)


def _detail(answer: Mapping[str, Any]) -> str:
    """PagerDuty's message, what is wrong in particular, and its own number."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return str(error or "")
    particulars = "; ".join(str(one) for one in error.get("errors") or [])
    words = ": ".join(part for part in (str(error.get("message", "")), particulars) if part)
    return f"{words} ({error['code']})" if "code" in error else words
