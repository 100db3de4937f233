"""The plan beside the world: the reconciler's own, made anew on a change, applied where allowed."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from reconciler.run.shell import Options, Shell
from reconciler.sandbox.page.acts import act
from reconciler.sandbox.page.plans import FEW
from reconciler.sandbox.slack.machine import SlackMachine
from tests.support.beside import Beside, lines, path_of, text
from tests.support.page import visiting
from tests.support.worlds import START

ID, OTHER = "20261121-honest-rhinoceros", "20261121-calm-otter"


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    return Beside.at(tmp_path / "incidents", {ID: "", OTHER: ""})


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[frozenset[str]]:
    """For which incidents plans are made; none stands for all."""
    asked: list[frozenset[str]] = []
    plan = Shell.plan

    def watched(self: Shell, options: Options) -> Any:
        asked.append(options.only)
        return plan(self, options)

    monkeypatch.setattr(Shell, "plan", watched)
    return asked


def channel(beside: Beside, id: str) -> str:
    slack = beside.world.machines["slack"]
    assert isinstance(slack, SlackMachine)
    return slack.channel_id(f"incd-{id}")


def ana(beside: Beside, what: str, **given: str) -> None:
    act(beside.world, {"as": "ana@example.com", "do": what, "with": given})


def test_what_is_declared_and_not_applied_is_in_the_plan(beside: Beside) -> None:
    plan = beside.settled()
    assert plan["state"] == "ready"
    assert any(line.startswith("  + slack channel") for line in lines(plan, ID))
    assert beside.world.lately() == [], "a plan leaves no trace in the calls"


def test_an_apply_brings_all_in_line_by_calls_that_are_seen(beside: Beside) -> None:
    plan = beside.applied()
    assert plan["summary"].startswith("In sync")
    methods = {one.method for one in beside.world.lately()}
    assert {"conversations.create", "POST /incidents", "POST /v1/pages"} <= methods
    last = beside.board.planner.last if beside.board.planner else None
    assert last
    assert "applied" in last["lines"][-1]["text"]


def test_drift_shows_in_the_next_plan_of_its_incident(beside: Beside, planned: list[frozenset[str]]) -> None:
    beside.applied()
    planned.clear()
    ana(beside, "slack.rename", channel=channel(beside, ID), name="broken")
    plan = beside.settled()
    assert planned == [frozenset({ID})], "and no other incident is looked at"
    assert [line for line in lines(plan, ID) if "broken" in line]
    entry = beside.board.feed.since()["entries"]["plan/next"]
    assert entry["counts"] == {ID: 1}


def test_a_plan_of_one_incident_keeps_what_is_known_of_the_others(beside: Beside) -> None:
    beside.applied()
    for id in (ID, OTHER):
        ana(beside, "slack.edit_topic", channel=channel(beside, id), topic="")
        plan = beside.settled()
    assert [len(lines(plan, id)) >= 1 for id in (ID, OTHER)] == [True, True]
    ana(beside, "slack.edit_topic", channel=channel(beside, ID), topic="another")
    plan = beside.settled()
    assert "another" in "".join(lines(plan, ID))
    assert plan["summary"].startswith("Plan: 2 to restore.")


def test_what_is_mended_by_hand_leaves_the_plan(beside: Beside) -> None:
    beside.applied()
    topic = beside.world.machines["slack"].data["channels"][channel(beside, ID)]["topic"]["value"]
    ana(beside, "slack.edit_topic", channel=channel(beside, ID), topic="")
    assert lines(beside.settled(), ID)
    ana(beside, "slack.edit_topic", channel=channel(beside, ID), topic=topic)
    plan = beside.settled()
    assert not [line for line in lines(plan, ID) if "topic" in line]


def test_a_new_file_is_planned_for(beside: Beside) -> None:
    beside.applied()
    beside.clone.commit({path_of("20261121-new-one"): text(START)})
    assert lines(beside.settled(), "20261121-new-one")


def test_nothing_is_planned_while_nothing_changes(beside: Beside, planned: list[frozenset[str]]) -> None:
    beside.settled()
    planned.clear()
    for _ in range(5):
        beside.board.look()
    assert beside.board.planner
    assert not beside.board.planner.wait()
    assert planned == []


def test_a_change_that_concerns_many_waits_for_a_plan_of_all(
    beside: Beside, planned: list[frozenset[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.sandbox.page.planner.REST", 0.0)
    beside.settled()
    planned.clear()
    planner = beside.board.planner
    assert planner
    planner.consider(planner.seen, {f"file/{number}": {"first": f"i{number}"} for number in range(FEW + 1)})
    assert planner.wait()
    assert planned == [frozenset()]


def test_the_plan_of_all_rests_for_longer_than_it_took(beside: Beside, planned: list[frozenset[str]]) -> None:
    planner = beside.board.planner
    assert planner
    beside.settled()
    planned.clear()
    for _ in range(20):
        planner.consider(planner.seen, {"people": {}})
        planner.wait()
    assert len(planned) <= 1


def test_what_makes_a_plan_fail_is_told_in_its_place(beside: Beside) -> None:
    beside.settled()
    beside.clone.commit({"reconciler.yaml": "name: acme\n", path_of(ID): None, path_of(OTHER): None})
    beside.board.look()
    with visiting(beside.world, beside.board) as visitor:
        plan = visitor.get("/page/plan").json["plan"]
    assert plan["state"] in ("ready", "failed")


def test_an_apply_that_is_asked_for_while_a_plan_is_made_comes_after_it(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner, begun, goes_on = beside.board.planner, Event(), Event()
    assert planner
    plan = Shell.plan

    def slowly(self: Shell, options: Options) -> Any:
        begun.set()
        assert goes_on.wait(20)
        return plan(self, options)

    monkeypatch.setattr(Shell, "plan", slowly)
    beside.board.look()
    assert begun.wait(20)
    assert planner.apply()
    assert not planner.apply()  # one that waits is enough
    goes_on.set()
    planner.wait()
    assert planner.last
    assert beside.settled()["summary"].startswith("In sync")


def test_only_where_it_was_allowed_does_the_page_apply(tmp_path: Path) -> None:
    looking = Beside.at(tmp_path / "incidents", {ID: ""}, applies=False)
    looking.settled()
    with visiting(looking.world, looking.board) as visitor:
        assert visitor.post("/page/apply", {}).status == 409
    looking.board.look()
    assert looking.board.feed.since()["entries"]["plan/next"]["applies"] is False
    assert looking.world.lately() == []


def test_without_a_repository_there_is_no_plan(beside: Beside) -> None:
    from tests.support.worlds import world

    with visiting(world()) as visitor:
        assert visitor.get("/page/plan").status == 404
        assert visitor.get(f"/page/file/{ID}").status == 404
        assert visitor.post("/page/apply", {}).status == 409
