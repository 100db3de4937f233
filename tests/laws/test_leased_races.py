"""Two runs that take the lease on real Git: in whatever order their calls come, nothing is made twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.racing import order_of
from tests.support.racing_git import CompanyRace, copied
from tests.sweeps import leased, sample

#: Both see what is missing on a page before either has written it.
BETWEEN = "declare: b 24 calls, a 18 calls, b 3 calls, a to the end, b to the end"

DRAWN = [name for start in leased.STARTS for name in sample(list(leased.drawn(start)), 1)]


@pytest.mark.parametrize("name", [BETWEEN, *DRAWN])
def test_two_runs_with_the_lease_make_everything_once(name: str) -> None:
    assert leased.check(name) == 1


def test_who_does_not_get_the_lease_in_time_says_so_and_has_paged(tmp_path: Path) -> None:
    company = copied(leased.ready("declare").company, tmp_path)
    race = CompanyRace(company, leased.clones_of(company))
    race.go(order_of("a 24 calls, b to the end, a to the end"))
    assert race.codes == {"a": 0, "b": 5}
    leased.judge("declare", race)
