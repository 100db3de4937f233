"""The whole of it as it runs: the sandbox's Slack over a real socket, real threads, real Git."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reconciler.clock import SystemClock
from reconciler.helper import door
from reconciler.helper.app import build
from reconciler.incident.settings import GitSettings
from reconciler.repo.repository import Repository
from reconciler.repo.verbs import Desk
from reconciler.sandbox.serve import environment
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.slack.people import Person
from reconciler.sandbox.world import World
from reconciler.targets.slack.api import connect
from tests.support.company import Company
from tests.support.repositories import Clone
from tests.support.server import serving


@contextmanager
def helped(world: World, clone: Clone, log: list[str]) -> Iterator[None]:
    """A helper that is connected to the world, at work in a clone."""
    with serving(world) as url:
        env, clock = environment(url), SystemClock()
        api = connect(env["SLACK_BOT_TOKEN"], url=env["SLACK_API_URL"])
        repo = Repository.open(clone.folder)
        helper = build(repo, Desk(repo, GitSettings(), clock), api, clock, log.append)
        helper.start()
        socket = door.socket(helper, env["SLACK_APP_TOKEN"], env["SLACK_API_URL"])
        socket.connect()  # type: ignore[no-untyped-call]
        until(socket.client.is_connected)
        try:
            yield
        finally:
            socket.close()  # type: ignore[no-untyped-call]
            helper.close()


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something is so; fails after a while."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        pause.wait(0.02)
    raise AssertionError("it did not become so")


def opened(ana: Person, channel: str, typed: str) -> str:
    """The form that a command opens. Slack waits three seconds; on a busy machine it is typed again."""
    for _ in range(5):
        ana.command(channel, typed)
        with suppress(AssertionError):
            until(ana.views, 6)
            return str(ana.views()[-1]["id"])
    raise AssertionError(f"no form for {typed}")


def test_ana_declares_changes_pins_and_resolves_an_incident(tmp_path: Path) -> None:
    company, log = Company.at(tmp_path), list[str]()
    world = World.example(SystemClock().now)
    slack = world.machines["slack"]
    assert isinstance(slack, SlackMachine)
    ana = slack.person("ana@example.com")
    channel = slack.channel_id("incidents")

    def hub(show: str = "%s") -> list[str]:
        return company.remote.git("log", f"--format={show}", "main").splitlines()

    with helped(world, company.clone("office"), log):
        form = opened(ana, channel, "/incident new Checkout is down")
        told = ana.submit(form, {"title": {"value": "Checkout is down"}, "severity": {"value": "sev1"}})
        until(told.done.is_set)
        until(lambda: len(hub()) == 2)
        until(lambda: any("declared sev1 by Ana" in one for one in texts(slack, channel)))
        id = hub()[0].partition(":")[0]
        form = opened(ana, channel, f"/incident severity {id}")
        until(ana.submit(form, {"severity": {"value": "sev3"}}).done.is_set)
        until(lambda: hub()[0] == f"{id}: severity sev3")
        ana.command(channel, f"/incident {id}")
        until(lambda: any("SEV3" in str(one["text"]) for one in ana.whispers(channel)))
        card = next(one for one in ana.whispers(channel) if one["text"] == "SEV3 · Checkout is down")
        row = card["blocks"][-1]
        ana.press(channel, card["ts"], row["block_id"], "incident:resolve")
        until(lambda: hub()[0] == f"{id}: resolve")
        until(lambda: any("resolved · " in str(one["text"]) for one in ana.whispers(channel)))
    assert hub("%an <%ae>")[:3] == ["Ana <ana@example.com>"] * 3
    assert not [line for line in log if "Traceback" in line], log


def texts(slack: SlackMachine, channel: str) -> list[str]:
    return [one["text"] for one in slack.data["channels"][channel]["messages"].values()]
