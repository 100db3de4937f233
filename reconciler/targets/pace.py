"""Rate limits: once a service has said "later", nobody asks it again before that time.

A call that would come too early is answered here, as the service would, without being sent; so many calls
that wait for one limit cost one refusal, and whoever waits can do something else meanwhile. What was limited
goes on one call at a time, until a minute has passed without another refusal.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from reconciler.clock import Clock
from reconciler.targets.retry import OnWait
from reconciler.targets.seam import Answer, Api, RateLimited

#: Names what a call counts towards: calls with the same name share one limit.
Share = Callable[[str, Mapping[str, Any]], str]

#: After so long without a refusal, calls are made side by side again.
CALM = timedelta(minutes=1)
#: Waits of fewer seconds are not worth a word.
WORTH_A_WORD = 5.0
DAY = 86_400.0


def by_method(method: str, arguments: Mapping[str, Any]) -> str:
    """Slack: a limit a method, and one message a second a channel.

    https://docs.slack.dev/apis/web-api/rate-limits
    """
    return f"{method} {arguments.get('channel', '')}" if method == "chat.postMessage" else method


def together(method: str, arguments: Mapping[str, Any]) -> str:
    """PagerDuty (a limit a key) and Notion (one a connection): all calls share one limit."""
    return "all calls"


@dataclass
class _Limit:
    until: datetime
    turn: Lock = field(default_factory=Lock)


class Paced:
    """An `Api` that keeps to the pauses that the service asks for. Threads may share it."""

    def __init__(
        self,
        api: Api,
        clock: Clock,
        share: Share = together,
        *,
        jitter: Callable[[], float] = random.random,
        on_wait: OnWait | None = None,
    ):
        self._api, self._clock, self._share, self._jitter = api, clock, share, jitter
        self._on_wait = on_wait or (lambda _method, _seconds, _why: None)
        self._limits: dict[str, _Limit] = {}
        self._lock = Lock()

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; RateLimited, with the seconds that are left, while its limit is used up."""
        name = self._share(method, arguments)
        limit = self._limit(name)
        if limit is None:
            return self._called(name, method, arguments)
        with limit.turn:
            left = (limit.until - self._clock.now()).total_seconds()
            if left > 0:
                raise RateLimited(method, left)
            return self._called(name, method, arguments)

    def _limit(self, name: str) -> _Limit | None:
        with self._lock:
            limit = self._limits.get(name)
            if limit is not None and self._clock.now() > limit.until + CALM:
                del self._limits[name]
                return None
            return limit

    def _called(self, name: str, method: str, arguments: Mapping[str, Any]) -> Answer:
        try:
            return self._api.call(method, **arguments)
        except RateLimited as limited:
            seconds = min(limited.retry_after, DAY) * (1 + self._jitter() / 10)
            self._close(name, timedelta(seconds=seconds))
            if seconds >= WORTH_A_WORD:
                self._on_wait(method, seconds, limited.message)
            raise RateLimited(method, seconds) from None

    def _close(self, name: str, pause: timedelta) -> None:
        until = self._clock.now() + pause
        with self._lock:
            limit = self._limits.setdefault(name, _Limit(until))
            limit.until = max(limit.until, until)
