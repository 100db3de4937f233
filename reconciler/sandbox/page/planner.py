"""The plan beside the world: what the next loop would do, made by the reconciler itself, in this process.

It asks the machines through the same seam as a run does, and cannot write. It is made in the background, and
again when the world or the files have changed: at once for the few incidents that are concerned, and for all
of them when there is time, since with hundreds of open incidents that takes a while.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from threading import Lock
from time import monotonic
from types import MappingProxyType
from typing import Any

from reconciler.clock import SystemClock
from reconciler.errors import Failure, defect
from reconciler.incident.settings import Settings
from reconciler.incident.shown import inert
from reconciler.plan.plan import Plan
from reconciler.repo.repository import Repository
from reconciler.run.shell import Options, Shell
from reconciler.sandbox.page.feed import Item, Json
from reconciler.sandbox.page.plans import concerned, joined, line, now, shown
from reconciler.sandbox.routes import Asked
from reconciler.sandbox.world import World
from reconciler.targets.seam import Answer, Api, is_read
from reconciler.views.report import report_lines

#: Seconds after which a plan is made again though nothing changed: some changes fall due.
STALE = 60.0
#: The plan of all rests so many times as long as it took.
REST = 3.0
#: Seconds after which a thread that makes a plan lets another one go on; Python's own is ten times that.
POLITE = 0.0005


class Inside:
    """A service of this process behind the seam. Reads leave no trace; a write is a call like any other."""

    def __init__(self, world: World, service: str, switches: Mapping[str, Any]):
        self._world, self._service, self._switches = world, service, switches

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; see the seam."""
        if is_read(method):
            return self._world.machines[self._service].call(method, **arguments)
        return self._world.call(self._service, Asked(method, arguments, self._switches))


class Planner:
    """Plans for one repository.

    `file_of` names the file's id for an incident's marks; `done` is told of a new plan; `applies` says
    whether the page may also apply. `seen` is the version of the feed that the last plan has looked at.
    """

    def __init__(
        self, shell: Shell, file_of: Callable[[str], str], done: Callable[[], None], *, applies: bool
    ):
        self._shell, self._file_of, self._done, self.applies = shell, file_of, done, applies
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="plan")
        self._whole: Plan | None = None
        self._number, self._made, self._rested = 0, 0.0, 0.0
        self._under_way, self._applying, self._counting = 0, False, Lock()
        self._behind = True
        self.seen = -1
        self.plan: Json = {"state": "none", "summary": "", "notices": [], "groups": []}
        self.last: Json | None = None

    def consider(self, version: int, changed: Mapping[str, Json]) -> None:
        """See to a plan: `changed` is what is newer in the feed than what was `seen`."""
        if self._under_way:
            return
        self.seen = version
        few, others = concerned(changed)
        known = {first: id for first in few if (id := self._file_of(first))}
        self._behind |= others
        time = monotonic()
        if known and self._whole:
            self._begin(partial(self._plan, known))
        elif time > self._rested and (self._behind or time - self._made > STALE):
            self._behind = False
            self._begin(self._plan)

    def apply(self) -> bool:
        """Apply once, after the plan that is being made; False where one is under way, or is not allowed."""
        with self._counting:
            if self._applying or not self.applies:
                return False
            self._applying = True
        self._begin(self._apply)
        self._done()
        return True

    def wait(self) -> bool:
        """Wait for what is under way; False where nothing is."""
        busy = self._under_way > 0
        with suppress(RuntimeError):  # it is closed
            self._worker.submit(lambda: None).result()
        return busy

    def close(self) -> None:
        """Begin nothing more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def items(self) -> Iterable[Item]:
        """The plan as an entry of the feed: its last line, and how much it has for each incident."""
        about: Json = {key: self.plan[key] for key in ("state", "summary")}
        about["counts"] = {one["incident"]: one["changes"] for one in self.plan["groups"] if one["changes"]}
        about |= {"applies": self.applies, "applying": self._applying}
        yield Item("plan/next", (self._number, self._applying), lambda: about)

    def _begin(self, do: Callable[[], None]) -> None:
        with self._counting:
            self._under_way += 1
        with suppress(RuntimeError):  # it is closed
            self._worker.submit(self._work, do)

    def _work(self, do: Callable[[], None]) -> None:
        try:
            with _giving_way():
                do()
        except Failure as failure:
            self._fail(failure)
        except Exception as error:
            self._fail(defect(error))
        self._number += 1
        with self._counting:
            self._under_way -= 1
        self._done()

    def _plan(self, few: Mapping[str, str] = MappingProxyType({})) -> None:
        began = monotonic()
        made = self._shell.plan(Options(only=frozenset(few.values())))
        self._whole = joined(self._whole, made, few.keys()) if few and self._whole else made
        if not few:
            self._made = monotonic()
            self._rested = self._made + REST * (self._made - began)
        self.plan = shown(self._whole)

    def _apply(self) -> None:
        try:
            report = self._shell.apply(Options(holder="the sandbox's page", run="the sandbox's page"))
        finally:
            self._applying = False
        self.last = {"at": now(), "lines": [*map(line, report_lines(report))]}
        self._whole, self.plan = report.after, shown(report.after)

    def _fail(self, failure: Failure) -> None:
        told = [inert(one) for one in (failure.detail, failure.next) if one]
        self._whole, words = None, inert(failure.message)
        self.plan = {"state": "failed", "at": now(), "summary": words, "notices": told, "groups": []}


@contextmanager
def _giving_way() -> Iterator[None]:
    """Let the threads that answer requests have their turn sooner, while this one works hard."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(POLITE)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def shell(world: World, repo: Repository, environ: Mapping[str, str]) -> Shell:
    """A run's shell for a repository, in which the services are those of this process."""

    def connect(_: Mapping[str, str], settings: Settings, **__: object) -> Mapping[str, Api]:
        sender = {"from_address": settings.pagerduty.from_address}
        own: dict[str, dict[str, Any]] = {"slack": {}, "pagerduty": sender, "notion": {}}
        return {service: Inside(world, service, switches) for service, switches in own.items()}

    return Shell(repo, environ, SystemClock(), connect=connect)
