"""State is a cache: deleted at any point of an incident's life it costs calls, and never a duplicate."""

from __future__ import annotations

from functools import cache

import pytest

from tests.support.life import CALLED, LIFE, Step, live
from tests.support.outcome import Seen, difference, world_of
from tests.support.scene import Scene

NUMBERS = range(len(LIFE))
NAMES = [step.name for step in LIFE]


@cache
def undisturbed() -> Seen:
    """The world at the end of a life in which nothing was forgotten."""
    scene = Scene()
    live(scene)
    return world_of(scene)


@pytest.mark.parametrize("number", NUMBERS, ids=NAMES)
def test_memory_deleted_after_this_step_changes_nothing_at_the_end(number: int) -> None:
    scene = Scene()
    live(scene, lambda scene, at: scene.memories.clear() if at == number else None)
    assert difference(undisturbed(), world_of(scene)) == []


def test_an_incident_lives_the_same_without_any_memory_at_all() -> None:
    scene = Scene()
    live(scene, lambda scene, _: scene.memories.clear())
    assert difference(undisturbed(), world_of(scene)) == []


@pytest.mark.parametrize("memory", ["kept", "deleted"])
@pytest.mark.parametrize("steps", [LIFE, CALLED], ids=["life", "called"])
def test_after_each_step_a_second_run_writes_nothing(memory: str, steps: tuple[Step, ...]) -> None:
    def again(scene: Scene, number: int) -> None:
        if memory == "deleted":
            scene.memories.clear()
        assert scene.quiet(), steps[number].name

    live(Scene(), again, steps)
