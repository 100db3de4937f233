"""`action.yml` in the workflow of somebody who has no line of ours: `uses:`, and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.actions.company import FILES, company, incident, path_of, well
from tests.support.actions.expressions import holds
from tests.support.actions.job import ROOT, load

CHECKOUT = """\
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with: {fetch-depth: 0}
"""
#: Close to what the README shows, in one file.
THEIRS = f"""\
name: Ours
on:
  pull_request:
  push: {{branches: [main]}}
  repository_dispatch: {{types: [alert]}}
permissions: {{}}
jobs:
  check:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions: {{contents: read, pull-requests: write}}
    steps:
{CHECKOUT}
      - uses: incident-reconciler/incident-reconciler@v1
        with: {{command: validate}}
      - uses: incident-reconciler/incident-reconciler@v1
        with: {{command: plan}}
  run:
    if: github.event_name != 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions: {{contents: write, pull-requests: write}}
    steps:
{CHECKOUT}
      - uses: incident-reconciler/incident-reconciler@v1
        with:
          command: ${{{{ github.event_name == 'push' && 'apply' || 'declare' }}}}
          slack-bot-token: ${{{{ secrets.SLACK_BOT_TOKEN }}}}
          pagerduty-api-token: ${{{{ secrets.PAGERDUTY_API_TOKEN }}}}
          notion-token: ${{{{ secrets.NOTION_TOKEN }}}}
"""
WORKFLOW = ".github/workflows/ours.yml"
UPLOAD = "actions/upload-artifact"
OURS = [path for path in FILES if path.startswith(".github/workflows/")]


def test_one_line_checks_plans_applies_and_declares(tmp_path: Path) -> None:
    """Every `run` of the action runs in it."""
    with company(tmp_path, {WORKFLOW: THEIRS}, without=OURS) as ours:
        number = ours.site.pull({path_of(): incident("sev1")})
        (checked,) = well(ours.site.runs_of(number)["ours.yml"], "check")
        assert len(ours.site.github.comments(number)) == 1
        assert checked.artifacts["plan"] == checked.summary
        sent = {"title": "Login fails", "severity": "sev1", "key": "alert 1"}
        (declared,) = well(ours.site.dispatch("alert", **sent)["ours.yml"], "run")
        assert ours.pages() == ["[SEV1] Login fails"]
    scripts = {step["run"] for step in load(ROOT / "action.yml")["runs"]["steps"] if "run" in step}
    assert {*checked.ran, *declared.ran} == scripts


COMMANDS = {
    "validate": {"Validate"},
    "plan": {"Plan", "Comment", UPLOAD},
    "apply": {"Apply"},
    "declare": {"Declare", "Apply"},
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_its_own_steps(command: str) -> None:
    state = {"success": lambda: True}
    contexts = {"inputs": {"command": command}, "github": {"event_name": "pull_request"}, "functions": state}
    steps = [step for step in load(ROOT / "action.yml")["runs"]["steps"] if "if" in step]
    done = {
        step.get("name", step.get("uses", "").partition("@")[0])
        for step in steps
        if holds(step["if"], contexts)
    }
    assert done == COMMANDS[command]


def test_a_command_that_there_is_not_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    wrong = THEIRS.replace("'apply' || 'declare'", "'$(touch pwned)' || 'declare'")
    with company(tmp_path, {WORKFLOW: wrong}, without=OURS) as ours:
        run = ours.site.push({path_of(): incident()})["ours.yml"]["run"]
        assert run.outcome == "failure"
        assert [one.message for one in run.annotations] == [
            "command is none of validate, plan, apply and declare"
        ]
        assert len(run.ran) == 1
        assert list(tmp_path.rglob("pwned")) == []


def test_the_tokens_of_the_action_are_inputs_and_nothing_else_of_it_is_secret() -> None:
    action = load(ROOT / "action.yml")
    steps = {step.get("name"): json.dumps(step) for step in action["runs"]["steps"]}
    seen = {name for name, step in steps.items() if "-token }}" in step}
    assert seen == {"Comment", "Declare", "Apply"}
    assert "notion-token" not in steps["Declare"]
