"""From tokens in the environment to the services: a target with no token is off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple

from reconciler.clock import Clock, SystemClock
from reconciler.incident.settings import Settings
from reconciler.targets.discreet import Discreet
from reconciler.targets.pace import Paced, by_method, together
from reconciler.targets.retry import OnWait, Retrying
from reconciler.targets.seam import Api


class Variables(NamedTuple):
    """The names of a target's environment variables."""

    token: str
    url: str


VARIABLES: Mapping[str, Variables] = MappingProxyType(
    {
        "slack": Variables("SLACK_BOT_TOKEN", "SLACK_API_URL"),
        "pagerduty": Variables("PAGERDUTY_API_TOKEN", "PAGERDUTY_API_URL"),
        "notion": Variables("NOTION_TOKEN", "NOTION_API_URL"),
    }
)

#: The other variables that hold secrets: the Slack helper's, and GitHub's.
_OTHERS = ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "GITHUB_TOKEN")
#: What is shorter might be a word, and no token.
_SHORTEST = 8


def secrets(environ: Mapping[str, str]) -> list[str]:
    """What is told to nobody, whoever made up the words that it might stand in."""
    names = [*(names.token for names in VARIABLES.values()), *_OTHERS]
    found = (environ.get(name, "").strip() for name in names)
    return [secret for secret in found if len(secret) >= _SHORTEST]


def connect_all(
    environ: Mapping[str, str],
    settings: Settings,
    *,
    clock: Clock | None = None,
    on_wait: OnWait | None = None,
    timeout: float = 30,
    stopping: Callable[[], bool] | None = None,
) -> dict[str, Api]:
    """The targets that have a token, by name, each trying again by itself; their SDKs are imported here.

    Makes no call. `timeout` is in seconds, for each attempt; once `stopping` says so, nothing is tried again.
    Raises Failure for a token or an address that cannot be one; neither is shown.
    """
    clock = clock or SystemClock()
    with_token = {name: names for name, names in VARIABLES.items() if environ.get(names.token, "").strip()}
    return {
        name: Paced(
            Retrying(
                Discreet(
                    _connector(name)(
                        environ[names.token],
                        url=environ.get(names.url),
                        timeout=timeout,
                        **_own(name, settings),
                    ),
                    environ[names.token],
                ),
                clock,
                on_wait=on_wait,
                stopping=stopping,
            ),
            clock,
            by_method if name == "slack" else together,
            on_wait=on_wait,
        )
        for name, names in with_token.items()
    }


def _connector(name: str) -> Callable[..., Api]:
    connect: Callable[..., Api] = import_module(f"reconciler.targets.{name}.api").connect
    return connect


def _own(name: str, settings: Settings) -> dict[str, Any]:
    """What only one target's `connect` takes."""
    return {"from_address": settings.pagerduty.from_address} if name == "pagerduty" else {}
