"""What a newcomer sees first must hold: the walk is run as it is typed, and ends with all in line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _walk(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reconciler", "demo", "--port", "0", "--folder", str(folder), *arguments]
    environment = {**os.environ, "HOME": str(folder.parent), "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


def test_the_demo_walks_through_an_incident_and_ends_in_line(tmp_path: Path) -> None:
    ended = _walk(tmp_path / "demo", "--once")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said = ended.stdout
    steps = [f"\n{number} · " for number in range(1, 8)]
    assert [step for step in steps if step not in said] == []
    assert said.count(" applied. All ") == 4
    assert "Nothing was written. All 1" in said
    assert "checkout-is-broken  →  incd-" in said
    assert "resolve the page of payments" in said
    assert "exit code" not in said


def test_a_folder_that_is_not_the_demos_is_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "precious").write_text("mine", encoding="utf-8")
    ended = _walk(folder, "--once")
    assert ended.returncode == 1
    assert "not a demo's folder" in ended.stderr
    assert (folder / "precious").read_text(encoding="utf-8") == "mine"
