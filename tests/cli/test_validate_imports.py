"""A valid file costs no import beyond click, PyYAML and the quick validator; the bench holds the time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
INCIDENT = "incidents/2026/11/20261121-honest-rhinoceros.yaml"

PROBE = """
import sys
from reconciler.cli.root import cli, run
code = run(cli, sys.argv[1:])
print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
sys.exit(code)
"""

#: Third parties that a valid file may cost, and with each of them what it brings itself.
ALLOWED = {"click", "yaml", "jsonschema_rs", "reconciler"}
HEAVY = {"asyncio", "difflib", "email.message", "http", "json", "logging", "pathlib", "ssl", "subprocess"}


def loaded(code: str, *arguments: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(ended.stderr.splitlines())


def test_a_valid_file_imports_nothing_that_it_does_not_need() -> None:
    bare = loaded("import sys, click, yaml, jsonschema_rs; print(*sys.modules, sep='\\n', file=sys.stderr)")
    ours = loaded(PROBE, "validate", INCIDENT) - bare
    third = {name.partition(".")[0] for name in ours} - sys.stdlib_module_names
    assert third <= ALLOWED | {"__main__", "org"}
    assert ours & HEAVY == set()


def test_the_models_are_not_even_made() -> None:
    modules = loaded(PROBE, "validate", INCIDENT)
    assert "reconciler.incident.check" in modules
    assert not modules & {"reconciler.incident.model", "reconciler.incident.settings"}
