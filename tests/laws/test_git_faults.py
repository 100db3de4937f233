"""A sample of the faults at Git's calls; `script/sweep git commits` tries them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.support.company import LEASE, STATE
from tests.support.gitlife import MAIN
from tests.support.outcome import difference
from tests.support.wire import SAME, Call, Fault
from tests.sweeps import commits, git, sample


def broken(check: Callable[[str], int], names: Sequence[str]) -> list[str]:
    """The scenarios in which a law was broken, and what was said of it."""
    told = []
    for name in names:
        try:
            check(name)
        except AssertionError as wrong:
            told.append(f"{name}: {wrong}")
    return told


def test_whatever_befalls_a_call_of_a_run_is_mended_by_the_next_ones() -> None:
    assert broken(git.check, sample(git.scenarios(["declared"]), 5)) == []


def test_whatever_befalls_an_edit_it_is_one_commit_for_one_request() -> None:
    assert broken(commits.check, sample(commits.scenarios(["update"]), 3)) == []


def test_every_call_of_git_has_its_faults() -> None:
    called = {call.what for call in git.calls_of("declared") if call.where == "git"}
    looks = {f"fetch {MAIN}", f"fetch {STATE}", f"look up {LEASE}", f"look up {STATE}"}
    assert called == looks | {f"push {LEASE}", f"push {STATE}", f"delete {LEASE}"}
    tried = {(call.what, fault) for call in git.calls_of("declared") for fault in call.faults}
    assert {(f"push {STATE}", fault) for fault in Fault if fault is not Fault.STALE} <= tried
    assert {(f"fetch {MAIN}", Fault.STALE), (f"look up {LEASE}", Fault.REFUSED)} <= tried


@pytest.mark.parametrize("fault", SAME, ids=lambda fault: fault.value)
def test_to_time_out_leaves_what_the_fault_leaves_that_stands_for_it(fault: Fault) -> None:
    [call] = [one for one in git.calls_of("declared") if one.what == f"push {STATE}"]
    other = git.left_by("declared", call, SAME[fault])
    assert difference(other, git.left_by("declared", call, fault)) == []


def test_to_be_killed_before_a_write_is_to_be_killed_after_the_one_before_it() -> None:
    writes: list[Call] = [one for one in git.calls_of("declared") if one.writes]
    at = next(number for number, one in enumerate(writes) if one.what == "conversations.create")
    before = git.left_by("declared", writes[at], Fault.KILLED_BEFORE)
    assert difference(git.left_by("declared", writes[at - 1], Fault.KILLED_AFTER), before) == []
