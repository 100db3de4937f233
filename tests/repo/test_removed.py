"""Which files a history has lost, and by which commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.repo.removed import removed
from reconciler.repo.repository import Repository
from tests.support import repositories
from tests.support.repositories import Clone


@pytest.fixture
def here(tmp_path: Path) -> Clone:
    return repositories.alone(tmp_path / "here", {"incidents/a.yaml": "A\n", "incidents/b.yaml": "B\n"})


def lost(here: Clone, *, main_line: bool = False) -> dict[str, tuple[str, str]]:
    """Id → where its file lay, and the commit without it."""
    found = removed(Repository.open(here.folder), here.head, main_line=main_line)
    return {id: (one.path, one.commit) for id, one in found.items()}


def test_a_removed_file_is_known_with_its_commit_and_last_content(here: Clone) -> None:
    here.commit({"incidents/a.yaml": "A2\n"})
    gone = here.commit({"incidents/a.yaml": None})
    here.commit({"README.md": "x\n"})
    assert lost(here) == {"a": ("incidents/a.yaml", gone)}
    repo = Repository.open(here.folder)
    blob = removed(repo, here.head)["a"].blob
    assert repo.blobs([blob])[blob] == b"A2\n"


def test_of_two_removals_the_newest_counts(here: Clone) -> None:
    here.commit({"incidents/a.yaml": None})
    here.commit({"incidents/2026/a.yaml": "A again\n"})
    gone = here.commit({"incidents/2026/a.yaml": None})
    assert lost(here) == {"a": ("incidents/2026/a.yaml", gone)}


def test_what_was_only_on_a_side_branch_is_not_on_the_main_line(here: Clone) -> None:
    here.git("switch", "--quiet", "--create", "idea")
    here.commit({"incidents/c.yaml": "C\n"})
    here.commit({"incidents/c.yaml": None, "incidents/d.yaml": "C\n"})
    here.commit({"incidents/b.yaml": None})
    here.git("switch", "--quiet", "main")
    here.git("merge", "--quiet", "--no-ff", "idea")
    assert set(lost(here)) == {"b", "c"}
    assert set(lost(here, main_line=True)) == {"b"}


def test_other_files_and_odd_names_are_no_matter(here: Clone) -> None:
    here.commit({"incidents/é\n.txt": "x", "incidents/README.md": "x"})
    here.commit({"incidents/é\n.txt": None, "incidents/README.md": None})
    assert lost(here) == {}
