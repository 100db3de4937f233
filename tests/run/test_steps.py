"""Whose words a branch changes, and which file is which, as Git's history tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.repo.between import between
from reconciler.repo.repository import Repository
from reconciler.run.steps import violations
from tests.support.company import ID, PATH, SETTINGS, incident, path_of
from tests.support.repositories import ANA, Clone, remote

BO = ("Bo", "bo@example.com")
NEW = path_of("20261121-renamed-newt")


def told(text: str = "Rolling back.", by: str = "ana@example.com") -> str:
    """The incident with one update."""
    return incident(more=f'updates: [{{at: 2026-11-21T16:58:00Z, by: {by}, text: "{text}"}}]\n')


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """Ana has told an update, and a branch begins."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    clone = remote(tmp_path, {"reconciler.yaml": SETTINGS}).clone("here")
    clone.commit({PATH: told()})
    clone.push()
    return clone


def rules(clone: Clone) -> list[str]:
    found = violations(between(Repository.open(clone.folder), "origin/main"))
    return [problem.message.rpartition("`")[0].rpartition("`")[2] for problem in found]


def test_whoever_edits_anothers_update_is_told(clone: Clone) -> None:
    clone.commit({PATH: told("Done.")}, by=ANA)
    assert rules(clone) == [], "her own"
    clone.commit({PATH: told("Undone.")}, by=BO)
    assert rules(clone) == ["edit_update"]
    clone.commit({PATH: told("Undone."), NEW: incident("Another")}, by=ANA)
    assert rules(clone) == ["edit_update"], "whatever came after"
    clone.commit({PATH: told()}, by=ANA)
    assert rules(clone) == [], "it is as it was"


def test_what_somebody_committed_for_another_is_theirs_to_correct(clone: Clone) -> None:
    clone.commit({PATH: told(by="chen@example.com")}, by=BO)
    clone.push()
    clone.commit({PATH: told("Done.", by="chen@example.com")}, by=ANA)
    assert rules(clone) == [], "the commit that brought it was hers"
    clone.commit({PATH: told("Undone.", by="chen@example.com")}, by=BO)
    assert rules(clone) == ["edit_update"]


def test_an_edit_that_is_not_committed_is_that_of_who_sits_there(clone: Clone) -> None:
    clone.write({PATH: told("Done.")})
    assert rules(clone) == ["edit_update"], "somebody@example.com, as Git's configuration says"
    clone.git("config", "user.email", "ana@example.com")
    assert rules(clone) == []


def test_a_removed_update_and_a_renamed_file_are_both_told(clone: Clone) -> None:
    clone.commit({PATH: None, NEW: incident(more=f"formerly: [{ID}]\n")}, by=BO)
    assert rules(clone) == ["edit_update", "rename"]


def test_a_file_under_a_new_name_that_does_not_say_so_is_no_removal(clone: Clone) -> None:
    clone.commit({PATH: None, NEW: told()})
    [problem] = violations(between(Repository.open(clone.folder), "origin/main"))
    assert (problem.level, problem.location.path, problem.hint) == ("error", NEW, f"formerly: [{ID}]")
    clone.commit({NEW: incident("Another", more="summary: Other\n")})
    assert rules(clone) == ["remove"]


def test_an_invalid_file_is_left_to_those_who_say_why(clone: Clone) -> None:
    clone.commit({PATH: "title: [\n"}, by=BO)
    assert rules(clone) == []
