"""Random walks of edits, people, faults and runs: all comes in line, and nothing of a person's is lost."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.support import walk_responders, walk_slack, walk_writers
from tests.support.walk_edits import CALLS, EDITS, FAULTS, RUNS, TIMES
from tests.support.walking import NOTHING, STEPS, walked

#: Walks that one scenario stands for, and scenarios in all.
WALKS, COUNT = 20, 40
#: How many steps a walk has; those that are none are not counted.
SHORTEST, LONGEST = 10, 24

HANDS = (walk_slack, walk_responders, walk_writers)
PEOPLE = tuple(name for name, do in STEPS.items() if do.__module__ in {one.__name__ for one in HANDS})


def walks() -> st.SearchStrategy[list[str]]:
    """Lists of steps; runs come often, since only they find out what was done meanwhile."""
    kinds = ((NOTHING,), EDITS, PEOPLE, PEOPLE, ("a run",), ("a run",), RUNS, FAULTS, TIMES)
    during = st.builds(
        "a run, and before call {}: {}".format, st.integers(0, CALLS - 1), st.sampled_from(PEOPLE)
    )
    steps = st.one_of([*(st.sampled_from(names) for names in kinds), during])
    return st.lists(steps, min_size=SHORTEST, max_size=LONGEST)


def scenarios() -> Sequence[str]:
    """Walks by the seed from which they are drawn."""
    return [f"walks from seed {number}" for number in range(COUNT)]


def check(name: str) -> int:
    """Take the walks of a seed; what fails is told as the shortest walk that fails in the same way."""
    taken = tried(WALKS, int(name.rpartition(" ")[2]))
    return len(taken)


def tried(examples: int, number: int) -> list[Sequence[str]]:
    """So many walks from a seed."""
    taken: list[Sequence[str]] = []

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(walks())
    def walk(names: list[str]) -> None:
        taken.append(names)
        walked(*names)

    walk()
    return taken
