"""Every dependency is there for a reason: written beside it, and visible in the code."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(TEXT)["project"]
EXTRAS = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]

#: Distributions whose module is called otherwise.
MODULES = {"gitpython": "git", "markdown-it-py": "markdown_it", "pyyaml": "yaml"}

#: What another library imports because a file of ours names it there.
NAMED = {"wsproto": "reconciler/sandbox/serve.py"}


def name_of(requirement: str) -> str:
    """`pdpyras>=5.4.1,<6` → `pdpyras`."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return match[0].lower()


@cache
def imported() -> set[str]:
    """The first part of every module that the code imports when it runs."""
    names: set[str] = set()
    for path in (ROOT / "reconciler").rglob("*.py"):
        for node in running(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below this one but those that only a type checker reads."""
    yield node
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    for child in ast.iter_child_nodes(node):
        yield from running(child)


def module_of(requirement: str) -> str:
    """The module that a required distribution brings."""
    name = name_of(requirement)
    return MODULES.get(name, name.replace("-", "_"))


@pytest.mark.parametrize("requirement", [*PROJECT["dependencies"], *EXTRAS])
def test_a_comment_says_why_a_dependency_is_there(requirement: str) -> None:
    line = next(line for line in TEXT.splitlines() if line.strip().startswith(f'"{requirement}"'))
    assert re.search(r"#\s*\S{2,}", line.replace(requirement, "")), line


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_a_dependency_is_imported(requirement: str) -> None:
    module, used = module_of(requirement), imported()
    if module in NAMED:
        assert f'"{module}"' in (ROOT / NAMED[module]).read_text(encoding="utf-8")
        return
    assert module in used, f"nothing in reconciler/ imports {module}"


def test_what_is_imported_is_a_dependency() -> None:
    ours = {"reconciler", *map(module_of, PROJECT["dependencies"])}
    assert imported() - ours - sys.stdlib_module_names == set()
