"""Pages for what was declared or escalated a moment ago, on a commit that need not be pushed yet.

PagerDuty is asked for the incident's keys, and what is missing is sent; no lease is taken, since a page's key
makes it safe to send twice. Nobody else can know of a new incident, so there is nothing to fetch and nothing
remembered, and its one file is read. All else, and a page that cannot be sent now, the next run does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from reconciler.incident.history import History, Version
from reconciler.incident.place import incident_id
from reconciler.plan.change import Blocked, Change, Kind
from reconciler.plan.memory import Memory
from reconciler.plan.plan import Outcome
from reconciler.plan.world import Present, World
from reconciler.repo.errand import Fresh
from reconciler.repo.good_settings import settings_in
from reconciler.repo.loader import load_incident
from reconciler.repo.proposals import branch_of
from reconciler.repo.snapshot import Snapshot, found_at
from reconciler.repo.state import StateStore
from reconciler.run.engine import Connected, Engine
from reconciler.run.gates import Shut
from reconciler.run.holding import Bounds
from reconciler.run.reading import Options, Reader
from reconciler.run.revision import web_address
from reconciler.run.services import Door
from reconciler.run.shell import Shell
from reconciler.targets.case import Case, Review
from reconciler.targets.connect import VARIABLES
from reconciler.targets.pagerduty.desired import NAME, is_page
from reconciler.targets.pagerduty.observe import OPEN

#: Seconds in which a page that PagerDuty's limits hold up is still sent here.
_PATIENCE = 60.0


def page(shell: Shell, fresh: Fresh) -> tuple[Outcome, ...]:
    """Send the pages that a commit asks for and that are not there; what became of each. Raises Failure."""
    door = Door(_only(shell.environ), shell.connect, shell.clock, _unheard, shell.stopping)
    case = _new(shell, fresh) if fresh.new else _known(shell, door, fresh)
    if case is None:
        return ()
    until = shell.clock.now() + timedelta(seconds=_PATIENCE)
    with shell.threads() as pool:
        engine = Engine(
            {case.id: case},
            [Connected(one.target, one.api) for one in door.services(case.settings).connected],
            pool,
            gate=Shut(),
            blocked=_only_pages,
            bounds=Bounds(shell.clock, until, shell.stopping),
            world=World({OPEN: Present()}),  # the account's other pages are of no interest
        )
        engine.apply()
    return tuple(one for one in engine.outcomes if is_page(one.change.address.thing))


def _known(shell: Shell, door: Door, fresh: Fresh) -> Case | None:
    """The case of an incident that others know of: with all of its history, and what is remembered.

    None where nothing can be done for it, which the next run tells.
    """
    kept = StateStore(shell.repo, shell.git_settings(), shell.clock).load(fetch=False)
    only = Options(only=frozenset([incident_id(fresh.path)]))
    reading = Reader(shell.repo, door, only, shell.clock.now()).read(fresh.commit, kept)
    return next(iter(reading.revision.cases.values()), None)


def _new(shell: Shell, fresh: Fresh) -> Case:
    """The case of an incident that nobody else knows of."""
    commit, path = fresh.commit, fresh.path
    settings = settings_in(Snapshot(shell.repo, commit, {}, {})).settings
    found = found_at(shell.repo, commit, path)
    assert found is not None, path
    incident = load_incident(found.content, path, settings)
    line = shell.repo.git.line("log", "-1", "--format=%ct %an", "--end-of-options", commit)
    seconds, _, author = line.partition(" ")
    made = datetime.fromtimestamp(int(seconds), UTC)
    web = web_address(shell.repo, settings)
    branch = branch_of(incident.id) if fresh.proposed else settings.git.branch
    return Case(
        incident=incident,
        settings=settings,
        history=History((Version(made, commit, author, incident),)),
        now=shell.clock.now(),
        memory=Memory(),
        blob=found.blob,
        url=f"{web}/blob/{branch}/{path}" if web else None,
        files={},
        allow_late_pages=False,
        review=Review(commit) if fresh.proposed else None,
        on=frozenset(name for name, known in VARIABLES.items() if shell.environ.get(known.token)),
    )


def _only(environ: Mapping[str, str]) -> dict[str, str]:
    """What leads to PagerDuty, and to nobody else."""
    return {key: environ[key] for key in VARIABLES[NAME] if key in environ}


def _only_pages(_: Case, change: Change) -> Blocked | None:
    """What has no key, and a page that is there already, are left to a run that holds the lease."""
    if change.kind is Kind.CREATE and is_page(change.address.thing):
        return None
    return Blocked(change.address, "only what is missing is sent at once")


def _unheard(_method: str, _seconds: float, _why: str) -> None:
    """The run that follows tells of waits."""
