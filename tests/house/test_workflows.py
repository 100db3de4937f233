"""The workflows and our action are valid, ask for what they need, and let nobody's text into a shell."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from reconciler.repo.repository import PROPOSALS
from reconciler.starter.answers import EXAMPLES
from reconciler.starter.render import FORM, WORKFLOW, render
from reconciler.starter.sources import templates
from tests.support.actions.job import parsed
from tests.sweeps.__main__ import KINDS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github/workflows"
ACTION = "action.yml"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml"))} | {
    f"{Path(file.path).name}, as `reconciler init` writes it": file.text
    for file in render(EXAMPLES, templates())
    if file.path in (WORKFLOW, FORM)
}
TOKENS = {"SLACK_BOT_TOKEN", "PAGERDUTY_API_TOKEN", "NOTION_TOKEN"}
#: When a job runs that looks at somebody's edits.
REVIEWED = "github.event_name == 'pull_request' && github.event.action != 'closed'"
#: What each job of ours may do; beside these, jobs read the files.
RIGHTS = {
    "validate": {"contents": "read"},
    "plan": {"contents": "read", "pull-requests": "write"},
    "apply": {"contents": "write", "pull-requests": "read"},
    "declare": {"contents": "write", "pull-requests": "write"},
}


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = parsed(TEXTS[name])
    return found


def steps(name: str) -> list[dict[str, Any]]:
    if name == ACTION:
        own: list[dict[str, Any]] = action()["runs"]["steps"]
        return own
    return [step for job in load(name)["jobs"].values() for step in job["steps"]]


def action() -> Any:
    return parsed((ROOT / ACTION).read_text(encoding="utf-8"))


def of_ours(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", [one for one in TEXTS if one.startswith(name)])


every_workflow = pytest.mark.parametrize("name", TEXTS)
every_file = pytest.mark.parametrize("name", [*TEXTS, ACTION])


def misfits(kind: str, data: Any) -> list[str]:
    folder = os.environ.get("RECONCILER_SPECS")
    if folder is None:
        pytest.skip("RECONCILER_SPECS names no folder with official schemas")
    schema = json.loads((Path(folder) / f"github_{kind}.schema.json").read_text(encoding="utf-8"))
    return [error.message for error in Draft7Validator(schema).iter_errors(data)]


@every_workflow
def test_a_workflow_fits_github_s_schema(name: str) -> None:
    assert misfits("workflow", load(name)) == []


def test_the_action_fits_github_s_schema() -> None:
    assert misfits("action", action()) == []


@every_workflow
def test_rights_are_given_job_by_job_and_every_job_ends(name: str) -> None:
    workflow = load(name)
    assert workflow["permissions"] == {}
    for job, about in workflow["jobs"].items():
        assert about["permissions"] == RIGHTS.get(job, {"contents": "read"})
        assert about["timeout-minutes"] <= 15


@every_file
def test_an_action_is_pinned_to_a_commit_and_says_its_version(name: str) -> None:
    text = TEXTS[name] if name in TEXTS else (ROOT / name).read_text(encoding="utf-8")
    used = [line for line in text.splitlines() if re.match(r"\s*(- )?uses:", line)]
    assert used
    for line in used:
        assert re.search(r"uses: (\./|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$", line), line


def test_an_action_is_pinned_to_one_commit_everywhere() -> None:
    texts = "\n".join([*TEXTS.values(), (ROOT / ACTION).read_text(encoding="utf-8")])
    pins = set(re.findall(r"uses: ([\w/-]+)@(\S+)", texts))
    assert len(pins) == len({name for name, _ in pins})


@every_file
def test_no_expression_is_pasted_into_a_shell(name: str) -> None:
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []


@every_file
def test_the_scripts_are_good_bash(name: str, tmp_path: Path) -> None:
    program = shutil.which("shellcheck")
    if program is None:
        pytest.skip("there is no shellcheck")
    files = []
    for number, script in enumerate(step["run"] for step in steps(name) if "run" in step):
        files.append(tmp_path / f"step-{number}.sh")
        files[-1].write_text(script, encoding="utf-8")
    ended = subprocess.run([program, "--shell=bash", *files], capture_output=True, text=True, check=False)
    assert ended.stdout == ""


@every_file
def test_what_others_wrote_goes_nowhere_but_through_the_event_s_file(name: str) -> None:
    """Neither into the environment, where the log would show it, nor into an argument of an action."""
    given = json.dumps([{**step.get("env", {}), **step.get("with", {})} for step in steps(name)])
    assert "github.event" not in given
    ours = {f"inputs.{key}" for key in action()["inputs"]} if name == ACTION else set()
    assert set(re.findall(r"inputs\.[\w-]+", given)) <= ours


@every_workflow
def test_no_foreign_code_runs_with_our_rights(name: str) -> None:
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & load(name)["on"].keys()
    for job in load(name)["jobs"].values():
        if job.get("if") == REVIEWED:
            assert "secrets." not in json.dumps(job)
            assert job["steps"][0]["with"]["persist-credentials"] is False


def test_each_kind_of_the_sweeps_is_swept_at_night_once() -> None:
    listed = load("sweep.yml")["jobs"]["sweep"]["strategy"]["matrix"]["kinds"]
    assert sorted(" ".join(listed).split()) == sorted(KINDS)


@of_ours("reconcile.yml")
def test_only_apply_sees_the_tokens(name: str) -> None:
    jobs = load(name)["jobs"]
    assert jobs.keys() == {"validate", "plan", "apply"}
    (apply,) = [step for step in jobs["apply"]["steps"] if step.get("name") == "Apply"]
    assert apply["env"].keys() == TOKENS | {"GITHUB_TOKEN"}
    seen = [step for step in steps(name) if "secrets." in json.dumps(step)]
    assert seen == [apply]


@of_ours("declare.yml")
def test_of_a_declaration_only_its_apply_sees_the_tokens(name: str) -> None:
    seen = [step["name"] for step in steps(name) if "secrets." in json.dumps(step)]
    assert seen == ["Apply"]
    assert steps(name)[-1]["env"].keys() == TOKENS | {"GITHUB_TOKEN"}


@of_ours("declare.yml")
def test_no_declaration_is_dropped_for_another(name: str) -> None:
    """A group would keep one that runs and one that waits, and drop the rest."""
    workflow = load(name)
    assert "concurrency" not in workflow
    assert [job for job in workflow["jobs"].values() if "concurrency" in job] == []
    assert workflow["on"].keys() == {"workflow_dispatch", "repository_dispatch"}
    checkout = workflow["jobs"]["declare"]["steps"][0]
    assert checkout["with"] == {"ref": "main", "fetch-depth": 0}


@of_ours("reconcile.yml")
def test_apply_runs_one_at_a_time_on_the_whole_history_and_is_never_cut_off(name: str) -> None:
    apply = load(name)["jobs"]["apply"]
    assert apply["concurrency"] == {"group": "apply", "cancel-in-progress": False}
    (checkout,) = [step for step in apply["steps"] if "checkout" in step.get("uses", "")]
    assert checkout["with"] == {"ref": "main", "fetch-depth": 0}


@of_ours("reconcile.yml")
def test_apply_does_nothing_where_no_token_is_set(name: str) -> None:
    apply = load(name)["jobs"]["apply"]
    assert set(re.findall(r"secrets\.(\w+)", apply["env"]["ANY_TOKEN"])) == TOKENS
    notice, *others = apply["steps"]
    assert notice["if"] == "env.ANY_TOKEN != 'true'"
    assert {step["if"] for step in others} == {"env.ANY_TOKEN == 'true'"}


@of_ours("reconcile.yml")
def test_apply_runs_on_push_on_request_and_as_a_safety_net_and_the_rest_on_a_pull_request(name: str) -> None:
    workflow = load(name)
    assert workflow["on"].keys() == {"pull_request", "push", "schedule", "workflow_dispatch"}
    assert {"incidents/**", "reconciler.yaml"} <= set(workflow["on"]["push"]["paths"])
    assert workflow["on"]["push"]["branches"][1:] == [f"{PROPOSALS}**"]
    jobs = workflow["jobs"]
    for job in ("validate", "plan"):
        assert jobs[job]["if"] == REVIEWED
    assert jobs["apply"]["if"].startswith("github.ref == 'refs/heads/main' || ")


def test_the_action_runs_what_the_workflows_run() -> None:
    """The same commands, but for where they are installed."""

    def scripts(found: list[dict[str, Any]]) -> dict[str, str]:
        named = {step["name"]: step["run"] for step in found if "run" in step and "name" in step}
        return {
            name: re.sub(r'"\$RUNNER_TEMP/incident-reconciler/bin/(\w+)"', r"\1", run)
            for name, run in named.items()
        }

    ours = scripts(steps(ACTION))
    theirs = scripts(steps("reconcile.yml")) | scripts(steps("declare.yml"))
    for mine, other in {
        "Plan": "Plan what merging would do",
        "Comment": "Comment",
        "Apply": "Apply",
        "Declare": "Declare",
    }.items():
        assert words(ours[mine]) == words(theirs[other])


def words(script: str) -> list[str]:
    """A script without what only a reader sees."""
    return re.sub(r"#.*", "", script).split()
