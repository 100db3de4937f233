"""`--help` is instant, and no command waits for a library that it does not use."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HEAVY = {
    "git", "httpx", "jsonschema", "jsonschema_rs", "notion_client", "pdpyras", "prometheus_client",
    "requests", "slack_bolt", "slack_sdk", "starlette", "uvicorn", "yaml",
}  # fmt: skip

PROBE = """
import sys
from reconciler.cli.root import cli, run
code = run(cli, sys.argv[1:])
print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["no-such-command"]])
def test_help_version_and_a_typing_error_import_nothing_heavy(arguments: list[str]) -> None:
    command = [sys.executable, "-c", PROBE, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    loaded = set(ended.stderr.splitlines()[-1].split())
    assert "click" in loaded
    assert loaded & HEAVY == set()


def at_import(path: Path) -> Iterator[str]:
    """The first part of every module that a file imports as soon as it is imported itself."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_a_heavy_library_is_imported_by_the_function_that_needs_it() -> None:
    modules = sorted((ROOT / "reconciler").rglob("*.py"))
    eager = {str(path.relative_to(ROOT)): set(at_import(path)) & (HEAVY - {"yaml"}) for path in modules}
    assert {path: found for path, found in eager.items() if found} == {}
