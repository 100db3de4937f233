"""The services of a run: which targets are on, the seams to them, and what each is reached with.

A target without a token is off, and says so. One whose address or token cannot be one is not looked at, and
holds up no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.incident.settings import Settings
from reconciler.plan.address import Address
from reconciler.plan.world import Observed, Unknown
from reconciler.run.engine import Connected
from reconciler.targets.base import Target
from reconciler.targets.case import shared
from reconciler.targets.connect import VARIABLES
from reconciler.targets.notion.target import Notion
from reconciler.targets.pagerduty.target import PagerDuty
from reconciler.targets.retry import OnWait
from reconciler.targets.seam import Api, ReadOnly
from reconciler.targets.slack.target import Slack

TARGETS: tuple[Target, ...] = (PagerDuty(), Slack(), Notion())
NAMES = {"pagerduty": "PagerDuty", "slack": "Slack", "notion": "Notion"}

Connect = Callable[..., Mapping[str, Api]]


@dataclass(frozen=True)
class Services:
    """What could be connected; `broken` tells why not, where there is a token."""

    connected: tuple[Connected, ...] = ()
    broken: Mapping[Address, Observed] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

    @property
    def on(self) -> frozenset[str]:
        """The names of the targets that are looked at."""
        return frozenset(one.target.name for one in self.connected)

    def reading(self) -> tuple[Connected, ...]:
        """The same targets behind clients that cannot write."""
        return tuple(Connected(one.target, ReadOnly(one.api)) for one in self.connected)


@dataclass(frozen=True)
class Door:
    """Where services are connected: the environment with the tokens, and who makes the seams."""

    environ: Mapping[str, str]
    connect: Connect
    clock: Clock
    on_wait: OnWait
    stopping: Callable[[], bool] = lambda: False

    def services(self, settings: Settings) -> Services:
        """All that can be reached. Raises Failure when there is not one."""
        connected: list[Connected] = []
        broken: dict[Address, Observed] = {}
        notices: list[str] = []
        for target in TARGETS:
            off = self._off(target.name, settings)
            if off:
                notices.append(f"{NAMES[target.name]} is off: {off}")
                continue
            try:
                connected.append(Connected(target, self._api(target.name, settings)))
            except Failure as failure:
                broken[shared(target.name, "")] = Unknown(_words(target.name, failure), looked=True)
        if not connected:
            raise _nothing(broken, notices)
        return Services(tuple(connected), broken, tuple(notices))

    def under(self, target: str) -> str:
        """A short name for the token and the address that a target is reached with."""
        told = "\n".join(self.environ.get(name, "") for name in VARIABLES[target])
        return hashlib.sha256(f"{target}\n{told}".encode()).hexdigest()[:8]

    def _off(self, name: str, settings: Settings) -> str:
        """Why a target is not wanted; empty when it is."""
        if not self.environ.get(VARIABLES[name].token, "").strip():
            return f"{VARIABLES[name].token} is not set"
        if name == "notion" and not (settings.notion.database or settings.notion.private_database):
            return f"{settings.path} names no `notion: {{database: …}}`"
        return ""

    def _api(self, name: str, settings: Settings) -> Api:
        """The seam to one target, made alone, so that another's mistake does not stop it."""
        own = {key: self.environ[key] for key in VARIABLES[name] if key in self.environ}
        heard = {"clock": self.clock, "on_wait": self.on_wait, "stopping": self.stopping}
        return self.connect(own, settings, **heard)[name]


def _words(name: str, failure: Failure) -> str:
    token, url = VARIABLES[name]
    return f"{failure.message} ({token}, {url}); {failure.next}"


def _nothing(broken: Mapping[Address, Observed], notices: list[str]) -> Failure:
    why = [seen.reason for seen in broken.values() if isinstance(seen, Unknown)]
    return Failure(
        "no service can be reached" if broken else "every target is off",
        detail="\n".join([*why, *notices]),
        next="set the token of at least one; `reconciler demo` shows everything without an account",
    )
