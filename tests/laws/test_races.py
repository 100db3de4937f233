"""Two runs at once without the lease: in whatever order their calls come, the world is that of one run."""

from __future__ import annotations

import pytest

from tests.support.racing import order_of, remains
from tests.sweeps import races, sample

DRAWN = [name for start in races.STARTS for name in sample(list(races.drawn(start)), 3)]

#: Orders in which, between them, everything is made twice that can be.
TWICE = (
    "declare: a 18 calls, b 22 calls, a to the end, b to the end",
    "racy declare: a 13 calls, b 18 calls, a to the end, b to the end",
)

#: Two orders that differ only in calls that nobody can tell the order of: one is tried for both.
ALIKE = (
    "declare: a 0 calls, b 1 calls, a to the end, b to the end",
    "declare: a 1 calls, b 1 calls, a to the end, b to the end",
)


def ended(name: str) -> races.Raced:
    start, _, order = name.partition(": ")
    return races.raced(start, order_of(order))


@pytest.mark.parametrize("name", DRAWN)
def test_two_runs_in_this_order_end_as_one_would(name: str) -> None:
    assert races.check(name) == 1


def test_what_is_made_twice_is_all_that_the_table_names_and_is_there_once_in_the_end() -> None:
    extra = [made for name in TWICE for made in races.judge(ended(name))]
    assert {method for method, _ in extra} == set(races.HEALED)


def test_the_same_order_is_the_same_race() -> None:
    first, second = ended(TWICE[0]), ended(TWICE[0])
    assert first.made == second.made
    assert remains(first.scene) == remains(second.scene)


def test_orders_that_count_as_one_end_alike() -> None:
    first, second = (ended(name) for name in ALIKE)
    assert [one.made != other.made for one, other in [(first, second)]] == [True]
    assert remains(first.scene) == remains(second.scene)


def test_a_group_stands_for_every_number_of_calls() -> None:
    assert races.check("archive: a 3 calls, b any number") > 5
