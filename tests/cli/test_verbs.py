"""The verbs from a shell: each is one commit, or a clear word and none."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.root import cli, run
from reconciler.repo.loader import load_document
from tests.support.repositories import Clone, Remote, alone, remote

SETTINGS = """\
name: acme
severities:
  - {name: sev1, urgency: high, page: [primary]}
  - {name: sev2, urgency: low}
teams:
  primary: {pagerduty_service: PSVC001}
  payments: {pagerduty_service: PSVC002}
services:
  checkout: {team: payments}
"""
ID = "20261121-honest-rhinoceros"
PATH = f"incidents/2026/11/{ID}.yaml"
FILE = """\
# by hand
title:   'Checkout returns HTTP 500'   # a third of requests
severity: sev1
status: investigating # by Ana
declared_at: 2026-11-21T16:45:00Z

roles: {commander: ana@example.com}
"""
NOON = "2026-11-21T18:05:00Z"
ANA = "Ana <ana@example.com>"


@dataclass
class Shell:
    """A person in front of a repository."""

    clone: Clone
    capture: pytest.CaptureFixture[str]
    code: int = 0
    said: str = ""

    def type(self, *words: str, author: str = ANA, now: str = NOON) -> str:
        """Run one verb; its words on stdout."""
        given = ["-C", str(self.clone.folder), *words, "--author", author, "--now", now]
        self.code = run(cli, given)
        self.said, self.error = self.capture.readouterr()
        return self.said

    def refused(self, *words: str) -> str:
        """Run a verb that must fail; its words on stderr. Nothing is committed."""
        before = self.clone.log(show="%H")
        self.type(*words)
        assert self.code != 0, self.said
        assert self.clone.log(show="%H") == before
        assert self.clone.status() == ""
        return self.error

    @property
    def file(self) -> str:
        """The only incident's file."""
        [path] = (self.clone.folder / "incidents").rglob("*.yaml")
        return path.read_text()

    @property
    def data(self) -> dict[str, object]:
        return dict(load_document(self.file.encode(), "x.yaml").data)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(alone(tmp_path / "here", {"reconciler.yaml": SETTINGS, PATH: FILE}), capsys)


@pytest.fixture
def empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(alone(tmp_path / "here", {"reconciler.yaml": SETTINGS}), capsys)


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return remote(tmp_path, {"reconciler.yaml": SETTINGS, PATH: FILE})


def test_new_writes_one_file_in_one_commit_and_says_what_to_type_next(empty: Shell) -> None:
    said = empty.type(
        *("new", "Checkout: 500", "--severity", "sev1", "--service", "checkout", "--page", "payments"),
        *("--role", "commander=bo@example.com", "--responder", "dee@example.com", "--drill"),
        *("--summary", "Since 412.\n\nCards fail.", "--bridge", "https://example.com/call"),
    )
    id = said.split(":")[0]
    assert re.fullmatch(r"20261121-[a-z]+-[a-z]+", id)
    assert empty.file == (
        "# yaml-language-server: $schema=../../../schemas/incident.schema.json\n"
        'title: "Checkout: 500"\nseverity: sev1\nstatus: investigating\ndrill: true\n'
        "declared_at: 2026-11-21T18:05:00Z\nreporter: ana@example.com\n"
        "summary: |-\n  Since 412.\n\n  Cards fail.\nservices: [checkout]\n"
        "roles:\n  commander: bo@example.com\nresponders: [dee@example.com]\npage: [payments]\n"
        "bridge: https://example.com/call\n"
    )
    assert said == (
        f"{id}: declare sev1\n  incidents/2026/11/{id}.yaml\n  commit {empty.clone.head[:12]}\n"
        "  committed here only, not pushed: there is no remote origin\n"
        f"  next: reconciler plan --incident {id}\n"
    )
    assert len(empty.clone.log()) == 2
    assert empty.clone.status() == ""


def test_a_commit_names_the_person_the_tool_and_the_request(empty: Shell) -> None:
    id = empty.type("new", "Down", "--severity", "sev2", "--request-id", "slack-1").split(":")[0]
    shown = empty.clone.git("log", "-1", "--format=%an <%ae>|%cn|%s|%b")
    assert shown == (
        f"Ana <ana@example.com>|incident-reconciler|{id}: declare sev2|"
        f"Down\n\nIncident: {id}\nVia: cli\nRequest-Id: slack-1"
    )


def test_the_same_request_makes_one_commit_and_the_second_says_so(empty: Shell) -> None:
    first = empty.type("new", "Down", "--severity", "sev1", "--request-id", "r1")
    again = empty.type("new", "Down", "--severity", "sev1", "--request-id", "r1", now="2026-11-22T01:00:00Z")
    assert empty.code == 0
    assert again.split(":")[0] == first.split(":")[0]
    assert "this request was carried out before" in again
    assert len(empty.clone.log()) == 2


def test_an_update_that_comes_twice_is_told_once(shell: Shell) -> None:
    for _ in range(2):
        shell.type("update", ID, "Rolling back", "--request-id", "r2")
        assert shell.code == 0
    assert shell.file.count("Rolling back") == 1


def test_a_request_id_inside_a_text_is_no_request_id(shell: Shell) -> None:
    shell.type("update", ID, "Hello\n\nRequest-Id: r3\n", "--request-id", "r2")
    shell.type("update", ID, "Second", "--request-id", "r3")
    assert "Second" in shell.file


def test_two_requests_make_two_incidents(empty: Shell) -> None:
    ids = {empty.type("new", "Down", "--severity", "sev1").split(":")[0] for _ in range(2)}
    assert len(ids) == 2


def test_each_verb_changes_its_own_lines_of_a_file_written_by_hand(shell: Shell) -> None:
    shell.type("update", "2026", "no")
    shell.type("status", ID, "mitigated")
    shell.type("resolve", ID, now="2026-11-21T19:00:00Z")
    shell.type("close", ID, now="2026-11-22T09:00:00Z")
    assert shell.file == FILE.replace("investigating", "closed") + (
        "times:\n  mitigated: 2026-11-21T18:05:00Z\n  resolved: 2026-11-21T19:00:00Z\n"
        "  closed: 2026-11-22T09:00:00Z\n"
        'updates:\n  - at: 2026-11-21T18:05:00Z\n    by: ana@example.com\n    text: "no"\n'
    )
    shell.type("reopen", ID)
    reopened = shell.data
    assert (reopened["status"], reopened["times"]) == ("investigating", {"mitigated": NOON})
    shell.type("cancel", ID)
    assert shell.data["status"] == "canceled"
    assert [line.removeprefix(f"{ID}: ") for line in shell.clone.log()][:6] == [
        *("cancel", "reopen", "close", "resolve", "status mitigated", "update"),
    ]


@pytest.mark.parametrize("words", [("resolve", ID), ("status", ID, "resolved"), ("reopen", ID)])
def test_a_status_it_already_has_is_said_and_not_committed(shell: Shell, words: tuple[str, ...]) -> None:
    if words[0] != "reopen":
        shell.type("resolve", ID)
    before = shell.clone.head
    assert "already; nothing was changed" in shell.type(*words)
    assert (shell.code, shell.clone.head) == (0, before)


CANNOT = {
    ("resolve", "rhino"): ("there is no incident `rhino`", f"near to it: {ID}"),
    ("resolve", "20261121-honest-rhinocerus"): ("there is no incident", f"near to it: {ID}"),
    ("resolve", ""): ("there is no incident ``", "reconciler list --all"),
    ("update", ID, " \n"): ("an update needs a text",),
    ("update", ID, "\x1b[31mred"): ("U+001B",),
    ("update", ID, "x" * 4000): ("nothing was written",),
    ("update", ID, "x", "--by", "ana"): ("nothing was written", "e-mail"),
    ("status", ID, "fixed"): ("'fixed' is not one of", "mitigated"),
    ("new", "x", "--severity", "sev9"): ("no severity `sev9`", "sev1"),
    ("new", "x", "--severity", "sev1", "--service", "chekout"): ("no service `chekout`", "checkout"),
    ("new", "x", "--severity", "sev1", "--role", "commander"): ("`commander` is no role",),
    ("new", "x", "--severity", "sev1", "--role", "commander=bo"): ("nothing was written", "e-mail"),
    ("new", "x", "--severity", "sev1", "--private"): ("private",),
    ("new", " ", "--severity", "sev1"): ("needs a title",),
    ("new", "x", "--severity", "sev1", "--declared-at", "16:45"): ("is no time with a zone",),
    ("new", "x"): ("--severity",),
}


@pytest.mark.parametrize("words", CANNOT, ids=lambda words: " ".join(words)[:50])
def test_what_cannot_be_is_a_clear_error_and_nothing_is_written(shell: Shell, words: tuple[str, ...]) -> None:
    error = shell.refused(*words)
    for part in CANNOT[words]:
        assert part in error
    assert "Traceback" not in error


@pytest.mark.parametrize("words", [("resolve", ID), ("status", ID, "identified"), ("cancel", ID)])
def test_a_closed_incident_is_only_reopened(shell: Shell, words: tuple[str, ...]) -> None:
    shell.type("close", ID)
    error = shell.refused(*words)
    assert f"{ID} is closed" in error
    assert f"reconciler reopen {ID}" in error
    shell.type("reopen", ID)
    assert shell.code == 0


def test_the_beginning_of_an_id_must_fit_one_incident(shell: Shell) -> None:
    other = ID.replace("rhinoceros", "rabbit")
    shell.clone.commit({f"incidents/{other}.yaml": FILE})
    assert other in shell.refused("resolve", "20261121-honest-r")
    shell.type("resolve", "20261121-honest-rh")
    assert shell.code == 0


def test_an_invalid_file_is_named_with_the_place_that_is_wrong(shell: Shell) -> None:
    shell.clone.commit({PATH: FILE.replace("sev1", "sev7")})
    error = shell.refused("resolve", ID)
    assert f"{PATH}:3:11" in error
    assert "sev7" in error


def test_two_files_with_one_id_are_not_guessed_between(shell: Shell) -> None:
    shell.clone.commit({f"incidents/{ID}.yaml": FILE})
    assert "two files have the id" in shell.refused("resolve", ID)


def test_edits_that_are_not_committed_are_not_lost(shell: Shell) -> None:
    shell.clone.write({PATH: FILE + "# a thought\n"})
    shell.type("resolve", ID)
    assert shell.code == 1
    assert "not committed" in shell.error
    assert shell.file == FILE + "# a thought\n"


def test_a_text_of_several_lines_comes_from_standard_input(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("One: 1\r\n\n🔥 two\n".encode())))
    shell.type("update", ID, "-")
    assert shell.data["updates"] == [
        {"at": NOON, "by": "ana@example.com", "text": "One: 1\n\n🔥 two"},
    ]


def test_standard_input_that_is_no_text_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe")))
    assert "not UTF-8" in shell.refused("update", ID, "-")


def test_two_updates_in_one_second_are_both_told(shell: Shell) -> None:
    shell.type("update", ID, "One")
    shell.type("update", ID, "Two")
    assert [line for line in shell.file.splitlines() if "at: 2026-11-21T18" in line] == [
        "  - at: 2026-11-21T18:05:00Z",
        "  - at: 2026-11-21T18:05:01Z",
    ]


def test_an_author_without_an_address_is_left_out_of_the_file(shell: Shell) -> None:
    shell.type("update", ID, "One", author="root <root@localhost>")
    assert shell.data["updates"] == [{"at": NOON, "text": "One"}]


def test_the_author_is_git_s_own_when_none_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(shell.clone.folder.parent / "nobody"))
    assert run(cli, ["-C", str(shell.clone.folder), "update", ID, "One"]) == 0
    assert shell.clone.log(show="%an <%ae>")[0] == "Somebody <somebody@example.com>"
    shell.clone.git("config", "--unset", "user.email")
    shell.capture.readouterr()
    assert run(cli, ["-C", str(shell.clone.folder), "update", ID, "Two"]) == 64
    assert "git config --global user.email" in shell.capture.readouterr().err


def test_of_a_private_incident_the_history_shows_the_id_only(empty: Shell) -> None:
    empty.clone.commit({"reconciler.yaml": SETTINGS + "private: {allow: true}\n"})
    id = empty.type("new", "Breach", "--severity", "sev1", "--private", "--summary", "Keys").split(":")[0]
    empty.type("update", id, "Rotated")
    empty.type("resolve", id)
    told = empty.clone.git("log", "-3", "--format=%B")
    assert id in told
    for word in ("Breach", "Keys", "Rotated", "sev1", "resolve"):
        assert word not in told


def test_the_commit_is_pushed_and_says_so(hub: Remote, capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell(hub.clone("here"), capsys)
    assert f"commit {hub.tip()[:12]}, pushed" not in shell.type("resolve", ID, "--no-push")
    assert "not pushed: --no-push" in shell.said
    shell.type("reopen", ID)
    assert f"commit {hub.tip()[:12]}, pushed" in shell.said
    assert shell.clone.head == hub.tip()
    assert shell.clone.status() == ""


def test_without_the_branch_here_nothing_is_committed_beside_it(
    hub: Remote, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(hub.clone("here"), capsys)
    shell.clone.git("switch", "--quiet", "--create", "other")
    shell.clone.git("branch", "--quiet", "-D", "main")
    shell.type("new", "Down", "--severity", "sev1", "--no-push")
    assert (shell.code, shell.clone.git("branch", "--list", "main")) == (1, "")
    assert "git switch main" in shell.error


def test_what_others_pushed_meanwhile_is_kept(hub: Remote, capsys: pytest.CaptureFixture[str]) -> None:
    here, there = Shell(hub.clone("here"), capsys), Shell(hub.clone("there"), capsys)
    there.type("update", ID, "From there")
    here.type("update", ID, "From here")
    assert here.code == 0
    assert hub.git("show", f"main:{PATH}").count("text: From") == 2
    new = there.type("new", "Down", "--severity", "sev1").split(":")[0]
    here.type("resolve", new)
    assert "status: resolved" in hub.git("show", f"main:incidents/2026/11/{new}.yaml")


def test_a_push_that_lost_a_race_is_made_again_on_what_the_winner_left(
    hub: Remote, capsys: pytest.CaptureFixture[str]
) -> None:
    there = hub.clone("there")
    winner = there.commit({"other.txt": "quicker\n"}, "Quicker")
    there.git("push", "--quiet", "origin", "main:side")
    hook = hub.folder / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f"#!/bin/sh\n[ -e raced ] || {{ touch raced; git update-ref refs/heads/main {winner}; }}\n"
    )
    hook.chmod(0o755)
    here = Shell(hub.clone("here"), capsys)
    assert ", pushed" in here.type("update", ID, "Told once")
    assert (hub.folder / "raced").exists()
    assert hub.git("log", "--format=%s", "main").splitlines()[:2] == [f"{ID}: update", "Quicker"]
    assert hub.git("show", f"main:{PATH}").count("Told once") == 1


def test_with_the_remote_out_of_reach_the_commit_stays_here_and_says_so(
    hub: Remote, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(hub.clone("here"), capsys)
    shell.clone.git("remote", "set-url", "origin", "file:///nonexistent/hub.git")
    assert "not pushed" in shell.type("resolve", ID)
    assert shell.code == 0
    assert "status: resolved" in shell.file


def test_a_repository_without_a_commit_takes_an_incident(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(alone(tmp_path / "here"), capsys)
    shell.clone.write({"reconciler.yaml": SETTINGS})
    said = shell.type("new", "Down", "--severity", "sev1")
    assert (shell.code, shell.clone.log()) == (0, [said.splitlines()[0]])
    assert "reconciler.yaml is not committed yet" in said


def test_without_settings_it_says_what_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell(alone(tmp_path / "here", {"README.md": "x\n"}), capsys)
    assert "there is no reconciler.yaml" in shell.refused("new", "Down", "--severity", "sev1")


def test_broken_settings_hold_up_nobody(shell: Shell) -> None:
    good = shell.clone.head
    shell.clone.commit({"reconciler.yaml": SETTINGS + "severities: []\n"})
    said = shell.type("resolve", ID)
    assert shell.code == 0
    assert f"the settings of commit {good[:12]} are used instead" in said
