"""The shell around the pure core: fetch, read, plan or apply, remember. Everything impure is passed in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.clock import Clock, SystemClock
from reconciler.errors import Failure, Refusal
from reconciler.incident.settings import GitSettings, Settings
from reconciler.plan.memory import Memory
from reconciler.plan.plan import Outcome, Plan, Report, State
from reconciler.repo.lease import Lease
from reconciler.repo.remote import RemoteTrouble
from reconciler.repo.repository import Repository
from reconciler.repo.state import State as Kept
from reconciler.repo.state import StateStore
from reconciler.run import caches
from reconciler.run.engine import Connected
from reconciler.run.front import front_page
from reconciler.run.gate import LeaseGate
from reconciler.run.pool import Threads
from reconciler.run.reconcile import Applied, Situation
from reconciler.run.reconcile import apply as apply_all
from reconciler.run.reconcile import plan as plan_all
from reconciler.run.revision import (
    SETTINGS,
    Revision,
    Source,
    Wanted,
    committed,
    read,
    read_settings,
    with_edits,
)
from reconciler.targets.case import Case
from reconciler.targets.connect import VARIABLES, connect_all
from reconciler.targets.notion.target import Notion
from reconciler.targets.pagerduty.target import PagerDuty
from reconciler.targets.seam import Api, ReadOnly
from reconciler.targets.slack.target import Slack

TARGETS = (PagerDuty(), Slack(), Notion())
NAMES = {"pagerduty": "PagerDuty", "slack": "Slack", "notion": "Notion"}


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    only: frozenset[str] = frozenset()
    now: datetime | None = None
    allow_older: bool = False
    allow_late_pages: bool = False
    wait: float = 120
    holder: str = "reconciler"
    run: str = ""
    deep: Callable[[str], bool] = lambda _: True


@dataclass(frozen=True)
class Shell:
    """One repository and the services around it. `connect` makes the seams; `told` hears of waits."""

    repo: Repository
    environ: Mapping[str, str]
    clock: Clock = field(default_factory=SystemClock)
    connect: Callable[..., Mapping[str, Api]] = connect_all
    told: Callable[[str], None] = lambda _: None

    # planning ----------------------------------------------------------------------------------

    def plan(self, options: Options) -> Plan:
        """What apply would do with what is here, uncommitted edits included; writes nothing anywhere."""
        git = self.git_settings()
        state = self._store(git).load(fetch=False)
        commit = self.repo.resolve("HEAD")
        if commit is None:
            raise Failure("this repository has no commit yet", next="commit something first")
        source = committed(self.repo, commit) if self.repo.bare else with_edits(self.repo, commit)
        revision = self._read(source, state, options)
        situation = self._situation(revision, state, options, writes=False)
        return plan_all(situation)[0]

    # applying ----------------------------------------------------------------------------------

    def apply(self, options: Options) -> Report:
        """Fetch, plan at the tip, carry it out, look again, remember. Raises Refusal, and Failure."""
        git = self.git_settings()
        store = self._store(git)
        gate = LeaseGate(Lease(self.repo, git, self.clock, options.holder), options.wait)
        try:
            report = self._apply_once(store, gate, options, git)
            if gate.waited or gate.holder:
                gate.again()
                report = _both(report, self._apply_once(store, gate, options, git))
        finally:
            gate.close()
        if gate.holder and report.after.changes:
            report = replace(report, held_by=gate.holder.holder)
        return report

    def _apply_once(self, store: StateStore, gate: LeaseGate, options: Options, git: GitSettings) -> Report:
        notices = self._fetch(git)
        tip = self.repo.tip(git.remote, git.branch, fetched=not notices)
        state = store.load()
        self._guard(state, tip.revision, options)
        revision = self._read(committed(self.repo, tip.revision), state, options)
        told = (*notices, *filter(None, [tip.note]), *revision.notices)
        situation = self._situation(replace(revision, notices=told), state, options, writes=True)
        applied = apply_all(situation, gate)
        notes = [gate.note, self._remember(store, state, revision, applied, options)]
        report = applied.report
        return replace(report, notices=(*report.notices, *dict.fromkeys(note for note in notes if note)))

    def _fetch(self, git: GitSettings) -> list[str]:
        try:
            self.repo.fetch(git.remote, git.branch)
        except RemoteTrouble as trouble:
            return [f"{trouble.message}: going on with what is here"]
        return []

    def _guard(self, state: Kept, tip: str, options: Options) -> None:
        """No revision may undo what is newer."""
        last = state.revision
        if last is None or options.allow_older or self._descends(last, tip):
            return
        raise Refusal(
            f"{tip[:12]} is not the last applied revision {last[:12]}, nor a descendant of it",
            detail="applying it would undo what is newer",
            next="pull, or apply it all the same with `reconciler apply --allow-older`",
        )

    def _descends(self, last: str, tip: str) -> bool:
        if self.repo.is_ancestor(last, tip):
            return True
        git = self.git_settings()
        if not self.repo.is_shallow:
            return False
        with suppress(Failure):
            self.repo.deepen(git.remote, git.branch)
        return self.repo.is_ancestor(last, tip)

    def _remember(
        self, store: StateStore, state: Kept, revision: Revision, applied: Applied, options: Options
    ) -> str:
        """Save what is remembered, if that differs; returns a note where it stays on this machine."""
        memories = dict(state.incidents)
        memories |= {id: memory.to_json() for id, memory in applied.memories.items()}
        kept = caches.kept(state.caches, applied.world, self._now(options), self._under)
        cached = kept if caches.changed(state.caches, kept) or memories != state.incidents else state.caches
        if memories == state.incidents and cached == state.caches:
            return ""
        settings = None if revision.settings_blob == state.settings else revision.settings_blob
        new = replace(state, incidents=memories, caches=cached)
        new = replace(new, revision=revision.commit, settings=settings or state.settings)
        everything = {id: Memory.from_json(memory) for id, memory in memories.items()}
        saved = store.save(
            new,
            _lines(applied.report.outcomes) or ["remember what is in line"],
            run=options.run,
            readme=front_page(revision.cases, everything) if not options.only else None,
        )
        return saved.note

    # parts -------------------------------------------------------------------------------------

    def git_settings(self) -> GitSettings:
        """Where the branch and the state are, as the newest settings say that can be read here."""
        commit = self.repo.resolve("HEAD")
        if commit is None:
            return GitSettings()
        try:
            source = committed(self.repo, commit) if self.repo.bare else with_edits(self.repo, commit)
            return read_settings(source, None)[0].git
        except Failure:
            return GitSettings()

    def _store(self, git: GitSettings) -> StateStore:
        return StateStore(self.repo, git, self.clock)

    def _now(self, options: Options) -> datetime:
        return options.now or self.clock.now()

    def _read(self, source: Source, state: Kept, options: Options) -> Revision:
        revision = read(
            source,
            Wanted(
                now=self._now(options),
                memories={id: Memory.from_json(data) for id, data in state.incidents.items()},
                last_settings=state.settings,
                only=options.only,
                allow_late_pages=options.allow_late_pages,
                on=frozenset(name for name in NAMES if self._has_token(name)),
            ),
        )
        return replace(revision, notices=(*filter(None, [state.note]), *revision.notices))

    def _has_token(self, name: str) -> bool:
        return bool(self.environ.get(VARIABLES[name].token, "").strip())

    def _situation(self, revision: Revision, state: Kept, options: Options, *, writes: bool) -> Situation:
        apis = self.connect(self.environ, revision.settings, clock=self.clock, on_wait=self._waiting)
        connected = [
            Connected(target, apis[target.name] if writes else ReadOnly(apis[target.name]))
            for target in TARGETS
            if target.name in apis
        ]
        now = self._now(options)
        return Situation(
            revision=revision.commit,
            cases=revision.cases,
            targets=connected,
            pool=Threads,
            problems=revision.problems,
            notices=(*revision.notices, *_off(apis, revision.settings)),
            under=self._under_case(revision),
            deep=options.deep,
            known=caches.known(state.caches, now, self._under),
        )

    def _waiting(self, method: str, seconds: float, why: str) -> None:
        self.told(f"waiting {seconds:.0f} s before {method}: {why}")

    def _under(self, target: str) -> str:
        """A short name for the token and address that a target is reached with."""
        names = VARIABLES[target]
        told = "\n".join(self.environ.get(name, "") for name in names)
        return hashlib.sha256(f"{target}\n{told}".encode()).hexdigest()[:8]

    def _under_case(self, revision: Revision) -> Callable[[Case, str], str]:
        def under(case: Case, target: str) -> str:
            told = f"{case.blob}\n{revision.settings_blob}\n{self._under(target)}"
            return hashlib.sha256(told.encode()).hexdigest()[:12]

        return under


def _off(apis: Mapping[str, Api], settings: Settings) -> list[str]:
    """The targets that are off, and why."""
    told = [
        f"{NAMES[target.name]} is off: {VARIABLES[target.name].token} is not set"
        for target in TARGETS
        if target.name not in apis
    ]
    if "notion" in apis and settings.notion.database is None:
        told.append(f"Notion is off: {SETTINGS} names no `notion: database`")
    return told


def _lines(outcomes: Iterable[Outcome]) -> list[str]:
    """What was done, a line a change, for the state's commit: no text that a person wrote."""
    return [
        f"{outcome.change.kind.value} {outcome.change.address}"
        + ("" if outcome.state is State.APPLIED else f": {outcome.state.value}")
        for outcome in outcomes
    ]


def _both(first: Report, second: Report) -> Report:
    """Two passes of one apply: what was skipped for want of the lease counts as the second pass says."""
    done = tuple(outcome for outcome in first.outcomes if outcome.state is not State.SKIPPED)
    headings = {heading.id: heading for heading in (*first.headings, *second.headings)}
    notices = tuple(dict.fromkeys((*first.notices, *second.notices)))
    return replace(
        second, outcomes=(*done, *second.outcomes), headings=tuple(headings.values()), notices=notices
    )
