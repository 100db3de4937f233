"""Random walks: edits of the file, people in the services, faults and runs, in any order that comes up.

A walk is a list of names of steps, so that it can be read, shrunk and typed in again:

    walked("sev1", "a run", "bo leaves the channel", "a run, killed after call 7")

Whatever a person does is kept in a ledger as a promise, which holds after every run. At the end the world
heals: runs without faults bring it in line within `RUNS`, then nothing is written any more, and what is
blocked is so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.incident.model import Incident
from reconciler.plan.plan import Plan
from reconciler.targets.seam import Answer, Refused
from tests.support.faults import At, Fault, Faulty, Killed, Numbering
from tests.support.scene import ID, SETTINGS, Scene

#: Runs within which everything is in line again.
RUNS = 5
BOT = "U0SANDBOX"
Record = dict[str, Any]
Do = Callable[["Walk"], object]

#: Every step by its name; `support/walk_*.py` fill it.
STEPS: dict[str, Do] = {}


def step(name: str) -> Callable[[Do], Do]:
    """Give a step its name."""

    def named(do: Do) -> Do:
        assert name not in STEPS, f"two steps are called {name}"
        STEPS[name] = do
        return do

    return named


@dataclass
class Walk:
    """A scene, and the promises of what is to stay as people have left it."""

    scene: Scene = field(default_factory=lambda: Scene(settings=replace(SETTINGS, private_allowed=True)))
    ledger: dict[str, Callable[[], bool]] = field(default_factory=dict)
    lost: int = 0
    stale: int = 0
    number: int = 0

    @property
    def incident(self) -> Incident:
        """The file as it is now."""
        newest = self.scene.versions[ID][-1].incident
        assert newest is not None
        return newest

    def edit(self, **fields: Any) -> None:
        """Commit an edit of the file, unless it changes nothing."""
        if replace(self.incident, **fields) != self.incident:
            self.scene.edit(**fields)

    def next(self) -> int:
        """A number that is used once, for texts that differ."""
        self.number += 1
        return self.number

    # the ledger --------------------------------------------------------------------------------

    def promise(self, name: str, holds: Callable[[], bool]) -> None:
        """From now on this holds, until `release`."""
        assert holds(), f"{name}: not so even now"
        self.ledger[name] = holds

    def release(self, *beginnings: str) -> None:
        """What begins with one of these words is not expected any more."""
        self.ledger = {name: one for name, one in self.ledger.items() if not name.startswith(beginnings)}

    def kept(self) -> None:
        """Fail unless every promise holds, and each thing is there once."""
        broken = [name for name, holds in self.ledger.items() if not holds()]
        assert not broken, f"people's work is lost: {broken}"
        asked = self.scene.case(ID).history.teams_ever(self.scene.settings)
        keys = Counter(key for key in self.scene.pages() if key.startswith("acme/"))
        assert set(keys) <= {f"acme/{ID}/{team}" for team in asked}, f"paged without being asked: {keys}"
        assert all(number == 1 for number in keys.values()), f"paged twice: {keys}"

    # runs --------------------------------------------------------------------------------------

    def run(self) -> None:
        """One apply without a fault."""
        self.scene.apply()
        self.kept()

    def look(self) -> Plan:
        """One plan, which writes nothing."""
        machines = (self.scene.slack, self.scene.pagerduty, self.scene.notion)
        before = [machine.snapshot() for machine in machines]
        plan = self.scene.plan()
        assert [machine.snapshot() for machine in machines] == before, "a plan has written"
        return plan

    def suffer(self, fault: Fault, number: int) -> None:
        """One apply in which a fault befalls the call of that number, if there are so many."""
        numbering = Numbering(at=number, fault=fault)
        for target in ("pagerduty", "slack", "notion"):
            self.scene.wrapped[target] = Sparing(getattr(self.scene, target), target, numbering)
        try:
            self.scene.apply()
        except Killed:
            self.forget(self.scene.memories)
        finally:
            self.scene.heals()
        self.stale += fault is Fault.STALE
        self.kept()

    def forget(self, known: Iterable[object]) -> None:
        """What a run has done was not written down; what was known before still is."""
        self.lost += not known

    # Slack -------------------------------------------------------------------------------------

    def channels(self) -> list[Record]:
        """The incident's channels, archived ones too, the oldest first."""
        listed = self.scene.slack.data["channels"].values()
        return [raw for raw in listed if raw["creator"] == BOT]

    def channel(self) -> Record:
        """The newest channel; KeyError where there is none."""
        listed = self.channels()
        if not listed:
            raise KeyError("no channel")
        return listed[-1]

    def ours(self, channel: Record) -> list[tuple[str, Record]]:
        """Our messages in a channel with what their marks call them."""
        posted = [raw for raw in channel["messages"].values() if raw.get("bot_id")]
        return [(raw["metadata"]["event_payload"]["thing"], raw) for raw in posted]


class Sparing(Faulty):
    """The fault befalls the next call at which it means something: only a look can be stale."""

    def call(self, method: str, /, **arguments: Any) -> Answer:
        numbering = self.numbering
        turn = len(numbering.calls) == numbering.at
        if turn and numbering.fault not in At(0, self.target, method).faults:
            numbering.at += 1
        return super().call(method, **arguments)


def walked(*names: str) -> Walk:
    """Take these steps, heal, and hold the laws; a step that nobody can take then is none."""
    walk = Walk()
    walk.scene.edit()
    taken: list[str] = []
    try:
        for name in names:
            taken.append(name)
            take(walk, name)
            walk.scene.later(seconds=20)
        heal(walk)
    except AssertionError as broken:
        told = ", ".join(f'"{one}"' for one in taken)
        raise AssertionError(f"{broken}\n  walked({told})") from broken
    return walk


def take(walk: Walk, name: str) -> None:
    """Take one step."""
    try:
        STEPS[name](walk)
    except (Refused, KeyError, IndexError, ValueError) as not_so:
        if name.startswith(("a run", "a plan")):
            raise AssertionError(f"{name} broke off: {not_so!r}") from not_so


def heal(walk: Walk) -> None:
    """Run until nothing is left; then all is in line, or is told as blocked and truly so."""
    scene = walk.scene
    for _ in range(RUNS):
        scene.later(hours=1, minutes=1)
        scene.forget_calls()
        report = scene.apply().report
        walk.kept()
        if not scene.writes() and report.converged:
            break
    scene.forget_calls()
    applied = scene.apply()
    assert not scene.writes(), f"not quiet after {RUNS} runs: {scene.writes()}"
    assert not applied.report.outcomes, f"not quiet: {applied.report.outcomes}"
    plan = walk.look()
    assert not plan.changes, f"the plan is not empty: {[str(one.address) for one in plan.changes]}"
    walk.kept()
    truly(walk, plan)
    unique(walk)


def truly(walk: Walk, plan: Plan) -> None:
    """What is blocked is so, and what cannot be read is out of sight."""
    told = [one for one in plan.blocked if not any(is_so(walk, one.reason) for is_so in REASONS)]
    assert not told, f"blocked for no reason: {[(str(one.address), one.reason) for one in told]}"
    hidden = any(raw["is_private"] and BOT not in raw["members"] for raw in walk.channels())
    assert hidden or not plan.unreadable, f"unreadable: {plan.unreadable}"
    if not plan.blocked and not plan.unreadable:
        assert plan.exit_code() == 0, f"exit {plan.exit_code()} and nothing is blocked"


def _paused(walk: Walk, reason: str) -> bool:
    return walk.incident.paused and reason == "paused by the file"


def _late(walk: Walk, reason: str) -> bool:
    return reason.startswith("late: ")


def _out(walk: Walk, reason: str) -> bool:
    """The bot is not where it would write."""
    listed = walk.scene.slack.data["channels"].values()
    return "the bot is not in" in reason and any(BOT not in raw["members"] for raw in listed)


def _archived(walk: Walk, reason: str) -> bool:
    return "archived" in reason and any(raw["is_archived"] for raw in walk.channels())


def _public(walk: Walk, reason: str) -> bool:
    return "the channel is public" in reason and walk.incident.private


def _unknown(walk: Walk, reason: str) -> bool:
    return "no Slack user has the address" in reason


def _gone(walk: Walk, reason: str) -> bool:
    """The person has left the company."""
    users = walk.scene.slack.data["users"].values()
    return "cant_invite" in reason and any(user["deleted"] for user in users)


def _unseen(walk: Walk, reason: str) -> bool:
    """Somebody's private channel has the name."""
    listed = walk.scene.slack.data["channels"].values()
    return "name_taken" in reason and any(raw["is_private"] and BOT not in raw["members"] for raw in listed)


def _trashed(walk: Walk, reason: str) -> bool:
    pages = walk.scene.notion.data["pages"].values()
    return "Notion's trash" in reason and any(page["in_trash"] or not page["shared"] for page in pages)


def _misplaced(walk: Walk, reason: str) -> bool:
    return "private incidents' documents" in reason and walk.incident.private


#: Why something may be blocked, each held against the world.
REASONS: Sequence[Callable[[Walk, str], bool]] = (
    *(_paused, _late, _out, _archived, _public, _unknown, _gone, _unseen, _trashed, _misplaced),
)


def unique(walk: Walk) -> None:
    """Nothing of ours is there twice."""
    living = [raw["name"] for raw in walk.channels() if not raw["is_archived"]]
    assert len(living) <= 1 + walk.lost, f"two channels: {living}"
    made, reopened = len(walk.channels()), walk.scene.case(ID).history.reopenings
    assert made <= 1 + reopened + walk.lost, f"{made} channels made"
    for raw in walk.scene.slack.data["channels"].values():
        twice = [
            thing for thing, number in Counter(thing for thing, _ in walk.ours(raw)).items() if number > 1
        ]
        assert not twice or BOT not in raw["members"], f"posted twice in #{raw['name']}: {twice}"
    pages = [page for page in walk.scene.notion.data["pages"].values() if not page["in_trash"]]
    untouched = [page["id"] for page in pages if page["edited_by"] == page["created_by"]]
    assert len(untouched) <= 1, f"two documents that nobody has touched: {untouched}"
    for record in walk.scene.pagerduty.data["incidents"].values():
        ours = [note["content"] for note in record["notes"] if note["content"].startswith("[acme/")]
        assert len(ours) <= 1, f"noted twice: {ours}"
