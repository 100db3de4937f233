"""Fixtures that several folders' tests have in common; a folder's `conftest` imports what it wants."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.company import Company


@pytest.fixture(autouse=True)
def no_configuration_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's Git configuration is no part of a test."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """A company of its own for each test."""
    return Company.at(tmp_path)
