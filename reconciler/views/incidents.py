"""The open incidents, a line each: the worst first, the oldest of them first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from reconciler.errors import Problem
from reconciler.incident.edits import moment
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.incident.shown import inert
from reconciler.incident.text import one_line, person_name
from reconciler.run.look import Overview
from reconciler.views.changes import Line
from reconciler.views.columns import age, table

_HEAD = ("incident", "severity", "status", "age", "commander", "title")


def ranked(overview: Overview) -> list[Incident]:
    """In the order of the settings' severities, then the oldest first."""
    rank = {severity.name: place for place, severity in enumerate(overview.settings.severities)}
    return sorted(
        overview.incidents, key=lambda one: (rank.get(one.severity, len(rank)), one.declared_at, one.id)
    )


def overview_json(overview: Overview) -> dict[str, Any]:
    """The list as data, with what is wrong with the files that are not in it."""
    problems = [{"place": str(one.location), "message": one.message} for one in overview.problems]
    return {
        "incidents": [_item(one, overview.now) for one in ranked(overview)],
        "problems": problems,
        "notes": list(overview.notes),
    }


def _item(one: Incident, now: datetime) -> dict[str, Any]:
    told = {} if one.private else {"commander": one.roles.get("commander"), "title": one.title}
    return {
        "id": one.id,
        "severity": one.severity,
        "status": one.status.value,
        "declared_at": moment(one.declared_at),
        "age_seconds": int((now - one.declared_at).total_seconds()),
        "path": one.path,
        "private": one.private,
        "drill": one.drill,
        **told,
    }


def overview_lines(overview: Overview, width: int | None) -> Iterator[Line]:
    """The table, cut to `width` columns where there is a terminal."""
    if not overview.incidents:
        yield Line("No incidents." if overview.everything else "No open incidents.")
        return
    head, *rows = table([_HEAD, *(_row(one, overview) for one in ranked(overview))], width)
    yield Line(head, "dim")
    for row, one in zip(rows, ranked(overview), strict=True):
        yield Line(row, "bold" if one.status.open else "")


def problem_line(problem: Problem) -> str:
    """A file that is missing from the table, and why."""
    return inert(f"not shown: {problem.location}: {problem.message}")


def _row(one: Incident, overview: Overview) -> tuple[str, ...]:
    commander = one.roles.get("commander")
    told = ("", "private") if one.private else (_name(commander, overview.settings), one_line(one.title))
    drill = "drill · " if one.drill else ""
    status = f"{drill}{one.status}{' · paused' if one.paused else ''}"
    return (one.id, one_line(one.severity), status, age(overview.now - one.declared_at), *told)


def _name(address: str | None, settings: Settings) -> str:
    return person_name(address, settings) if address else "–"
