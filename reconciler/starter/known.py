"""What is known of a repository before anybody is asked: from its settings, else from Git."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from reconciler.errors import Failure
from reconciler.repo.document import Document
from reconciler.repo.loader import check_settings_file
from reconciler.starter.answers import EXAMPLES, Answers, answers_in, severities_in, unfilled
from reconciler.starter.folder import Folder, InTheWay
from reconciler.starter.render import SETTINGS, Sources, render

_SEVERITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")


def known(folder: Folder, sources: Sources) -> Answers:
    """The answers as this repository gives them; of settings that are wrong, those that are not."""
    here, document = folder.answers(), _settings(folder)
    if document is None:
        return here
    found = answers_in(document.data)
    fitting: dict[str, Any] = {name: value for name, value in found.items() if _fits(name, value, sources)}
    answers = replace(EXAMPLES, name=here.name)
    names = severities_in(document.data)
    if names and all(map(_SEVERITY.fullmatch, names)):
        answers = replace(answers, lesser=tuple(names[1:]))
    return replace(answers, **fitting)


def to_fill_in(folder: Folder) -> list[int]:
    """The lines of the settings where an id is still the example's."""
    document = _settings(folder)
    if document is None:
        return []
    return sorted(document.positions[path][0] for path in unfilled(document.data))


def refusal(answers: Answers, sources: Sources) -> str:
    """Why settings with these answers would be no good; empty when they are."""
    try:
        settings = next(file.text for file in render(answers, sources) if file.path == SETTINGS)
    except Failure as failure:  # what no YAML file can hold
        return failure.message
    problems = check_settings_file(settings.encode(), SETTINGS).problems
    return problems[0].message if problems else ""


def _fits(name: str, value: str, sources: Sources) -> bool:
    if name == "severity":  # which may be one of the template's others
        return _SEVERITY.fullmatch(value) is not None
    given: dict[str, Any] = {name: value}
    return not refusal(replace(EXAMPLES, **given), sources)


def _settings(folder: Folder) -> Document | None:
    """The settings that are there, right or wrong; None where there are none that can be read."""
    try:
        content = folder.look(SETTINGS).content
    except InTheWay:
        return None
    return check_settings_file(content, SETTINGS).document if content is not None else None
