"""Many incidents at once against services with their real rate limits, in virtual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconciler.run.engine import Connected
from reconciler.run.reconcile import Situation
from reconciler.sandbox.slack import TIERS
from reconciler.targets.base import Target
from reconciler.targets.pace import Paced, by_method, together
from reconciler.targets.retry import Retrying
from reconciler.targets.seam import Answer, Api, RateLimited, ReadOnly
from tests.support.scene import START, Scene
from tests.support.simulated import Simulated, Ticking

#: Calls a minute that PagerDuty takes of a key, and Notion (three a second) of a connection.
PAGERDUTY, NOTION = 960, 180


@dataclass
class Sent:
    """One call that reached a service: when, which, and whether it was limited."""

    target: str
    method: str
    at: datetime
    channel: str
    limited: bool = False
    retry_after: float = 0.0


@dataclass
class Metered:
    """The network between us and a service."""

    api: Api
    target: str
    crowd: Crowd

    def call(self, method: str, /, **arguments: Any) -> Answer:
        sent = Sent(self.target, method, self.crowd.clock.now(), str(arguments.get("channel", "")))
        self.crowd.sent.append(sent)
        try:
            return self.api.call(method, **arguments)
        except RateLimited as limited:
            sent.limited, sent.retry_after = True, limited.retry_after
            raise


@dataclass
class Crowd(Scene):
    """A scene with real limits, in which calls take time and are made side by side."""

    sent: list[Sent] = field(default_factory=list)
    waits: list[tuple[str, float, str]] = field(default_factory=list)
    began: datetime = START

    def __post_init__(self) -> None:
        self.clock = Ticking(START)
        super().__post_init__()
        self.slack.limits = dict(TIERS)
        self.pagerduty.limits = {"*": PAGERDUTY}
        self.notion.limits = {"*": NOTION}
        self._paced: dict[str, Api] = {}

    def declare(self, number: int, **fields: Any) -> None:
        """So many incidents at once, every fifth of them of the worst kind."""
        for index in range(number):
            severity = "sev1" if index % 5 == 4 else "sev3"
            self.edit(f"20261121-example-{index:03}", **{"severity": severity, **fields})

    def targets(self, writes: bool = True) -> list[Connected]:
        from reconciler.targets.notion.target import Notion
        from reconciler.targets.pagerduty.target import PagerDuty
        from reconciler.targets.slack.target import Slack

        services: Mapping[str, Target] = {"pagerduty": PagerDuty(), "slack": Slack(), "notion": Notion()}
        connected = [Connected(target, self._api(name)) for name, target in services.items()]
        return connected if writes else [Connected(one.target, ReadOnly(one.api)) for one in connected]

    def _api(self, name: str) -> Api:
        """One process, so one memory of what is limited."""
        if name not in self._paced:
            metered = Metered(self.wrapped.get(name, getattr(self, name)), name, self)
            share = by_method if name == "slack" else together
            retrying = Retrying(metered, self.clock, jitter=lambda: 0.5)
            self._paced[name] = Paced(
                retrying, self.clock, share, jitter=lambda: 0.5, on_wait=lambda *wait: self.waits.append(wait)
            )
        return self._paced[name]

    def situation(self, writes: bool = True, deep: bool = True) -> Situation:
        made = super().situation(writes, deep)
        pool = Simulated(self.clock, self.sent)  # type: ignore[arg-type]
        vars(made)["pool"] = lambda: pool
        return made

    def begin(self) -> None:
        """Count calls and seconds from here."""
        self.sent.clear()
        self.began = self.clock.now()

    def seconds(self) -> float:
        """Since the beginning."""
        return (self.clock.now() - self.began).total_seconds()

    def least_seconds(self) -> float:
        """What the limits alone allow, for the calls that were answered: the slowest method decides."""
        done = [one for one in self.sent if not one.limited]
        methods = Counter(one.method for one in done if one.method in TIERS)
        tiers = max(((calls - 1) // TIERS[name] * 60 for name, calls in methods.items()), default=0)
        posts = Counter(one.channel for one in done if one.method == "chat.postMessage")
        others = Counter(one.target for one in done)
        return max(
            tiers,
            max(posts.values(), default=1) - 1,
            (others["notion"] - 1) // NOTION * 60,
            (others["pagerduty"] - 1) // PAGERDUTY * 60,
        )
