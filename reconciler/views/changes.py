"""One line a change, the same in a plan and in a report: symbol, thing, what happens to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from reconciler.incident.text import one_line
from reconciler.plan.address import Address
from reconciler.plan.change import Blocked, Cause, Change, FieldChange, Kind, Note, Unreadable
from reconciler.plan.diff import sort_key
from reconciler.plan.plan import Heading, Plan

SYMBOLS = {Kind.CREATE: "+", Kind.UPDATE: "~", Kind.RESTORE: "!", Kind.ADOPT: "=", Kind.RETIRE: "-"}
STYLES = {
    "+": "green",
    "~": "yellow",
    "!": "magenta",
    "=": "cyan",
    "-": "blue",
    "?": "red",
    "x": "red",
    "i": "dim",
}

SERVICES = {"slack": "Slack", "pagerduty": "PagerDuty", "notion": "Notion"}

#: Field values longer than this are not shown before → after.
SHORT = 90
THING = 24
#: The column of the words behind a thing: what does not fit goes on below them.
WORDS = THING + 4
#: An end that both values share is not shown when it is longer than this.
ALIKE = 20


class Line(NamedTuple):
    """A line of output, the style it has where there is colour, and the column where it goes on when wrapped.

    Without such a column (0) that is a bit further in than it begins.
    """

    text: str
    style: str = ""
    hang: int = 0


def thing(address: Address) -> tuple[str, str]:
    """A thing's name for the left column, and what distinguishes it from its likes."""
    head, _, rest = address.thing.partition("/")
    if address.target == "pagerduty":
        return f"pagerduty {head}", rest
    return f"{address.target} {head}".strip(), rest


def change_line(change: Change) -> Line:
    """`  ~ slack topic   SEV1 · investigating …  →  SEV1 · identified …`."""
    name, _ = thing(change.address)
    symbol = SYMBOLS[change.kind]
    return Line(f"  {symbol} {name:<{THING - 1}} {_what(change)}", STYLES[symbol], WORDS)


def _what(change: Change) -> str:
    words = _fields(change) if change.id and change.kind in (Kind.UPDATE, Kind.RESTORE) else ""
    told = words or one_line(change.summary, 200)
    if change.kind is Kind.UPDATE and change.fields and not words:
        told += ": brought up to date"
    reason = "; ".join(part for part in (change.reason, _cause(change)) if part)
    return f"{told}  ({reason})" if reason else told


def _cause(change: Change) -> str:
    """Why there is a change, where it is neither an edit nor work that was not finished."""
    if change.cause is Cause.DUE:
        return "its time has come"
    if change.cause is not Cause.DRIFTED:
        return ""
    service = SERVICES.get(change.address.target, change.address.target)
    if change.kind is not Kind.RESTORE:
        return f"drifted in {service}"
    return f"{'changed' if change.id else 'removed'} in {service}, will be restored"


def _fields(change: Change) -> str:
    return "; ".join(_field(change, field) for field in change.fields if field.name != "digest")


def _field(change: Change, field: FieldChange) -> str:
    name = "" if len(change.fields) == 1 and field.name in ("text", "name") else f"{field.name} "
    before, after = _without_same_end(_value(field.before), _value(field.after))
    return f"{name}{one_line(before, SHORT)}  →  {one_line(after, SHORT)}"


def _without_same_end(before: str, after: str) -> tuple[str, str]:
    """Two values without the words that both end in, where these are many."""
    first, second = before.split(" "), after.split(" ")
    same = 0
    while same < min(len(first), len(second)) - 1 and first[-1 - same] == second[-1 - same]:
        same += 1
    if len(" ".join(first[len(first) - same :])) < ALIKE:
        return before, after
    return " ".join([*first[:-same], "…"]), " ".join([*second[:-same], "…"])


def _value(value: Any) -> str:
    return "nothing" if value is None or value == "" else one_line(str(value))


def blocked_line(blocked: Blocked) -> list[Line]:
    """A difference that cannot be removed now, and what would help."""
    name, rest = thing(blocked.address)
    of = f"{rest}: " if rest and rest not in blocked.reason else ""
    lines = [
        Line(f"  x {name:<{THING - 1}} blocked: {of}{one_line(blocked.reason, 200)}", STYLES["x"], WORDS)
    ]
    step = "; ".join(part for part in (one_line(blocked.next, 200), _place(blocked)) if part)
    return lines + ([Line(f"    {'':<{THING}}{step}", "dim", WORDS)] if step else [])


def _place(blocked: Blocked) -> str:
    return str(blocked.location) if blocked.location else ""


def unreadable_line(unreadable: Unreadable) -> Line:
    """Something that could not be read."""
    name, rest = thing(unreadable.address)
    of, why = f"{rest} " if rest else "", one_line(unreadable.reason, 200)
    return Line(
        f"  ? {name:<{THING - 1}} {of}could not be read: {why}; nothing planned here",
        STYLES["?"],
        WORDS,
    )


def note_line(note: Note) -> Line:
    """A fact that asks for no change."""
    name, _ = thing(note.address)
    return Line(f"  i {name:<{THING - 1}} {one_line(note.text, 240)}", STYLES["i"], WORDS)


def heading_line(heading: Heading) -> Line:
    """The line above an incident's changes."""
    return Line(f"{heading.id}  {heading.severity} · {heading.status}  {heading.path}", "bold")


def grouped(headings: Iterable[Heading], listed: Iterable[tuple[Address, list[Line]]]) -> Iterator[Line]:
    """Lines below their incident's heading; what belongs to none comes first."""
    lines: dict[str, list[tuple[Address, list[Line]]]] = {}
    for address, own in listed:
        lines.setdefault(address.incident, []).append((address, own))
    known = {heading.key: heading for heading in headings}
    for incident in sorted(lines):
        if incident in known:
            yield heading_line(known[incident])
        for _, own in sorted(lines[incident], key=lambda one: sort_key(one[0])):
            yield from own
        yield Line("")


def difference_lines(plan: Plan) -> list[tuple[Address, list[Line]]]:
    """Everything a plan has to say about addresses, but its changes."""
    return [
        *((one.address, blocked_line(one)) for one in plan.blocked),
        *((one.address, [unreadable_line(one)]) for one in plan.unreadable),
        *((one.address, [note_line(one)]) for one in plan.notes),
    ]


def problem_lines(plan: Plan) -> Iterator[Line]:
    """The files that hold up only themselves."""
    for problem in plan.problems:
        yield Line(f"{problem.location}: {problem.level}: {one_line(problem.message, 300)}", "red")
        if problem.hint:
            yield Line(f"  write: {one_line(problem.hint, 300)}", "dim")
    if plan.problems:
        yield Line("")
