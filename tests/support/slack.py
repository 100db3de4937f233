"""The sandbox's Slack for tests: a company to begin with, and refusals checked against Slack's pages."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.sandbox.slack import SlackMachine
from reconciler.targets.seam import Refused

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)

#: Any method may answer these; Slack lists them apart.
GENERAL = {"invalid_arguments", "missing_scope", "unknown_method"}

#: What Slack answers although the method's page does not list it, and how that is known.
UNLISTED = {
    ("conversations.unarchive", "not_in_channel"): "reported for bots by users of several clients",
    ("conversations.replies", "not_in_channel"): "as conversations.history, whose page lists it",
    ("pins.list", "not_in_channel"): "as pins.add, whose page lists it",
    ("pins.remove", "not_in_channel"): "as pins.add, whose page lists it",
    ("bookmarks.add", "not_in_channel"): "as every other write to a channel",
    ("bookmarks.edit", "not_in_channel"): "as every other write to a channel",
    ("bookmarks.list", "not_in_channel"): "as conversations.history, whose page lists it",
    ("bookmarks.remove", "not_in_channel"): "as every other write to a channel",
}


def company() -> SlackMachine:
    """Ana (an administrator), Bo, Chen, Dee and the VP, in #general and #incidents; time stands still."""
    return company_in_time()[0]


def company_in_time() -> tuple[SlackMachine, VirtualClock]:
    """The same company, and the clock that lets its time pass."""
    clock = VirtualClock(START)
    return SlackMachine.example(clock.now), clock


def made(slack: SlackMachine, name: str = "incd-20261121-honest-rhinoceros", **more: Any) -> str:
    """A channel that the bot has just made; its id."""
    return str(slack.call("conversations.create", name=name, **more)["channel"]["id"])


def posted(slack: SlackMachine, channel: str, text: str = "hello", **more: Any) -> str:
    """A message that the bot has just posted; its ts."""
    return str(slack.call("chat.postMessage", channel=channel, text=text, **more)["ts"])


def shown(slack: SlackMachine, channel: str, **more: Any) -> list[dict[str, Any]]:
    """The messages of a channel, the newest first."""
    return list(slack.call("conversations.history", channel=channel, **more)["messages"])


def ids(slack: SlackMachine, *names: str) -> list[str]:
    """The ids of people by the first part of their addresses."""
    return [slack.person(f"{name}@example.com").id for name in names]


def refused(slack: SlackMachine, code: str, method: str, **arguments: Any) -> Mapping[str, Any]:
    """Make a call that must be refused with this code and change nothing; the whole answer."""
    before = slack.snapshot()
    with pytest.raises(Refused) as refusal:
        slack.call(method, **arguments)
    assert (refusal.value.code, refusal.value.answer["error"], refusal.value.answer["ok"]) == (
        code,
        code,
        False,
    )
    assert slack.snapshot() == before
    assert_listed(method, code)
    return refusal.value.answer


def assert_listed(method: str, code: str) -> None:
    """Fail if Slack's page for the method does not list the error (where the pages are at hand)."""
    if "RECONCILER_SPECS" in os.environ and code not in GENERAL and (method, code) not in UNLISTED:
        assert code in listed_errors(method)


@cache
def pages() -> Any:
    """Slack's method pages as an OpenAPI document."""
    return json.loads((Path(os.environ["RECONCILER_SPECS"]) / "slack_web_openapi.json").read_text())["paths"]


def listed_errors(method: str) -> set[str]:
    """The errors that the method's page lists."""
    answer = pages()[f"/{method}"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    return set(answer["properties"]["error"]["enum"])


def listed_parameters(method: str) -> set[str]:
    """The arguments that the method's page lists."""
    content = pages()[f"/{method}"]["post"]["requestBody"]["content"]
    return set(content["application/json"]["schema"]["properties"])
