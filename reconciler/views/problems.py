"""The problems of files, for a person, for a program, and for GitHub's annotations.

Messages quote what anybody may have written, so no character of theirs reaches a terminal as a command.
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.errors import Failure, Location, Problem
from reconciler.incident.shown import inert
from reconciler.repo.checkup import Report

Paint = Callable[[str, str], str]
_COLOURS = {"error": "31;1", "warning": "33;1", "place": "1", "write": "32"}


def as_text(report: Report, *, colour: bool = False) -> str:
    """A line a problem and a line on what to write instead; at the end how much was looked at."""
    paint: Paint = _painted if colour else _plain
    return "\n".join([*(_text(problem, paint) for problem in report.problems), _summary(report)])


def as_json(report: Report) -> str:
    """One JSON document: the files, the counts, and every problem with its place."""
    from reconciler.views.document import document

    problems = [
        {
            "path": problem.location.path,
            "line": problem.location.line,
            "column": problem.location.column,
            "level": problem.level,
            "message": problem.message,
            "write": problem.hint,
        }
        for problem in report.problems
    ]
    counts = {"errors": report.errors, "warnings": report.warnings}
    return document({"files": list(report.files), **counts, "problems": problems})


def as_github(report: Report) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request; at the end the counts."""
    return "\n".join([*(_annotation(problem) for problem in report.problems), _summary(report)])


def _text(problem: Problem, paint: Paint) -> str:
    place = paint("place", inert(str(problem.location)))
    lines = [f"{place}: {paint(problem.level, problem.level)}: {inert(problem.message)}"]
    if problem.hint:
        lines.append(f"  write: {paint('write', inert(problem.hint))}")
    return "\n".join(lines)


def failure_annotation(failure: Failure) -> str:
    """A failure as GitHub shows it above a job's log, or beside the line where it comes from."""
    place = f"{_place(failure.location)}," if failure.location else ""
    told = (failure.message, failure.detail, failure.next and f"next: {failure.next}")
    return f"::error {place}title=reconciler::{_data(chr(10).join(filter(None, told)))}"


def annotation(level: str, message: str, next: str = "") -> str:
    """An `error`, a `warning` or a `notice`, as GitHub shows it above a job's log."""
    words = f"{message}\nnext: {next}" if next else message
    return f"::{level} title=reconciler::{_data(words)}"


def _annotation(problem: Problem) -> str:
    words = problem.message + (f"\nwrite: {problem.hint}" if problem.hint else "")
    return f"::{problem.level} {_place(problem.location)},title=reconciler validate::{_data(words)}"


def _place(location: Location) -> str:
    path, line, column = location
    return f"file={_property(path)},line={line},col={column}"


def _data(text: str) -> str:
    """GitHub: `%` and line ends are escaped in a command's message."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return inert(escaped)


def _property(text: str) -> str:
    """GitHub: in a command's properties `:` and `,` are escaped as well."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _summary(report: Report) -> str:
    checked = _count(len(report.files), "file")
    if not report.problems:
        return f"{checked} checked, nothing to correct."
    found = [_count(report.errors, "error")] if report.errors else []
    found += [_count(report.warnings, "warning")] if report.warnings else []
    return f"{checked} checked: {' and '.join(found)}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _painted(role: str, text: str) -> str:
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m"


def _plain(role: str, text: str) -> str:
    return text
