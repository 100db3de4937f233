"""The core is pure: time is a value that is passed in, and nothing depends on where the program runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ROOT / "reconciler"
CORE = sorted([*CODE.glob("plan/*.py"), *CODE.glob("incident/*.py"), *CODE.glob("targets/*/desired.py")])
IMPURE = {"now", "utcnow", "today", "getenv", "environ", "open", "read_text", "write_text", "print"}


def impurities(source: str) -> list[tuple[int, str]]:
    """Line and name of every use of a clock, a file or the environment."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in IMPURE and _of_a_library(node):
            found.append((node.lineno, node.attr))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE:
            found.append((node.lineno, node.func.id))
    return sorted(found)


def _of_a_library(node: ast.Attribute) -> bool:
    """`datetime.now` and `path.open()`, not a field of ours that happens to be called `now`."""
    return isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date", "os", "path", "Path"}


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(CODE)))
def test_the_core_asks_no_clock_no_file_and_no_environment(path: Path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


def test_a_clock_a_file_and_the_environment_would_be_noticed() -> None:
    source = "a = datetime.now()\nb = os.environ\nc = open('x')\nprint(c)\nd = moment.now\n"
    assert impurities(source) == [(1, "now"), (2, "environ"), (3, "open"), (4, "print")]
