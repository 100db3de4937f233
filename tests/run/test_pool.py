"""A slow service must not hold up another: each has a lane of its own."""

from __future__ import annotations

import signal
import threading
from functools import partial

from reconciler.run.pool import Rounds, Threads


def test_a_lane_whose_calls_all_hang_holds_up_no_other_lane() -> None:
    pool, hanging = Threads(size=2), threading.Event()
    for _ in range(6):
        pool.submit(lambda: hanging.wait(30) and "slack", "slack")
    pool.submit(lambda: "page sent", "pagerduty")
    assert pool.finished() == ["page sent"]
    hanging.set()
    rest: list[str] = []
    while done := pool.finished():
        rest += done
    assert rest == ["slack"] * 6


def test_nothing_under_way_is_nothing_to_wait_for() -> None:
    assert Threads().finished() == []
    assert Rounds().finished() == []


def test_a_round_runs_all_that_was_submitted_before_anything_is_handed_back() -> None:
    pool, ran = Rounds(), set[str]()
    for name in ("look", "page"):
        pool.submit(partial(ran.add, name))
    assert ran == set()
    assert len(pool.finished()) == 2
    assert ran == {"look", "page"}
    assert pool.rounds == 1


def test_a_signal_that_another_thread_took_is_heard_while_a_call_hangs() -> None:
    free = threading.Event()

    def hang() -> bool:
        free.wait(0.2)  # until the main thread waits, too
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        return free.wait(5)

    before = signal.signal(signal.SIGUSR1, lambda *_: free.set())
    try:
        with Threads() as pool:
            pool.submit(hang, "slack")
            assert pool.finished() == [True]
    finally:
        signal.signal(signal.SIGUSR1, before)
