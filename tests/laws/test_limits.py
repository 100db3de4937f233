"""Rate limits cost time and nothing else; an outage that ends is no storm of pages."""

from __future__ import annotations

import pytest

from tests.sweeps import limits


@pytest.mark.parametrize("what", limits.WHAT)
def test_a_crowd_of_incidents(what: str) -> None:
    limits.check(f"5 {what}")
