"""A run on a real repository with a real remote: which commit counts, what is remembered, who may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.errors import Failure, Refusal
from reconciler.incident.settings import GitSettings
from reconciler.plan.plan import Report
from reconciler.repo.lease import Acquired, Lease
from reconciler.repo.repository import Repository
from reconciler.run.shell import Options, Shell
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.targets.seam import Answer, Api, is_read
from tests.support import repositories
from tests.support.repositories import START, Clone, Remote

SETTINGS = """\
name: acme
severities:
  - {name: sev1, urgency: high, page: [primary], announce: ["#incidents"]}
teams:
  primary: {pagerduty_service: PSVC001}
pagerduty: {from: incidents@example.com}
notion: {database: 8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d}
"""
ID = "20261121-honest-rhinoceros"
PATH = f"incidents/2026/11/{ID}.yaml"
FILE = """\
title: Checkout returns HTTP 500
severity: sev1
status: investigating
declared_at: 2026-11-21T16:45:00Z
reporter: ana@example.com
"""
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-sample", "PAGERDUTY_API_TOKEN": "sample", "NOTION_TOKEN": "ntn_sample"}


@dataclass
class Counting:
    """An Api that counts writes."""

    api: Api
    writes: list[str]

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if not is_read(method):
            self.writes.append(method)
        return self.api.call(method, **arguments)


@dataclass
class World:
    """The three services behind the seam, and a remote with clones."""

    hub: Remote
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))
    writes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pagerduty = PagerDutyMachine.example(self.clock.now)
        self.slack = SlackMachine.example(self.clock.now)
        self.notion = NotionMachine.example(self.clock.now)

    def connect(self, *_: object, **__: object) -> Mapping[str, Api]:
        machines: dict[str, Api] = {"pagerduty": self.pagerduty, "slack": self.slack, "notion": self.notion}
        return {name: Counting(machine, self.writes) for name, machine in machines.items()}

    def shell(self, clone: Clone) -> Shell:
        return Shell(Repository.open(clone.folder), TOKENS, self.clock, self.connect)

    def apply(self, clone: Clone, **options: Any) -> Report:
        return self.shell(clone).apply(Options(now=START + timedelta(minutes=1), **options))

    def pages(self) -> list[str]:
        return [raw["shown"]["status"] for raw in self.pagerduty.data["incidents"].values()]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(repositories.remote(tmp_path, {"reconciler.yaml": SETTINGS, PATH: FILE}))


def test_a_run_applies_the_remotes_tip_also_from_a_clone_that_is_behind(world: World) -> None:
    behind, ahead = world.hub.clone("behind"), world.hub.clone("ahead")
    ahead.commit({PATH: FILE.replace("investigating", "resolved")})
    ahead.push()
    world.apply(ahead)
    report = world.apply(behind)
    assert report.revision == ahead.head
    assert report.exit_code == 0


def test_local_commits_on_top_of_the_remotes_tip_are_applied(world: World) -> None:
    clone = world.hub.clone("here")
    clone.commit({PATH: FILE.replace("HTTP 500", "HTTP 502")})
    assert world.apply(clone).revision == clone.head


def test_what_was_applied_is_not_undone_by_an_older_revision(world: World) -> None:
    clone = world.hub.clone("here")
    older = clone.head
    clone.commit({PATH: FILE.replace("investigating", "resolved")})
    clone.push()
    world.apply(clone)
    clone.git("reset", "--quiet", "--hard", older)
    clone.git("push", "--quiet", "--force", "origin", "main")
    with pytest.raises(Refusal) as refused:
        world.apply(clone)
    assert refused.value.exit_code == 4
    assert "--allow-older" in refused.value.next
    assert world.apply(clone, allow_older=True).revision == older


def test_the_second_run_writes_nothing_to_the_services_and_nothing_to_git(world: World) -> None:
    clone = world.hub.clone("here")
    world.apply(clone)
    state, world.writes[:] = world.hub.tip("refs/heads/reconciler-state"), []
    report = world.apply(clone)
    assert (world.writes, report.outcomes, report.exit_code) == ([], (), 0)
    assert world.hub.tip("refs/heads/reconciler-state") == state


def test_the_state_tells_what_was_done_and_asks_ci_to_skip_it(world: World) -> None:
    clone = world.hub.clone("here")
    world.apply(clone, run="run 7")
    told = world.hub.git("log", "-1", "--format=%B", "reconciler-state")
    assert f"create pagerduty:{ID}/primary" in told
    assert "[skip ci]" in told
    assert f"Revision: {clone.head}" in told
    assert "Run: run 7" in told
    assert ID in world.hub.git("show", "reconciler-state:README.md")


def test_a_state_that_was_deleted_costs_calls_and_no_duplicate(world: World) -> None:
    clone = world.hub.clone("here")
    world.apply(clone)
    world.hub.git("update-ref", "-d", "refs/heads/reconciler-state")
    world.writes.clear()
    assert world.apply(clone).exit_code == 0
    assert world.writes == []
    assert world.hub.tip("refs/heads/reconciler-state")


def test_a_plan_looks_at_uncommitted_edits_and_writes_nothing_anywhere(world: World) -> None:
    clone = world.hub.clone("here")
    clone.write({PATH: FILE.replace("HTTP 500", "HTTP 502")})
    before = world.hub.git("for-each-ref"), clone.git("for-each-ref")
    plan = world.shell(clone).plan(Options(now=START))
    assert plan.changes
    assert any("uncommitted" in notice for notice in plan.notices)
    assert world.writes == []
    assert (world.hub.git("for-each-ref"), clone.git("for-each-ref")) == before


def test_a_bad_file_holds_up_only_itself(world: World) -> None:
    clone = world.hub.clone("here")
    clone.commit({"incidents/20261121-broken-badger.yaml": "title: [\n"})
    report = world.apply(clone)
    assert report.exit_code == 3
    assert [problem.location.path for problem in report.after.problems] == [
        "incidents/20261121-broken-badger.yaml"
    ]
    assert world.pages() == ["triggered"]


def test_bad_settings_at_the_tip_are_told_first_and_the_last_applied_ones_are_used(world: World) -> None:
    clone = world.hub.clone("here")
    world.apply(clone)
    clone.commit({"reconciler.yaml": "severities: 7\n", PATH: FILE.replace("investigating", "resolved")})
    clone.push()
    report = world.apply(clone)
    assert "reconciler.yaml" in report.notices[0]
    assert world.pages() == ["resolved"]


def test_bad_settings_that_were_never_good_end_the_run(tmp_path: Path) -> None:
    world = World(repositories.remote(tmp_path, {"reconciler.yaml": "severities: 7\n", PATH: FILE}))
    with pytest.raises(Failure):
        world.apply(world.hub.clone("here"))
    assert world.writes == []


def test_the_page_goes_out_while_another_holds_the_lease_and_the_run_names_the_holder(world: World) -> None:
    clone, other = world.hub.clone("here"), world.hub.clone("other")
    lease = Lease(Repository.open(other.folder), GitSettings(), world.clock, "the night shift", seconds=3600)
    assert isinstance(lease.acquire(wait=0), Acquired)
    report = world.apply(clone, wait=0)
    lease.release()
    assert world.pages() == ["triggered"]
    assert "conversations.create" not in world.writes
    assert (report.exit_code, report.held_by) == (5, "the night shift")
    assert world.apply(clone).exit_code == 0


def test_a_run_in_line_takes_no_lease(world: World) -> None:
    clone, other = world.hub.clone("here"), world.hub.clone("other")
    world.apply(clone)
    lease = Lease(Repository.open(other.folder), GitSettings(), world.clock, "the night shift", seconds=3600)
    lease.acquire(wait=0)
    assert world.apply(clone, wait=0).exit_code == 0
    lease.release()


def test_with_the_remote_gone_the_run_goes_on_and_says_so(world: World) -> None:
    clone = world.hub.clone("here")
    world.hub.folder.rename(world.hub.folder.with_name("elsewhere.git"))
    report = world.apply(clone)
    assert world.pages() == ["triggered"]
    assert "conversations.create" in world.writes
    assert any("going on" in notice for notice in report.notices)


def test_a_settled_incident_is_neither_read_nor_called_for(world: World) -> None:
    clone = world.hub.clone("here")
    clone.commit({PATH: FILE.replace("investigating", "canceled")})
    clone.push()
    shell = world.shell(clone)
    shell.apply(Options(now=START + timedelta(days=30)))
    for machine in (world.pagerduty, world.slack, world.notion):
        machine.log.clear()
    shell.apply(Options(now=START + timedelta(days=31)))
    assert not world.pagerduty.log
    assert not world.slack.log
    assert not world.notion.log


def test_a_removed_file_is_told_and_retires_nothing(world: World) -> None:
    clone = world.hub.clone("here")
    world.apply(clone)
    clone.commit({PATH: None})
    clone.push()
    world.writes.clear()
    report = world.apply(clone)
    assert any(ID in notice and "removed" in notice for notice in report.notices)
    assert world.writes == []
    assert world.pages() == ["triggered"]
