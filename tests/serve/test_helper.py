"""The whole way: somebody types in Slack, a resident process hears it by a socket, on-call is paged."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.slack import SlackMachine
from reconciler.sandbox.slack.link import Delivery
from reconciler.sandbox.slack.people import Person
from reconciler.sandbox.world import World
from tests.support import repositories
from tests.support.company import SETTINGS
from tests.support.repositories import Remote
from tests.support.resident import Resident, resident
from tests.support.sabotage import Front
from tests.support.server import serving

NOW = datetime.now(UTC).replace(microsecond=0)
APP = {"SLACK_APP_TOKEN": "xapp-sandbox"}


class Town:
    """A sandbox over HTTP with sockets, a remote, and as many resident processes as a test asks for."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.world = World.example(lambda: datetime.now(UTC))
        self.stack = stack
        self.hub: Remote = repositories.remote(
            folder, {"reconciler.yaml": SETTINGS}, at=NOW - timedelta(days=30)
        )
        self.front = Front(self.world, url=stack.enter_context(serving(self.world)))

    @property
    def slack(self) -> SlackMachine:
        machine = self.world.machines["slack"]
        assert isinstance(machine, SlackMachine)
        return machine

    @property
    def ana(self) -> Person:
        return self.slack.person("ana@example.com")

    def serve(self, name: str) -> Resident:
        """One more process; it is connected when this returns."""
        before = self.slack.link.connections
        one = self.stack.enter_context(resident(self.front, self.hub.clone(name).folder, env=APP))
        one.until(lambda: self.slack.link.connections > before)
        one.until(lambda: one.turns)
        one.until(lambda: any(event.get("state") == "connected" for event in one.named("helper")))
        return one

    def done(self, delivery: Delivery) -> dict[str, Any]:
        """What came of something that somebody did, once the app has acknowledged it."""
        return self.slack.link.wait(delivery)

    def declared(self, one: Resident, title: str) -> float:
        """Type the command, send the form; the moment when it was sent."""
        assert self.done(self.ana.command("incidents", f"/incident new {title}")) == {}
        one.until(lambda: self.ana.views())
        view = self.ana.views()[-1]
        values = {"severity": {"value": "sev1"}, "title": {"value": title}}
        sent = time.monotonic()
        assert self.done(self.ana.submit(view["id"], values)) == {}
        return sent

    def pages(self) -> list[str]:
        listed = self.world.machines["pagerduty"].data["incidents"].values()
        return [str(one["shown"]["title"]) for one in listed]


@contextmanager
def town_in(folder: Path) -> Iterator[Town]:
    with ExitStack() as stack:
        yield Town(folder, stack)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_in(tmp_path) as made:
        yield made


def test_a_form_that_is_sent_becomes_a_commit_a_page_and_all_the_rest(town: Town) -> None:
    one = town.serve("one")
    assert json.loads(one.asked("healthz")[1])["helper"] == "connected"
    sent = town.declared(one, "Checkout fails")
    one.until(town.pages)
    assert time.monotonic() - sent < 10
    one.until(lambda: one.named("page"))
    assert town.pages() == ["[SEV1] Checkout fails"]
    one.until(lambda: town.hub.git("log", "--format=%s", "-1", "main").endswith("declare sev1"))
    assert town.hub.git("log", "--format=%an <%ae>", "-1", "main") == "Ana <ana@example.com>"
    one.until(lambda: len(one.named("turn")) > 1 and one.named("turn")[-1]["converged"])
    assert any(raw["name"].startswith("incd-") for raw in town.slack.data["channels"].values())
    metrics = one.asked("metrics")[1]
    assert "reconciler_commit_to_page_seconds_count 1.0" in metrics
    assert "reconciler_helper_connected 1.0" in metrics
    code, seconds = one.stop()
    assert (code, seconds < 15) == (0, True), one.events
    assert [line for line in one.said if "Traceback" in line] == []


def test_of_three_one_is_killed_and_the_next_wish_is_carried_out_once(town: Town) -> None:
    three = [town.serve(name) for name in ("one", "two", "three")]
    town.declared(three[0], "Checkout fails")
    three[0].until(town.pages)
    three[0].process.kill()
    three[0].process.wait()
    town.declared(three[1], "Search is down")
    three[1].until(lambda: len(town.pages()) > 1)
    assert sorted(town.pages()) == ["[SEV1] Checkout fails", "[SEV1] Search is down"]
    three[1].until(lambda: town.hub.git("log", "--format=%s", "main").count("declare") == 2)
    for one in three[1:]:
        assert one.stop()[0] == 0
