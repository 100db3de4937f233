"""What stands between a run and everything outside: all calls are numbered, and a fault befalls one of them.

Calls to the services and calls to Git's remote are one sequence here. Git is real, and what it says of a
fault is what it says in earnest; only who is killed stays in the process, dead to the world.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from reconciler.repo.git import Answer, Git, TimedOut
from reconciler.sandbox.machine import Machine
from reconciler.targets.seam import Answer as Served
from reconciler.targets.seam import is_read
from tests.support.repositories import Remote


class Killed(BaseException):
    """The process is gone, with all that it knew; nothing may catch this."""


class Fault(Enum):
    """What befalls a call."""

    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed out before"
    LOST = "answer lost after"
    TIMED_OUT_AFTER = "timed out after"
    RACED = "race lost at"
    STALE = "stale answer to"
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"


#: What neither the caller nor the world can tell apart from another, which stands for it.
SAME = {Fault.TIMED_OUT: Fault.UNREACHABLE, Fault.TIMED_OUT_AFTER: Fault.LOST}
LOOK = (Fault.REFUSED, Fault.UNREACHABLE, Fault.TIMED_OUT, Fault.STALE)
PUSH = tuple(fault for fault in Fault if fault is not Fault.STALE)
KILL = (Fault.KILLED_BEFORE, Fault.KILLED_AFTER)

_SAID = {
    Fault.REFUSED: "fatal: Authentication failed for 'https://git.example.com/acme/incidents.git/'",
    Fault.UNREACHABLE: "fatal: unable to access 'https://git.example.com/': Could not resolve host",
    Fault.LOST: "fatal: the remote end hung up unexpectedly",
    Fault.RACED: "error: failed to push some refs",
}


class Call(NamedTuple):
    """A call by its number in the run, where it goes, and what it asks for."""

    number: int
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where} {self.what}, call {self.number}"

    @property
    def writes(self) -> bool:
        """True for what changes something."""
        return self.what.startswith(("push ", "delete ")) if self.where == "git" else not is_read(self.what)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What may befall it here; what services answer has sweeps of its own, a killed look does nothing."""
        if self.where == "git":
            return PUSH if self.writes else LOOK
        return KILL if self.writes else ()


@dataclass
class Numbering:
    """Counts the calls of a run. `fault` befalls the call `at`; `after` is done after each."""

    at: int = -1
    fault: Fault | None = None
    past: dict[str, str] = field(default_factory=dict)  # what the remote's refs were before
    calls: list[Call] = field(default_factory=list)
    done: list[Call] = field(default_factory=list)
    after: Callable[[Call], object] = lambda _: None
    dead: bool = False

    def befall(self, where: str, what: str, carry_out: Callable[[], Any]) -> Any:
        """Number a call and carry it out; killed before or after, it ends here. Other faults: `now`."""
        if self.dead:
            raise Killed
        call = Call(len(self.calls), where, what)
        self.calls.append(call)
        self._kill(call, Fault.KILLED_BEFORE)
        answer = carry_out()
        self.done.append(call)
        self._kill(call, Fault.KILLED_AFTER)
        self.after(call)
        return answer

    def _kill(self, call: Call, when: Fault) -> None:
        if call.number == self.at and self.fault is when:
            self.dead = True
            raise Killed

    @property
    def now(self) -> Fault | None:
        """The fault of the call in hand; none where it is killed."""
        return self.fault if len(self.calls) - 1 == self.at else None


@dataclass
class Numbered:
    """A service behind the numbering."""

    machine: Machine
    target: str
    numbering: Numbering

    def call(self, method: str, /, **arguments: Any) -> Served:
        answer: Served = self.numbering.befall(
            self.target, method, lambda: self.machine.call(method, **arguments)
        )
        return answer


class Wire(Git):
    """Git whose calls to the remote are numbered."""

    def __init__(self, here: Git, hub: Remote, numbering: Numbering):
        super().__init__(here.folder)
        self._hub, self._numbering = hub, numbering

    def call(self, *arguments: str, timeout: float) -> Answer:
        source, _, ref = arguments[-1].lstrip("+").rpartition(":")
        what = {"fetch": f"fetch {source}", "ls-remote": f"look up {ref}"}.get(
            arguments[0], f"push {ref}" if source else f"delete {ref}"
        )

        def carry_out() -> Answer:
            return self._befallen(lambda: Git.call(self, *arguments, timeout=timeout), arguments, timeout)

        answer: Answer = self._numbering.befall("git", what, carry_out)
        return answer

    def _befallen(self, real: Callable[[], Answer], arguments: tuple[str, ...], timeout: float) -> Answer:
        fault, pushes = self._numbering.now, arguments[0] == "push"
        ref = arguments[-1].lstrip("+").partition(":")[2 if pushes else 0]
        if fault is Fault.STALE:
            return self._from_the_past(ref, real)
        if pushes and self._numbering.fault is Fault.STALE:
            self._numbering.past[ref] = self._hub.tip(ref)
        if fault in (None, *KILL, Fault.LOST, Fault.TIMED_OUT_AFTER):
            answer = real()
            if fault in (None, *KILL):
                return answer
        if fault in (Fault.TIMED_OUT, Fault.TIMED_OUT_AFTER):
            raise TimedOut(f"git {arguments[0]} did not end within {timeout:g} seconds")
        assert fault is not None
        rejected = f"!\t{arguments[-1]}\t[rejected] (stale info)\n" if fault is Fault.RACED else ""
        return Answer(1 if pushes else 128, rejected.encode(), _SAID[fault])

    def _from_the_past(self, ref: str, look: Callable[[], Answer]) -> Answer:
        """What the remote would have answered before the ref was moved last."""
        now, before = self._hub.tip(ref), self._numbering.past.get(ref, "")
        self._set(ref, before)
        try:
            return look()
        finally:
            self._set(ref, now)

    def _set(self, ref: str, value: str) -> None:
        self._hub.git(*(("update-ref", ref, value) if value else ("update-ref", "-d", ref)))
