"""Who commits is read from Git's own configuration."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.repo.identity import configured, person
from reconciler.repo.repository import Repository


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "repo")], check=True)
    return Repository.open(tmp_path / "repo")


def _set(repo: Repository, key: str, value: str) -> None:
    subprocess.run(["git", "-C", str(repo.folder), "config", key, value], check=True)


def test_the_repositorys_own_configuration_names_the_person(repo: Repository) -> None:
    _set(repo, "user.name", "Ana Example")
    _set(repo, "user.email", "ana@example.com")
    assert person(repo) == ("Ana Example", "ana@example.com")


def test_an_included_file_counts_too(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "work").write_text("[user]\n\temail = bo@example.com\n", encoding="utf-8")
    _set(repo, "include.path", str(tmp_path / "work"))
    assert configured(repo, "user", "email") == "bo@example.com"


def test_the_environment_goes_before_the_configuration(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set(repo, "user.email", "ana@example.com")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "chen@example.com")
    assert person(repo)[1] == "chen@example.com"


def test_nobody_is_named_where_nothing_is_configured(repo: Repository) -> None:
    assert person(repo) == ("", "")
