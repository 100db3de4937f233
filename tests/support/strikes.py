"""What may befall one call: refused, lost, put off, answered from the past or in no known shape, or the end.

A fault strikes one attempt, or with `lasting` every attempt of that call. Faults that neither the service nor
the caller can tell apart are tried once (`classes`); `tests/laws/test_faults.py` proves that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from reconciler.targets.retry import repeatable
from reconciler.targets.seam import Answer, CallError, RateLimited, Refused, Unanswered, Unreachable, is_read
from tests.support.garbled import Garbling

Arguments = Mapping[str, Any]


class Killed(Exception):
    """The process is gone: what it would have remembered is lost."""


class Service(Protocol):
    """The service that is called, and what it would have answered before."""

    target: str

    def carried_out(self, method: str, arguments: Arguments) -> Answer:
        """What the service answers once it has done what it was asked."""
        ...

    def from_the_past(self, since: str, method: str, arguments: Arguments) -> Answer:
        """What it would have answered before the last `write`, or before the `run`."""
        ...


class At(NamedTuple):
    """A call of a run, by its number from 1."""

    number: int
    target: str
    method: str


@dataclass(frozen=True)
class Fault:
    """`befall` answers in the service's place, or raises."""

    name: str
    befall: Callable[[Service, str, Arguments], Answer]
    lasting: bool = False

    def at_every_attempt(self) -> Fault:
        """The same, again and again."""
        return replace(self, name=f"{self.name} every attempt at", lasting=True)

    def at(self, call: At, step: str) -> str:
        """The name of the scenario."""
        return f"{self.name} {call.target} {call.method}, call {call.number} of {step}"


Error = Callable[[str, str], CallError]


def _before(error: Error) -> Callable[[Service, str, Arguments], Answer]:
    def befall(service: Service, method: str, arguments: Arguments) -> Answer:
        raise error(service.target, method)

    return befall


def _after(error: Error) -> Callable[[Service, str, Arguments], Answer]:
    def befall(service: Service, method: str, arguments: Arguments) -> Answer:
        service.carried_out(method, arguments)
        raise error(service.target, method)

    return befall


def _killed_before(service: Service, method: str, arguments: Arguments) -> Answer:
    raise Killed


def _killed_after(service: Service, method: str, arguments: Arguments) -> Answer:
    service.carried_out(method, arguments)
    raise Killed


def _refusal(codes: Mapping[str, tuple[str, int]]) -> Error:
    def refused(target: str, method: str) -> Refused:
        code, status = codes[target]
        answer = {"ok": False, "error": code} if target == "slack" else {"code": code}
        return Refused(method, code, "" if target == "slack" else "no", answer, status)

    return refused


def _status(status: int, wait: float | None = None) -> Error:
    def unanswered(target: str, method: str) -> Unanswered:
        return Unanswered(method, str(status), status, wait)

    return unanswered


def _said(words: str) -> Error:
    return lambda target, method: Unanswered(method, words)


#: A refusal that is told as it comes, and one that stays until somebody changes something.
_ODD = {"slack": ("team_is_asleep", 200), "pagerduty": ("409", 409), "notion": ("gone_fishing", 400)}
_SCOPE = {
    "slack": ("missing_scope", 200),
    "pagerduty": ("403", 403),
    "notion": ("restricted_resource", 403),
}
_CONFLICT = dict.fromkeys(_ODD, ("conflict_error", 409))

REFUSED = Fault("refused by", _before(_refusal(_ODD)))
FORBIDDEN = Fault("forbidden by", _before(_refusal(_SCOPE)))
CONFLICT = Fault("409 from", _before(_refusal(_CONFLICT)))
PUT_OFF = Fault("429 from", _before(lambda target, method: RateLimited(method, 20)))
PUT_OFF_FOR_HOURS = Fault("429 for hours from", _before(lambda target, method: RateLimited(method, 7200)))
NOT_REACHED = Fault(
    "no connection to", _before(lambda target, method: Unreachable(method, "connection refused"))
)
#: Not carried out, and not known whether: for the caller all the same.
UNDONE = {
    name: Fault(name, _before(error))
    for name, error in {
        "timeout before": _said("timed out"),
        "500 before": _status(500),
        "502 before": _status(502),
        "503 before": _status(503, 5),
        "529 before": _status(529, 5),
        "internal_error before": _said("internal_error"),
    }.items()
}
#: Carried out, and the answer lost.
DONE = {
    name: Fault(name, _after(error))
    for name, error in {
        "answer lost after": _said("connection reset"),
        "timeout after": _said("timed out"),
        "500 after": _status(500),
        "502 after": _status(502),
        "503 after": _status(503, 5),
        "529 after": _status(529, 5),
        "internal_error after": _said("internal_error"),
    }.items()
}
KILLED_BEFORE = Fault("killed before", _killed_before)
KILLED_AFTER = Fault("killed after", _killed_after)
UNDONE_ONCE, DONE_ONCE = UNDONE["timeout before"], DONE["answer lost after"]
UNDONE_LASTING, DONE_LASTING = UNDONE_ONCE.at_every_attempt(), DONE_ONCE.at_every_attempt()


def classes(at: At) -> Mapping[Fault, Sequence[Fault]]:
    """The faults to try at a call → those that neither the service nor the caller can tell apart from it."""
    undone = [one for one in UNDONE.values() if at.target == "slack" or "internal" not in one.name]
    done = [one for one in DONE.values() if at.target == "slack" or "internal" not in one.name]
    unreached = NOT_REACHED.at_every_attempt()
    undone_lasting = [one.at_every_attempt() for one in undone]
    put_off: dict[Fault, Sequence[Fault]] = {PUT_OFF: [], PUT_OFF_FOR_HOURS: []}
    if is_read(at.method):
        return {REFUSED: [unreached, *undone_lasting], NOT_REACHED: [*undone, *done], **put_off}
    always = {REFUSED: [unreached], FORBIDDEN: [], KILLED_BEFORE: [], KILLED_AFTER: [], **put_off}
    if not repeatable(at.method, {"incident": {"incident_key": "any"}}):
        return always | {NOT_REACHED: [], UNDONE_ONCE: undone[1:], DONE_ONCE: done[1:]}
    done_lasting = [one.at_every_attempt() for one in done[1:]]
    return always | {
        NOT_REACHED: undone,
        UNDONE_LASTING: undone_lasting[1:],
        DONE_ONCE: done[1:],
        DONE_LASTING: done_lasting,
    }


def _stale(since: str, word: str) -> Fault:
    return Fault(
        f"stale ({word}) answer of",
        lambda service, method, arguments: service.from_the_past(since, method, arguments),
        lasting=True,
    )


#: The answer as it was before the last write, or before the run.
STALE = {"write": _stale("write", "as before the last write"), "run": _stale("run", "as before the run")}


def garbled(how: Garbling) -> Fault:
    """Carried out, and answered in no documented shape."""
    return Fault(
        f"garbled ({how.name}) answer of",
        lambda service, method, arguments: how.of(service.carried_out(method, arguments)),
        lasting=True,
    )
