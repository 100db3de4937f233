"""What stands between the targets and a service in tests: a record of every call, and errors on order."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from reconciler.run.pool import Rounds, Work
from reconciler.targets.seam import Answer, Api, CallError, Refused, is_read
from tests.support.openapi import FOLDER, check_request


class Called(NamedTuple):
    """One call; `run` counts the engine's passes, `round` the calls that had to be waited for before it."""

    target: str
    method: str
    arguments: dict[str, Any]
    run: int
    round: int

    @property
    def writes(self) -> bool:
        return not is_read(self.method)


class Counted(Rounds):
    """Rounds that count calls: work that makes two calls one after the other takes two."""

    def __init__(self) -> None:
        super().__init__()
        self.done, self.made, self._longest = 0, 0, 0

    def submit(self, work: Work, lane: str = "") -> None:
        super().submit(lambda: self._measured(work))

    def finished(self, within: float | None = None) -> list[Any]:
        self._longest = 0
        results = super().finished(within)
        self.done += self._longest
        return results

    def _measured(self, work: Work) -> Any:
        self.made = 0
        result = work()
        self._longest = max(self._longest, self.made)
        return result


class Shuffled:
    """Carries out work at once and hands the results back one by one, in an order drawn by a seed."""

    def __init__(self, seed: int):
        self._drawn, self._results = Random(seed), list[Any]()

    def submit(self, work: Work, lane: str = "") -> None:
        self._results.append(work())

    def finished(self, within: float | None = None) -> list[Any]:
        if not self._results:
            return []
        return [self._results.pop(self._drawn.randrange(len(self._results)))]


@dataclass
class Record:
    """All calls so far, and the pool of the pass that is under way."""

    calls: list[Called] = field(default_factory=list)
    pools: list[Counted] = field(default_factory=list)

    def pool(self) -> Counted:
        self.pools.append(Counted())
        return self.pools[-1]

    def add(self, target: str, method: str, arguments: dict[str, Any]) -> None:
        pool = self.pools[-1] if self.pools else Counted()
        pool.made += 1
        self.calls.append(Called(target, method, arguments, len(self.pools), pool.done + pool.made))


@dataclass
class Recorder:
    """An Api that writes down every call before it passes it on, and holds it against the service's spec."""

    api: Api
    target: str
    record: Record

    def call(self, method: str, /, **arguments: Any) -> Answer:
        self.record.add(self.target, method, arguments)
        if FOLDER:
            check_request(self.target, method, arguments)
        return self.api.call(method, **arguments)


@dataclass
class Failing:
    """An Api that fails calls of one method, or of all; with `done` only once they were carried out."""

    api: Api
    method: str | None
    error: CallError
    times: int = 1_000_000
    done: bool = False

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if self.method not in (None, method) or self.times <= 0:
            return self.api.call(method, **arguments)
        self.times -= 1
        if self.done:
            self.api.call(method, **arguments)
        raise self.error


def slack_says(code: str, method: str = "", **more: Any) -> Refused:
    """A refusal of Slack's."""
    return Refused(method, code, answer={"ok": False, "error": code, **more})


def pagerduty_says(status: int, message: str, *errors: str, method: str = "") -> Refused:
    """A refusal of PagerDuty's."""
    body = {"error": {"message": message, "code": 2001, "errors": list(errors)}}
    words = ": ".join(part for part in (message, "; ".join(errors)) if part)
    return Refused(method, str(status), f"{words} (2001)", answer=body, status=status)


def notion_says(status: int, code: str, message: str = "", method: str = "") -> Refused:
    """A refusal of Notion's."""
    body = {"object": "error", "status": status, "code": code, "message": message}
    return Refused(method, code, message, answer=body, status=status)
