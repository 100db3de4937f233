"""A test of the tests: defects that are kept as patches, each of which the tests that it names must catch.

A patch begins with what it breaks, then `Law:` and `Caught by:` with pytest's arguments. It is applied to a
copy of the project, and those tests are run there: they have to fail.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
PATCHES = ROOT / "tests" / "defects"
SECONDS = 240
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "*.egg-info")


def scenarios() -> Sequence[str]:
    """The names of the patches."""
    return sorted(path.stem for path in PATCHES.glob("*.patch"))


def check(name: str) -> int:
    """Seed the defect into a copy, and see that it is caught."""
    with TemporaryDirectory(prefix="defect-") as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
        _apply(name, copy)
        told = _tested(copy, caught_by(name))
    assert told.returncode == 1, f"not caught: pytest ended with {told.returncode}\n{told.stdout[-2000:]}"
    return 1


def caught_by(name: str) -> list[str]:
    """The arguments of pytest that a patch names."""
    found = re.search(r"^Caught by: (.+)$", (PATCHES / f"{name}.patch").read_text(), re.M)
    assert found, f"{name} names no tests"
    return shlex.split(found[1])


def _apply(name: str, folder: Path) -> None:
    applied = subprocess.run(
        ["git", "apply", str(PATCHES / f"{name}.patch")],
        cwd=folder,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert applied.returncode == 0, f"does not apply: {applied.stderr}"


def _tested(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "0", *arguments]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        command,
        cwd=folder,
        env=env | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
