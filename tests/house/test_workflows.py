"""The GitHub workflows are valid, ask for the rights they need and let nobody's text into a shell."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.starter.answers import EXAMPLES
from reconciler.starter.render import WORKFLOW, render
from reconciler.starter.sources import templates

FOLDER = Path(__file__).parents[2] / ".github/workflows"
WRITTEN = "reconcile.yml, as `reconciler init` writes it"
WORKFLOWS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml"))} | {
    WRITTEN: next(file.text for file in render(EXAMPLES, templates()) if file.path == WORKFLOW)
}
TOKENS = {"SLACK_BOT_TOKEN", "PAGERDUTY_API_TOKEN", "NOTION_TOKEN"}


def load(name: str) -> dict[str, Any]:
    """A workflow as data; YAML 1.1 reads its key `on` as a boolean, which is undone here."""
    data: dict[Any, Any] = yaml.safe_load(WORKFLOWS[name])
    return {"on" if key is True else key: value for key, value in data.items()}


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


every_workflow = pytest.mark.parametrize("name", WORKFLOWS)
ours_and_theirs = pytest.mark.parametrize("name", ["reconcile.yml", WRITTEN])


@every_workflow
def test_a_workflow_fits_github_s_schema(name: str) -> None:
    folder = os.environ.get("RECONCILER_SPECS")
    if folder is None:
        pytest.skip("RECONCILER_SPECS names no folder with official schemas")
    from jsonschema import Draft7Validator

    schema = json.loads((Path(folder) / "github_workflow.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(load(name))] == []


@every_workflow
def test_rights_are_given_job_by_job_and_every_job_ends(name: str) -> None:
    workflow = load(name)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"].keys() == {"contents"}
        assert job["timeout-minutes"] <= 15


@every_workflow
def test_an_action_is_pinned_to_a_commit_and_says_its_version(name: str) -> None:
    used = [line for line in WORKFLOWS[name].splitlines() if "uses:" in line]
    assert used
    for line in used:
        assert re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@every_workflow
def test_no_expression_is_pasted_into_a_shell(name: str) -> None:
    assert [step["run"] for step in steps(load(name)) if "${{" in step.get("run", "")] == []


@ours_and_theirs
def test_only_apply_may_write_and_only_apply_sees_the_tokens(name: str) -> None:
    jobs = load(name)["jobs"]
    rights = {job: what["permissions"]["contents"] for job, what in jobs.items()}
    assert rights == {"validate": "read", "apply": "write"}
    assert "secrets." not in json.dumps(jobs["validate"])
    (apply,) = [step for step in jobs["apply"]["steps"] if step.get("run") == "reconciler apply"]
    assert apply["env"].keys() == TOKENS


@ours_and_theirs
def test_apply_runs_one_at_a_time_on_the_whole_history_and_is_never_cut_off(name: str) -> None:
    apply = load(name)["jobs"]["apply"]
    assert apply["concurrency"] == {"group": "apply", "cancel-in-progress": False}
    (checkout,) = [step for step in apply["steps"] if "checkout" in step.get("uses", "")]
    assert checkout["with"] == {"fetch-depth": 0}


@ours_and_theirs
def test_apply_does_nothing_where_no_token_is_set(name: str) -> None:
    apply = load(name)["jobs"]["apply"]
    assert set(re.findall(r"secrets\.(\w+)", apply["env"]["ANY_TOKEN"])) == TOKENS
    notice, *others = apply["steps"]
    assert notice["if"] == "env.ANY_TOKEN != 'true'"
    assert {step["if"] for step in others} == {"env.ANY_TOKEN == 'true'"}


@ours_and_theirs
def test_apply_runs_on_push_on_request_and_as_a_safety_net_and_validate_on_a_pull_request(name: str) -> None:
    workflow = load(name)
    assert workflow["on"].keys() == {"pull_request", "push", "schedule", "workflow_dispatch"}
    assert {"incidents/**", "reconciler.yaml"} <= set(workflow["on"]["push"]["paths"])
    jobs = workflow["jobs"]
    assert jobs["validate"]["if"] == "github.event_name == 'pull_request'"
    assert jobs["apply"]["if"] == "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'"
