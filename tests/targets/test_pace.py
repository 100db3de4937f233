"""Rate limits: nobody asks before the time that a service names, and nothing else is held up."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.targets.pace import Paced, by_method, together
from reconciler.targets.seam import Answer, CallError, RateLimited

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)


class Limiting:
    """A service that takes so many calls of a method, then asks to wait."""

    def __init__(self, calls: int, seconds: float = 30):
        self.left, self.seconds, self.asked = calls, seconds, list[str]()

    def call(self, method: str, /, **arguments: Any) -> Answer:
        self.asked.append(method)
        if self.left <= 0:
            raise RateLimited(method, self.seconds)
        self.left -= 1
        return {"ok": True}


def refused(api: Paced, method: str, **arguments: Any) -> float:
    """The seconds that a call is told to wait."""
    with pytest.raises(RateLimited) as caught:
        api.call(method, **arguments)
    return caught.value.retry_after


def test_what_is_limited_is_not_asked_again_before_its_time() -> None:
    clock, service = VirtualClock(START), Limiting(0)
    api = Paced(service, clock, jitter=lambda: 0)
    assert refused(api, "GET /a") == 30
    clock.sleep(10)
    assert refused(api, "GET /a") == 20
    assert service.asked == ["GET /a"]
    clock.sleep(20)
    service.left = 1
    assert api.call("GET /a") == {"ok": True}


def test_waits_are_stretched_by_a_tenth_at_most_so_that_many_do_not_come_back_together() -> None:
    assert refused(Paced(Limiting(0), VirtualClock(START), jitter=lambda: 0.5), "GET /a") == 31.5


@pytest.mark.parametrize(
    ("share", "first", "second", "held"),
    [
        (by_method, ("pins.add", {"channel": "C1"}), ("pins.add", {"channel": "C2"}), True),
        (by_method, ("pins.add", {"channel": "C1"}), ("bookmarks.add", {"channel": "C1"}), False),
        (by_method, ("chat.postMessage", {"channel": "C1"}), ("chat.postMessage", {"channel": "C1"}), True),
        (by_method, ("chat.postMessage", {"channel": "C1"}), ("chat.postMessage", {"channel": "C2"}), False),
        (together, ("GET /a", {}), ("POST /b", {}), True),
    ],
)
def test_only_what_shares_the_limit_is_held(
    share: Any, first: tuple[str, Any], second: tuple[str, Any], held: bool
) -> None:
    service = Limiting(0)
    api = Paced(service, VirtualClock(START), share)
    refused(api, first[0], **first[1])
    refused(api, second[0], **second[1])
    assert len(service.asked) == (1 if held else 2)


def test_an_absurd_wait_is_a_day_at_most() -> None:
    assert refused(Paced(Limiting(0, 1e300), VirtualClock(START), jitter=lambda: 0), "GET /a") == 86_400


def test_long_waits_are_told_with_their_reason_and_short_ones_are_not() -> None:
    told: list[tuple[str, float, str]] = []
    for seconds in (1.0, 30.0):
        api = Paced(
            Limiting(0, seconds),
            VirtualClock(START),
            jitter=lambda: 0,
            on_wait=lambda *wait: told.append(wait),
        )
        refused(api, "pins.add")
        refused(api, "pins.add")
    assert told == [("pins.add", 30.0, "rate limited, try again after 30 s")]


def test_other_errors_pass_through_and_hold_nothing() -> None:
    class Down:
        def call(self, method: str, /, **arguments: Any) -> Answer:
            raise CallError(method, "down")

    api = Paced(Down(), VirtualClock(START))
    for _ in range(2):
        with pytest.raises(CallError, match="down"):
            api.call("GET /a")


class Meeting:
    """A service that was limited once and now notes how many are inside at the same time."""

    def __init__(self) -> None:
        self.first, self.inside, self.most, self.two = True, 0, 0, threading.Event()

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if self.first:
            self.first = False
            raise RateLimited(method, 5)
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside > 1:
            self.two.set()
        self.two.wait(0.05)
        self.inside -= 1
        return {}


@pytest.mark.parametrize(("seconds", "most"), [(10, 1), (120, 2)])
def test_after_a_limit_calls_go_one_at_a_time_until_a_minute_was_calm(seconds: float, most: int) -> None:
    clock, service = VirtualClock(START), Meeting()
    api = Paced(service, clock)
    refused(api, "pins.add")
    clock.sleep(seconds)
    threads = [threading.Thread(target=api.call, args=("pins.add",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert service.most == most
