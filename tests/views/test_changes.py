"""A line of a plan: the thing and what happens to it stay apart, however long a name is."""

from __future__ import annotations

import pytest

from reconciler.plan.address import Address
from reconciler.plan.change import Blocked, Cause, Change, Kind, Note, Unreadable
from reconciler.views.changes import blocked_line, change_line, note_line, unreadable_line

SHORT, LONG = (Address("pagerduty", "x", team) for team in ("primary", "customer-experience"))


@pytest.mark.parametrize(
    ("address", "begin"),
    [(SHORT, "pagerduty primary       "), (LONG, "pagerduty customer-experience ")],
    ids=["short", "long"],
)
def test_a_name_and_its_words_stay_apart(address: Address, begin: str) -> None:
    change = Change(address, Kind.CREATE, Cause.EDITED, "page it")
    assert change_line(change).text == f"  + {begin}page it"
    assert blocked_line(Blocked(address, "late"))[0].text == f"  x {begin}blocked: late"
    assert note_line(Note(address, "resolved")).text == f"  i {begin}resolved"
    assert unreadable_line(Unreadable(address, "503")).text.startswith(f"  ? {begin}could not be read")
