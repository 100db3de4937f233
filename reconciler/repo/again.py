"""A lost race is run again, after pauses that grow and differ, so that two losers do not meet again."""

from __future__ import annotations

import random
from collections.abc import Iterator

from reconciler.clock import Clock

#: So often an edit or a state is tried.
TRIES = 8

_LONGEST_PAUSE = 4.0  # seconds


def tries(clock: Clock, chance: random.Random | None = None) -> Iterator[int]:
    """Count the tries from 0, with a pause before each but the first."""
    chance = chance or random.SystemRandom()
    for number in range(TRIES):
        if number:
            clock.sleep(chance.uniform(0, min(_LONGEST_PAUSE, 0.1 * 2**number)))
        yield number
