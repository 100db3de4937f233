"""One fault while an edit is committed: at the remote whatever can befall a call, at each of Git's commands
death. Then the same request comes again: it is one commit, and what was said of the first try was true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from unittest.mock import patch

from reconciler.clock import VirtualClock
from reconciler.errors import Failure
from reconciler.incident.model import Status
from reconciler.incident.settings import GitSettings
from reconciler.incident.verbs import AddUpdate, Declare, SetStatus
from reconciler.repo.commit import push_waiting
from reconciler.repo.errand import Request, Written
from reconciler.repo.git import Answer, Git
from reconciler.repo.repository import Repository
from reconciler.repo.verbs import Desk
from tests.support import repositories
from tests.support.company import ID, PATH, SETTINGS, START, incident
from tests.support.gitlife import MAIN, plain_git
from tests.support.repositories import ANA, Clone, Remote
from tests.support.wire import KILL, SAME, Call, Fault, Killed, Numbering, Wire

Verb = Callable[[Desk, Request], Written]

VERBS: Mapping[str, Verb] = {
    "new": lambda desk, request: desk.declare(Declare("Search is slow", "sev3", START), request),
    "update": lambda desk, request: desk.change(ID, AddUpdate(START, "Rolling back.", None), request),
    "resolve": lambda desk, request: desk.change(ID, SetStatus(Status.RESOLVED, START), request),
}


class Scenario(NamedTuple):
    """A fault at a call of a verb."""

    verb: str
    call: Call
    fault: Fault

    def __str__(self) -> str:
        return f"{self.fault.value} {self.call} of {self.verb}"


class Office:
    """A remote with an incident, and Ana's clone, where she types."""

    def __init__(self, folder: Path):
        self.hub: Remote = repositories.remote(folder, {"reconciler.yaml": SETTINGS, PATH: incident()})
        self.ana: Clone = self.hub.clone("ana")
        self.clock = VirtualClock(START + timedelta(minutes=5))
        self.begun = self.hub.tip()

    def type(self, verb: str, numbering: Numbering) -> Written | Failure | None:
        """What comes of it; None where the process is killed."""
        here = Repository.open(self.ana.folder)
        repo = replace(here, git=Wire(here.git, self.hub, numbering))
        request = Request(ANA, "4711", given=True)
        with _every_command(numbering):
            try:
                return VERBS[verb](Desk(repo, GitSettings(), self.clock), request)
            except Failure as failure:
                return failure
            except Killed:
                return None

    def push_what_waits(self) -> None:
        """What a later run does with commits that only Ana's clone has."""
        self.ana.git("fetch", "--quiet", "origin")
        if self.ana.git("rev-list", "origin/main..main"):
            push_waiting(Repository.open(self.ana.folder), GitSettings())

    def commits(self) -> list[str]:
        """The remote's commits of the request."""
        return self.hub.git("log", "--format=%H", "--grep=Request-Id: 4711", f"{self.begun}..{MAIN}").split()


@contextmanager
def _every_command(numbering: Numbering) -> Iterator[None]:
    """Number what Git is asked in this repository, too."""
    ask = Git.ask

    def numbered(git: Git, *arguments: str, **more: Any) -> Answer:
        answer: Answer = (
            ask(git, *arguments, **more)
            if arguments[0] in ("fetch", "push", "ls-remote")
            else numbering.befall("here", arguments[0], lambda: ask(git, *arguments, **more))
        )
        return answer

    with patch.object(Git, "ask", numbered):
        yield


@cache
def _fault_free(verb: str) -> tuple[tuple[Call, ...], str]:
    """The calls of a verb, and the files that it leaves."""
    with TemporaryDirectory() as folder:
        office, numbering = Office(Path(folder)), Numbering()
        written = office.type(verb, numbering)
        assert isinstance(written, Written)
        assert (written.pushed, written.notes) == (True, ())
        return tuple(numbering.calls), office.hub.git("rev-parse", f"{MAIN}^{{tree}}")


@cache
def _of(verb: str) -> dict[str, Scenario]:
    listed = [
        Scenario(verb, call, fault)
        for call in _fault_free(verb)[0]
        for fault in (call.faults if call.where == "git" else [Fault.KILLED_BEFORE])
        if fault not in SAME
    ]
    return {str(one): one for one in listed}


def scenarios(verbs: Sequence[str] = tuple(VERBS)) -> Sequence[str]:
    """Every fault at the two calls to the remote, and death before each command."""
    with plain_git():
        return [name for verb in verbs for name in _of(verb)]


def check(name: str) -> int:
    """The fault, and then the same request once more."""
    with plain_git(), TemporaryDirectory() as folder:
        verb, call, fault = _of(name.rpartition(" of ")[2])[name]
        office, numbering = Office(Path(folder)), Numbering(call.number, fault)
        first = office.type(verb, numbering)
        assert numbering.calls[call.number] == call
        assert (first is None) is (fault in KILL)
        if first is not None:
            _honest(office, first)
        second = office.type(verb, Numbering())
        assert isinstance(second, Written), second
        office.push_what_waits()
        assert len(office.commits()) == 1, f"{len(office.commits())} commits for one request"
        assert office.hub.git("rev-parse", f"{MAIN}^{{tree}}") == _fault_free(verb)[1]
        office.ana.pull()
        assert (office.ana.head, office.ana.status()) == (office.hub.tip(), "")
        return 1


def _honest(office: Office, first: Written | Failure) -> None:
    """What is said to be pushed is there; what is said to be only here, or not written, is not there."""
    arrived, here = bool(office.commits()), office.ana.head != office.begun
    if isinstance(first, Failure):
        left = arrived or here or bool(office.ana.status())
        assert not left, f"written all the same: {first}"
        return
    told = " ".join(first.notes)
    assert here
    assert first.pushed is (not told), told
    assert arrived is first.pushed or "is not known" in told, told
