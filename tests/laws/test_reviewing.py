"""A sample of the faults between a declare and its review; `script/sweep pulls` tries them all."""

from __future__ import annotations

import pytest

from tests.support.wire import Fault
from tests.sweeps import pulls, sample


@pytest.mark.parametrize("life", ["merged", "closed and forgotten"])
def test_whatever_befalls_a_proposed_incident_it_is_paged_for_and_asked_for_once(life: str) -> None:
    for name in sample(pulls.scenarios([life]), 2):
        pulls.check(name)


def test_the_calls_that_matter_are_struck() -> None:
    names = pulls.scenarios(["merged"])
    killed = Fault.KILLED_AFTER.value
    for what in ("github POST /pulls", "git push refs/heads/incident/", "pagerduty POST /incidents"):
        assert any(name.startswith(f"{killed} {what}") for name in names), what
    assert any("github GET /pulls" in name for name in names)
    assert any("git fetch refs/heads/main" in name for name in names)
