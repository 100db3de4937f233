"""Examining one target at the seam: its calls one by one, each of which can be made to fail in every way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from reconciler.plan.diagnosis import Diagnosis, Sign
from reconciler.targets.seam import (
    Answer,
    Api,
    CallError,
    RateLimited,
    ReadOnly,
    Refused,
    Unanswered,
    Unreachable,
)
from tests.support.openapi import check_request

Examine = Callable[[Api], Iterable[Diagnosis]]


def garbled(answer: Answer) -> Answer:
    """The same keys, each with something that does not belong there."""
    return dict.fromkeys(answer, 7)


#: What can befall a call: an error instead of an answer, or (`ANSWERS`) one that says nothing.
FAULTS: dict[str, Callable[[str], CallError]] = {
    "refused": lambda method: Refused(method, "not_allowed_here", "by a rule nobody knows", status=403),
    "lost": lambda method: Unanswered(method, "503 service unavailable", 503),
    "unreachable": lambda method: Unreachable(method, "connection refused"),
    "limited": lambda method: RateLimited(method, 30),
}
ANSWERS: dict[str, Callable[[Answer], Answer]] = {"emptied": lambda _: {}, "garbled": garbled}


@dataclass
class Breaking:
    """An Api whose call of that number (from 0) fails in that way; notes the calls."""

    api: Api
    at: int = -1
    fault: str = ""
    spec: str = ""
    calls: list[str] = field(default_factory=list)

    def call(self, method: str, /, **arguments: Any) -> Answer:
        number = len(self.calls)
        self.calls.append(method)
        if self.spec:
            check_request(self.spec, method, arguments)
        if number == self.at and self.fault in FAULTS:
            raise FAULTS[self.fault](method)
        answer = self.api.call(method, **arguments)
        return ANSWERS[self.fault](answer) if number == self.at else answer


def found(api: Api, examine: Examine) -> list[Diagnosis]:
    """What is found behind a client that cannot write."""
    return list(examine(ReadOnly(api)))


def texts(listed: Iterable[Diagnosis], sign: Sign) -> list[str]:
    """The sentences with a sign."""
    return [one.text for one in listed if one.sign is sign]


def only(listed: Iterable[Diagnosis], sign: Sign = Sign.BAD) -> Diagnosis:
    """The one line with that sign."""
    [one] = [one for one in listed if one.sign is sign]
    return one


def assert_each_failing_call_is_a_line(api: Api, examine: Examine) -> int:
    """Fail each call in each way: every time a line says so, and nothing is raised; how often that was."""
    watch = Breaking(api)
    whole = found(watch, examine)
    assert not texts(whole, Sign.BAD)
    for number, method in enumerate(watch.calls):
        for fault in (*FAULTS, *ANSWERS):
            told = found(Breaking(api, number, fault), examine)
            wrong = [one for one in told if one.sign is Sign.BAD]
            assert wrong, f"{fault} {method}, call {number}, and nobody is told"
            assert all(one.text and one.remedy for one in wrong)
    return len(watch.calls) * (len(FAULTS) + len(ANSWERS))
