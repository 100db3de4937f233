"""What is installed is whole: the wheel carries the schemas and every file that the code reads."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel and is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_carries_both_schemas(wheel: zipfile.ZipFile) -> None:
    schemas = {name for name in wheel.namelist() if name.endswith(".schema.json")}
    assert schemas == {
        "reconciler/schemas/incident.schema.json",
        "reconciler/schemas/settings.schema.json",
    }


def test_the_wheel_carries_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "reconciler"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert set(listed) <= set(wheel.namelist())


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "reconciler = reconciler.__main__:main" in wheel.read(name).decode()


def test_what_the_wheel_carries_is_enough_for_an_incident_repository(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    wheel.extractall(tmp_path / "installed")
    (tmp_path / "incidents").mkdir()
    command = [sys.executable, "-m", "reconciler", "init", "--yes"]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(tmp_path / "installed"),
        "HOME": str(tmp_path),
    }
    subprocess.run(command, cwd=tmp_path / "incidents", env=environment, check=True, capture_output=True)
    workflow = (tmp_path / "incidents/.github/workflows/reconcile.yml").read_text(encoding="utf-8")
    assert "reconciler apply" in workflow
