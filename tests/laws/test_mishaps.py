"""What befalls the repository is told, holds up no page, and leaves no trace once it is mended."""

from __future__ import annotations

import pytest

from tests.sweeps import sample
from tests.sweeps.mishaps import check, scenarios


@pytest.mark.parametrize("name", sample(scenarios(), 3))
def test_a_mishap_that_is_mended_leaves_no_trace(name: str) -> None:
    assert check(name) == 1
