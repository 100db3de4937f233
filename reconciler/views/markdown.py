"""A plan, or what a branch changes, as Markdown for GitHub: a comment on a pull request, a job's summary.

The summary comes first, the details are folded. Words that anybody may have written stand in code only
(`verbatim`), and of private incidents stands the id alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from reconciler.errors import Problem
from reconciler.incident.settings_changes import SettingChanged
from reconciler.incident.text import one_line
from reconciler.incident.transitions import Step
from reconciler.plan.address import Address
from reconciler.plan.change import Change
from reconciler.plan.diff import sort_key
from reconciler.plan.plan import Heading, Plan
from reconciler.run.transition import SUPPOSED, Transition, turn
from reconciler.views.changes import Line, change_line, difference_lines
from reconciler.views.effects import effects, paging
from reconciler.views.fitting import Block, Limit, Section, fitted
from reconciler.views.plan import counts
from reconciler.views.verbatim import code, fence

#: How a message says which rule it is of.
_RULE = re.compile(r" \(rule `([a-z_]+)`\)$")

_TITLE = 120
_VALUE = 200


def plan_markdown(plan: Plan, limit: Limit) -> str:
    """What apply would do."""
    head = f"**{_headline(plan, 'Applying this')}**{_besides(plan)}"
    return fitted(head, [_notices(plan), _problems(plan), Section("", _incidents(plan, {}))], "", limit)


def transition_markdown(found: Transition, limit: Limit) -> str:
    """What merging a branch does; beside it, where it was asked for, what the services say."""
    plan, turns = found.plan, {one.id: turn(one) for one in found.steps}
    shown = {heading.key for heading in plan.headings}
    bad = {problem.location.path for problem in plan.problems}
    quiet = [_quiet(one, bad) for one in found.steps if one.id not in shown]
    sections = [
        Section("", [_finding(one) for one in found.broken]),
        _problems(plan),
        _settings(found.settings),
        Section("#### The incidents", [*_incidents(plan, turns), *quiet]),
        _notices(plan),
    ]
    if found.live is not None:
        summary = f"{_headline(found.live, 'Applying it')}{_besides(found.live)}"
        first = Section("#### What the services hold now, and apply would do", [Block("line", summary)])
        beside = Section("", _incidents(found.live, turns))
        sections += [first, _notices(found.live), _problems(found.live), beside]
    head = f"**{_headline(plan, 'Merging this')}**{_rules(found.broken)}{_besides(plan)}"
    since = f"Since {code(found.base[:12])}, at {code(plan.revision[:12])}"
    return fitted(head, sections, f"<sub>{since}. {SUPPOSED.capitalize()}.</sub>", limit)


def _headline(plan: Plan, what: str) -> str:
    told = effects(plan.changes)
    if not told:
        return f"{what} changes nothing in Slack, PagerDuty and Notion."
    number = len({one.address.incident for one in plan.changes})
    return f"{what} {told}, in {number} incident{'s' if number > 1 else ''}."


def _besides(plan: Plan) -> str:
    listed = [one for one in counts(plan) if not one.endswith(" in sync.")]
    return f" {' '.join(listed)}" if listed else ""


def _rules(problems: Sequence[Problem]) -> str:
    errors = sum(one.level == "error" for one in problems)
    numbers = [(errors, "error"), (len(problems) - errors, "warning")]
    told = [f"{number} {noun}{'s' if number > 1 else ''}" for number, noun in numbers if number]
    return f" {' and '.join(told)}." if told else ""


def _finding(problem: Problem) -> Block:
    sign = ":x:" if problem.level == "error" else ":warning:"
    rule = _RULE.search(problem.message)
    name = f" **{rule[1]}**" if rule else ""
    message = code(one_line(_RULE.sub("", problem.message), 300))
    return Block("finding", f"- {sign}{name} {code(str(problem.location))} {message}")


def _problems(plan: Plan) -> Section:
    return Section("", [_finding(one) for one in plan.problems])


def _notices(plan: Plan) -> Section:
    return Section("", [Block("notice", f"- :information_source: {code(one)}") for one in plan.notices])


def _settings(changed: Sequence[SettingChanged]) -> Section:
    lines = [
        Block("setting", f"- {code(one.key)}: {_value(one.before)} → {_value(one.after)}") for one in changed
    ]
    return Section("#### The settings change, for every incident", lines)


def _value(value: object) -> str:
    if value is None or value in ([], ""):
        return "nothing"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return code(one_line(text, _VALUE) or " ")


def _quiet(step: Step, bad: Collection[str]) -> Block:
    """What is edited, to no effect outside Git."""
    one = step.after or step.before
    did = "is not applied" if one is not None and one.path in bad else "changes nothing outside Git"
    return Block("incident", f"- {code(one.id if one else step.id)} {code(turn(step))}: {did}")


def _incidents(plan: Plan, turns: Mapping[str, str]) -> list[Block]:
    """A block an incident, those that page somebody first; what belongs to none comes before them."""
    changes: dict[str, list[Change]] = {}
    for change in plan.changes:
        changes.setdefault(change.address.incident, []).append(change)
    lines: dict[str, list[tuple[Address, list[Line]]]] = {}
    listed = [(one.address, [change_line(one)]) for one in plan.changes]
    for address, own in [*listed, *difference_lines(plan)]:
        lines.setdefault(address.incident, []).append((address, own))
    known = {heading.key: heading for heading in plan.headings}
    order = sorted(lines, key=lambda id: (bool(id), not paging(changes.get(id, ())), id))
    return [
        _incident(known[id], turns.get(id, ""), changes.get(id, []), _in_order(lines[id]))
        if id in known
        else Block("line", _fenced(_in_order(lines[id])))
        for id in order
    ]


def _in_order(lines: list[tuple[Address, list[Line]]]) -> list[Line]:
    return [line for _, own in sorted(lines, key=lambda one: sort_key(one[0])) for line in own]


def _incident(heading: Heading, turned: str, changes: list[Change], lines: list[Line]) -> Block:
    number = f"{len(lines)} line{'s' if len(lines) > 1 else ''}"
    if heading.private:
        return Block("incident", f"- **{code(heading.id)}** private: {number}, not shown here")
    title = f" {code(one_line(heading.title, _TITLE))}" if heading.title else ""
    calls = paging(changes)
    teams = ", ".join(code(one.address.thing) for one in calls)
    rest = effects(one for one in changes if one not in calls)
    did = "; ".join(filter(None, [f"pages {teams}" if teams else "", rest]))
    first = f"- **{code(heading.id)}** {code(turned or f'{heading.severity} · {heading.status}')}{title}"
    short = f"{first}\\\n  {did or 'nothing that can be done now'}"
    fold = f"<details><summary>{number}</summary>\n\n{_fenced(lines)}\n</details>"
    return Block("incident", f"{short}\n\n{_indented(fold)}", short)


def _indented(fold: str) -> str:
    """As part of the list's item above."""
    return "\n".join(f"  {line}" if line else "" for line in fold.split("\n"))


def _fenced(lines: Sequence[Line]) -> str:
    """Lines of a plan as they are, coloured by their signs."""
    return fence(line.text.removeprefix("  ") for line in lines)
