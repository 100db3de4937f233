"""A plan as text: grouped by incident, a line a change, fields only where they differ, counts last."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.plan.change import Kind
from reconciler.plan.plan import Plan
from reconciler.views.changes import Line, change_line, difference_lines, grouped, problem_lines

_WORDS = {
    Kind.CREATE: "to create",
    Kind.UPDATE: "to update",
    Kind.RESTORE: "to restore",
    Kind.ADOPT: "to adopt",
    Kind.RETIRE: "to retire",
}


def plan_lines(plan: Plan) -> Iterator[Line]:
    """The whole plan."""
    for notice in plan.notices:
        yield Line(notice, "yellow")
    yield from problem_lines(plan)
    listed = [(one.address, [change_line(one)]) for one in plan.changes]
    yield from grouped(plan.headings, listed + difference_lines(plan))
    yield Line(summary(plan), "bold")


def summary(plan: Plan) -> str:
    """The last line: `Plan: 2 to create, 1 to restore. 41 in sync. 1 blocked.`"""
    counted = ", ".join(f"{plan.count(kind)} {_WORDS[kind]}" for kind in Kind if plan.count(kind))
    first = f"Plan: {counted}." if counted else _nothing(plan)
    return " ".join([first, *counts(plan)])


def _nothing(plan: Plan) -> str:
    complete = not (plan.unreadable or plan.blocked or plan.problems)
    return "In sync: nothing to do." if complete else "Nothing that can be done now."


def counts(plan: Plan) -> list[str]:
    """What is beside the changes, in words."""
    numbers = [
        (plan.in_sync, "in sync"),
        (len(plan.unreadable), "unreadable"),
        (len([one for one in plan.blocked if not one.flag]), "blocked"),
        (len(plan.held), "held back"),
        (len({problem.location.path for problem in plan.problems}), "invalid"),
    ]
    return [f"{number} {words}." for number, words in numbers if number]
