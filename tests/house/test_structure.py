"""The shape of the code: what may import what, how long things are, who knows the services' libraries."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "reconciler").rglob("*.py"))


def house(*folders: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "script/house.py", *map(str, folders)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_imports_point_down_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert found.returncode == 0, found.stdout


def test_no_file_or_function_is_too_long_and_every_file_says_why_it_exists() -> None:
    assert house(Path("reconciler"), Path("tests"), Path("script")).stdout == ""


def test_a_file_that_is_too_long_or_silent_is_found(tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text("x = 1\n")
    (tmp_path / "long.py").write_text('"""Why."""\n' + "x = 1\n" * 400)
    (tmp_path / "function.py").write_text('"""Why."""\n\ndef f():\n' + "    x = 1\n" * 50)
    (tmp_path / "fine.py").write_text('"""Why."""\n\ndef f():\n' + "    x = 1\n" * 49)
    found = house(tmp_path)
    assert found.returncode == 1
    assert [line.removeprefix(f"{tmp_path}/").split(": ")[0] for line in found.stdout.splitlines()] == [
        "function.py:3",
        "long.py:1",
        "silent.py:1",
    ]


@pytest.mark.parametrize("library", ["slack_sdk", "pdpyras", "notion_client"])
def test_at_most_one_file_knows_a_service_s_library(library: str) -> None:
    knowing = [path for path in CODE if any(name.split(".")[0] == library for name in imports(path))]
    assert len(knowing) <= 1, [str(path.relative_to(ROOT)) for path in knowing]


def test_only_the_shared_helpers_of_the_tests_are_a_package() -> None:
    packages = {path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("__init__.py")}
    assert {package.parts[0] for package in packages} <= {"support", "sweeps"}
