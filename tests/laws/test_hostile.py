"""Whatever a file holds: an answer with a line number or a valid incident, in little time and memory."""

from __future__ import annotations

import os
import time

import pytest

from tests.support.limited import Limits, swept


@pytest.mark.parametrize("numbers", [range(1000), range(1000, 2000)], ids=str)
def test_two_thousand_mutated_files_are_answered(numbers: range) -> None:
    summary = swept(numbers)
    assert summary.failures == {}, "reproduce: python -m tests.support.mutation NUMBER"
    assert sum(summary.counts.values()) == len(numbers)
    assert summary.counts["valid"] > 200


def dangerous(number: int) -> str:
    """Some of these numbers bring the process down, in each way that counts."""
    match number:
        case 11:
            os.abort()
        case 13:
            _burn(0.2)
        case 15:
            _burn(60)
        case 17:
            bytearray(100_000_000)
        case 19:
            raise ValueError("not expected")
        case 21:
            return "neither"
    return "valid"


def _burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_a_crash_a_slow_one_an_endless_one_and_a_memory_hog_are_each_caught_and_the_others_tried() -> None:
    summary = swept(range(10, 23), f"{__name__}:dangerous", Limits(megabytes=50, seconds=0.1))
    assert summary.counts == {"valid": 7, "failed": 6}
    assert {number: why.split(":")[0] for number, why in summary.failures.items()} == {
        11: "the process died",
        13: "took 0.2 s",
        15: "the process died",
        17: "'MemoryError",
        19: "'ValueError",
        21: "neither",
    }
    assert "SIGABRT" in summary.failures[11]
    assert "SIGPROF" in summary.failures[15]


def test_when_every_process_dies_it_is_told_once_and_not_for_each_number() -> None:
    with pytest.raises(AssertionError, match="5 processes died"):
        swept(range(2, 1000), "tests.laws.test_hostile:nowhere")
