"""A plan, or what a branch changes, as Markdown for GitHub: a comment on a pull request, a job's summary.

The summary comes first, the details are folded, and what is too long is cut between two incidents. Words that
anybody may have written stand in code only, in spans or fences longer than any in them: neither Markdown nor
HTML comes to life there, nobody is mentioned, no issue is linked. Of private incidents stands the id alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.errors import Problem
from reconciler.incident.settings_changes import SettingChanged
from reconciler.incident.text import one_line
from reconciler.plan.address import Address
from reconciler.plan.change import Change
from reconciler.plan.diff import sort_key
from reconciler.plan.plan import Heading, Plan
from reconciler.run.transition import SUPPOSED, Transition
from reconciler.views.changes import Line, change_line, difference_lines
from reconciler.views.effects import effects, paged
from reconciler.views.plan import counts
from reconciler.views.verbatim import code, fence

#: GitHub takes a comment of 65,536 characters; some are left to who posts it.
COMMENT = 65_000
#: The shortest that has room for a summary and for what is said of all that is left out.
SHORTEST = 2_000

_TITLE = 120
_VALUE = 200


@dataclass(frozen=True, slots=True)
class Limit:
    """How many bytes of UTF-8 there may be, and where the whole is, in words."""

    most: int = COMMENT
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """What is shown whole, or in short, or not at all; `noun` is what one of them is called."""

    noun: str
    text: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks below a title, which is left out with the last of them."""

    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)


def plan_markdown(plan: Plan, limit: Limit) -> str:
    """What apply would do."""
    head = f"**{_headline(plan, 'Applying this')}**{_besides(plan)}"
    return fitted(head, [_problems(plan), *_incidents(plan)], "", limit)


def transition_markdown(found: Transition, limit: Limit) -> str:
    """What merging a branch does; beside it, where it was asked for, what the services say."""
    plan = found.plan
    head = f"**{_headline(plan, 'Merging this')}**{_rules(found.broken)}{_besides(plan)}"
    sections = [
        Section("", [_finding(one) for one in found.broken]),
        _problems(plan),
        _settings(found.settings),
        *_incidents(plan),
    ]
    if found.live is not None:
        title = "#### What the services hold now, and apply would do"
        beside = _incidents(found.live)
        first = Section(title, [Block("line", _live_summary(found.live))])
        sections += [first, _problems(found.live), *beside]
    since = f"since {code(found.base[:12])}, at {code(plan.revision[:12])}"
    return fitted(head, sections, f"<sub>{since}. {SUPPOSED}.</sub>", limit)


def _live_summary(plan: Plan) -> str:
    return f"{_headline(plan, 'Applying it')}{_besides(plan)}"


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


# sections --------------------------------------------------------------------------------------


def _finding(problem: Problem) -> Block:
    sign = ":x:" if problem.level == "error" else ":warning:"
    place, message = code(str(problem.location)), code(one_line(problem.message, 300))
    return Block("finding", f"- {sign} {place} {message}")


def _problems(plan: Plan) -> Section:
    return Section("", [_finding(one) for one in plan.problems])


def _settings(changed: Sequence[SettingChanged]) -> Section:
    lines = [
        Block("setting", f"- {code(one.key)}: {_value(one.before)} → {_value(one.after)}") for one in changed
    ]
    return Section("#### The settings change for every incident", lines)


def _value(value: object) -> str:
    if value is None or value in ([], ""):
        return "nothing"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return code(one_line(text, _VALUE) or " ")


def _incidents(plan: Plan) -> Iterator[Section]:
    """A block an incident, those that page somebody first; what belongs to none comes before them."""
    changes: dict[str, list[Change]] = {}
    for change in plan.changes:
        changes.setdefault(change.address.incident, []).append(change)
    lines: dict[str, list[tuple[Address, list[Line]]]] = {}
    listed = [(one.address, [change_line(one)]) for one in plan.changes]
    for address, own in [*listed, *difference_lines(plan)]:
        lines.setdefault(address.incident, []).append((address, own))
    known = {heading.key: heading for heading in plan.headings}
    order = sorted(lines, key=lambda id: (bool(id), not paged(changes.get(id, ())), id))
    yield Section("", [_incident(known.get(id), id, changes.get(id, []), lines[id]) for id in order])


def _incident(
    heading: Heading | None, id: str, changes: list[Change], lines: list[tuple[Address, list[Line]]]
) -> Block:
    ordered = [line for _, own in sorted(lines, key=lambda one: sort_key(one[0])) for line in own]
    if heading is None:
        return Block("incident", f"{id and code(id)}\n\n{_fence(ordered)}" if id else _fence(ordered))
    if heading.private:
        number = len(lines)
        return Block("incident", f"- {code(heading.id)}: private, {number} line{'s' if number > 1 else ''}")
    title = f" {code(one_line(heading.title, _TITLE))}" if heading.title else ""
    teams = ", ".join(code(team) for team in paged(changes))
    did = "; ".join(filter(None, [f"pages {teams}" if teams else "", effects(changes)]))
    first = f"- **{code(heading.id)}** {code(f'{heading.severity} · {heading.status}')}{title}"
    short = f"{first}\\\n  {did or 'nothing that can be done now'}"
    fold = f"<details><summary>{len(ordered)} lines</summary>\n\n{_fence(ordered)}\n</details>"
    return Block("incident", f"{short}\n\n{_indented(fold)}", short)


def _indented(text: str) -> str:
    """As part of the list's item above."""
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))


def _fence(lines: Iterable[Line]) -> str:
    """Lines of a plan as they are, coloured by their signs."""
    return fence(line.text.removeprefix("  ") for line in lines)


# the limit ------------------------------------------------------------------------------------------


def fitted(head: str, sections: Iterable[Section], foot: str, limit: Limit) -> str:
    """The head, as many whole blocks as fit, and the foot, which says what is left out."""
    blocks = [(section.title, block) for section in sections for block in section.blocks]
    whole = f": the whole is {code(one_line(limit.whole, 300))}" if limit.whole else ""
    nouns = list(dict.fromkeys(block.noun for _, block in blocks))
    worst = _left({noun: len(blocks) for noun in nouns}, len(blocks), whole)
    room = limit.most - _size(head) - _size(foot) - _size(worst) - 8
    told, left, folded, title, full = [head], dict[str, int](), 0, "", False
    for above, block in blocks:
        before = f"{above}\n\n" if above and above != title else ""
        fits = next((one for one in (block.text, block.short) if one and _size(before + one) + 2 <= room), "")
        if full or not fits:
            full = True
            left[block.noun] = left.get(block.noun, 0) + 1
            continue
        folded += fits is not block.text
        title = above or title
        told.append(before + fits)
        room -= _size(before + fits) + 2
    return "\n\n".join(filter(None, [*told, _left(left, folded, whole), foot])) + "\n"


def _left(left: dict[str, int], folded: int, whole: str) -> str:
    parts = [f"{number} {noun}{'s' if number > 1 else ''}" for noun, number in left.items()]
    parts += [f"the details of {folded} incident{'s' if folded > 1 else ''}"] if folded else []
    return f"… {' and '.join(parts)} left out here{whole}" if parts else ""


def _size(text: str) -> int:
    return len(text.encode())
