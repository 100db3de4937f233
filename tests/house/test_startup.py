"""`--help` is instant: it imports click and nothing heavier."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "git", "httpx", "jsonschema", "jsonschema_rs", "notion_client", "pdpyras", "requests", "rich",
    "slack_sdk", "starlette", "uvicorn", "yaml",
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
