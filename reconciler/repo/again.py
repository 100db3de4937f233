"""A lost race is run again, after pauses that differ, so that two losers do not meet again.

The pauses are long at first, which leaves room for others, and shrink with every loss, so that nobody loses
for ever; they go by what one try takes, which is 0.1 s with a remote near by and 3 s with a slow one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from reconciler.clock import Clock

#: So often an edit or a state is tried: with eight at once, few need more than a dozen.
TRIES = 60

_ROOM = 8  # tries of others for which the first pause leaves room
_SHORTEST_TRY, _LONGEST_PAUSE = 0.1, 4.0  # seconds


def tries(clock: Clock, chance: random.Random | None = None) -> Iterator[int]:
    """Count the tries from 0, with a pause before each but the first."""
    chance = chance or random.SystemRandom()
    begun = clock.now()
    for number in range(TRIES):
        if number:
            took = max(_SHORTEST_TRY, (clock.now() - begun).total_seconds())
            clock.sleep(chance.uniform(0, min(_LONGEST_PAUSE, _ROOM * took / number**1.5)))
            begun = clock.now()
        yield number
