"""For each row of the drift table: what a person does, and what there is to see of that very field.

A case begins in a world that is in line. `do` is the person's doing, `look` what there is of the field (and
of nothing else), `news` what a fact is told as. `edited`: the file is edited too. `refused`: nobody can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reconciler.incident.model import Status
from reconciler.plan.plan import Plan
from tests.support.scene import Scene, update

Key = tuple[str, str, str]
ANA, BO = "ana@example.com", "bo@example.com"
FIRST, SECOND = update("Rolling back."), update("Rolled back.", minutes=40)


def declared(**fields: Any) -> Scene:
    """An incident in which something of everything is there, and all is in line."""
    scene = Scene()
    scene.edit(**{"severity": "sev2", "services": (), "updates": (FIRST,)} | fields)
    return in_line(scene)


def in_line(scene: Scene) -> Scene:
    """Run until nothing is left to do."""
    for _ in range(2):
        assert scene.apply().report.exit_code == 0
        scene.later(minutes=10)
    assert scene.quiet()
    return scene


def over() -> Scene:
    scene = declared()
    scene.edit(status=Status.RESOLVED)
    return in_line(scene)


def back() -> Scene:
    scene = over()
    scene.edit(status=Status.INVESTIGATING)
    return in_line(scene)


@dataclass(frozen=True)
class Drifting:
    """See the module."""

    do: Callable[[Scene], object]
    look: Callable[[Scene], object]
    begin: Callable[[], Scene] = declared
    news: Callable[[Scene, Plan], bool] | None = None
    edited: bool = False
    refused: bool = False


def blocked(words: str) -> Callable[[Scene, Plan], bool]:
    """A line of the plan says that it is blocked, and what to do."""
    return lambda _, plan: any(words in f"{one.reason}; {one.next}" for one in plan.blocked)


def noted(words: str) -> Callable[[Scene, Plan], bool]:
    """A line of the plan tells it."""
    return lambda _, plan: any(words in note.text for note in plan.notes)


def edited(scene: Scene) -> None:
    """The file asks for more: somebody new, and a second update, which no `look` sees."""
    scene.edit(responders=("dee@example.com", "chen@example.com"), updates=(FIRST, SECOND))
    scene.apply()
