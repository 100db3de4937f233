"""The plan of one revision and the report of carrying it out: frozen, sorted data that views print."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.errors import Problem, Trouble
from reconciler.plan.change import Blocked, Change, Kind, Note, Unreadable


@dataclass(frozen=True, slots=True)
class Heading:
    """The line above an incident's changes; their addresses begin with `first`, the id of its marks."""

    id: str
    severity: str
    status: str
    title: str
    path: str
    first: str = ""
    private: bool = False

    @property
    def key(self) -> str:
        """The incident of the addresses below it."""
        return self.first or self.id

    def to_json(self) -> dict[str, str]:
        return {
            "id": self.id,
            "first": self.key,
            "severity": self.severity,
            "status": self.status,
            "title": self.title,
            "path": self.path,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """All that differs at one revision, and all that cannot be said or done."""

    revision: str
    headings: tuple[Heading, ...] = ()
    changes: tuple[Change, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    in_sync: int = 0

    def count(self, *kinds: Kind) -> int:
        """How many changes are of these kinds."""
        return sum(change.kind in kinds for change in self.changes)

    @property
    def held(self) -> tuple[Blocked, ...]:
        """What only a flag lets go: late pages, prunes."""
        return tuple(one for one in self.blocked if one.flag)

    @property
    def stuck(self) -> tuple[Blocked, ...]:
        """Blocked pages and channels: on-call or the channel is missing, and no flag would help."""
        return tuple(one for one in self.blocked if not one.flag and _weighty(one))

    def exit_code(self, detailed: bool = False) -> int:
        """What `reconciler plan` ends with."""
        if self.problems or self.unreadable or self.stuck:
            return 3
        if self.held:
            return 4
        return 2 if detailed and self.changes else 0

    def to_json(self) -> dict[str, Any]:
        return {
            "revision": self.revision,
            "notices": list(self.notices),
            "incidents": [heading.to_json() for heading in self.headings],
            "changes": [change.to_json() for change in self.changes],
            "blocked": [one.to_json() for one in self.blocked],
            "unreadable": [one.to_json() for one in self.unreadable],
            "notes": [note.to_json() for note in self.notes],
            "problems": [
                {"location": str(one.location), "message": one.message, "hint": one.hint}
                for one in self.problems
            ],
            "in_sync": self.in_sync,
        }


def _weighty(one: Blocked) -> bool:
    target, thing = one.address.target, one.address.thing
    return (target == "pagerduty" and "/" not in thing) or (target, thing) == ("slack", "channel")


class State(StrEnum):
    """How a change ended."""

    APPLIED = "applied"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change ended, and why."""

    change: Change
    state: State
    trouble: Trouble | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        trouble = self.trouble
        return self.change.to_json() | {
            "outcome": self.state.value,
            "note": self.note,
            "trouble": None
            if trouble is None
            else {
                "attempted": trouble.attempted,
                "answer": trouble.answer,
                "next": trouble.next,
                "location": str(trouble.location) if trouble.location else None,
            },
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What an apply did; `after` is the plan made right after: empty of changes when converged."""

    revision: str
    headings: tuple[Heading, ...]
    outcomes: tuple[Outcome, ...]
    after: Plan
    notices: tuple[str, ...] = ()
    held_by: str = ""

    def of(self, *states: State) -> tuple[Outcome, ...]:
        """The outcomes that ended in one of these states."""
        return tuple(outcome for outcome in self.outcomes if outcome.state in states)

    @property
    def converged(self) -> bool:
        """True when the look afterwards found nothing left to do."""
        return not (self.after.changes or self.after.unreadable)

    @property
    def exit_code(self) -> int:
        """What `reconciler apply` ends with."""
        if self.held_by:
            return 5
        failed = self.of(State.FAILED, State.SKIPPED)
        return 3 if failed or not self.converged else self.after.exit_code()

    def to_json(self) -> dict[str, Any]:
        return {
            "revision": self.revision,
            "notices": list(self.notices),
            "outcomes": [outcome.to_json() for outcome in self.outcomes],
            "after": self.after.to_json(),
            "converged": self.converged,
            "held_by": self.held_by,
            "exit_code": self.exit_code,
        }
