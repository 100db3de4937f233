"""What the files are written from: a few answers, each with the sandbox's own value until there is another.

So nothing has to be asked, the files can be tried at once against `reconciler sandbox`, and an id that is
still an example is known for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What differs from one incident repository to the next."""

    name: str = "acme"
    severity: str = "sev1"
    channel: str = "#incidents"
    service: str = "PSVC001"
    sender: str = "incidents@example.com"
    database: str = "8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d"
    remote: str = "origin"
    branch: str = "main"
    lesser: tuple[str, ...] = ("sev2", "sev3")  # the severities below the worst


EXAMPLES = Answers()

#: Where each answer stands in the settings.
PLACES: Mapping[str, Path] = {
    "name": ("name",),
    "severity": ("severities", 0, "name"),
    "channel": ("severities", 0, "announce", 0),
    "service": ("teams", "primary", "pagerduty_service"),
    "sender": ("pagerduty", "from"),
    "database": ("notion", "database"),
    "remote": ("git", "remote"),
    "branch": ("git", "branch"),
}


class Question(NamedTuple):
    """Something that nobody can guess: which answer, its option, the words to ask with, and where to look."""

    answer: str
    option: str
    words: str
    where: str


_IN_THE_BROWSER = "its address in the browser, or its id"

#: None of these has a default: the sandbox's ids are only there for trying things.
QUESTIONS = (
    Question("service", "--pagerduty-service", "The PagerDuty service to page", _IN_THE_BROWSER),
    Question("sender", "--pagerduty-from", "The PagerDuty user in whose name it pages", "an e-mail address"),
    Question("database", "--notion-database", "The Notion database for the documents", _IN_THE_BROWSER),
)

_IN_ADDRESS = {
    "service": re.compile(r"https?://.*/(?:service-directory|services)/([A-Za-z0-9]+)(?:[/?#].*)?"),
    "database": re.compile(r"https?://(?:.*[/-])?([0-9a-fA-F]{32})(?:[/?#].*)?"),
}


def meant(answer: str, given: str) -> str:
    """The id inside a web address that was pasted, else what was given."""
    given = given.strip()
    found = _IN_ADDRESS[answer].fullmatch(given) if answer in _IN_ADDRESS else None
    return found[1] if found else given


def with_answer(answers: Answers, name: str, given: str) -> Answers:
    """The answers with another one, as it was meant."""
    changed: dict[str, Any] = {name: meant(name, given)}
    return replace(answers, **changed)


def answers_in(settings: Any) -> dict[str, str]:
    """The answers that settings already give, whatever else they hold."""
    found = {name: _at(settings, path) for name, path in PLACES.items()}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def severities_in(settings: Any) -> list[str]:
    """The names of the severities that settings already have, the worst first."""
    listed = _at(settings, ("severities",))
    found = [_at(one, ("name",)) for one in listed] if isinstance(listed, list) else []
    return [name for name in found if isinstance(name, str)]


def unfilled(settings: Any) -> Iterator[Path]:
    """Where in settings an id is still the example's."""
    answers = answers_in(settings)
    for question in QUESTIONS:
        if answers.get(question.answer) == getattr(EXAMPLES, question.answer):
            yield PLACES[question.answer]


def _at(data: Any, path: Path) -> Any:
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data
