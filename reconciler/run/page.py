"""Pages for an incident that was declared a moment ago, on a commit that need not be pushed yet.

Nobody else can know of the incident, so there is nothing to fetch, nothing remembered, and no lease to take:
its one file is read, PagerDuty is asked for its keys, and what is missing is sent. All else, and a page that
cannot be sent now, is left to the next run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reconciler.incident.history import History, Version
from reconciler.incident.settings import Settings
from reconciler.plan.change import Blocked, Change, Kind
from reconciler.plan.memory import Memory
from reconciler.plan.plan import Outcome
from reconciler.plan.world import Present, World
from reconciler.repo.good_settings import settings_in
from reconciler.repo.loader import load_incident
from reconciler.repo.snapshot import Snapshot, found_at
from reconciler.run.engine import Connected, Engine
from reconciler.run.holding import Bounds
from reconciler.run.revision import web_address
from reconciler.run.services import Door
from reconciler.run.shell import Shell
from reconciler.targets.case import Case
from reconciler.targets.connect import VARIABLES
from reconciler.targets.pagerduty.desired import NAME, is_page
from reconciler.targets.pagerduty.observe import OPEN

#: Seconds in which a page that PagerDuty's limits hold up is still sent here.
_PATIENCE = 60.0


@dataclass(frozen=True)
class Shut:
    """A gate that lets nothing through but what needs no lease."""

    alone: bool = False

    def open(self) -> bool:
        return False

    def ask(self) -> None:
        return None


def page(shell: Shell, commit: str, path: str) -> tuple[Outcome, ...]:
    """Page for the new file at `path` of a commit; what became of each page. Raises Failure."""
    settings = settings_in(Snapshot(shell.repo, commit, {}, {})).settings
    case = _case(shell, settings, commit, path)
    door = Door(_only(shell.environ), shell.connect, shell.clock, _unheard, shell.stopping)
    until = shell.clock.now() + timedelta(seconds=_PATIENCE)
    with shell.threads() as pool:
        engine = Engine(
            {case.id: case},
            [Connected(one.target, one.api) for one in door.services(settings).connected],
            pool,
            gate=Shut(),
            blocked=_only_creates,
            bounds=Bounds(shell.clock, until, shell.stopping),
            world=World({OPEN: Present()}),  # the account's other pages are of no interest
        )
        engine.apply()
    return tuple(one for one in engine.outcomes if is_page(one.change.address.thing))


def _case(shell: Shell, settings: Settings, commit: str, path: str) -> Case:
    found = found_at(shell.repo, commit, path)
    assert found is not None, path
    incident = load_incident(found.content, path, settings)
    line = shell.repo.git.line("log", "-1", "--format=%ct %an", "--end-of-options", commit)
    seconds, _, author = line.partition(" ")
    made = datetime.fromtimestamp(int(seconds), UTC)
    web = web_address(shell.repo, settings)
    return Case(
        incident=incident,
        settings=settings,
        history=History((Version(made, commit, author, incident),)),
        now=shell.clock.now(),
        memory=Memory(),
        blob=found.blob,
        url=f"{web}/blob/{settings.git.branch}/{path}" if web else None,
        files={},
        allow_late_pages=False,
        on=frozenset(name for name, known in VARIABLES.items() if shell.environ.get(known.token)),
    )


def _only(environ: Mapping[str, str]) -> dict[str, str]:
    """What leads to PagerDuty, and to nobody else."""
    return {key: environ[key] for key in VARIABLES[NAME] if key in environ}


def _only_creates(_: Case, change: Change) -> Blocked | None:
    """A page that is there already is left to a run that knows more."""
    if change.kind is Kind.CREATE:
        return None
    return Blocked(change.address, "only what is missing is sent at once")


def _unheard(_method: str, _seconds: float, _why: str) -> None:
    """The run that follows tells of waits."""
