"""A world with an incident repository beside it, as `reconciler demo` has it: files, plans, and an apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.clock import SystemClock
from reconciler.sandbox import serve
from reconciler.sandbox.page.board import Board
from reconciler.sandbox.world import World
from tests.support import repositories
from tests.support.company import SETTINGS
from tests.support.repositories import Clone

URL = "http://127.0.0.1:1"
_BOUND = 2000


@dataclass
class Beside:
    """A world, its board, and a clone whose incidents are declared now."""

    world: World
    board: Board
    clone: Clone

    @classmethod
    def at(cls, folder: Path, files: Mapping[str, str], *, applies: bool = True) -> Beside:
        """A new one; `files` are ids with what is in them beyond the least."""
        now = SystemClock().now()
        begun = {"reconciler.yaml": SETTINGS, **{path_of(id): text(now, more) for id, more in files.items()}}
        clone = repositories.alone(folder, begun, at=now)
        world = World.example(SystemClock().now)
        board = Board(world)
        board.attach(clone.folder, serve.environment(URL), applies=applies)
        return cls(world, board, clone)

    def settled(self) -> Any:
        """Look until there is nothing more to plan; the plan."""
        assert self.board.planner
        for _ in range(_BOUND):
            self.board.look()
            if self.board.planner.wait():
                continue
            return self.board.planner.plan
        raise AssertionError("it plans for ever")

    def applied(self) -> Any:
        """Apply, and look again; the plan."""
        assert self.board.planner
        self.settled()
        assert self.board.planner.apply()
        return self.settled()


def path_of(id: str) -> str:
    """Where the file of an incident lies."""
    return f"incidents/2026/11/{id}.yaml"


def text(now: datetime, more: str = "", title: str = "Checkout fails") -> str:
    """An incident's file, declared now."""
    declared = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    roles = "roles: {commander: ana@example.com, technical: bo@example.com}\n"
    return f"title: {title}\nseverity: sev1\nstatus: investigating\ndeclared_at: {declared}\n{roles}{more}"


def lines(plan: Any, incident: str) -> list[str]:
    """What a plan has to say about an incident, a line each."""
    found = [one["lines"] for one in plan["groups"] if one["incident"] == incident]
    return [line["text"] for several in found for line in several]
