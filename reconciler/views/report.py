"""A report as text: how each change ended, what it needs, and whether all is in line now."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.incident.text import one_line
from reconciler.plan.address import Address
from reconciler.plan.plan import Outcome, Report, State
from reconciler.run.telling import count
from reconciler.views.changes import THING, WORDS, Line, change_line, difference_lines, grouped, problem_lines
from reconciler.views.plan import counts

_ENDED = {
    State.APPLIED: ("", ""),
    State.FAILED: ("failed", "red"),
    State.SKIPPED: ("skipped", "yellow"),
    State.UNCERTAIN: ("uncertain", "yellow"),
}


def report_lines(report: Report) -> Iterator[Line]:
    """The whole report."""
    for notice in report.notices:
        yield Line(notice, "yellow")
    yield from problem_lines(report.after)
    listed = list(_outcomes(report))
    failed = {one.change.address for one in report.of(State.FAILED)}
    told = [one for one in difference_lines(report.after) if one[0] not in failed]
    headings = {one.key: one for one in (*report.headings, *report.after.headings)}
    yield from grouped(headings.values(), listed + told)
    yield Line(summary(report), "bold")


def _outcomes(report: Report) -> Iterator[tuple[Address, list[Line]]]:
    """Each outcome; the reason of what was skipped one after the other is told once an incident."""
    before = None
    for one in report.outcomes:
        why = one.trouble if one.state is State.SKIPPED else None
        reason = (one.change.address.incident, why.answer, why.next) if why else None
        lines = outcome_lines(one)
        yield one.change.address, lines[:1] if reason and reason == before else lines
        before = reason


def outcome_lines(outcome: Outcome) -> list[Line]:
    """One change and how it ended; why and what to do, where it did not end well."""
    line = change_line(outcome.change)
    word, style = _ENDED[outcome.state]
    note = f"  ({one_line(outcome.note, 200)})" if outcome.note else ""
    first = Line(f"{line.text}{note}{f'  — {word}' if word else ''}", style or line.style, WORDS)
    return [first, *_trouble(outcome)]


def _trouble(outcome: Outcome) -> Iterator[Line]:
    if outcome.trouble is None:
        return
    told = [
        one_line(outcome.trouble.answer, 300),
        str(outcome.trouble.location) if outcome.trouble.location else "",
        f"next: {one_line(outcome.trouble.next, 300)}" if outcome.trouble.next else "",
    ]
    for text in filter(None, told):
        yield Line(f"    {'':<{THING}}{text}", "red" if text == told[0] else "dim", WORDS)


def summary(report: Report) -> str:
    """The last line: what was applied, what was not, and whether all is in line now."""
    numbers = [(len(report.of(state)), state.value) for state in State]
    done = ", ".join(f"{number} {word}" for number, word in numbers if number)
    first = f"{done.capitalize()}." if done else "Nothing was written."
    told = counts(report.after)
    if report.converged and report.exit_code == 0:
        return " ".join([first, *(f"All {one}" if one.endswith("in sync.") else one for one in told)])
    last = "All else is in sync."
    if not report.converged:
        last = f"Not in sync yet: {count(len(report.after.changes), 'change')} left."
    if report.held_by:
        last += f" The lease is held by {one_line(report.held_by, 120)}."
    return " ".join([first, last, *told])
