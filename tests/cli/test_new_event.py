"""An incident declared from GitHub Actions: what the event says is data, and becomes one incident, once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.root import cli, run
from reconciler.repo.loader import load_document
from tests.support.repositories import Clone, remote

SETTINGS = """\
name: acme
severities: [{name: sev1}, {name: sev2}]
teams: {payments: {pagerduty_service: PSVC002}}
services: {checkout: {team: payments}}
private: {allow: true}
"""
GOOD = {"title": "Checkout is down", "severity": "sev1", "services": "checkout"}


@dataclass
class Job:
    """A job of GitHub Actions with a clone, and what came of its command."""

    clone: Clone
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    code: int = 0
    said: str = ""
    error: str = ""

    def event(self, name: str, content: Any, number: str = "77") -> None:
        path = self.clone.folder.parent / "event.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        values = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_ACTOR": "ana",
            "GITHUB_ACTOR_ID": "12",
            "GITHUB_RUN_ID": number,
            "GITHUB_SERVER_URL": "https://github.com",
        }
        for key, value in values.items():
            self.patch.setenv(key, value)

    def dispatch(self, number: str = "77", **payload: Any) -> int:
        self.event("repository_dispatch", {"action": "incident", "client_payload": payload}, number)
        return self.declare()

    def declare(self, *words: str) -> int:
        self.code = run(cli, ["-C", str(self.clone.folder), "new", "--from-event", *words])
        self.said, self.error = self.capture.readouterr()
        return self.code

    @property
    def files(self) -> list[str]:
        return [path.read_text() for path in (self.clone.folder / "incidents").rglob("*.yaml")]


@pytest.fixture
def job(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Job:
    hub = remote(tmp_path, {"reconciler.yaml": SETTINGS})
    return Job(hub.clone("here"), capsys, monkeypatch)


def test_a_form_becomes_one_commit_of_whoever_sent_it(job: Job) -> None:
    job.event("workflow_dispatch", {"inputs": GOOD | {"private": "false", "drill": "true", "page": ""}})
    assert job.declare() == 0, job.error
    [file] = job.files
    data = load_document(file.encode(), "x.yaml").data
    assert {key: data[key] for key in ("title", "severity", "services", "drill")} == {
        "title": "Checkout is down", "severity": "sev1", "services": ["checkout"], "drill": True,
    }  # fmt: skip
    assert "reporter" not in data  # nobody knows the address behind which GitHub hides them
    assert job.clone.log("origin/main", "%an <%ae> %(trailers:key=Via,valueonly,separator=)")[0] == (
        "ana <12+ana@users.noreply.github.com> workflow"
    )


def test_the_same_key_never_declares_twice_whatever_else_differs(job: Job) -> None:
    assert job.dispatch(**GOOD, key="alert 17") == 0
    id = job.said.split(":")[0]
    job.clone.git("push", "--quiet", "origin", "main")
    assert run(cli, ["-C", str(job.clone.folder), "cancel", id]) == 0
    job.capture.readouterr()
    assert job.dispatch("78", title="Another", severity="sev2", key="alert 17") == 0
    assert job.said.startswith(f"{id}: this request was carried out before")
    assert run(cli, ["-C", str(job.clone.folder), "new", "x", "--severity", "sev1", "--key", "alert 17"]) == 0
    assert len(job.files) == 1
    assert job.dispatch("79", **GOOD, key="alert 18") == 0
    assert len(job.files) == 2


def test_a_key_is_known_where_the_clone_is_shallow(job: Job) -> None:
    assert job.dispatch(**GOOD, key="alert 17") == 0
    for number in range(3):
        job.clone.commit({"README.md": str(number)})
    job.clone.push()
    hub = remote_of(job.clone)
    shallow = Job(Clone(job.clone.folder.parent / "shallow"), job.capture, job.patch)
    job.clone.git("clone", "--quiet", "--depth=1", hub, str(shallow.clone.folder))
    assert shallow.dispatch(**GOOD, key="alert 17") == 0
    assert "carried out before" in shallow.said


def remote_of(clone: Clone) -> str:
    return clone.git("remote", "get-url", "origin")


def test_a_run_that_is_run_again_declares_nothing_more(job: Job) -> None:
    for expected in (1, 1):
        assert job.dispatch("80", **GOOD) == 0
        assert len(job.files) == expected
    assert job.dispatch("81", **GOOD) == 0
    assert len(job.files) == 2


HOSTILE = (
    "$(touch pwned) `touch pwned`\"; touch pwned; '\n::stop-commands::x\n"
    "##[add-mask]a\x1b[2J ${{ secrets.X }}"
)


def test_what_was_sent_is_never_a_command(job: Job) -> None:
    assert job.dispatch(title=HOSTILE, severity="sev1", summary=HOSTILE, key=HOSTILE) == 1  # a control sign
    said = HOSTILE.replace("\x1b", "")
    assert job.dispatch(title=said, severity="sev1", summary=said, key=said) == 0, job.error
    printed = (job.said + job.error).splitlines()
    assert [line for line in printed if line.lstrip().startswith("::") or "##[" in line] == []
    assert not list(job.clone.folder.rglob("pwned"))
    [file] = job.files
    assert load_document(file.encode(), "x.yaml").data["summary"] == said


def test_what_is_wrong_is_an_annotation_and_stands_in_the_summary(job: Job, tmp_path: Path) -> None:
    job.event("repository_dispatch", {"client_payload": {"title": "a,b\n::c", "severity": 7, "x": "%"}})
    assert job.declare("--job-summary", str(tmp_path / "summary.md")) == 1
    [line] = job.error.splitlines()
    assert line.startswith("::error title=reconciler::nothing was declared")
    assert "%0A`x`: is not known; write" in line
    assert "nothing was declared" in (tmp_path / "summary.md").read_text()
    assert job.files == []


EVENTS = {
    "another event": ("push", {"ref": "refs/heads/main"}, "carries no incident: push"),
    "no payload": ("repository_dispatch", {"action": "incident"}, "has no client_payload"),
    "no object": ("repository_dispatch", [], "no JSON object"),
    "no JSON": ("workflow_dispatch", "{", "no JSON object"),
    "too deep": ("workflow_dispatch", "[" * 100_000, "no JSON object"),
    "no such severity": ("workflow_dispatch", {"inputs": GOOD | {"severity": "sev9"}}, "sev9"),
}


@pytest.mark.parametrize("case", EVENTS)
def test_an_event_that_is_no_incident_declares_none(job: Job, case: str) -> None:
    name, content, words = EVENTS[case]
    job.event(name, content)
    assert job.declare() == 1
    assert words in job.error
    assert job.files == []


def test_of_a_private_one_that_does_not_fit_no_word_is_told(job: Job, tmp_path: Path) -> None:
    job.event("workflow_dispatch", {"inputs": GOOD | {"services": "payroll-leak", "private": "true"}})
    assert job.declare("--job-summary", str(tmp_path / "summary.md")) == 1
    assert "payroll" not in job.said + job.error + (tmp_path / "summary.md").read_text()
    job.event("workflow_dispatch", {"inputs": GOOD | {"title": "Payroll leak", "private": "true"}})
    assert job.declare("--job-summary", str(tmp_path / "summary.md")) == 0
    log = "\n".join(job.clone.log("origin/main", "%B"))
    assert "ayroll" not in job.said + job.error + log + (tmp_path / "summary.md").read_text()


def test_what_was_not_pushed_is_a_warning(job: Job) -> None:
    job.event("workflow_dispatch", {"inputs": GOOD})
    job.clone.git("remote", "set-url", "origin", "file:///nowhere")
    assert job.declare() == 0
    [line] = [line for line in job.error.splitlines() if "::" in line]
    assert line.startswith("::warning title=reconciler::committed here only, not pushed")


def test_the_event_and_options_do_not_go_together(job: Job) -> None:
    job.event("workflow_dispatch", {"inputs": GOOD})
    assert job.declare("--severity", "sev2") == 64
    assert job.declare("--key", "a", "--request-id", "b") == 64
    assert job.files == []


def test_a_summary_that_cannot_be_written_fails_nothing(job: Job, tmp_path: Path) -> None:
    job.event("workflow_dispatch", {"inputs": GOOD})
    assert job.declare("--job-summary", str(tmp_path / "nowhere/summary.md")) == 0
    assert "summary could not be written" in job.error
    assert len(job.files) == 1
