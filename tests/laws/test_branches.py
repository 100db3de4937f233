"""What a branch shows without a token is what the plan after its merge shows in a world that was in line."""

from __future__ import annotations

import pytest

from tests.sweeps.branches import check


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("back from the end", 3),
        ("renamed without a word", 3),
        ("words before other settings", 4),
        ("up and down, by pull requests", 2),
    ],
)
def test_a_branch_shows_what_the_merge_will_do(name: str, steps: int) -> None:
    assert check(name, steps) == steps
