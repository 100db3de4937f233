"""Every dependency is there for a reason: written beside it, and visible in the code."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(TEXT)["project"]
EXTRAS = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]

#: Distributions whose module is called otherwise.
MODULES = {"gitpython": "git", "pyyaml": "yaml"}


def name_of(requirement: str) -> str:
    """`pdpyras>=5.4.1,<6` → `pdpyras`."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return match[0].lower()


def imported() -> set[str]:
    """The first part of every module that the code imports."""
    names: set[str] = set()
    for path in (ROOT / "reconciler").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("requirement", [*PROJECT["dependencies"], *EXTRAS])
def test_a_comment_says_why_a_dependency_is_there(requirement: str) -> None:
    line = next(line for line in TEXT.splitlines() if line.strip().startswith(f'"{requirement}"'))
    assert re.search(r"#\s*\S{2,}", line.replace(requirement, "")), line


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_a_dependency_is_imported(requirement: str) -> None:
    name = name_of(requirement)
    module = MODULES.get(name, name.replace("-", "_"))
    used = module in imported()
    assert used, f"nothing in reconciler/ imports {module}"
