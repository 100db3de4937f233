"""HTTP without a server: what was heard, what is asked of a machine by it, and what is replied.

Each service has a file of such functions (`routes_slack`, …), which `http` puts on one port.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from math import ceil
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote

from reconciler.targets.seam import Answer, CallError

#: The tokens that the sandbox takes; they open nothing but the sandbox.
TOKENS: Mapping[str, str] = MappingProxyType(
    {"slack": "xoxb-sandbox", "pagerduty": "pd-sandbox", "notion": "ntn_sandbox"}
)
#: Slack's for the app itself, which opens connections and nothing else.
APP_TOKEN = "xapp-sandbox"  # noqa: S105


class Heard(NamedTuple):
    """One HTTP request; the path as it was sent, below the service's own; header names in lower case."""

    verb: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def bearer(self, scheme: str = "Bearer ") -> str | None:
        """The token in the Authorization header; None where it has another form."""
        given = self.headers.get("authorization", "")
        return given.removeprefix(scheme).strip() if given.startswith(scheme) else None

    def pairs(self) -> list[tuple[str, str]]:
        """The query's names and values."""
        return parse_qsl(self.query, keep_blank_values=True)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; none at all counts as an empty one. Raises ValueError."""
        found = json.loads(self.body or b"{}")
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found


class Asked(NamedTuple):
    """What a request asks of a machine; `switches` are those of the machine that its headers set for it."""

    method: str
    arguments: dict[str, Any]
    switches: Mapping[str, Any] = MappingProxyType({})


#: The status of an answer without a body.
NO_CONTENT = 204


class Reply(NamedTuple):
    """One HTTP answer; its body is sent as JSON."""

    status: int
    body: Answer
    headers: Mapping[str, str] = MappingProxyType({})


class Routes(Protocol):
    """What a service's file holds."""

    def understood(self, heard: Heard) -> Asked:
        """The call that a request asks for. Raises Refused where the service says no before any call."""
        ...

    def granted(self, method: str, answer: Answer) -> Reply:
        """How the service replies with an answer."""
        ...

    def denied(self, error: CallError) -> Reply:
        """How the service replies with an error."""
        ...


def seconds(wait: float) -> str:
    """A wait as the value of a header: whole seconds."""
    return str(ceil(wait))


def matched(heard: Heard, methods: Iterable[str]) -> Asked | None:
    """The first of these methods (`GET /incidents/{id}`) that fits, with the parts of the path it names."""
    for method in methods:
        verb, _, template = method.partition(" ")
        found = _pattern(template).fullmatch(heard.path) if verb == heard.verb else None
        if found:
            return Asked(method, {name: unquote(part) for name, part in found.groupdict().items()})
    return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
