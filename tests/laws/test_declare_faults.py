"""One fault at any call of a declare: the next runs bring all in line, and nothing is there twice."""

from __future__ import annotations

from functools import cache

import pytest

from tests.support.faults import At, Fault, befallen, numbered, settle
from tests.support.outcome import Seen, difference, world_of
from tests.support.scene import Scene, update


def begin() -> Scene:
    """An incident with one of everything, before the first run."""
    scene = Scene()
    roles = {"commander": "ana@example.com"}
    scene.edit(severity="sev2", services=(), roles=roles, responders=(), updates=(update("Rolling back."),))
    return scene


@cache
def expected() -> Seen:
    """The world after a declare without a fault."""
    scene = begin()
    assert scene.apply().report.exit_code == 0
    return world_of(scene)


CASES = [(at, fault) for at in numbered(begin) for fault in at.faults]


def named(case: tuple[At, Fault]) -> str:
    at, fault = case
    return f"{at.number}-{fault.value} {at.target} {at.method}".replace("/", "-")


@pytest.mark.parametrize("case", CASES, ids=map(named, CASES))
def test_whatever_one_fault_breaks_is_mended_and_nothing_is_made_twice(case: tuple[At, Fault]) -> None:
    at, fault = case
    scene = befallen(begin, at, fault)
    settle(scene)
    assert difference(expected(), world_of(scene)) == []


def test_the_sweep_covers_every_kind_of_call_that_a_declare_makes() -> None:
    methods = {at.method for at, _ in CASES}
    assert {"POST /incidents", "conversations.create", "chat.postMessage", "POST /v1/pages"} <= methods
    assert {fault for _, fault in CASES} == set(Fault)
