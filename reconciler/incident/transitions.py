"""What a change of an incident's file may mean that its new text alone does not show. Pure.

A file that is right may still come of an edit that somebody should look at twice: a closed incident that is
open again, a severity that sinks, words put into somebody else's mouth. Each of these is a rule of its own,
which the settings make an error, a warning, or nothing (`rules:`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from reconciler.errors import Location, Problem
from reconciler.incident.model import Incident, Status
from reconciler.incident.rules import OFF, RuleSettings

Hands = Mapping[datetime, Collection[str]]
NOBODY: Hands = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Step:
    """One incident before and after; None where there is no file.

    `severities` are named the worst first; `wrote` says by an update's `at` who first wrote
    it, `edited` who has changed or removed it since: addresses. `renamed` is the path of a new file that is
    this one, and does not say so.
    """

    before: Incident | None
    after: Incident | None
    severities: Sequence[str] = ()
    wrote: Hands = field(default_factory=lambda: NOBODY)
    edited: Hands = field(default_factory=lambda: NOBODY)
    renamed: str = ""

    @property
    def id(self) -> str:
        """The id that the incident's marks carry."""
        one = self.before or self.after
        return one.first if one is not None else ""

    @property
    def ids(self) -> set[str]:
        """The ids of its files."""
        return {one.id for one in (self.before, self.after) if one is not None}

    @property
    def private(self) -> bool:
        """True where it is private, or was."""
        return any(one is not None and one.private for one in (self.before, self.after))


Found = Iterator[tuple[Location, str, str]]


def broken(step: Step, rules: RuleSettings) -> list[Problem]:
    """The rules that a step breaks, each as the settings count it; those that are off are left out."""
    problems = []
    for name, find in _RULES.items():
        level = getattr(rules, name)
        if level != OFF:
            problems += [_problem(step, name, level, *found) for found in find(step)]
    return sorted(problems, key=lambda one: one.location)


def _problem(step: Step, name: str, level: str, place: Location, message: str, hint: str) -> Problem:
    """What is not applied is an error, whatever the rule counts; of private incidents nothing is told."""
    told = "error" if place.path == step.renamed else level
    if step.private:
        return Problem(place, f"what is done to this private incident breaks the rule `{name}`", "", told)
    return Problem(place, f"{message} (rule `{name}`)", hint, told)


def _both(find: Callable[[Incident, Incident], Found]) -> Callable[[Step], Found]:
    """A rule about a file that there was and is."""

    def of(step: Step) -> Found:
        if step.before is not None and step.after is not None:
            yield from find(step.before, step.after)

    return of


def _reopened(before: Incident, after: Incident) -> Found:
    if before.status.over and not after.status.over:
        message = f"this incident was {before.status.value}, and is {after.status.value} again"
        yield after.where("status"), message, "a new incident, if this is a new one"


def _lowered(step: Step) -> Found:
    before, after, order = step.before, step.after, list(step.severities)
    if before is None or after is None or not {before.severity, after.severity} <= set(order):
        return
    if order.index(after.severity) > order.index(before.severity):
        message = f"the severity sinks from {before.severity} to {after.severity}: no page is withdrawn"
        yield after.where("severity"), message, ""


def _unreviewed(before: Incident, after: Incident) -> Found:
    closed = after.status is Status.CLOSED and before.status is not Status.CLOSED
    if closed and not after.drill and not after.postmortem:
        message = "this incident is closed, and the file has no postmortem"
        hint = "postmortem: a link to it, or what was learned"
        yield after.where("status"), message, hint


def _rewritten(step: Step) -> Found:
    before, after = step.before, step.after
    if before is None or after is None:
        return
    now = {one.at: number for number, one in enumerate(after.updates)}
    for update in before.updates:
        wrote = {one.lower() for one in (*step.wrote.get(update.at, ()), update.by or "") if one}
        others = sorted({one.lower() for one in step.edited.get(update.at, ())} - wrote)
        if not others or not wrote:
            continue
        number = now.get(update.at)
        did = "has removed" if number is None else "has changed"
        place = after.where("updates") if number is None else after.where("updates", number, "text")
        message = f"this update is {update.by or min(wrote)}'s, and {', '.join(others)} {did} it"
        yield place, message, "an update of one's own that corrects it"


def _removed(step: Step) -> Found:
    if step.before is not None and step.after is None and not step.renamed:
        message = f"{step.before.path} is removed: nobody looks after its channel and pages any more"
        hint = "status: closed, or canceled; the file stays (`apply --prune` retires what has none)"
        yield Location(step.before.path), message, hint


def _renamed(step: Step) -> Found:
    before, after = step.before, step.after
    if before is None:
        return
    if after is None and step.renamed:
        message = f"this file is {before.path} under a new name, and does not say so: it is not applied"
        former = ", ".join([*before.formerly, before.id])
        yield Location(step.renamed), message, f"formerly: [{former}]"
    elif after is not None and after.id != before.id:
        message = f"{before.id} is called {after.id} from now on: its marks keep the first id"
        yield after.where("formerly"), message, ""


def _one_lead(step: Step) -> Found:
    after, worst = step.after, step.severities[:1]
    if after is None or not _leads_alone(after, worst):
        return
    if step.before is None or not _leads_alone(step.before, worst):
        message = f"commander and technical lead are one person at {after.severity}"
        yield after.where("roles", "technical"), message, "somebody else for one of the two"


def _leads_alone(one: Incident, worst: Sequence[str]) -> bool:
    commander, technical = one.roles.get("commander"), one.roles.get("technical")
    same = commander is not None and technical is not None and commander.lower() == technical.lower()
    return same and one.severity in worst and one.status.open and not one.drill


_RULES: Mapping[str, Callable[[Step], Found]] = MappingProxyType(
    {
        "reopen": _both(_reopened),
        "lower_severity": _lowered,
        "close_without_postmortem": _both(_unreviewed),
        "edit_update": _rewritten,
        "remove": _removed,
        "rename": _renamed,
        "one_lead": _one_lead,
    }
)
