"""The sandbox's Slack beside Slack's own pages and samples: the same arguments, errors, shapes and tiers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.slack import TIERS, SlackMachine
from reconciler.sandbox.slack.arguments import PARAMETERS
from reconciler.sandbox.slack.machine import METHODS
from tests.support.slack import UNLISTED, company, ids, listed_errors, listed_parameters, made, pages, posted

pytestmark = pytest.mark.skipif(
    "RECONCILER_SPECS" not in os.environ, reason="RECONCILER_SPECS does not name the folder of official specs"
)

#: Keys that Slack's pages show and its samples lack: the one of pins.list knows only files. The token's
#: scopes come in a header.
NOT_IN_SAMPLES = {
    "auth.test": {"response_metadata"},
    "pins.list": {"items[].channel", "items[].message"},
}


def _arguments(slack: SlackMachine) -> dict[str, dict[str, Any]]:
    """Arguments for one good call of each method that has a sample."""
    channel = made(slack, "incd-1")
    ts, pinned = posted(slack, channel), posted(slack, channel)
    slack.call("pins.add", channel=channel, timestamp=pinned)
    old = made(slack, "incd-0")
    link = {"channel_id": channel, "title": "Runbook", "type": "link", "link": "https://wiki.example.com"}
    bookmark = slack.call("bookmarks.add", **link)["bookmark"]["id"]
    [group, _] = slack.call("usergroups.list")["usergroups"]
    [ana] = ids(slack, "ana")
    return {
        "apps.connections.open": {},
        "auth.test": {},
        "bookmarks.add": link,
        "bookmarks.edit": {"channel_id": channel, "bookmark_id": bookmark, "title": "Handbook"},
        "bookmarks.list": {"channel_id": channel},
        "chat.getPermalink": {"channel": channel, "message_ts": ts},
        "conversations.archive": {"channel": old},
        "conversations.create": {"name": "incd-2"},
        "conversations.info": {"channel": channel, "include_num_members": True},
        "conversations.invite": {"channel": channel, "users": f"{ana},U404", "force": True},
        "conversations.list": {},
        "conversations.members": {"channel": channel},
        "conversations.rename": {"channel": channel, "name": "incd-1-resolved"},
        "conversations.setPurpose": {"channel": channel, "purpose": "new"},
        "conversations.setTopic": {"channel": channel, "topic": "new"},
        "pins.add": {"channel": channel, "timestamp": ts},
        "pins.list": {"channel": channel},
        "usergroups.list": {"include_users": True, "include_count": True},
        "usergroups.users.list": {"usergroup": group["id"]},
        "users.conversations": {},
        "users.info": {"user": ana},
        "users.lookupByEmail": {"email": "ana@example.com"},
    }


def _samples() -> Path:
    return Path(os.environ["RECONCILER_SPECS"]) / "slack_responses"


def test_every_answer_has_only_keys_and_kinds_that_slacks_samples_have() -> None:
    slack = company()
    arguments = _arguments(slack)
    for method, given in arguments.items():
        sample = json.loads((_samples() / f"{method}.json").read_text())
        misfits = set(_misfits(slack.call(method, **given), sample, ""))
        assert misfits - NOT_IN_SAMPLES.get(method, set()) == set(), method


def test_every_sample_of_a_method_that_the_sandbox_has_is_compared() -> None:
    """A bot's unarchive never has a good answer."""
    sampled = {path.stem for path in _samples().glob("*.json")} & METHODS.keys()
    assert sampled - {"conversations.unarchive"} == _arguments(company()).keys()


def _misfits(answer: Any, sample: Any, path: str) -> list[str]:
    """Where an answer has what its sample has not; None fits everything."""
    if isinstance(answer, dict) and isinstance(sample, dict):
        known = [(key, value) for key, value in answer.items() if key in sample]
        unknown = [f"{path}.{key}".lstrip(".") for key in answer if key not in sample]
        return unknown + [
            bad for key, value in known for bad in _misfits(value, sample[key], f"{path}.{key}")
        ]
    if isinstance(answer, list) and isinstance(sample, list):
        return [bad for item in answer for bad in _misfits(item, sample[0], f"{path}[]".lstrip("."))]
    return [] if answer is None or type(answer) is type(sample) else [f"{path}: {type(answer).__name__}"]


@pytest.mark.parametrize("method", METHODS)
def test_every_argument_that_is_taken_is_on_the_methods_page(method: str) -> None:
    taken = {word.partition(":")[0].rstrip("!") for word in PARAMETERS[method].split()}
    assert taken <= listed_parameters(method)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_the_documented_ones_namesake(method: str) -> None:
    assert f"/{method}" in pages()


def test_what_is_said_to_be_unlisted_is_unlisted() -> None:
    assert [where for where in UNLISTED if where[1] in listed_errors(where[0])] == []


@pytest.mark.parametrize("method", TIERS)
def test_no_tier_is_more_generous_than_slacks(method: str) -> None:
    label = pages()[f"/{method}"]["post"]["x-rate-limit"]
    assert TIERS[method] <= int(label.split(": ")[1].split("+")[0])


def test_only_methods_with_special_limits_have_no_tier() -> None:
    special: Callable[[str], bool] = lambda m: "Special" in pages()[f"/{m}"]["post"]["x-rate-limit"]  # noqa: E731
    assert {method for method in METHODS if special(method)} == METHODS.keys() - TIERS.keys()
