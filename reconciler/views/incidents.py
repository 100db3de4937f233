"""The incidents, a line each: the worst first, the oldest of them first; what has ended comes last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from reconciler.errors import Problem
from reconciler.incident.edits import moment
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.incident.shown import JOINERS, inert
from reconciler.incident.text import one_line, person_name
from reconciler.run.look import Asked, Overview
from reconciler.views.changes import Line
from reconciler.views.columns import age, cells, short, table

_HEAD = ("incident", "severity", "status", "age", "commander", "title")
#: Columns that a narrow terminal does without, the first one first.
_SPARE = ("commander", "age")
#: So many columns of a title say something.
_TITLE = 20


def ranked(overview: Overview) -> list[Incident]:
    """The open ones in the order of the settings' severities, the oldest first; then the youngest ended."""
    rank = _ranks(overview)

    def place(one: Incident) -> tuple[Any, ...]:
        if one.status.open:
            return 0, rank.get(one.severity, len(rank)), one.declared_at.timestamp(), one.id
        return 1, 0, -one.declared_at.timestamp(), one.id

    return sorted(overview.incidents, key=place)


def _ranks(overview: Overview) -> dict[str, int]:
    return {severity.name: place for place, severity in enumerate(overview.settings.severities)}


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
    """The table, as wide as the terminal; where that is too narrow for one, some lines an incident."""
    listed = ranked(overview)
    if not listed:
        yield Line(_nothing(overview.asked))
        return
    rows = [_HEAD, *(_row(one, overview) for one in listed)]
    rank = _ranks(overview)
    styles = [_style(one, rank) for one in listed]
    columns = _columns(rows, width)
    if columns is None:
        assert width is not None
        yield from _stacked(rows[1:], styles, width)
        return
    lines = table([[row[column] for column in columns] for row in rows], width)
    for line, style in zip(lines, ["dim", *styles], strict=True):
        yield Line(line, style)


def problem_line(problem: Problem) -> str:
    """A file that is missing from the table, and why."""
    return inert(f"not shown: {problem.location}: {problem.message}")


def _nothing(asked: Asked) -> str:
    if asked != Asked(asked.everything):
        return "No incident fits."
    return "No incidents." if asked.everything else "No open incidents."


def _columns(rows: Sequence[Sequence[str]], width: int | None) -> list[int] | None:
    """Those that are shown: all, or as many as leave room for the title; None where that cannot be."""
    left = list(range(len(_HEAD)))
    sizes = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    for spare in (None, *_SPARE):
        left = [column for column in left if _HEAD[column] != spare]
        room = min(sizes[-1], _TITLE)
        if width is None or sum(sizes[column] + 2 for column in left[:-1]) + room <= width:
            return left
    return None


def _stacked(rows: Sequence[Sequence[str]], styles: Sequence[str], width: int) -> Iterator[Line]:
    """The id, how it stands, the title: a line each."""
    for (id, *standing, title), style in zip(rows, styles, strict=True):
        yield Line(short(id, width), style)
        yield Line(short(f"  {' · '.join(filter(None, standing))}", width), style)
        yield Line(short(f"  {title}", width))


def _style(one: Incident, rank: dict[str, int]) -> str:
    if not one.status.open:
        return ""
    return "red" if len(rank) > 1 and rank.get(one.severity) == 0 else "bold"


def _row(one: Incident, overview: Overview) -> tuple[str, ...]:
    commander = one.roles.get("commander")
    told = ("", "private") if one.private else (_name(commander, overview.settings), one_line(one.title))
    drill = "drill · " if one.drill else ""
    status = f"{drill}{one.status}{' · paused' if one.paused else ''}"
    cells = (one.id, one_line(one.severity), status, age(overview.now - one.declared_at), *told)
    return tuple(inert(cell, keep=JOINERS) for cell in cells)


def _name(address: str | None, settings: Settings) -> str:
    return person_name(address, settings) if address else "–"
