"""The plan beside the world: what the next loop would do, made by the reconciler itself, in this process.

It asks the machines through the same seam as a run does, and cannot write. It is made in the background, and
again when the world or the files have changed: at once for the few incidents that are concerned, and for all
of them when there is time, since with hundreds of open incidents that takes a while.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeVar

from reconciler.clock import SystemClock
from reconciler.errors import Failure, defect
from reconciler.incident.settings import Settings
from reconciler.incident.shown import inert
from reconciler.plan.change import Blocked, Change, Note, Unreadable
from reconciler.plan.plan import Plan
from reconciler.repo.repository import Repository
from reconciler.run.shell import Options, Shell
from reconciler.sandbox.page.feed import Item, Json
from reconciler.sandbox.routes import Asked
from reconciler.sandbox.world import World
from reconciler.targets.seam import Answer, Api, is_read
from reconciler.views.changes import Line, change_line, difference_lines, problem_lines
from reconciler.views.plan import summary
from reconciler.views.report import report_lines

#: Seconds after which a plan is made again though nothing changed: some changes fall due.
STALE = 60.0
#: For up to so many incidents a plan is made at once; the whole one rests so many times as long as it took.
FEW, REST = 8, 3.0


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
        self._busy = self._applying = False
        self._behind = True
        self.seen = -1
        self.plan: Json = {"state": "none", "summary": "", "notices": [], "groups": []}
        self.last: Json | None = None

    def consider(self, version: int, changed: Mapping[str, Json]) -> None:
        """See to a plan: `changed` is what is newer in the feed than what was `seen`."""
        if self._busy:
            return
        self.seen = version
        few, others = _concerned(changed)
        known = {first: id for first in few if (id := self._file_of(first))}
        self._behind |= others
        now = monotonic()
        if known and self._whole:
            self._begin(partial(self._plan, known))
        elif now > self._rested and (self._behind or now - self._made > STALE):
            self._behind = False
            self._begin(self._plan)

    def apply(self) -> bool:
        """Apply once, in the background; False where something is under way, or that is not allowed."""
        if self._busy or not self.applies:
            return False
        self._applying = True
        self._begin(self._apply)
        self._done()
        return True

    def wait(self) -> bool:
        """Wait for what is under way; False where nothing is."""
        busy = self._busy
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
        self._busy = True
        with suppress(RuntimeError):  # it is closed
            self._worker.submit(self._work, do)

    def _work(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Failure as failure:
            self._fail(failure)
        except Exception as error:
            self._fail(defect(error))
        self._number += 1
        self._busy = self._applying = False
        self._done()

    def _plan(self, few: Mapping[str, str] = MappingProxyType({})) -> None:
        began = monotonic()
        made = self._shell.plan(Options(only=frozenset(few.values())))
        self._whole = _joined(self._whole, made, few.keys()) if few and self._whole else made
        if not few:
            self._made = monotonic()
            self._rested = self._made + REST * (self._made - began)
        self.plan = _shown(self._whole)

    def _apply(self) -> None:
        report = self._shell.apply(Options(holder="the sandbox's page", run="the sandbox's page"))
        self.last = {"at": _now(), "lines": [*map(_line, report_lines(report))]}
        self._whole, self.plan = report.after, _shown(report.after)

    def _fail(self, failure: Failure) -> None:
        told = [inert(one) for one in (failure.detail, failure.next) if one]
        self._whole, words = None, inert(failure.message)
        self.plan = {"state": "failed", "at": _now(), "summary": words, "notices": told, "groups": []}


def shell(world: World, repo: Repository, environ: Mapping[str, str]) -> Shell:
    """A run's shell for a repository, in which the services are those of this process."""

    def connect(_: Mapping[str, str], settings: Settings, **__: object) -> Mapping[str, Api]:
        sender = {"from_address": settings.pagerduty.from_address}
        own: dict[str, dict[str, Any]] = {"slack": {}, "pagerduty": sender, "notion": {}}
        return {service: Inside(world, service, switches) for service, switches in own.items()}

    return Shell(repo, environ, SystemClock(), connect=connect)


def _concerned(changed: Mapping[str, Json]) -> tuple[set[str], bool]:
    """The few incidents that a change concerns, and whether others may be concerned too."""
    found: set[str] = set()
    others = False
    for key, entry in changed.items():
        own = entry.get("first") if key.startswith("file/") else entry.get("incident")
        several = [own] if own else entry.get("incidents", [])
        found.update(several)
        others |= not several and not key.startswith("slack/")
    return (found, others) if len(found) <= FEW else (set(), True)


def _joined(whole: Plan, some: Plan, newer: Collection[str]) -> Plan:
    """The plan with what a newer one says of some incidents; how much is in sync is then not known."""
    return replace(
        whole,
        headings=(*(one for one in whole.headings if one.key not in newer), *some.headings),
        changes=_kept(whole.changes, newer) + some.changes,
        blocked=_kept(whole.blocked, newer) + some.blocked,
        unreadable=_kept(whole.unreadable, newer) + some.unreadable,
        notes=_kept(whole.notes, newer) + some.notes,
        notices=some.notices,
        in_sync=0,
    )


_One = TypeVar("_One", Change, Blocked, Unreadable, Note)


def _kept(several: tuple[_One, ...], newer: Collection[str]) -> tuple[_One, ...]:
    return tuple(one for one in several if one.address.incident not in newer)


def _now() -> str:
    return SystemClock().now().isoformat()


def _shown(plan: Plan) -> Json:
    return {
        "state": "ready",
        "at": _now(),
        "summary": summary(plan),
        "notices": [inert(one) for one in plan.notices] + _texts(problem_lines(plan)),
        "groups": _groups(plan),
    }


def _groups(plan: Plan) -> list[Json]:
    """The lines of the plan by incident, those that belong to none first."""
    listed = [(one.address, [change_line(one)]) for one in plan.changes]
    lines: dict[str, list[Line]] = {}
    for address, own in listed + difference_lines(plan):
        lines.setdefault(address.incident, []).extend(own)
    changes: dict[str, int] = {}
    for one in plan.changes:
        changes[one.address.incident] = changes.get(one.address.incident, 0) + 1
    return [
        {"incident": incident, "changes": changes.get(incident, 0), "lines": [*map(_line, lines[incident])]}
        for incident in sorted(lines)
    ]


def _line(line: Line) -> Json:
    return {"text": inert(line.text), "style": line.style}


def _texts(lines: Iterable[Line]) -> list[str]:
    return [inert(line.text) for line in lines if line.text]
