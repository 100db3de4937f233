"""The comparison goes by each field's policy, whatever the field is."""

from __future__ import annotations

import pytest

from reconciler.plan.address import Address
from reconciler.plan.change import Blocked, Change, FieldChange
from reconciler.plan.diff import compare
from reconciler.plan.drift import ITSELF, Policy
from reconciler.plan.memory import Memory, Remembered
from reconciler.plan.resource import Hold, Resource
from reconciler.plan.world import Absent, Observed, Present, World

AT = Address("slack", "one", "topic")
CHANGED = Present(id="7", fields={"text": "Lunch"})


def compared(policy: Policy, seen: Observed, wish: str = "SEV1", hold: Hold | None = None) -> object:
    """The difference between a wish and what is seen, where SEV1 was once so."""
    resource = Resource(AT, "topic", {"text": wish}, drift={ITSELF: policy}, hold=hold)
    memory = Memory(things={AT.key: Remembered("7", {"text": "SEV1"})})
    return compare(resource, {AT: resource}, World({AT: seen}), memory, "blob")


@pytest.mark.parametrize("policy", Policy)
def test_only_what_is_enforced_is_made_again(policy: Policy) -> None:
    assert isinstance(compared(policy, Absent()), Change) is (policy is Policy.ENFORCE)


@pytest.mark.parametrize("policy", Policy)
def test_what_people_changed_is_restored_unless_it_is_kept_or_a_fact(policy: Policy) -> None:
    restored = isinstance(compared(policy, CHANGED), Change)
    assert restored is (policy in (Policy.ENFORCE, Policy.ONCE))


def test_what_is_kept_is_written_when_the_file_asks_for_something_new() -> None:
    change = compared(Policy.KEEP, CHANGED, wish="SEV2")
    assert isinstance(change, Change)
    assert change.fields == (FieldChange("text", "Lunch", "SEV2"),)


def test_a_fact_that_is_in_the_way_is_told_as_blocked() -> None:
    assert isinstance(compared(Policy.FACT, CHANGED, hold=Hold("it is lunch time")), Blocked)
    assert compared(Policy.FACT, CHANGED, wish="SEV2") is None
