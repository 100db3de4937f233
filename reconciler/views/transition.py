"""What a branch changes, as text: the rules that it breaks, its settings, and what merging it does."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.incident.text import one_line
from reconciler.run.transition import SUPPOSED, Transition
from reconciler.views.changes import SHORT, Line
from reconciler.views.effects import effects
from reconciler.views.plan import plan_lines

_STYLES = {"error": "red", "warning": "yellow"}


def transition_lines(found: Transition) -> Iterator[Line]:
    """The whole of it; beside it, where it was asked for, what the services say."""
    for problem in found.broken:
        text = f"{problem.location}: {problem.level}: {one_line(problem.message, 300)}"
        yield Line(text, _STYLES[problem.level])
    for one in found.settings:
        yield Line(f"{one.location}: {one.key}: {_value(one.before)}  →  {_value(one.after)}", "cyan")
    if found.broken or found.settings:
        yield Line("")
    yield from plan_lines(found.plan)
    told = effects(found.plan.changes)
    yield Line(f"Merging this {told}." if told else "Merging this changes nothing.", "bold")
    yield Line(SUPPOSED, "dim")
    if found.live is not None:
        yield Line("")
        yield Line("What the services hold now, and apply would do", "bold")
        yield from plan_lines(found.live)


def _value(value: object) -> str:
    if value is None or value in ([], ""):
        return "nothing"
    return one_line(", ".join(map(str, value)) if isinstance(value, list) else str(value), SHORT)
