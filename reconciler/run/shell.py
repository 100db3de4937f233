"""The shell around the pure core: fetch, read, plan or apply, remember. Everything impure is passed in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from reconciler.clock import Clock, SystemClock
from reconciler.errors import Failure
from reconciler.forge.hub import Connect as Forge
from reconciler.forge.hub import hastily
from reconciler.forge.requests import Requests, requests_of
from reconciler.incident.settings import GitSettings
from reconciler.plan.plan import Plan, Report
from reconciler.repo.lease import Lease, unlock
from reconciler.repo.repository import Repository
from reconciler.repo.state import StateStore
from reconciler.run import caches, ground, review
from reconciler.run.books import both, kept_after, lines
from reconciler.run.gate import LeaseGate
from reconciler.run.ground import Ground
from reconciler.run.holding import Bounds
from reconciler.run.pool import Pool, Threads
from reconciler.run.reading import Options, Reader, Reading
from reconciler.run.reconcile import Applied, Situation
from reconciler.run.reconcile import apply as apply_all
from reconciler.run.reconcile import plan as plan_all
from reconciler.run.services import TARGETS, Connect, Door
from reconciler.run.sharing import Sharing
from reconciler.run.telling import Step, Tell, Wait, nobody
from reconciler.targets.case import Case
from reconciler.targets.connect import connect_all

__all__ = ["Options", "Shell"]


@dataclass(frozen=True)
class Shell:
    """One repository and the services around it.

    `connect` makes the seams; `told` hears of waits, `doing` of all that is under way; once `stopping` says
    so, no change is begun any more; `patience` is in seconds, for the fetch before a run; with `joins`, what
    was committed here while the remote went another way is brought in; `threads` makes what carries out a
    pass's calls, `forge` the seam to the Git host.
    """

    repo: Repository
    environ: Mapping[str, str]
    clock: Clock = field(default_factory=SystemClock)
    connect: Connect = connect_all
    told: Callable[[str], None] = lambda _: None
    doing: Tell = nobody
    stopping: Callable[[], bool] = lambda: False
    patience: float = ground.PATIENCE
    joins: bool = False
    threads: Callable[[], AbstractContextManager[Pool]] = Threads
    forge: Forge = hastily

    def plan(self, options: Options) -> Plan:
        """What apply would do with what is here, uncommitted edits included; writes nothing anywhere."""
        commit = self.repo.resolve("HEAD")
        if commit is None:
            raise Failure(
                "this repository has no commit yet",
                detail="what is to be done is what a commit says",
                next="git add reconciler.yaml incidents && git commit -m 'Our incidents'",
            )
        git = self.git_settings()
        kept = StateStore(self.repo, git, self.clock).load(fetch=False)
        reading = self._reader(options, git).read(commit, kept, edited=True)
        here = ground.beside(self.repo, git, commit)
        with self.threads() as pool:
            return plan_all(self._situation(reading, options, pool, here, writes=False))[0]

    def apply(self, options: Options, here: Ground | None = None) -> Report:
        """Fetch, plan at the tip, carry it out, look again, remember. Raises Refusal, and Failure.

        With `here` it was fetched just now, and a host that hangs is not waited for again.
        """
        options = replace(options, until=self.clock.now() + timedelta(seconds=options.budget))
        first = self._joined(here or self._fetched())
        gate = self._gate(first, options)
        try:
            report = self._pass(first, gate, options)
            if gate.again() and not self.stopping():
                report = both(report, self._pass(self._joined(self._fetched()), gate, options))
        finally:
            gate.close()
        return replace(report, held_by=gate.holder.holder) if gate.holder and _left(report) else report

    def unlock(self) -> str:
        """End the lease, whoever holds it; returns what was done, for a person. Raises Failure."""
        return unlock(self.repo, self.git_settings())

    def newest(self) -> Ground:
        """Fetch: the commit to work from, and whether the remote answers. Raises Failure: there is none."""
        return ground.newest(self.repo, self.patience)

    def git_settings(self) -> GitSettings:
        """Where the branch and the state are, as far as this machine knows."""
        return ground.git_settings(self.repo, self.repo.resolve("HEAD"))

    # one pass of an apply ----------------------------------------------------------------------

    def _fetched(self) -> Ground:
        self.doing(Step("fetching the newest commit"))
        return self.newest()

    def _joined(self, here: Ground) -> Ground:
        return ground.joined(self.repo, here, self.clock.now()) if self.joins else here

    def _gate(self, at: Ground, options: Options) -> LeaseGate:
        lease = Lease(self.repo, at.git, self.clock, options.holder) if at.reachable else None
        gate = LeaseGate(lease, self.clock, options.wait, self.stopping)
        gate.told = self.doing
        return gate

    def _pass(self, at: Ground, gate: LeaseGate, options: Options) -> Report:
        self.doing(Step("reading the files, and what is remembered"))
        store = StateStore(self.repo, at.git, self.clock)
        kept = store.load(fetch=at.reachable)
        sharing = Sharing(self.repo, at)
        gate.moved, gate.share = ground.Watch(self.repo, at.git).moved, sharing.done
        if not options.allow_older:
            ground.guard(self.repo, at, kept.revision)
        reader = self._reader(options, at.git, certain=at.fetched)
        reading = self._with_history(reader, reader.read(at.commit, kept), at)
        with self.threads() as pool:
            situation = self._situation(reading, options, pool, at.notices, writes=True)
            applied = apply_all(situation, gate)
        self.doing(Step("remembering what was done"))
        notes = [gate.note]
        if sharing.done():
            notes += [sharing.note, self._keep(store, reading, applied, options), *self._asked_for(at)]
        else:
            gate.outdated()
        told = dict.fromkeys([*applied.report.notices, *filter(None, notes)])
        return replace(applied.report, notices=tuple(told))

    def _keep(self, store: StateStore, reading: Reading, applied: Applied, options: Options) -> str:
        """Remember what differs, and push what only this machine remembers; what to say of it."""
        if reading.proposals.unsure:
            return "nothing is remembered before it is known which proposed incidents were given up"
        after, run = kept_after(reading, applied, self._door.under), options.run or options.holder
        if after is not None:
            done = lines(applied.report.outcomes, reading, after.state.incidents)
            return store.save(after.state, done, run=run, readme=after.page, always=after.done).note
        kept, commit = reading.kept, reading.revision.commit
        if store.waiting or (kept.revision and not self.repo.is_ancestor(kept.revision, commit)):
            joined = replace(kept, revision=commit)
            return store.save(joined, ["join what two machines remember"], run=run).note
        return ""

    def _with_history(self, reader: Reader, reading: Reading, at: Ground) -> Reading:
        """The same with the history that a shallow clone left out, if it can be had."""
        if not reading.revision.cut:
            return reading
        try:
            self.repo.deepen(at.git.remote, at.git.branch)
        except Failure as failure:
            note = f"{failure.message}: since when an incident is in its status may be unknown"
            return replace(reading, notices=(*reading.notices, note))
        return reader.read(at.commit, reading.kept)

    # parts -------------------------------------------------------------------------------------

    @property
    def _door(self) -> Door:
        return Door(self.environ, self.connect, self.clock, self._waiting, self.stopping)

    def _pulls(self, git: GitSettings) -> Requests | None:
        return requests_of(self.repo, git, self.environ, self.clock, self.forge)

    def _asked_for(self, at: Ground) -> list[str]:
        """Push what is proposed here and open the pull requests that are missing; what to say of it."""
        return review.see_through(self.repo, at.git, self.clock, self._pulls(at.git)) if at.fetched else []

    def _reader(self, options: Options, git: GitSettings, *, certain: bool = False) -> Reader:
        now = options.now or self.clock.now()
        return Reader(self.repo, self._door, options, now, self._pulls(git), certain)

    def _situation(
        self, reading: Reading, options: Options, pool: Pool, notices: tuple[str, ...], *, writes: bool
    ) -> Situation:
        kept, revision, services = reading.kept, reading.revision, reading.services
        remembered = caches.known(kept.caches, reading.now, self._door.under)
        said = [*reading.notices, *notices, kept.note, *revision.notices, *services.notices]
        return Situation(
            revision=revision.commit,
            cases=revision.cases,
            targets=services.connected if writes else services.reading(),
            pool=lambda: pool,
            problems=revision.problems,
            hold=revision.hold,
            notices=tuple(filter(None, said)),
            under=self._under(reading),
            deep=options.deep,
            known={**remembered, **services.broken},
            told=self.doing,
            bounds=Bounds(self.clock, options.until, self.stopping, options.news),
        )

    def _under(self, reading: Reading) -> Callable[[Case, str], str]:
        """Names the file, the settings and the token that a refusal depends on."""

        def under(case: Case, target: str) -> str:
            told = f"{case.blob}\n{reading.settings_blob}\n{self._door.under(target)}"
            return hashlib.sha256(told.encode()).hexdigest()[:12]

        return under

    def _waiting(self, method: str, seconds: float, why: str) -> None:
        self.doing(Wait(method, why, self.clock.now() + timedelta(seconds=seconds)))
        self.told(f"waiting {seconds:.0f} s before {method}: {why}")


def _left(report: Report) -> bool:
    """True when changes are left that the lease is needed for."""
    by_name = {target.name: target for target in TARGETS}
    return any(
        by_name[one.target].leased(one.thing) for one in (change.address for change in report.after.changes)
    )
