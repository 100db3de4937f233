"""The README and the program say the same: the same commands, the same exit codes."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from reconciler.cli.root import COMMANDS, cli
from reconciler.errors import Failure, Held, Refusal, Usage

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
CODES = {"0", "1", "2", "3", "4", "5", "64"}


def section(title: str) -> str:
    """The text below one heading, up to the next of the same level."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, f"the README has no section {title!r}"
    return found[1]


def first_column(text: str) -> list[str]:
    """What stands in the first column of a section's table, below its head."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def test_the_readme_explains_every_command_and_no_other() -> None:
    cells = first_column(section("Commands"))
    named = [name for cell in cells for name in re.findall(r"`reconciler ([a-z]+)|`([a-z]+)", cell)]
    assert sorted(one or two for one, two in named) == sorted(COMMANDS)


def test_the_readme_explains_every_exit_code_and_no_other() -> None:
    codes = [cell.strip(" `") for cell in first_column(section("Exit codes"))]
    assert sorted(codes) == sorted(CODES)


def test_help_names_every_exit_code() -> None:
    words = CliRunner().invoke(cli, ["--help"]).output
    told = words[words.index("Exit codes") :].split("Options")[0]
    assert set(re.findall(r"\d+", told)) == CODES


def test_every_failure_ends_with_a_code_that_the_readme_explains() -> None:
    assert {str(kind.exit_code) for kind in (Failure, Refusal, Held, Usage)} <= CODES
