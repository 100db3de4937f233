"""From answers to files, and nothing else: no look at a disk, a clock or the environment.

A template is a file that is right as it stands, with the examples' values in it; rendering puts the answers
in their places. So each template can be checked as what it is, and the workflows are this repository's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from reconciler import __version__
from reconciler.repo.edit_scalars import spell
from reconciler.starter.answers import EXAMPLES, Answers
from reconciler.targets.slack.scopes import HELPER_SCOPES, SCOPES

SETTINGS = "reconciler.yaml"
WORKFLOW = ".github/workflows/reconcile.yml"
FORM = ".github/workflows/declare.yml"
PULL_REQUEST = ".github/pull_request_template.md"
HOOKS = ".pre-commit-config.yaml"
APP = "slack-app.yaml"
PACKAGE = f"incident-reconciler=={__version__}"

Sources = Mapping[str, str]


class File(NamedTuple):
    """A file as it should be; `edition` is the same file with the examples' answers, alike for everybody."""

    path: str
    what: str
    text: str
    edition: str


def render(answers: Answers, sources: Sources) -> tuple[File, ...]:
    """Every file of an incident repository, in the order in which people meet them."""
    return tuple(
        File(path, what, make(sources[source], answers), make(sources[source], EXAMPLES))
        for path, what, source, make in _FILES
    )


def _settings(text: str, answers: Answers) -> str:
    return _with(
        text,
        {
            "name: acme": f"name: {spell(answers.name)}",
            "name: sev1": f"name: {spell(answers.severity)}",
            '["#incidents"]': f"[{spell(answers.channel, flow=True)}]",
            "pagerduty_service: PSVC001": f"pagerduty_service: {spell(answers.service, flow=True)}",
            "from: incidents@example.com": f"from: {spell(answers.sender, flow=True)}",
            f"database: {EXAMPLES.database}": f"database: {spell(answers.database, flow=True)}",
            "remote: origin": f"remote: {spell(answers.remote, flow=True)}",
            "branch: main": f"branch: {spell(answers.branch, flow=True)}",
        },
    )


def _example(text: str, answers: Answers) -> str:
    return _with(text, {"severity: sev1": f"severity: {spell(answers.severity)}"})


def _incidents(text: str, answers: Answers) -> str:
    return _with(text, {"`main`": f"`{answers.branch}`", "--severity sev1": f"--severity {answers.severity}"})


def _workflow(text: str, answers: Answers) -> str:
    return _with(
        text,
        {
            "pip install --quiet .": f'pip install --quiet "{PACKAGE}"',
            "on\n# main": f"on\n# {answers.branch}",
            "branches: [main, ": f"branches: [{spell(answers.branch, flow=True)}, ",
            "refs/heads/main": f"refs/heads/{answers.branch}",
            "ref: main": f"ref: {spell(answers.branch)}",
        },
    )


def _form(text: str, answers: Answers) -> str:
    names = (answers.severity, *answers.lesser)
    return _with(
        text,
        {
            "pip install --quiet .": f'pip install --quiet "{PACKAGE}"',
            "[sev1, sev2, sev3]": f"[{', '.join(spell(name, flow=True) for name in names)}]",
            "ref: main": f"ref: {spell(answers.branch)}",
            "where main is protected": f"where {answers.branch} is protected",
        },
    )


def _hook(text: str, _: Answers) -> str:
    return _with(text, {"[incident-reconciler]": f'["{PACKAGE}"]'})


def _app(text: str, _: Answers) -> str:
    needed = {**SCOPES, **HELPER_SCOPES}.items()
    asked = "".join(f"\n      - {scope} # {why}" for scope, why in needed)
    return _with(text, {"bot: []": f"bot:{asked}"})


def _as_it_is(text: str, _: Answers) -> str:
    return text


def _with(text: str, answers: Mapping[str, str]) -> str:
    """The text with each example replaced, all in one pass: no answer is taken for an example."""
    missing = [example for example in answers if example not in text]
    assert not missing, f"a template has lost {missing}"
    return re.sub("|".join(map(re.escape, answers)), lambda found: answers[found[0]], text)


#: path, what it is, its template, what puts the answers in
_FILES: tuple[tuple[str, str, str, Callable[[str, Answers], str]], ...] = (
    (SETTINGS, "severities, teams, services", "reconciler.yaml", _settings),
    ("incidents/README.md", "how to declare one", "README.md", _incidents),
    ("incidents/example.yaml", "an example that wakes nobody", "example.yaml", _example),
    ("schemas/incident.schema.json", "for editors", "incident.schema.json", _as_it_is),
    ("schemas/settings.schema.json", "for editors", "settings.schema.json", _as_it_is),
    (WORKFLOW, "validates, plans and applies", "reconcile.yml", _workflow),
    (FORM, "declares one from GitHub alone", "declare.yml", _form),
    (PULL_REQUEST, "what a reviewer looks for", "pull_request_template.md", _as_it_is),
    (HOOKS, "validates before a commit", "pre-commit-config.yaml", _hook),
    (APP, "the Slack app, to be pasted", "slack-app.yaml", _app),
)
