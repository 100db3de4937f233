"""`plan --base` and `validate --base` as they are typed: no token, no network, and what each format says."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.root import cli, run
from reconciler.repo.git import Git
from tests.support.company import PATH, SETTINGS, incident, path_of
from tests.support.repositories import Clone, Remote, remote

NOW = "2026-11-21T19:00:00Z"
NEW = path_of("20261121-quiet-heron")
BO = ("Bo", "bo@example.com")
BEFORE, AFTER = (
    f'updates: [{{at: 2026-11-21T16:58:00Z, by: ana@example.com, text: "{text}"}}]\n'
    for text in ("Rolling back.", "Done.")
)
COLUMN = AFTER.index('"Done."') + 1


@pytest.fixture
def hub(tmp_path: Path) -> Remote:
    return remote(tmp_path, {"reconciler.yaml": SETTINGS, PATH: incident(more=BEFORE)})


@pytest.fixture
def clone(hub: Remote) -> Clone:
    """A branch that declares one incident, and closes another with somebody's words changed."""
    clone = hub.clone("ana")
    clone.git("checkout", "--quiet", "-b", "fix")
    clone.commit({NEW: incident("Search is slow", severity="sev3")}, by=BO)
    clone.commit({PATH: incident(status="closed", more=AFTER)}, by=BO)
    return clone


@pytest.fixture(autouse=True)
def _neither_token_nor_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call over the network, Git's own included, fails the test."""

    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("this asks the network")

    for name in ("SLACK_BOT_TOKEN", "PAGERDUTY_API_TOKEN", "NOTION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    monkeypatch.setattr(Git, "call", forbidden)


def typed(clone: Clone, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    code = run(cli, ["-C", str(clone.folder), *words])
    return code, *capsys.readouterr()


def test_without_a_token_or_a_network_it_says_what_merging_does(
    clone: Clone, capsys: pytest.CaptureFixture[str], hub: Remote
) -> None:
    hub.folder.rename(hub.folder.with_name("gone.git"))
    code, out, _ = typed(clone, capsys, "plan", "--base", "origin/main", "--now", NOW)
    assert code == 0
    assert "  - pagerduty primary       resolve the page of primary\n" in out
    assert "  + slack channel           #incd-20261121-quiet-heron\n" in out
    rewritten = "warning: this update is ana@example.com's, and bo@example.com has changed it"
    assert f"{PATH}:5:{COLUMN}: {rewritten}" in out
    assert "\nMerging this resolves 1 page, opens 1 channel, posts 1 announcement" in out
    assert "supposed: the services are as the base asks for" in out
    assert typed(clone, capsys, "plan", "--base", "origin/main", "--detailed-exitcode")[0] == 2


def test_it_leaves_no_trace(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    before = clone.git("for-each-ref"), clone.git("count-objects", "-v"), clone.status()
    typed(clone, capsys, "plan", "--base", "origin/main")
    typed(clone, capsys, "validate", "--base", "origin/main")
    assert (clone.git("for-each-ref"), clone.git("count-objects", "-v"), clone.status()) == before


def test_as_json_it_is_one_document(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(clone, capsys, "plan", "--base", "origin/main", "--now", NOW, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["base"] == clone.git("rev-parse", "origin/main")
    assert [one["id"] for one in document["edited"]] == ["20261121-honest-rhinoceros", "20261121-quiet-heron"]
    assert document["edited"][0]["status"] == ["investigating", "closed"]
    assert document["edited"][1]["severity"] == [None, "sev3"]
    assert [one["level"] for one in document["rules"]] == ["warning", "warning"]
    assert document["plan"]["revision"] == clone.head
    assert document["live"] is None


def test_as_markdown_the_summary_comes_first(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("plan", "--base", "origin/main", "--now", NOW, "--format", "markdown")
    code, out, _ = typed(clone, capsys, *words)
    assert code == 0
    assert out.splitlines()[0] == (
        "**Merging this resolves 1 page, opens 1 channel, posts 1 announcement, 2 messages, makes 1 document "
        "and changes 11 other things, in 2 incidents.** 2 warnings."
    )
    assert "- **`20261121-honest-rhinoceros`** `sev1 · investigating → closed` `Checkout fails`\\\n" in out
    short = typed(clone, capsys, *words, "--limit", "2000", "--whole", "the job's artifact")[1]
    assert len(short.encode()) <= 2000
    assert "left out here: the details of 1 incident. The whole: `the job's artifact`" in short


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--live",), "--live goes with --base"),
        (("--base", "main", "--prune"), "--prune and --base"),
        (("--limit", "10", "--format", "markdown"), "--limit"),
    ],
)
def test_options_that_do_not_fit_are_wrong_usage(
    clone: Clone, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    code, out, error = typed(clone, capsys, "plan", *words)
    assert (code, out) == (64, "")
    assert told in error


def test_a_base_that_is_not_here_is_told_with_what_to_type(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("plan", "validate"):
        code, _, error = typed(clone, capsys, command, "--base", "origin/release")
        assert code == 1
        assert "next: `git fetch origin`" in error


def test_validate_annotates_the_lines_and_an_error_ends_with_1(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = typed(clone, capsys, "validate", "--base", "origin/main", "--format", "github")
    assert code == 0, "warnings alone"
    assert (
        f"::warning file={PATH},line=3,col=9,title=reconciler validate::this incident is closed, and" in out
    )
    assert f"::warning file={PATH},line=5,col={COLUMN}," in out
    assert out.endswith("3 files checked: 2 warnings.\n")
    clone.commit({NEW: None, PATH: None})
    code, out, _ = typed(clone, capsys, "validate", "--base", "origin/main")
    assert code == 1
    assert f"{PATH}:1:1: error: " in out
    assert typed(clone, capsys, "validate")[0] == 0, "only a pull request looks at that"


def test_validate_of_invalid_settings_tells_those(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.git("checkout", "--quiet", "--orphan", "new")
    clone.commit({"reconciler.yaml": "severities: [\n"})
    code, out, error = typed(clone, capsys, "validate", "--base", "HEAD")
    assert code == 1
    assert "reconciler.yaml:" in out
    assert error == ""


def test_a_fork_that_cannot_read_the_state_gets_the_same(
    clone: Clone, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    clone.git("push", "--quiet", "origin", "fix")
    fork = Remote(clone.folder.parent / "remote.git").clone("fork")
    fork.git("checkout", "--quiet", "-b", "fix", "origin/fix")
    words = ("plan", "--base", "origin/main", "--now", NOW, "--json")
    clone.git("remote", "set-url", "origin", fork.git("remote", "get-url", "origin"))
    assert typed(fork, capsys, *words)[1] == typed(clone, capsys, *words)[1]
