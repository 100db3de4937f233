"""One fault at a call of GitHub or of Git's remote while an incident is declared, led and reviewed.

Two lives: declared, paged, updated and merged; declared, paged and closed unmerged. After the fault the same
request comes again, or nobody asks again and the next runs see it through. In the end all is as without it:
one commit a request, one pull request, each page once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from reconciler.errors import Failure
from reconciler.incident.verbs import AddUpdate
from reconciler.repo.repository import Repository
from reconciler.run.pool import Rounds
from reconciler.run.shell import Options
from reconciler.targets.seam import Answer, Refused, Unanswered, Unreachable, is_read
from tests.support.company import START, STATE
from tests.support.github import GitHub
from tests.support.gitlife import plain_git
from tests.support.outcome import difference, world_of
from tests.support.repositories import Clone
from tests.support.reviewing import Reviewed, declared, request
from tests.support.wire import Call, Fault, Killed, Numbered, Numbering, Wire

#: Runs after the last step, of which the last has nothing to do.
RUNS = 4
_LOOKS = (Fault.REFUSED, Fault.UNREACHABLE)
_WRITES = (Fault.REFUSED, Fault.UNREACHABLE, Fault.LOST, Fault.KILLED_BEFORE, Fault.KILLED_AFTER)
_KILLS = (Fault.KILLED_BEFORE, Fault.KILLED_AFTER)


@dataclass
class Faced:
    """GitHub behind the numbering."""

    github: GitHub
    numbering: Numbering

    def call(self, method: str, /, **arguments: Any) -> Answer:
        def carry_out() -> Answer:
            fault = self.numbering.now
            if fault is Fault.REFUSED:
                raise Refused(method, "403", "Resource not accessible by integration", status=403)
            if fault is Fault.UNREACHABLE:
                raise Unreachable(method, "connection refused")
            answer = self.github.call(method, **arguments)
            if fault is Fault.LOST:
                raise Unanswered(method, "connection dropped")
            return answer

        answer: Answer = self.numbering.befall(
            "github", method.replace("/repos/{owner}/{repo}", ""), carry_out
        )
        return answer


@dataclass
class Life:
    """Ana's clone, in which a process commits and applies; CI's, which applies; and GitHub."""

    there: Reviewed
    ana: Clone
    ci: Clone
    id: str = ""
    made: Counter[str] = field(default_factory=Counter)

    @classmethod
    def at(cls, folder: Path) -> Life:
        there = Reviewed.at(folder)
        return cls(there, there.clone("ana"), there.clone("ci"))

    def asks(self, step: str, numbering: Numbering) -> None:
        """Somebody asks for a step's edit; a failure is told, and a process may be killed."""
        desk = self.there.desk(self.ana, api=Faced(self.there.github, numbering))
        desk = replace(desk, repo=self._wired(self.ana, numbering))
        try:
            if step == "declare":
                self.id = desk.declare(declared(), request("declare")).id
            else:
                said = AddUpdate(START, "Rolling back.", "ana@example.com")
                desk.change(self.id or self.there.branches()[0], said, request("update"))
        except (Failure, Killed):
            pass

    def applies(self, clone: Clone, numbering: Numbering) -> Any:
        """A run in somebody's clone; None where it is killed."""
        company = self.there.company
        for name, machine in company.machines.items():
            company.wrapped[name] = Numbered(machine, name, numbering)
        shell = company.shell(
            clone,
            repo=self._wired(clone, numbering),
            threads=lambda: nullcontext(Rounds()),
            forge=lambda _environ, _clock: Faced(self.there.github, numbering),
        )
        try:
            return shell.apply(Options(holder=clone.folder.name, wait=180))
        except Killed:
            return None
        finally:
            company.wrapped.clear()
            company.later(minutes=10)
            done = (call for call in numbering.done if call.where not in ("git", "github") and call.writes)
            self.made += Counter(call.what for call in done)

    def _wired(self, clone: Clone, numbering: Numbering) -> Repository:
        here = Repository.open(clone.folder)
        return replace(here, git=Wire(here.git, self.there.company.remote, numbering))


Step = Callable[[Life, Numbering], object]

_STEPS: Mapping[str, Step] = {
    "declare": lambda life, numbering: life.asks("declare", numbering),
    "page": lambda life, numbering: life.applies(life.ci, numbering),
    "update": lambda life, numbering: life.asks("update", numbering),
    "look": lambda life, numbering: life.applies(life.ana, numbering),
    "merge": lambda life, _: life.there.github.merge(1),
    "merged": lambda life, numbering: life.applies(life.ci, numbering),
    "close": lambda life, _: life.there.github.close(1),
    "close and delete": lambda life, _: life.there.github.close(1, delete=True),
    "forget": lambda life, _: life.there.company.remote.git("update-ref", "-d", STATE),
    "closed": lambda life, numbering: life.applies(life.ci, numbering),
}
LIVES: Mapping[str, tuple[str, ...]] = {
    "merged": ("declare", "page", "update", "look", "merge", "merged"),
    "closed": ("declare", "page", "close", "closed"),
    "closed and deleted": ("declare", "page", "close and delete", "closed"),
    "closed and forgotten": ("declare", "page", "close and delete", "forget", "closed"),
}
#: Who comes after the fault: the same request once more, or nobody but the next runs.
AFTER = ("asked again", "left to the next run")


class Scenario(NamedTuple):
    """A fault at a call of a step of a life, and who comes after it."""

    life: str
    step: str
    call: Call
    fault: Fault
    after: str

    def __str__(self) -> str:
        return f"{self.fault.value} {self.call} of {self.step}, {self.after}, {self.life}"


def _faults(call: Call) -> tuple[Fault, ...]:
    if call.where == "git":
        return (*_WRITES, Fault.RACED) if call.writes else _LOOKS
    if call.where == "github":  # who may not look never learns what became of what is forgotten
        return (Fault.UNREACHABLE,) if is_read(call.what) else _WRITES
    return _KILLS if call.what == "POST /incidents" else ()


@cache
def _of(life: str) -> dict[str, Scenario]:
    calls = _fault_free(life).calls
    listed = [
        Scenario(life, step, call, fault, after)
        for step in calls
        for call in calls[step]
        for fault in _faults(call)
        for after in (AFTER if step in ("declare", "update") else AFTER[:1])
    ]
    return {str(one): one for one in listed}


def scenarios(lives: Sequence[str] = tuple(LIVES)) -> Sequence[str]:
    """Every fault at every call to GitHub and to Git's remote, and death around the page."""
    with plain_git():
        return [name for life in lives for name in _of(life)]


def check(name: str) -> int:
    """A life with the fault, and more runs until all is quiet; then all is as without it."""
    with plain_git(), TemporaryDirectory() as folder:
        scenario = _of(name.rpartition(", ")[2])[name]
        life = Life.at(Path(folder))
        _lived(life, scenario)
        differs = difference(_fault_free(scenario.life).left, _left(life))
        assert not differs, "\n".join(differs)
        return 1


def _lived(life: Life, scenario: Scenario) -> None:
    """Live a life with the fault."""
    for step in LIVES[scenario.life]:
        struck = step == scenario.step
        numbering = Numbering(scenario.call.number, scenario.fault) if struck else Numbering()
        _STEPS[step](life, numbering)
        if struck:
            assert numbering.calls[scenario.call.number] == scenario.call
            _sees_to_it(life, scenario)
    _settle(life)


def _sees_to_it(life: Life, scenario: Scenario) -> None:
    """Whoever comes after the fault."""
    if scenario.step not in ("declare", "update"):
        life.applies(life.ci, Numbering())
        return
    if scenario.after == AFTER[1]:
        life.applies(life.ana, Numbering())
    life.asks(scenario.step, Numbering())


class FaultFree(NamedTuple):
    """A life without a fault: the calls of each step, and what it leaves."""

    calls: Mapping[str, tuple[Call, ...]]
    left: dict[str, Any]


@cache
def _fault_free(name: str) -> FaultFree:
    with TemporaryDirectory() as folder:
        life = Life.at(Path(folder))
        calls: dict[str, tuple[Call, ...]] = {}
        for step in LIVES[name]:
            numbering = Numbering()
            _STEPS[step](life, numbering)
            calls[step] = tuple(numbering.calls)
        _settle(life)
        return FaultFree(calls, _left(life))


def _settle(life: Life) -> None:
    """Run again until a run has nothing to do, and does nothing."""
    told: list[object] = []
    for _ in range(RUNS):
        numbering = Numbering()
        report = life.applies(life.ci, numbering)
        assert report is not None
        told = [str(call) for call in numbering.done if call.writes] or [*report.after.changes]
        if not told:
            assert (report.exit_code, report.outcomes) == (0, ())
            return
    raise AssertionError(f"not quiet after {RUNS} runs: {told}")


def _left(life: Life) -> dict[str, Any]:
    """What there is in the end, without ids and times."""
    company, github = life.there.company, life.there.github
    hub = company.remote
    every = hub.git("log", "--all", "--format=%(trailers:key=Request-Id,valueonly)", "--glob=refs/heads/*")
    return {
        "services": world_of(company),
        "paged": life.made["POST /incidents"],
        "pulls": [
            (one["head"], one["title"], one["state"], bool(one["merged_at"])) for one in github.pulls()
        ],
        "branches": life.there.branches(),
        "requests": sorted(filter(None, every.splitlines())),
        "file": list(_files(hub)),
        "pending": life.ana.git("for-each-ref", "--format=%(refname)", "refs/reconciler/"),
    }


def _files(hub: Any) -> Iterator[str]:
    for path in hub.git("ls-tree", "-r", "--name-only", "main", "incidents/").split():
        yield hub.git("show", f"main:{path}")
