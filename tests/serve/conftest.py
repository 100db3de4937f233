"""A company of its own for each test; the machine's Git configuration is no part of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.company import Company


@pytest.fixture(autouse=True)
def _no_configuration_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company.at(tmp_path)
