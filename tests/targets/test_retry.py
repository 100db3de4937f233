"""Trying again: what is tried again, how long is waited, when it ends, and what is never sent twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.targets.retry import REPEATABLE, Retrying, repeatable
from reconciler.targets.seam import (
    Answer,
    CallError,
    RateLimited,
    Refused,
    Unanswered,
    Unreachable,
    is_read,
)

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
READ, WRITE, ONCE = "conversations.info", "conversations.setTopic", "chat.postMessage"


class Moody:
    """A service that fails in these ways, one by one, and then answers; each takes `slow` seconds."""

    def __init__(
        self, *moods: Callable[[str], CallError], clock: VirtualClock | None = None, slow: float = 0
    ):
        self.moods = list(moods)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.clock, self.slow = clock, slow

    def call(self, method: str, /, **arguments: Any) -> Answer:
        self.calls.append((method, arguments))
        if self.clock:
            self.clock.sleep(self.slow)
        if self.moods:
            raise self.moods.pop(0)(method)
        return {"ok": True}


def limited(seconds: float) -> Callable[[str], CallError]:
    return lambda method: RateLimited(method, seconds)


def lost(method: str) -> CallError:
    return Unanswered(method, "503", 503)


def unreached(method: str) -> CallError:
    return Unreachable(method, "connection refused")


def refused(code: str) -> Callable[[str], CallError]:
    return lambda method: Refused(method, code)


class Run:
    """One call through `Retrying`: what came of it, how long it took, and what was told of the waits."""

    def __init__(self, service: Moody, method: str = READ, jitter: float = 0.5, **options: Any):
        self.clock = service.clock or VirtualClock(START)
        self.waits: list[tuple[str, float, str]] = []
        self.error: CallError | None = None
        self.calls = service.calls
        api = Retrying(
            service,
            self.clock,
            jitter=lambda: jitter,
            on_wait=lambda *told: self.waits.append(told),
            **options,
        )
        try:
            assert api.call(method, channel="C1") == {"ok": True}
        except CallError as error:
            self.error = error

    @property
    def seconds(self) -> float:
        return (self.clock.now() - START).total_seconds()


def test_what_is_answered_is_called_once_and_nobody_waits() -> None:
    run = Run(Moody())
    assert (run.error, run.calls, run.seconds) == (None, [(READ, {"channel": "C1"})], 0)


def test_every_attempt_has_the_same_arguments() -> None:
    run = Run(Moody(lost, lost))
    assert run.calls == [(READ, {"channel": "C1"})] * 3


def test_a_rate_limit_is_not_waited_for_here() -> None:
    run = Run(Moody(limited(30)))
    assert isinstance(run.error, RateLimited)
    assert (run.error.retry_after, len(run.calls), run.seconds) == (30, 1, 0)


@pytest.mark.parametrize("method", [READ, WRITE, ONCE, "POST /v1/pages", "POST /incidents"])
def test_what_never_reached_the_service_is_sent_again_whatever_the_call(method: str) -> None:
    run = Run(Moody(unreached, unreached), method)
    assert (run.error, len(run.calls)) == (None, 3)


def test_the_waits_double_from_one_second() -> None:
    run = Run(Moody(unreached, unreached, unreached))
    assert [seconds for _, seconds, _ in run.waits] == [1, 2, 4]
    assert run.seconds == 7


@pytest.mark.parametrize(("jitter", "first"), [(0.0, 0.75), (1.0, 1.25)])
def test_the_waits_are_spread_so_that_many_do_not_come_back_together(jitter: float, first: float) -> None:
    assert Run(Moody(unreached), jitter=jitter).seconds == first


def test_a_service_in_trouble_is_left_alone_for_as_long_as_it_asks() -> None:
    run = Run(Moody(lambda method: Unanswered(method, "529", 529, retry_after=20)))
    assert (run.error, run.seconds) == (None, 20)


def test_after_the_last_attempt_the_error_tells_how_many_there_were() -> None:
    run = Run(Moody(*[lost] * 9))
    assert isinstance(run.error, Unanswered)
    assert (run.error.message, str(run.error)) == (
        "503 after 4 attempts",
        "conversations.info: 503 after 4 attempts",
    )
    assert len(run.calls) == 4
    assert run.error.status == 503


def test_attempts_that_take_long_themselves_end_before_the_budget_is_overdrawn() -> None:
    run = Run(Moody(*[lost] * 9, clock=VirtualClock(START), slow=70), attempts=9)
    assert len(run.calls) == 2
    assert run.error is not None


def test_each_wait_is_told_with_its_reason() -> None:
    run = Run(Moody(unreached, lost))
    assert run.waits == [(READ, 1.0, "connection refused"), (READ, 2.0, "503")]


def test_a_refusal_is_final() -> None:
    run = Run(Moody(refused("channel_not_found")))
    assert isinstance(run.error, Refused)
    assert (len(run.calls), run.seconds) == (1, 0)
    assert "attempts" not in str(run.error)


def test_a_conflict_in_notion_passes_by_itself() -> None:
    run = Run(Moody(refused("conflict_error")), "POST /v1/pages")
    assert (run.error, len(run.calls)) == (None, 2)


@pytest.mark.parametrize("method", sorted(REPEATABLE))
def test_a_write_that_does_no_harm_twice_is_sent_again_after_a_lost_answer(method: str) -> None:
    assert not is_read(method)
    assert len(Run(Moody(lost), method).calls) == 2


@pytest.mark.parametrize(
    "method",
    [
        "chat.postMessage",
        "bookmarks.add",
        "conversations.create",
        "POST /v1/pages",
        "PATCH /v1/blocks/{block_id}/children",
        "PATCH /v1/pages/{page_id}/markdown",
        "POST /incidents",
        "POST /incidents/{id}/notes",
        "POST /incidents/{id}/status_updates",
        "a.method.that.nobody.has.thought.about",
    ],
)
def test_a_write_that_could_happen_twice_is_sent_once_and_ends_uncertain(method: str) -> None:
    run = Run(Moody(lost), method)
    assert isinstance(run.error, Unanswered)
    assert run.error.uncertain
    assert (len(run.calls), run.seconds, run.error.message) == (1, 0, "503")


@pytest.mark.parametrize(
    ("incident", "again"),
    [({"incident_key": "acme/id/team"}, True), ({"incident_key": ""}, False), ({}, False)],
)
def test_a_page_is_sent_again_only_with_a_key_that_pagerduty_refuses_twice(
    incident: dict[str, str], again: bool
) -> None:
    assert repeatable("POST /incidents", {"incident": incident}) is again


def test_an_error_that_is_no_failed_call_is_not_caught() -> None:
    class Broken:
        def call(self, method: str, /, **arguments: Any) -> Answer:
            raise AssertionError("this client only reads")

    with pytest.raises(AssertionError):
        Retrying(Broken(), VirtualClock(START)).call(WRITE)


def test_without_a_jitter_of_its_own_it_uses_chance_within_the_same_bounds() -> None:
    clock = VirtualClock(START)
    Retrying(Moody(lost), clock).call(READ)
    assert timedelta(seconds=0.75) <= clock.now() - START <= timedelta(seconds=1.25)


def test_a_wait_ends_with_the_run_and_the_service_is_not_asked_again_before_its_time() -> None:
    clock = VirtualClock(START)
    run = Run(
        Moody(lambda method: Unanswered(method, "503", 503, retry_after=110), clock=clock),
        stopping=lambda: clock.now() - START >= timedelta(seconds=3),
    )
    assert isinstance(run.error, Unanswered)
    assert (len(run.calls), run.seconds) == (1, 3)


def test_a_wait_that_nobody_ends_is_as_long_as_the_service_asks() -> None:
    run = Run(Moody(lambda method: Unanswered(method, "503", 503, retry_after=20)), stopping=lambda: False)
    assert (run.error, len(run.calls), run.seconds) == (None, 2, 20)
