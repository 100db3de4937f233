"""One call, two ways: to a state machine itself, and to its twin through a real SDK, HTTP and the front.

Whoever cannot tell the two apart may prove things against the machine alone, without a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from reconciler.sandbox.machine import Machine
from reconciler.sandbox.routes import TOKENS
from reconciler.sandbox.world import World
from reconciler.targets.seam import Answer, Api, CallError, RateLimited, Refused, Unanswered
from tests.support.server import serving

Outcome = Answer | CallError

#: Where each service lies below the sandbox's address.
BELOW = {"slack": "/slack/api/", "pagerduty": "/pagerduty", "notion": "/notion"}


class Twins(NamedTuple):
    """The world that is served, the machine beside it, and the seam that calls both."""

    world: World
    direct: Machine
    api: Api


class Alike:
    """An Api that makes each call both ways and asserts that nobody could tell which is which."""

    def __init__(self, direct: Api, wired: Api):
        self._direct, self._wired = direct, wired

    def call(self, method: str, /, **arguments: Any) -> Answer:
        expected, found = outcome(self._direct, method, arguments), outcome(self._wired, method, arguments)
        assert facts(found) == facts(expected), f"{method} differs over HTTP"
        if isinstance(found, CallError):
            raise found
        return found


def outcome(api: Api, method: str, arguments: dict[str, Any]) -> Outcome:
    """What a call ends with: its answer, or the error it raises."""
    try:
        return api.call(method, **arguments)
    except CallError as error:
        return error


def facts(outcome: Outcome) -> Any:
    """All that a caller can learn from an outcome."""
    match outcome:
        case Refused():
            return (
                "refused",
                outcome.method,
                outcome.code,
                outcome.detail,
                dict(outcome.answer),
                outcome.status,
            )
        case RateLimited():
            return "rate limited", outcome.method, outcome.retry_after
        case Unanswered():
            return "unanswered", outcome.method, outcome.status
        case CallError():
            return type(outcome), outcome.method
    return dict(outcome)


@contextmanager
def twins(service: str, served: Machine, direct: Machine, connect: Callable[..., Api]) -> Iterator[Twins]:
    """Serve the first machine and call it through `connect(token, url=…)`, beside the second."""
    world = World({service: served}, served.clock)
    with serving(world) as url:
        yield Twins(world, direct, Alike(direct, connect(TOKENS[service], url=f"{url}{BELOW[service]}")))
