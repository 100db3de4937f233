"""The one loader, for validating, applying and editing: bytes in, a model out, or every problem at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.errors import Failure, Problem
from reconciler.incident import place
from reconciler.incident.check import Names, check_incident
from reconciler.incident.check_settings import check_settings
from reconciler.incident.finding import Finding, Path
from reconciler.incident.shown import inert
from reconciler.repo.document import Composed, Document, compose
from reconciler.repo.listing import Found, find_incident_files
from reconciler.repo.schema import check_schema

if TYPE_CHECKING:
    from reconciler.incident.model import Incident
    from reconciler.incident.settings import Settings

__all__ = [
    "BadFile",
    "Checked",
    "Document",
    "Found",
    "check_incident_file",
    "check_settings_file",
    "find_incident_files",
    "is_good",
    "load_document",
    "load_incident",
    "load_settings",
    "names_in",
    "names_of",
    "says_private",
]


_PRIVATE = re.compile(rb"private[\"']?\s*:\s*(?!\s|false\b)", re.I)


class BadFile(Failure):
    """A file that cannot be used; `problems` are all that it has, in the order of the lines."""

    def __init__(self, path: str, problems: tuple[Problem, ...]):
        self.path, self.problems = path, problems
        first, *others = [problem for problem in problems if problem.level == "error"]
        if others:
            super().__init__(
                f"{inert(path)} cannot be used: {len(others) + 1} errors", detail=_lines(first, *others)
            )
        else:
            hint = first.hint and f"write {first.hint}"
            super().__init__(first.message, next=hint, location=first.location)


class Checked(NamedTuple):
    """A file that was looked at: its document, if one could be made, and its problems by line."""

    document: Document | None
    problems: tuple[Problem, ...]


def load_document(content: bytes, path: str) -> Document:
    """The data of a YAML file with its positions; raises BadFile."""
    composed = compose(content, path)
    return _good(Checked(composed.document, composed.problems), path)


def load_incident(content: bytes, path: str, settings: Settings | None) -> Incident:
    """The incident in a file; raises BadFile. Without settings no name is checked against them."""
    from reconciler.incident.parse import parse_incident

    names = None if settings is None else names_of(settings)
    document = _good(check_incident_file(content, path, names), path)
    return parse_incident(document.data, place.incident_id(path), path, document.positions)


def load_settings(content: bytes, path: str, *, name: str) -> Settings:
    """The settings in a file; raises BadFile. `name` is the instance's where the file has none."""
    from reconciler.incident.parse import parse_settings

    document = _good(check_settings_file(content, path), path)
    return parse_settings(document.data, name, path, document.positions)


def check_incident_file(content: bytes, path: str, names: Names | None) -> Checked:
    """Every problem of an incident's file; never raises."""
    id = place.incident_id(path)
    return _check("incident", compose(content, path), lambda data: check_incident(data, id, names))


def check_settings_file(content: bytes, path: str) -> Checked:
    """Every problem of a settings file; never raises."""
    return _check("settings", compose(content, path), check_settings)


def says_private(content: bytes) -> bool:
    """True where a file, right or wrong, may be meant to be private: then its words are not repeated."""
    return _PRIVATE.search(content) is not None


def is_good(checked: Checked) -> bool:
    """True when nothing but warnings was found."""
    return checked.document is not None and all(problem.level != "error" for problem in checked.problems)


def names_of(settings: Settings) -> Names:
    """What incidents may name, from the settings."""
    return Names(
        severities=tuple(severity.name for severity in settings.severities),
        services=tuple(settings.services),
        teams=tuple(settings.teams),
        private_allowed=settings.private_allowed,
        path=settings.path,
    )


def names_in(document: Document) -> Names:
    """What incidents may name, from the document of good settings, which need not become a model for it."""
    data = document.data
    return Names(
        severities=tuple(severity["name"] for severity in data["severities"]),
        services=tuple(data.get("services", ())),
        teams=tuple(data.get("teams", ())),
        private_allowed=data.get("private", {}).get("allow", False),
        path=document.path,
    )


def _check(kind: str, composed: Composed, meaning: Callable[[Any], list[Finding]]) -> Checked:
    document, problems, unsound = composed
    if document is None:
        return Checked(None, problems)
    findings = [*check_schema(kind, document.data, document.spelled), *meaning(document.data)]
    sound = (finding for finding in findings if not _below(finding.path, unsound))
    told = dict.fromkeys([*problems, *(document.problem(finding) for finding in sound)])
    return Checked(document, tuple(sorted(told, key=lambda problem: problem.location)))


def _below(path: Path, unsound: frozenset[Path]) -> bool:
    """True for what follows only from something that was refused already."""
    return bool(unsound) and any(path[: len(place)] == place for place in unsound)


def _good(checked: Checked, path: str) -> Document:
    if checked.document is None or not is_good(checked):
        raise BadFile(path, checked.problems)
    return checked.document


def _lines(*errors: Problem) -> str:
    told = (f"{inert(str(error.location))}: {error.message}" for error in errors)
    hints = (f"\n  write: {error.hint}" if error.hint else "" for error in errors)
    return "\n".join(line + hint for line, hint in zip(told, hints, strict=True))
