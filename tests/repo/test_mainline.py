"""When a commit came to the branch: at once, by a merge, or under somebody's own commits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.repo.mainline import MainLine
from reconciler.repo.repository import Repository
from tests.support.repositories import START, Clone, alone, dated


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return alone(tmp_path / "here", {"a": "0"})


def merge(clone: Clone, what: str, minutes: int, message: str) -> str:
    clone.git(
        "merge", "--quiet", "--no-ff", "-m", message, what, env=dated(START + timedelta(minutes=minutes))
    )
    return clone.head


def commit(clone: Clone, name: str, minutes: int) -> str:
    return clone.commit({name: str(minutes)}, at=START + timedelta(minutes=minutes))


def landed(clone: Clone, *commits: str) -> list[tuple[int, float] | None]:
    """Where on the line, and how many minutes after the beginning."""
    line = MainLine(Repository.open(clone.folder), clone.head, "main")
    found = [line.landed(one) for one in commits]
    return [one and (one.place, (one.at - START).total_seconds() / 60) for one in found]


def test_a_commit_of_the_branch_comes_by_itself_and_no_other_comes_at_all(clone: Clone) -> None:
    first, second = commit(clone, "a", 1), commit(clone, "a", 2)
    clone.git("checkout", "--quiet", "-b", "side", first)
    other = commit(clone, "b", 3)
    clone.git("checkout", "--quiet", "main")
    assert landed(clone, first, second, other) == [(1, 1), (2, 2), None]


def test_those_of_a_pull_request_come_with_its_merge(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "-b", "fix")
    commits = [commit(clone, "b", 1), commit(clone, "b", 2)]
    clone.git("checkout", "--quiet", "main")
    between = commit(clone, "a", 3)
    made = merge(clone, "fix", 4, "Merge pull request #12 from example/fix")
    later = commit(clone, "a", 5)
    assert landed(clone, *commits, between, made, later) == [(2, 4), (2, 4), (1, 3), (2, 4), (3, 5)]


@pytest.mark.parametrize(
    "message",
    ["Merge branch 'main' of github.com:example/incidents", "Merge remote-tracking branch 'origin/main'"],
)
def test_where_somebody_has_pulled_theirs_come_with_the_merge(clone: Clone, message: str) -> None:
    clone.git("branch", "upstream")
    mine = commit(clone, "a", 3)
    clone.git("checkout", "--quiet", "upstream")
    theirs = [commit(clone, "b", 1), commit(clone, "b", 2)]
    clone.git("checkout", "--quiet", "main")
    made = merge(clone, "upstream", 4, message)
    assert landed(clone, *theirs, mine, made) == [(1, 1), (2, 2), (3, 4), (3, 4)]
