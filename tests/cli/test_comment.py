"""`reconciler comment`: in a job, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.root import cli, run
from reconciler.clock import VirtualClock
from tests.support.company import SETTINGS, START
from tests.support.github import SLUG, TOKEN, GitHub, serving
from tests.support.repositories import Clone, remote

MARK = "<!-- incident-reconciler acme/plan -->"


@dataclass
class Job:
    """A job for a pull request, and what came of its command."""

    clone: Clone
    github: GitHub
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    said: str = ""
    error: str = ""
    number: int = field(default=0)

    def pull(self, head: str = SLUG) -> None:
        event = {"pull_request": {"number": self.number, "head": {"repo": {"full_name": head}}}}
        path = self.clone.folder.parent / "event.json"
        path.write_text(json.dumps(event), encoding="utf-8")
        self.patch.setenv("GITHUB_EVENT_PATH", str(path))
        self.patch.setenv("GITHUB_ACTIONS", "true")

    def comment(self, text: str, *words: str) -> int:
        (self.clone.folder / "comment.md").write_text(text, encoding="utf-8")
        file = str(self.clone.folder / "comment.md")
        code = run(cli, ["-C", str(self.clone.folder), "comment", "--file", file, *words])
        self.said, self.error = self.capture.readouterr()
        return code


@pytest.fixture
def job(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    clone = remote(tmp_path, {"reconciler.yaml": SETTINGS}).clone("here")
    github = GitHub(VirtualClock(START).now)
    with serving(github) as url:
        values: dict[str, Any] = {"API_URL": url, "REPOSITORY": SLUG, "TOKEN": TOKEN}
        for name, value in values.items():
            monkeypatch.setenv(f"GITHUB_{name}", value)
        owner, _, repo = SLUG.partition("/")
        asked = {"title": "Raise", "head": "raise", "base": "main"}
        pull = github.call("POST /repos/{owner}/{repo}/pulls", owner=owner, repo=repo, **asked)
        one = Job(clone, github, capsys, monkeypatch, number=pull["number"])
        one.pull()
        yield one


def test_one_comment_follows_the_plan(job: Job) -> None:
    for text, did in (("One.", "created"), ("Two.", "updated"), ("Two.", "the same already")):
        assert job.comment(text) == 0, job.error
        assert did in job.said
    assert job.github.comments(job.number) == [f"{MARK}\nTwo.\n"]
    assert job.comment("Else.", "--key", "report") == 0
    assert len(job.github.comments(job.number)) == 2


def test_from_a_fork_nothing_is_written_and_nothing_is_wrong(job: Job) -> None:
    job.github.rights.clear()
    job.pull(head="mallory/incidents")
    assert (job.comment("One."), job.error) == (0, "")
    assert "it comes from a fork" in job.said
    assert job.github.comments(job.number) == []


def test_a_right_that_is_missing_is_a_warning_that_says_which(job: Job) -> None:
    job.github.rights.clear()
    assert job.comment("One.") == 0
    [line] = job.error.splitlines()
    assert line.startswith("::warning title=reconciler::no comment")
    assert "pull-requests: write" in line
    assert TOKEN not in line


def test_a_pull_request_is_named_by_hand_outside_of_a_job(job: Job) -> None:
    for name in ("EVENT_PATH", "ACTIONS"):
        job.patch.delenv(f"GITHUB_{name}")
    assert job.comment("One.") == 64
    assert job.comment("One.", "--pull", str(job.number)) == 0
    job.patch.delenv("GITHUB_TOKEN")
    assert job.comment("One.", "--pull", str(job.number)) == 1
    assert "GITHUB_TOKEN" in job.error


def test_what_cannot_be_posted_is_said(job: Job) -> None:
    assert job.comment("x" * 70_000) == 1
    assert "65,536" in job.error
    assert run(cli, ["-C", str(job.clone.folder), "comment", "--file", "nowhere.md"]) == 1
    assert job.github.comments(job.number) == []
