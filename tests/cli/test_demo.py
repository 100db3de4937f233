"""What a newcomer sees first must hold: the walk is run as it is typed, and ends with all in line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]


def test_the_demo_walks_through_an_incident_and_stays_with_the_helper_until_it_is_told_to_end(
    tmp_path: Path,
) -> None:
    """All ends in line; what a newcomer is told to type is answered by then; nothing is left running."""
    with _demo(tmp_path / "demo") as (process, lines):
        said = ""
        for line in lines:
            said += line
            if line.startswith("  Type /incident in #general at http://127.0.0.1:"):
                break
        feed = urllib.request.urlopen(f"{said.split()[-1]}page/feed", timeout=20).read()
        assert json.loads(feed)["entries"]["app"]["connected"] is True
        process.send_signal(signal.SIGTERM)
        said += "".join(lines)
        assert process.wait(timeout=60) == 0, said
    assert [step for step in range(1, 9) if f"\n{step} · " not in said] == []
    assert said.count(" applied. All ") == 4
    assert "Nothing was written. All 1" in said
    assert "checkout-is-broken  →  incd-" in said
    assert "resolve the page of payments" in said
    assert "ended · in time: True" in said
    assert "exit code" not in said
    assert "Traceback" not in said


@contextmanager
def _demo(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """The demo at work, and what it says."""
    command = [sys.executable, "-m", "reconciler", "demo", "--port", "0", "--folder", str(folder), *arguments]
    environment = {**os.environ, "HOME": str(folder.parent), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        assert process.stdout is not None
        stop = threading.Timer(240, process.kill)
        stop.start()
        try:
            yield process, process.stdout
        finally:
            stop.cancel()
            process.kill()


def test_a_folder_that_is_not_the_demos_is_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "precious").write_text("mine", encoding="utf-8")
    with _demo(folder, "--once") as (process, lines):
        assert "not a demo's folder" in "".join(lines)
        assert process.wait(timeout=60) == 1
    assert (folder / "precious").read_text(encoding="utf-8") == "mine"
