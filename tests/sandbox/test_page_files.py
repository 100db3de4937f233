"""The incident files beside the world: what each says, its history with its trailers, and what was edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Failure
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.repo.loader import load_incident
from reconciler.sandbox.page.board import Board
from tests.support.beside import URL, Beside, path_of, text
from tests.support.page import visiting
from tests.support.repositories import alone
from tests.support.worlds import START, world

ID, OTHER = "20261121-honest-rhinoceros", "20261121-calm-otter"


def entries(beside: Beside) -> Any:
    beside.board.look()
    found = beside.board.feed.since()["entries"]
    return {key: one for key, one in found.items() if key.partition("/")[0] in ("file", "repository")}


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    return Beside.at(tmp_path / "incidents", {ID: "", OTHER: ""})


def test_each_file_is_an_entry(beside: Beside) -> None:
    found = entries(beside)
    one = found[f"file/{ID}"]
    assert (one["title"], one["severity"], one["status"]) == ("Checkout fails", "sev1", "investigating")
    assert (one["path"], one["first"], one["uncommitted"], one["problem"]) == (path_of(ID), ID, False, "")
    about = found["repository/here"]
    assert (about["branch"], about["revision"], about["note"]) == ("main", beside.clone.head, "")


def test_a_commit_an_edit_and_a_removal_are_seen_at_the_next_look(beside: Beside) -> None:
    entries(beside)
    beside.clone.write({path_of(ID): text(START, title="Edited")})
    edited = entries(beside)[f"file/{ID}"]
    assert (edited["title"], edited["uncommitted"]) == ("Edited", True)
    beside.clone.commit({path_of(ID): text(START, title="Committed"), path_of(OTHER): None})
    found = entries(beside)
    assert (found[f"file/{ID}"]["title"], found[f"file/{ID}"]["uncommitted"]) == ("Committed", False)
    assert f"file/{OTHER}" not in found


def test_a_bad_file_says_why_and_holds_up_no_other(beside: Beside) -> None:
    beside.clone.commit({path_of(ID): "title: [\n"})
    found = entries(beside)
    assert found[f"file/{ID}"]["problem"].startswith(f"{path_of(ID)}:")
    assert found[f"file/{OTHER}"]["problem"] == ""


def test_bad_settings_are_told(beside: Beside) -> None:
    beside.clone.write({"reconciler.yaml": "name: [\n"})
    note = entries(beside)["repository/here"]["note"]
    assert note
    with visiting(beside.world, beside.board) as visitor:
        assert visitor.get(f"/page/file/{ID}").status in (200, 404)


def test_a_files_history_has_its_commits_with_trailers_and_what_each_changed(beside: Beside) -> None:
    message = "Look into it\n\nWhy.\n\nIncident: 20261121-honest-rhinoceros\nVia: shell"
    changed = text(START, title="It is the voucher")
    commit = beside.clone.commit({path_of(ID): changed}, message, by=("Bo Example", "bo@example.com"))
    beside.board.look()
    with visiting(beside.world, beside.board) as visitor:
        found = visitor.get(f"/page/file/{ID}").json
        difference = visitor.get(f"/page/file/{ID}/{commit}").json["diff"]
        others = [visitor.get(f"/page/file/{ID}/{one}").status for one in ("HEAD", "--all", "0" * 40)]
        nothing = visitor.get("/page/file/20260101-no-body").status
    newest, oldest = found["events"]
    assert found["text"] == changed
    assert (newest["commit"], newest["subject"], newest["kind"]) == (commit, "Look into it", "decision")
    assert newest["who"] == "Bo Example <bo@example.com>"
    assert newest["trailers"] == [["Incident", ID], ["Via", "shell"]]
    assert {one["field"] for one in newest["changes"]} >= {"title"}
    assert oldest["trailers"] == []
    assert "+title: It is the voucher" in difference
    assert (others, nothing) == ([404, 404, 404], 404)


def test_a_renamed_file_keeps_its_history_and_its_incident(beside: Beside) -> None:
    new = "20261121-checkout-fails"
    before = beside.clone.git("show", f"HEAD:{path_of(ID)}")
    beside.clone.commit({path_of(ID): None, path_of(new): f"{before}\nformerly: [{ID}]\n"}, "Rename it")
    entry = entries(beside)[f"file/{new}"]
    with visiting(beside.world, beside.board) as visitor:
        events = visitor.get(f"/page/file/{new}").json["events"]
    assert (entry["first"], entry["problem"]) == (ID, "")
    assert [one["subject"] for one in events] == ["Rename it", "Begin"]


def test_what_an_apply_did_is_in_the_history_and_told_as_the_last_one(beside: Beside) -> None:
    beside.applied()
    about = entries(beside)["repository/here"]
    assert any(one.startswith("create pagerduty:") for one in about["applied"]["effects"])
    with visiting(beside.world, beside.board) as visitor:
        events = visitor.get(f"/page/file/{ID}").json["events"]
    assert [one["kind"] for one in events] == ["effect", "decision"]
    assert "create slack channel" in events[0]["effects"]


def test_a_file_is_read_again_only_when_it_has_changed(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries(beside)
    read: list[str] = []

    def watched(content: bytes, path: str, settings: Settings) -> Incident:
        read.append(path)
        return load_incident(content, path, settings)

    monkeypatch.setattr("reconciler.sandbox.page.files.load_incident", watched)
    beside.clone.commit({path_of(ID): text(START, title="Another")})
    entries(beside)
    entries(beside)
    assert read == [path_of(ID)]


def test_a_folder_without_a_repository_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failure):
        Board(world()).attach(tmp_path, {})


def test_a_repository_without_settings_is_shown_with_what_is_missing(tmp_path: Path) -> None:
    alone(tmp_path / "bare", {"README.md": "x"})
    board = Board(world())
    board.attach(tmp_path / "bare", {"SLACK_API_URL": URL})
    board.look()
    assert board.feed.since()["entries"]["repository/here"]["note"]
