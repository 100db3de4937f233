"""Where a branch began, however it is checked out, and what to type where that cannot be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import Failure
from reconciler.repo.between import Between, between
from reconciler.repo.repository import Repository
from tests.support.repositories import Clone, Remote, alone, remote

A, B, C = (f"incidents/2026/11/{id}.yaml" for id in "abc")


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return remote(tmp_path, {"reconciler.yaml": "name: acme\n", A: "title: A\n", B: "title: B\n"})


@pytest.fixture
def clone(hub: Remote) -> Clone:
    """A branch `fix` that edits A, while main has gone on with B."""
    there, here = hub.clone("there"), hub.clone("here")
    there.commit({B: "title: Other\n"})
    there.push()
    here.git("checkout", "--quiet", "-b", "fix")
    here.commit({A: "title: Mine\n"})
    here.git("fetch", "--quiet", "origin")
    return here


def seen(clone: Clone, base: str = "origin/main") -> Between:
    return between(Repository.open(clone.folder), base)


def test_of_a_branchs_own_head_only_its_own_edits_count(clone: Clone) -> None:
    found = seen(clone)
    assert found.changed == {"a"}
    assert found.base.revision == clone.git("merge-base", "origin/main", "HEAD")


def test_of_the_hosts_merge_only_the_branchs_edits_count(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "--detach", "origin/main")
    clone.git("merge", "--quiet", "--no-ff", "-m", "Merge", "fix")
    found = seen(clone)
    assert found.changed == {"a"}
    assert found.base.revision == clone.git("rev-parse", "HEAD^1")


def test_the_work_tree_counts_with_what_is_added_moved_and_removed(clone: Clone) -> None:
    clone.write({B: None, C: "title: C\n", "incidents/elsewhere/a.yaml": "title: Mine\n", A: None})
    assert seen(clone).changed == {"a", "b", "c"}


def test_what_is_not_here_is_told_with_what_to_type(clone: Clone, tmp_path: Path) -> None:
    with pytest.raises(Failure) as wrong:
        seen(clone, "release")
    assert wrong.value.message == "there is no revision `release` here"
    assert "origin/release" in wrong.value.next
    with pytest.raises(Failure) as wrong:
        seen(alone(tmp_path / "empty"), "HEAD")
    assert "no commit" in wrong.value.message


def test_a_revision_is_no_option(clone: Clone) -> None:
    with pytest.raises(Failure, match="there is no revision"):
        seen(clone, "--output=/tmp/x")


@pytest.mark.parametrize("base", ["origin/main", "nowhere"])
def test_of_a_shallow_clone_it_is_told_how_to_have_the_rest(hub: Remote, clone: Clone, base: str) -> None:
    clone.git("push", "--quiet", "origin", "fix")
    shallow = hub.clone("shallow", depth=1)
    shallow.git("fetch", "--quiet", "--depth=1", "origin", "fix")
    shallow.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    with pytest.raises(Failure) as wrong:
        seen(shallow, base)
    assert "fetch-depth: 0" in wrong.value.next


def test_two_histories_without_a_common_commit_are_told(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "--orphan", "other")
    clone.commit_index("Begin anew")
    with pytest.raises(Failure, match="no commit in common"):
        seen(clone)
