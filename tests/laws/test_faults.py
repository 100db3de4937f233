"""One fault, or two, at any call: later runs mend it, nothing is there twice, and nothing is hidden.

The whole of it runs in `script/sweep faults pairs`; here every fault of a declare, and samples.
"""

from __future__ import annotations

import pytest

from tests.support import excused, strikes
from tests.support.excused import EXCUSED, LOST, Row
from tests.support.life import CALLED
from tests.support.reference import Call, Moment, life
from tests.support.strikes import Fault, Killed
from tests.sweeps import faults as singles
from tests.sweeps import pairs, sample

NAMES = singles.scenarios()
WOKEN = tuple(f" of {step.name}" for step in CALLED)
DECLARED = [name for name in NAMES if name.endswith(" of declared")]
PLAIN = [name for name in DECLARED if not name.startswith("garbled")]
GARBLED = sample([name for name in DECLARED if name.startswith("garbled")], 40)
LATER = sample([name for name in NAMES if not name.endswith(" of declared")], 40)


#: What was skipped at a page that cannot be read any more has not become less true.
HIDDEN = [
    name for name in NAMES if name.startswith("429 for hours from pagerduty PUT") and "of reopened" in name
]

#: What wakes people, or takes over what others made, and has no key.
WAKING = [
    name
    for name in NAMES
    if "pagerduty PUT" in name and not name.startswith("garbled") and name.endswith(WOKEN)
]


@pytest.mark.parametrize(
    "name", [*PLAIN, *GARBLED, *LATER, *HIDDEN, *WAKING], ids=lambda name: name.replace("/", "-")
)
def test_whatever_one_fault_breaks_is_mended_and_nothing_is_made_twice(name: str) -> None:
    singles.check(name)


def test_every_kind_of_call_is_struck_by_every_kind_of_fault() -> None:
    methods = {call.at.method for moment in life() for call in moment.calls}
    assert {"POST /incidents", "conversations.create", "chat.postMessage", "POST /v1/pages"} <= methods
    kinds = {name.split(" (")[0].split(" slack ")[0] for name in NAMES if " slack " in name}
    assert kinds >= {
        *("refused by", "forbidden by", "no connection to", "429 from", "429 for hours from"),
        *("killed before", "killed after", "answer lost after", "stale", "garbled"),
    }


# two faults ------------------------------------------------------------------------------------

FIRST = {pairs.first(name): name for name in sample(pairs.scenarios(), 8)}


@pytest.mark.parametrize("first", FIRST, ids=lambda first: FIRST[first].replace("/", "-"))
def test_whatever_two_faults_break_is_mended_and_nothing_is_made_twice(first: pairs.Struck) -> None:
    for second in sample(list(pairs.tried(first)), 5):
        assert not pairs.inexcusable(first, second), second.name


@pytest.mark.parametrize("row", EXCUSED, ids=lambda row: row.create.replace("/", "-"))
def test_every_excused_pair_does_occur_and_leaves_no_way_but_one_too_many(row: Row) -> None:
    firsts = map(pairs.first, pairs.scenarios())
    lost = [one for one in firsts if one.at.method == row.create and one.fault.name.startswith(LOST)]
    listed = ((first, second) for first in sample(lost, 3) for second in pairs.tried(first))
    found = [both for both in listed if excused.row(both[0], both[1].struck) == row]
    assert any(second.broken for _, second in found)
    assert [line for both in found for line in pairs.inexcusable(*both)] == []


# what is tried once for several ---------------------------------------------------------------


def declared() -> Moment:
    return life()[0]


def first_of_each_method() -> list[Call]:
    """The first call of each method in a declare."""
    return list({call.at.method: call for call in reversed(declared().calls)}.values())


def after(call: Call, fault: Fault) -> object:
    """All that a run with a fault leaves: in the services, in memory, and in its report."""
    trial = declared().before.thawed()
    try:
        report = trial.struck_by({call.at.number: fault}).report
    except Killed:
        return trial.frozen().key
    outcomes = sorted((str(one.change.address), one.state.value) for one in report.outcomes)
    return trial.frozen().key, report.exit_code, outcomes


@pytest.mark.parametrize("call", first_of_each_method(), ids=lambda call: call.at.method.replace("/", "-"))
def test_faults_that_are_tried_once_for_all_leave_the_same_world_memory_and_report(call: Call) -> None:
    for fault, others in strikes.classes(call.at).items():
        expected = after(call, fault)
        for other in sample(others, 1):
            assert after(call, other) == expected, other.at(call.at, "declared")


@pytest.mark.parametrize("call", first_of_each_method(), ids=lambda call: call.at.method.replace("/", "-"))
def test_answers_that_cannot_be_used_leave_the_same_however_they_are_garbled(call: Call) -> None:
    left = [after(call, strikes.garbled(how)) for how in sample(call.unusable, 2)]
    assert all(one == left[0] for one in left)


def test_what_is_garbled_without_a_difference_leaves_what_no_fault_leaves() -> None:
    [call] = [call for call in declared().calls if call.at.method == "conversations.setTopic"]
    assert not call.believed
    assert not call.unusable
