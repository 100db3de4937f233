"""The plan beside the world: what the next loop would do, made by the reconciler itself, in this process.

It asks the machines through the same seam as a run does, and cannot write. It is made in the background and
again when the world or the files have changed, and rests as long as it took.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any

from reconciler.clock import SystemClock
from reconciler.errors import Failure, defect
from reconciler.incident.shown import inert
from reconciler.plan.plan import Plan, Report
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

    `applies` says whether the page may also apply; `done` is told of a new plan.
    """

    def __init__(
        self,
        world: World,
        repo: Repository,
        environ: Mapping[str, str],
        *,
        applies: bool,
        done: Callable[[], None],
    ):
        self._world, self._done, self.applies = world, done, applies
        self._shell = Shell(repo, environ, SystemClock(), connect=self._connect)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="plan")
        self._busy = False
        self._planned: object = None
        self._rested = self._made = 0.0
        self._number = 0
        self.plan: Json = {"state": "none", "summary": "", "notices": [], "groups": []}
        self.last: Json | None = None

    def _connect(self, _: Mapping[str, str], settings: Any, **__: Any) -> Mapping[str, Api]:
        sender = {"from_address": settings.pagerduty.from_address}
        own: dict[str, dict[str, Any]] = {"slack": {}, "pagerduty": sender, "notion": {}}
        return {service: Inside(self._world, service, switches) for service, switches in own.items()}

    def consider(self, stamp: object) -> None:
        """Make a plan if what it depends on is not what the last one saw, or that one is old."""
        now = monotonic()
        due = stamp != self._planned or now - self._made > STALE
        if self._busy or not due or now < self._rested:
            return
        self._busy, self._planned = True, stamp
        self._worker.submit(self._work, self._plan)

    def apply(self) -> bool:
        """Apply once, in the background; False where that is under way, or not allowed."""
        if self._busy or not self.applies:
            return False
        self._busy = True
        self._worker.submit(self._work, self._apply)
        return True

    def close(self) -> None:
        """Begin nothing more."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def items(self) -> Iterable[Item]:
        """The plan as an entry of the feed: its last line, and how much it has for each incident."""
        counts = {group["incident"]: group["changes"] for group in self.plan["groups"]}
        short = {key: self.plan[key] for key in ("state", "summary")}
        about = short | {
            "counts": counts,
            "applies": self.applies,
            "applying": self._busy and self._planned is None,
        }
        yield Item("plan/next", (self._number, str(about)), lambda: about)

    def _work(self, do: Callable[[], None]) -> None:
        began = monotonic()
        try:
            do()
        except Failure as failure:
            self._fail(failure)
        except Exception as error:
            self._fail(defect(error))
        self._made = monotonic()
        self._rested = self._made + (self._made - began)
        self._number += 1
        self._busy = False
        self._done()

    def _plan(self) -> None:
        plan = self._shell.plan(Options())
        self.plan = {
            "state": "ready",
            "at": SystemClock().now().isoformat(),
            "summary": summary(plan),
            "notices": [inert(one) for one in plan.notices] + _texts(problem_lines(plan)),
            "groups": _groups(plan),
        }

    def _apply(self) -> None:
        self._planned = None
        self._done()
        report: Report = self._shell.apply(Options(holder="the sandbox's page", run="the sandbox's page"))
        self.last = {"at": SystemClock().now().isoformat(), "lines": [*map(_line, report_lines(report))]}

    def _fail(self, failure: Failure) -> None:
        told = [inert(one) for one in (failure.detail, failure.next) if one]
        words = inert(failure.message)
        self.plan = {"state": "failed", "summary": words, "notices": told, "groups": []}


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
