"""The engine: look, compare, change, again, until nothing is left that could be done.

It is level-triggered all the way down. Whenever a look or a change has shown something new, what is
desired and what is still unknown are computed afresh for the incidents concerned; whatever is ready is
started, side by side. So the page goes out while Slack is still being looked at, a card is updated when
the document's link is there, and a half-done incident needs no code of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.errors import Trouble
from reconciler.plan.address import Address
from reconciler.plan.change import Blocked, Change
from reconciler.plan.diff import Difference, observed
from reconciler.plan.plan import Outcome, State
from reconciler.plan.resource import Resource
from reconciler.plan.world import Absent, Observed, Present, Sightings, Unknown, World
from reconciler.run.differing import Differing
from reconciler.run.gates import Gate, Open
from reconciler.run.holding import Bounds, Holds
from reconciler.run.pool import Pool
from reconciler.run.telling import Begun, Tell, nobody
from reconciler.targets.base import Ended, Look, Target
from reconciler.targets.case import Case
from reconciler.targets.seam import Api, CallError, RateLimited, Unusable

__all__ = ["ATTEMPTS", "Connected", "Engine", "Gate", "Open"]

#: How often one address may be changed in one run: a create, then what settles between the targets.
ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Connected:
    """A target and the seam to it."""

    target: Target
    api: Api


@dataclass(frozen=True, slots=True)
class _Looked:
    key: str
    look: Look
    sightings: Sightings
    began: int
    later: float | None = None  # the seconds after which the service wants to be asked again


@dataclass(frozen=True, slots=True)
class _Applied:
    incident: str
    ended: list[Ended]
    given_back: Sequence[Change] = ()  # the gate has shut before their turn came


class _Asked:
    """The gate was asked."""


@dataclass
class Engine:
    """One run over the cases, the first one first.

    `blocked` tells, for a change, whether an earlier refusal still stands; beyond `bounds` nothing is begun.
    """

    cases: Mapping[str, Case]
    targets: Sequence[Connected]
    pool: Pool
    deep: Callable[[str], bool] = lambda _: True
    gate: Gate = field(default_factory=Open)
    blocked: Callable[[Case, Change], Blocked | None] = lambda _case, _change: None
    told: Tell = nobody
    bounds: Bounds = field(default_factory=Bounds)
    world: World = field(default_factory=World)
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_name = {one.target.name: one for one in self.targets}
        self._begun: set[str] = set()
        self._busy: set[Address] = set()
        self._failed: set[Address] = set()
        self._left_alone: set[Address] = set()
        self._applied: dict[Address, Change] = {}
        self.permanent: set[Address] = set()
        self._tries: dict[Address, int] = {}
        self._ends = 0
        self._ended_at: dict[Address, int] = {}
        self._answering: dict[Address, int] = {}
        self._asking = False
        targets = [each.target for each in self.targets]
        self._differing = Differing(self.cases, targets, self.world, self._still_blocked)
        self._stale = self._differing.stale
        self._holds = Holds(self.bounds, self.told)
        self._limits: dict[Address, RateLimited] = {}
        self._late: dict[str, _Looked] = {}

    def differences(self, incident: str) -> Mapping[Address, Difference]:
        """All that differs for one incident, as far as is known."""
        return self._differing.differences(incident)

    def resources(self, incident: str) -> Mapping[Address, Resource]:
        """All that is desired for one incident."""
        return self._differing.resources(incident)

    def waiting(self, incident: str) -> set[Address]:
        """What differs, and waits for something blocked or unread: not among the differences."""
        return self._differing.waiting(incident)

    def _still_blocked(self, case: Case, change: Change) -> Blocked | None:
        """Whether an earlier refusal stands; not for what this run has tried itself."""
        return None if change.address in self._tries else self.blocked(case, change)

    @property
    def over(self) -> bool:
        """True once this run begins nothing any more: it was stopped, or its time is over."""
        return self._holds.over

    # looking -----------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at all that has to be known; changes nothing."""
        self._turn(applying=False)

    def leave_alone(self, failed: Iterable[Change], applied: Iterable[Change]) -> None:
        """Do not try again what failed in an earlier pass, nor repeat what it did: looks may be stale."""
        self._left_alone |= {change.address for change in failed}
        self._applied |= {change.address: change for change in applied}

    def apply(self) -> None:
        """Look and change until nothing is left that could be done; the outcomes tell how it went."""
        self._turn(applying=True)
        self._skip_the_rest()

    def _turn(self, applying: bool) -> None:
        while True:
            fresh = self._differing.refresh()
            for incident in fresh:
                self._start_looks(self.cases[incident])
            for incident in fresh if applying else ():
                self._start_changes(incident)
            results = self.pool.finished(self._holds.left())
            for result in results:
                self._take(result)
            if not results and not self._go_on():
                return

    def _go_on(self) -> bool:
        """True when what a rate limit held up goes on, or is given up since the run's time is over."""
        free = self._holds.freed() or self._holds.wait()
        for held in free:
            self._free(held)
        given_up = [] if free else list(self._late.values())
        self._late = self._late if free else {}
        for looked in given_up:
            self._take(replace(looked, later=None))
        return bool(free or given_up)

    def _free(self, held: Address | str) -> None:
        if isinstance(held, Address):
            self._stale.add(held.incident)
            return
        looked = self._late.pop(held)
        self._begun.discard(held)
        self._looked_at(looked.look)

    def _looked_at(self, look: Look) -> None:
        """A look is no longer under way: whatever waits for it is considered anew."""
        for address in look.answers:
            self._answering[address] -= 1
        self._stale |= {look.incident} if look.incident else set(self.cases)

    def _start_looks(self, case: Case) -> None:
        incident, deep = case.id, self.deep(case.id)
        for connected in (one for one in self.targets if case.asks(one.target.name)):
            target = connected.target
            for look in target.looks(
                case, self.world, self._differing.desired(incident, target.name), deep=deep
            ):
                self._start_look(connected, look)

    def _start_look(self, connected: Connected, look: Look) -> None:
        key = f"{connected.target.name} {look.key}"
        known = look.answers and all(address in self.world for address in look.answers)
        if key in self._begun or known:
            return
        self._begun.add(key)
        for address in look.answers:
            self._answering[address] = self._answering.get(address, 0) + 1
        began = self._ends
        self.told(Begun(connected.target.name, look.incident))
        self.pool.submit(lambda: self._read(connected, look, key, began), connected.target.name)

    def _read(self, connected: Connected, look: Look, key: str, began: int) -> _Looked:
        try:
            seen = connected.target.read(connected.api, look, self.cases, self.world)
            return _Looked(key, look, seen, began)
        except CallError as error:
            failed = error
        except Unusable.SIGNS as error:
            failed = Unusable.by(f"GET {look.key}", error)
        trouble = connected.target.explain(f"read {look.key}", failed, None)
        unknown = Unknown(f"{trouble.answer}; {trouble.next}", looked=True)
        later = failed.retry_after if isinstance(failed, RateLimited) else None
        return _Looked(key, look, dict.fromkeys(look.answers, unknown), began, later)

    # changing ----------------------------------------------------------------------------------

    def _start_changes(self, incident: str) -> None:
        batches: dict[tuple[str, str], list[Change]] = {}
        for change in self._ready(incident):
            key = (change.address.target, change.batch or str(change.address))
            batches.setdefault(key, []).append(change)
        for (target, _), changes in batches.items():
            self._start_batch(self._by_name[target], self.cases[incident], changes)

    def _ready(self, incident: str) -> list[Change]:
        listed = self.differences(incident).values()
        return [one for one in listed if isinstance(one, Change) and self._may_start(one)]

    def _may_start(self, change: Change) -> bool:
        address = change.address
        if (
            address in self._busy
            or address in self._holds
            or self._given_up(change)
            or self._tries.get(address, 0) >= ATTEMPTS
        ):
            return False
        if change.needs is not None and not isinstance(self._seen(change.needs), Present):
            return False
        if not all(self._ended(one) for one in change.after):
            return False
        return self._lets_through(address)

    def _given_up(self, change: Change) -> bool:
        """True for what this run does not try again, and for what it has just done."""
        if change.address in self._failed | self._left_alone:
            return True
        before = self._applied.get(change.address)
        if before is None or not change.id:
            return before is not None
        return all(before.value(field.name) == field.after for field in change.fields)

    def _ended(self, address: Address) -> bool:
        """True when nothing more is to be expected at an address that another one waits for."""
        if address in self._busy or self._answering.get(address):
            return False
        if address in self._failed | self._left_alone or self._tries.get(address, 0) >= ATTEMPTS:
            return True
        seen = self._seen(address)
        differs = self.differences(address.incident).get(address)
        resource = self.resources(address.incident).get(address)
        if isinstance(differs, Change):
            out_of_reach = differs.needs is not None and not self._reachable(differs.needs)
            return out_of_reach or self._given_up(differs)
        if isinstance(seen, Present):
            return True
        return (
            resource is None
            or isinstance(seen, Absent)
            or seen.looked
            or not (resource.live and resource.make)
        )

    def _seen(self, address: Address) -> Observed:
        among = self.resources(address.incident)
        return observed(among[address], among, self.world) if address in among else self.world[address]

    def _reachable(self, address: Address) -> bool:
        seen = self._seen(address)
        if isinstance(seen, Present):
            return True
        return address not in self._failed and not (isinstance(seen, Unknown) and seen.looked)

    def _lets_through(self, address: Address) -> bool:
        if self._holds.over:
            return False
        if not self._leased(address) or self.gate.open():
            return True
        work = None if self._asking else self.gate.ask()
        if work is not None:
            self._asking = True
            self.pool.submit(lambda: (work(), _Asked())[1], "lease")
        return False

    def _leased(self, address: Address) -> bool:
        return self._by_name[address.target].target.leased(address.thing)

    def _start_batch(self, connected: Connected, case: Case, changes: list[Change]) -> None:
        for change in changes:
            self._busy.add(change.address)
            self._tries[change.address] = self._tries.get(change.address, 0) + 1
        self.told(Begun(connected.target.name, case.id, changes[0].summary))
        self.pool.submit(lambda: self._carry_out(connected, case, changes), connected.target.name)

    def _carry_out(self, connected: Connected, case: Case, changes: list[Change]) -> _Applied:
        if self._leased(changes[0].address) and not self.gate.open():
            return _Applied(case.id, [], changes)
        try:
            ended = connected.target.apply(connected.api, changes, case, self.world)
        except Unusable.SIGNS as error:
            unusable = Unusable.by(changes[0].summary, error)
            ended = [Ended(change, error=unusable) for change in changes]
        return _Applied(case.id, ended)

    # taking in ---------------------------------------------------------------------------------

    def _take(self, result: object) -> None:
        if isinstance(result, _Looked) and result.later is not None:
            self._late[result.key] = result
            self._holds.add(result.key, result.later)
        elif isinstance(result, _Looked):
            self._learn(self._still_new(result))
            self._looked_at(result.look)
        elif isinstance(result, _Applied):
            for change in result.given_back:
                self._busy.discard(change.address)
                self._tries[change.address] -= 1
            for ended in result.ended:
                self._end(ended)
            self._stale.add(result.incident)
        else:
            self._asking = False
            self._stale |= set(self.cases)

    def _still_new(self, looked: _Looked) -> Sightings:
        """What a look has seen, but for what was changed since it began."""
        seen = looked.sightings.items()
        return {address: one for address, one in seen if self._ended_at.get(address, 0) <= looked.began}

    def _learn(self, sightings: Sightings) -> None:
        self.world.learn(sightings)
        self._stale |= {address.incident for address in sightings if address.incident in self.cases}

    def _end(self, ended: Ended) -> None:
        change = ended.change
        self._busy.discard(change.address)
        self._learn(ended.sightings)
        self._ends += 1
        self._ended_at |= dict.fromkeys(ended.sightings, self._ends)
        if isinstance(ended.error, RateLimited):
            self._limits[change.address] = ended.error
            self._tries[change.address] -= 1
            self._holds.add(change.address, ended.error.retry_after)
            return
        if ended.error is None:
            self.outcomes.append(Outcome(change, State.APPLIED, note=ended.note))
            return
        self._failed.add(change.address)
        target = self._by_name[change.address.target].target
        if target.permanent(ended.error):
            self.permanent.add(change.address)
        attempted = f"{change.kind.value} {change.address}: {change.summary}"
        trouble = target.explain(attempted, ended.error, change.location)
        state = State.UNCERTAIN if ended.error.uncertain else State.FAILED
        self.outcomes.append(Outcome(change, state, trouble, ended.note))

    def _skip_the_rest(self) -> None:
        for incident in self.cases:
            for difference in self.differences(incident).values():
                if isinstance(difference, Change) and not self._given_up(difference):
                    self.outcomes.append(Outcome(difference, State.SKIPPED, self._why(difference)))

    def _why(self, change: Change) -> Trouble:
        if self.bounds.stopping():
            return Trouble(change.summary, "the run was stopped before its turn", "run apply again")
        if change.address in self._limits:
            told = self._by_name[change.address.target].target.explain(
                change.summary, self._limits[change.address], change.location
            )
            return replace(told, answer=f"{told.answer}, and this run's time is over")
        if self._holds.over:
            return Trouble(change.summary, "this run's time was over before its turn", "run apply again")
        if change.needs is not None and not isinstance(self._seen(change.needs), Present):
            return Trouble(
                change.summary, f"needs {change.needs}, which is not there", "it is made when that is"
            )
        if not self.gate.open() and self._leased(change.address):
            return Trouble(change.summary, "the lease is not held", "run apply again")
        return Trouble(change.summary, "still differs after several changes", "run apply again")
