"""What a run reads before it looks at a service: the files of one commit, and what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.plan.memory import Memory
from reconciler.repo.good_settings import last_applied, settings_in
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import shelve
from reconciler.repo.snapshot import snapshot
from reconciler.repo.state import State as Kept
from reconciler.run.holding import BUDGET
from reconciler.run.proposed import Listed, Proposals
from reconciler.run.revision import Revision, read
from reconciler.run.services import Door, Services
from reconciler.run.wanted import Wanted


@dataclass(frozen=True)
class Options:
    """What the command line asks for. `wait` and `budget` are in seconds; `holder` and `run` are words.

    After `budget` a run begins nothing any more; `until` is when that is, which the run itself sets. A run
    that only waits for a rate limit ends when there are `news`.
    """

    only: frozenset[str] = frozenset()
    now: datetime | None = None
    allow_older: bool = False
    allow_late_pages: bool = False
    prune: bool = False
    allow_prunes: int | None = None
    wait: float = 120
    budget: float = BUDGET
    until: datetime | None = None
    news: Callable[[], bool] = lambda: False
    holder: str = "reconciler"
    run: str = ""
    deep: Callable[[str], bool] = lambda _: True


@dataclass(frozen=True)
class Reading:
    """All that was read, and when. `notices` come before all others: settings that are not the newest."""

    now: datetime
    kept: Kept
    revision: Revision
    settings_blob: str
    services: Services
    notices: tuple[str, ...]
    proposals: Proposals


@dataclass(frozen=True)
class Reader:
    """Reads commits of one repository as one run asks for it.

    `pulls` is asked what became of proposals; `certain`: the branches here are as the remote has them now.
    """

    repo: Repository
    door: Door
    options: Options
    now: datetime
    pulls: Listed | None = None
    certain: bool = False

    def read(self, commit: str, kept: Kept, *, edited: bool = False) -> Reading:
        """A commit; with `edited`, as the work tree has it. Raises Failure where nothing can be done."""
        found = snapshot(self.repo, commit, edited=edited)
        known = settings_in(found, last_applied(self.repo, kept.settings))
        services = self.door.services(known.settings)
        shelf = shelve(found, known.settings)
        memories = {id: Memory.from_json(data) for id, data in kept.incidents.items()}
        lost = kept.revision is None or bool(kept.note)
        proposals = Proposals.of(shelf, memories, self.pulls, self.now, certain=self.certain, lost=lost)
        only = frozenset(one for one in self.options.only if not proposals.named(one))
        wanted = Wanted(
            now=self.now,
            memories=proposals.without(memories),
            only=only,
            none=bool(self.options.only) and not only,
            allow_late_pages=self.options.allow_late_pages,
            on=services.on,
            lost=lost,
            prune=self.options.prune,
            allow_prunes=self.options.allow_prunes,
        )
        revision = proposals.beside(
            read(shelf, wanted), replace(wanted, memories=memories), self.options.only
        )
        notices = (known.note,) if known.note else ()
        return Reading(self.now, kept, revision, known.blob, services, notices, proposals)
