"""What a branch changes: what merging it does to the world, and which of the transition rules it breaks.

It needs no token and asks no service, so that a fork's pull request gets it too. Incidents that the branch
does not touch are left out as settled ones are; those that it touches are rehearsed up to the base, and what
is left to do there for the head is the answer (`rehearsal`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from reconciler.clock import Clock, VirtualClock
from reconciler.errors import Problem
from reconciler.incident.settings_changes import SettingChanged, changes
from reconciler.incident.transitions import Step
from reconciler.plan.change import Kind
from reconciler.plan.plan import Plan
from reconciler.plan.remainder import without
from reconciler.repo.between import between, cut
from reconciler.repo.good_settings import over_time
from reconciler.repo.mainline import MainLine
from reconciler.repo.repository import Repository
from reconciler.repo.state import StateStore
from reconciler.run.affected import Side, affected
from reconciler.run.births import births
from reconciler.run.reading import Options
from reconciler.run.rehearsal import Era, Rehearsal, Supposed
from reconciler.run.steps import judged, steps
from reconciler.targets.case import Case

#: What nobody can know without asking the services.
SUPPOSED = (
    "supposed: the services are as the base asks for, all are on, and every person, group, team and channel "
    "that the files name is there; `--live` asks them"
)


@dataclass(frozen=True)
class Transition:
    """See the module. `live` is the ordinary plan beside it, where it was asked for."""

    base: str
    plan: Plan
    steps: tuple[Step, ...] = ()
    broken: tuple[Problem, ...] = ()
    settings: tuple[SettingChanged, ...] = ()
    live: Plan | None = None

    @property
    def errors(self) -> bool:
        """True where a rule that the settings make an error is broken."""
        return any(problem.level == "error" for problem in self.broken)

    def exit_code(self, detailed: bool = False) -> int:
        """What `reconciler plan --base` ends with."""
        code = self.plan.exit_code(detailed)
        if code == 3 or (self.live is not None and self.live.exit_code() == 3):
            return 3
        return 4 if self.errors else code

    def to_json(self) -> dict[str, Any]:
        """As data; of private incidents the plan says no more than any plan does."""
        return {
            "base": self.base,
            "edited": [_edited(step) for step in self.steps],
            "settings": [one.to_json() for one in self.settings],
            "rules": [
                {
                    "location": str(one.location),
                    "level": one.level,
                    "message": one.message,
                    "hint": one.hint,
                }
                for one in self.broken
            ],
            "supposed": SUPPOSED,
            "plan": self.plan.to_json(),
            "live": self.live.to_json() if self.live is not None else None,
        }


def _edited(step: Step) -> dict[str, Any]:
    one = step.after or step.before
    assert one is not None
    sides = [step.before, step.after]
    return {
        "id": one.id,
        "path": one.path,
        "status": None if step.private else [side and side.status.value for side in sides],
        "severity": None if step.private else [side and side.severity for side in sides],
    }


def turn(step: Step) -> str:
    """What becomes of an incident, in words: `sev3 → sev1 · closed → investigating`."""
    if step.private:
        return "private"
    before, after = step.before, step.after
    if before is None or after is None:
        one, word = (after, "new") if before is None else (before, "removed")
        return f"{word} · {one.severity} · {one.status.value}" if one is not None else word
    pairs = [(before.severity, after.severity), (before.status.value, after.status.value)]
    return " · ".join(was if was == now else f"{was} → {now}" for was, now in pairs)


def _unseen(plan: Plan) -> Plan:
    """The plan without what others have made of a thing that is taken over: only the service knows."""
    changes = tuple(
        replace(one, fields=tuple(replace(field, before=None) for field in one.fields))
        if one.kind is Kind.ADOPT
        else one
        for one in plan.changes
    )
    return replace(plan, changes=changes)


@dataclass(frozen=True)
class Branch:
    """A branch in its repository. `suppose` makes services in memory, with a clock of their own."""

    repo: Repository
    clock: Clock
    suppose: Callable[[VirtualClock], Supposed]
    options: Options = field(default_factory=Options)

    def transition(self, revision: str) -> Transition:
        """What the branch does to what `revision` has. Raises Failure where that cannot be told."""
        found = between(self.repo, revision)
        now = self.options.now or self.clock.now()
        head = Side.of(found.head)
        base = Side.before(found.base, head)
        kept = StateStore(self.repo, base.settings.git, self.clock).load(fetch=False)
        touched = affected(found, base, head, now, kept, self.options.only)
        if touched.before.cut:
            raise cut(self.repo)
        rehearsal = self._rehearsed(touched.lives, base, now)
        after = head.read(touched.ids, rehearsal.memories, now, late=self.options.allow_late_pages)
        if after.cut:
            raise cut(self.repo)
        already = rehearsal.plan(touched.before, base.settings)
        plan = _unseen(without(rehearsal.plan(after, head.settings), already, rehearsal.supposed.nameless))
        made = tuple(one for one in steps(found, head.settings) if one.ids & touched.ids)
        broken = judged(made, base.settings.rules)
        places = {one.location for one in plan.problems}
        told = [head.known.note, *plan.notices, *touched.notices, *rehearsal.refused]
        notes = tuple(filter(None, told))
        return Transition(
            base=str(found.base.revision),
            plan=replace(plan, notices=notes, in_sync=0),
            steps=made,
            broken=tuple(one for one in broken if one.location not in places),
            settings=tuple(changes(base.settings, head.settings)),
        )

    def _rehearsed(self, lives: Mapping[str, Case], base: Side, now: datetime) -> Rehearsal:
        """The world once these have lived up to the base."""
        begun = [version.at for case in lives.values() for version in case.history.versions]
        clock = VirtualClock(min([now, *begun]))
        rehearsal = Rehearsal(clock, self.suppose(clock))
        if lives:
            past = over_time(self.repo, str(base.shelf.revision))
            eras = [Era(*one) for one in past[:-1]]
            last = past[-1][0] if past else clock.now()
            line = MainLine(self.repo, str(base.shelf.revision), base.settings.git.branch)
            rehearsal.live(lives, [*eras, Era(last, base.settings), *births(lives, line)], now)
        return rehearsal
