"""The scripts a newcomer starts with: they set up once and say what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ["script/demo", "script/environment", "script/lint", "script/test", ".ci/run"]
TOOLS = ["bash", "cat", "dirname", "git", "mkdir", "rm", "chmod"]

#: Stands in for Python: it makes a `.venv` of itself and writes down what it was asked for.
PYTHON = """#!/bin/bash
case "$*" in
    "-c import sys; sys.exit"*) exit {too_old} ;;
    "-m venv"*) mkdir -p .venv/bin; cat "$0" >.venv/bin/python; chmod +x .venv/bin/python ;;
    "-m "*) echo "$*" >>asked ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the scripts, the project file, and no Python."""
    shutil.copytree(ROOT / "script", tmp_path / "script")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def give_python(checkout: Path, *, too_old: bool = False) -> None:
    python = checkout / "bin/python3"
    python.write_text(PYTHON.format(too_old=int(too_old)))
    python.chmod(0o755)


def run(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout / "bin"), "HOME": str(checkout)}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def asked(checkout: Path) -> list[str]:
    return (checkout / "asked").read_text().splitlines()


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_valid_bash_and_those_to_be_started_can_be(script: str) -> None:
    assert subprocess.run(["bash", "-n", ROOT / script], check=False).returncode == 0
    assert os.access(ROOT / script, os.X_OK) == (script != "script/environment")


def test_the_first_run_sets_up_and_passes_its_arguments_to_pytest(checkout: Path) -> None:
    give_python(checkout)
    assert run(checkout, "script/test", "tests/plan", "-k", "drift or not").returncode == 0
    install, tests = asked(checkout)
    assert install.startswith("-m pip install")
    assert install.endswith("--editable .[dev]")
    assert tests.startswith("-m pytest -n auto")
    assert tests.endswith("tests/plan -k drift or not")


def test_the_demos_own_options_are_no_extras_of_the_package(checkout: Path) -> None:
    give_python(checkout)
    run(checkout, "script/demo", "--once")
    [install] = asked(checkout)
    assert install.endswith("--editable .")


def test_a_second_run_installs_nothing_until_the_requirements_change(checkout: Path) -> None:
    give_python(checkout)
    run(checkout, "script/test")
    run(checkout, "script/test")
    assert sum("pip install" in line for line in asked(checkout)) == 1
    with (checkout / "pyproject.toml").open("a") as project:
        project.write("# one more requirement\n")
    run(checkout, "script/test")
    assert sum("pip install" in line for line in asked(checkout)) == 2


@pytest.mark.parametrize("too_old", [None, True], ids=["no Python", "an old Python"])
def test_without_a_python_that_is_new_enough_it_says_what_to_install(
    checkout: Path, too_old: bool | None
) -> None:
    if too_old is not None:
        give_python(checkout, too_old=too_old)
    ended = run(checkout, "script/test")
    assert ended.returncode == 1
    assert "no Python 3.11 or newer found" in ended.stderr
    assert "next: install one" in ended.stderr
    assert not (checkout / ".venv").exists()


def test_without_git_it_says_what_to_install(checkout: Path) -> None:
    give_python(checkout)
    (checkout / "bin/git").unlink()
    ended = run(checkout, "script/test")
    assert ended.returncode == 1
    assert "git is not on PATH" in ended.stderr


def test_an_installation_that_fails_is_told_and_tried_again(checkout: Path) -> None:
    give_python(checkout)
    python = checkout / "bin/python3"
    failing = '"-m pip"*) echo "no network" >&2; exit 1 ;;\n    "-m "*)'
    python.write_text(python.read_text().replace('"-m "*)', failing))
    for _ in range(2):
        ended = run(checkout, "script/test")
        assert ended.returncode == 1
        assert "no network" in ended.stderr
        assert "error: pip could not install .[dev]" in ended.stderr


@pytest.fixture
def ci(tmp_path: Path) -> Path:
    """A checkout in which the lint ends with what `lint` says and the tests tell where the specs are."""
    checkout = tmp_path / "checkout"
    (checkout / "script").mkdir(parents=True)
    shutil.copytree(ROOT / ".ci", checkout / ".ci")
    for name, text in {"lint": "exit 1", "test": 'echo "specs: ${RECONCILER_SPECS-none}"'}.items():
        script = checkout / "script" / name
        script.write_text(f"#!/bin/bash\n{text}\n")
        script.chmod(0o755)
    return checkout


def run_ci(ci: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        ["bash", ".ci/run"], cwd=ci, env=environment, capture_output=True, text=True, check=False
    )


def test_ci_runs_the_tests_last_even_when_the_lint_fails_and_fails_then(ci: Path) -> None:
    ended = run_ci(ci)
    assert ended.returncode == 1
    assert ended.stdout == "specs: none\n"


def test_ci_passes_when_both_do(ci: Path) -> None:
    (ci / "script/lint").write_text("#!/bin/bash\n")
    assert run_ci(ci).returncode == 0


def test_ci_finds_official_api_descriptions_beside_the_checkout(ci: Path) -> None:
    specs = ci.parent / "shared/specs"
    specs.mkdir(parents=True)
    assert run_ci(ci).stdout == f"specs: {specs}\n"
