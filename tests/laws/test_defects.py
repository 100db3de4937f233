"""Seeded defects fit today's code and name what they break; `script/sweep defects` sees each one caught."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.sweeps import defects

NAMES = defects.scenarios()


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_a_seeded_defect_fits_and_says_what_it_breaks_and_who_catches_it(name: str) -> None:
    patch = defects.PATCHES / f"{name}.patch"
    command = ["git", "apply", "--check", str(patch)]
    checked = subprocess.run(command, cwd=defects.ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert re.match(r"[A-Z].+\.\n\nLaw: .+\nCaught by: .+\n\n---", patch.read_text())
    for word in defects.caught_by(name):
        if word.startswith("tests/"):
            assert (defects.ROOT / word.partition("::")[0]).exists(), f"{word} is not there"
