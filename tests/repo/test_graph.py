"""Git's index of changed paths: written where it helps and may be, and left everywhere else."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.repo import graph
from reconciler.repo.repository import Repository
from tests.support.repositories import Clone, alone, remote


@pytest.fixture(autouse=True)
def _three_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "LARGE", 3)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return _filled(alone(tmp_path / "here", {"incidents/a.yaml": "title: A\n"}))


def _filled(clone: Clone, number: int = 3) -> Clone:
    for step in range(number):
        clone.commit({"incidents/a.yaml": f"title: {step}\n"})
    return clone


def written(clone: Clone) -> list[str]:
    """The files of the graph."""
    info = clone.folder / ".git" / "objects" / "info"
    return sorted(path.name for path in info.rglob("*graph*") if path.is_file())


def test_it_is_written_once_and_tells_of_changed_paths(clone: Clone) -> None:
    repo = Repository.open(clone.folder)
    assert graph.due(repo, "HEAD")
    assert graph.write(repo)
    assert len(written(clone)) == 2
    assert not graph.due(repo, "HEAD")
    clone.git("commit-graph", "verify")


def test_an_old_one_is_brought_up_to_date(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repository.open(clone.folder)
    graph.write(repo)
    first = written(clone)
    _filled(clone, 5)
    assert not graph.due(repo, "HEAD")
    monkeypatch.setattr(graph, "FRESH", -1.0)
    assert graph.due(repo, "HEAD")
    assert graph.write(repo)
    assert written(clone) != first


def test_one_that_git_wrote_without_changed_paths_is_written_anew(clone: Clone) -> None:
    clone.git("commit-graph", "write", "--reachable", "--split")
    before = written(clone)
    repo = Repository.open(clone.folder)
    assert graph.due(repo, "HEAD")
    assert graph.write(repo)
    assert written(clone) != before
    [newest] = (clone.folder / ".git" / "objects" / "info" / "commit-graphs").glob("graph-*")
    assert b"BIDX" in newest.read_bytes()


def test_a_short_history_needs_none(tmp_path: Path) -> None:
    clone = alone(tmp_path / "here", {"incidents/a.yaml": "title: A\n"})
    assert not graph.due(Repository.open(clone.folder), "HEAD")


@pytest.mark.parametrize("setting", ["core.commitGraph", "gc.writeCommitGraph"])
def test_whoever_has_switched_it_off_gets_none(clone: Clone, setting: str) -> None:
    clone.git("config", setting, "false")
    assert not graph.due(Repository.open(clone.folder), "HEAD")


def test_where_files_are_fetched_when_they_are_looked_at_there_is_none(clone: Clone) -> None:
    clone.git("config", "remote.origin.promisor", "true")
    assert not graph.due(Repository.open(clone.folder), "HEAD")


def test_a_shallow_clone_gets_none(tmp_path: Path) -> None:
    hub = remote(tmp_path, {"incidents/a.yaml": "title: A\n"})
    _filled(hub.clone("full"), 5).push()
    shallow = hub.clone("shallow", depth=4)
    assert not graph.due(Repository.open(shallow.folder), "HEAD")


def test_a_bare_repository_has_one_too(tmp_path: Path) -> None:
    hub = remote(tmp_path, {"incidents/a.yaml": "title: A\n"})
    _filled(hub.clone("full")).push()
    repo = Repository.open(hub.folder)
    assert graph.due(repo, "main")
    assert graph.write(repo)
    assert not graph.due(repo, "main")


def _in_the_way(clone: Clone) -> None:
    (clone.folder / ".git" / "objects" / "info").rmdir()
    (clone.folder / ".git" / "objects" / "info").write_text("")


def _read_only(clone: Clone) -> None:
    info = clone.folder / ".git" / "objects" / "info"
    info.chmod(stat.S_IRUSR | stat.S_IXUSR)


def _locked(clone: Clone) -> None:
    folder = clone.folder / ".git" / "objects" / "info" / "commit-graphs"
    folder.mkdir()
    (folder / "commit-graph-chain.lock").write_text("")


def _garbled(clone: Clone) -> None:
    (clone.folder / ".git" / "objects" / "info" / "commit-graph").write_bytes(b"CGPH\x01")


@pytest.mark.parametrize("hinder", [_in_the_way, _read_only, _locked, _garbled], ids=lambda one: one.__name__)
def test_where_it_cannot_be_written_nothing_happens(clone: Clone, hinder: Callable[[Clone], None]) -> None:
    if hinder is _read_only and os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    hinder(clone)
    repo = Repository.open(clone.folder)
    graph.due(repo, "HEAD")
    graph.write(repo)


def test_without_git_in_time_nothing_happens(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "PATIENCE", 0.0)
    repo = Repository.open(clone.folder)
    assert not graph.write(repo)
    assert not graph.due(repo, "HEAD")  # not at every look
