"""A few real processes, killed and stopped on the way; `script/sweep processes` tries each write."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sweeps import processes

KILLED = "killed after slack conversations.create no. 1 of declared"
STOPPED = "SIGTERM during pagerduty POST /incidents no. 1 of declared"


@pytest.mark.parametrize("name", [KILLED, STOPPED])
def test_what_a_process_leaves_that_was_killed_or_stopped_is_mended_by_the_next(name: str) -> None:
    assert processes.check(name) == 1


def test_the_sweep_knows_every_write_of_a_declare() -> None:
    made = Counter((one.service, one.method) for one in processes.fault_free("declared")[1])
    known = Counter(processes.WRITES["declared"])
    assert {call: count for call, count in made.items() if call[1] != processes.MAYBE} == {
        call: count for call, count in known.items() if call[1] != processes.MAYBE
    }
