"""Git is run without surprises, and what it says is passed on without secrets."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from reconciler.errors import Failure
from reconciler.repo.git import Git, GitTrouble, TimedOut
from reconciler.repo.repository import Repository
from tests.support import repositories


def test_what_the_environment_says_of_another_repository_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = repositories.alone(tmp_path / "here", {"a.txt": "here"})
    there = repositories.alone(tmp_path / "there", {"a.txt": "there"})
    monkeypatch.setenv("GIT_DIR", str(there.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(there.folder))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "no-index"))
    repo = Repository.open(here.folder)
    assert (repo.folder, repo.resolve("HEAD")) == (here.folder, here.head)
    assert repo.dirty("") == []


def test_what_the_environment_says_of_reaching_a_remote_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = repositories.alone(tmp_path / "here", {"a.txt": "here"})
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.extraHeader")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "X-Sample: 1")
    assert Git(here.folder).line("config", "http.extraHeader") == "X-Sample: 1"


def test_git_speaks_english_and_never_prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "1")
    here = repositories.alone(tmp_path / "here")
    shown = here.folder / "shown"
    here.git("config", "alias.surroundings", f"!env > '{shown}'; tty >> '{shown}'")
    Git(here.folder).ask("surroundings")
    said = shown.read_text().splitlines()
    assert "LC_ALL=C" in said
    assert "GIT_TERMINAL_PROMPT=0" in said
    assert "not a tty" in said


def test_a_failing_command_says_what_git_said(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path / "here")
    with pytest.raises(GitTrouble, match="git cat-file failed") as caught:
        Git(here.folder).run("cat-file", "-t", "0" * 40)
    assert "could not get object info" in caught.value.detail


def test_a_command_that_takes_too_long_is_ended_with_its_helpers(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path / "here")
    here.git("config", "alias.linger", "!sleep 60 & echo $! > helper; wait")
    began = time.monotonic()
    with pytest.raises(TimedOut, match="git linger did not end within"):
        Git(here.folder).run("linger", timeout=0.3)
    assert time.monotonic() - began < 10
    helper = int((here.folder / "helper").read_text())
    with pytest.raises(ProcessLookupError):
        _wait_for_the_end_of(helper)


def _wait_for_the_end_of(process: int) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        state = Path(f"/proc/{process}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            raise ProcessLookupError
        os.kill(process, 0)


def test_credentials_in_an_address_are_not_repeated(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path / "here")
    answer = Git(here.folder).ask("fetch", "https://ana:hush-hush@localhost:1/incidents.git")
    assert answer.code
    assert "localhost:1" in answer.error
    assert "hush-hush" not in answer.error
    assert "ana" not in answer.error


def test_without_git_the_next_step_is_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="the program git was not found") as caught:
        Repository.open(tmp_path)
    assert "install Git" in caught.value.next


@pytest.mark.parametrize("made", [True, False], ids=["an empty folder", "no folder"])
def test_a_place_without_a_repository_is_told_with_a_next_step(tmp_path: Path, made: bool) -> None:
    place = tmp_path / "place"
    if made:
        place.mkdir()
    with pytest.raises(Failure, match="there is no Git repository in") as caught:
        Repository.open(place)
    assert str(place) in caught.value.message
    assert "git init" in caught.value.next


def test_a_repository_is_opened_from_a_folder_inside_it(tmp_path: Path) -> None:
    here = repositories.alone(tmp_path / "here", {"incidents/2026/a.yaml": "title: A\n"})
    repo = Repository.open(here.folder / "incidents" / "2026")
    assert (repo.folder, repo.bare) == (here.folder, False)


def test_a_bare_repository_is_opened_and_has_no_edits(tmp_path: Path) -> None:
    made = repositories.remote(tmp_path, {"incidents/a.yaml": "title: A\n"})
    repo = Repository.open(made.folder)
    assert (repo.folder, repo.bare) == (made.folder, True)
    assert repo.read("main", "incidents/a.yaml") == b"title: A\n"
    assert repo.dirty() == []
    assert repo.edits().files == {}


def test_a_repository_of_another_user_names_the_way_to_trust_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = repositories.alone(tmp_path / "here")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr("reconciler.repo.git._KEPT", ("GIT_",))
    with pytest.raises(Failure, match="belongs to another user") as caught:
        Repository.open(here.folder)
    assert "safe.directory" in caught.value.next
