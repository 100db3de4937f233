"""Eight real processes at once, each with a clone of its own, on one repository and one sandbox over HTTP.

With the lease one of them writes and the others wait: the world is at once that of one run, nothing was made
twice, and all end with exit code 0, or with 5 where they were told to wait for a second only. Without the
right to push there is no lease and no state: all may make what no service keeps apart; who ends last mends
it (exit code 0, or 3 where another was mending it at that moment), and the next run leaves nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from reconciler.sandbox.world import World
from tests.support import repositories
from tests.support.company import LEASE, PATH, SETTINGS, path_of
from tests.support.gitlife import plain_git
from tests.support.outcome import Services, difference, world_of
from tests.support.repositories import Clone, Remote
from tests.support.sabotage import Ended, Front, fronted

NOW = datetime.now(UTC).replace(microsecond=0)
OTHER = "20261121-calm-otter"
DECLARED = (
    f"title: Checkout fails\nseverity: sev1\nstatus: investigating\ndeclared_at: {NOW:%Y-%m-%dT%H:%M:%SZ}\n"
)
MORE = "roles: {commander: ana@example.com}\nresponders: [dee@example.com]\n"


class Crowd(NamedTuple):
    """How the eight are let go, and the exit codes that they may end with."""

    codes: tuple[int, ...]
    wait: int = 100
    leased: bool = True
    files: tuple[str, ...] = (PATH,)


CROWDS = {
    "with the lease": Crowd((0,)),
    "with the lease, waiting for a second": Crowd((0, 5), wait=1),
    "with the lease, two incidents pushed from two clones": Crowd((0,), files=(PATH, path_of(OTHER))),
    "without the right to push": Crowd((0, 3), leased=False),
}


def scenarios() -> Sequence[str]:
    """The four of them."""
    return list(CROWDS)


def check(name: str) -> int:
    """Let eight go at once; then one after the other until one writes nothing."""
    crowd = CROWDS[name]
    with plain_git(), TemporaryDirectory() as folder:
        hub = _hub(Path(folder), crowd)
        clones = [hub.clone(f"clone{number}") for number in range(8)]
        if not crowd.leased:
            hub.refuse_pushes()
        with fronted(World.example(lambda: datetime.now(UTC))) as front:
            ended = at_once(front, clones, crowd)
            made = dict(front.made)
            codes = [one.code for one in ended]
            assert set(codes) <= set(crowd.codes), codes
            assert 0 in codes
            for one in ended:
                judge_one(one)
            assert not hub.tip(LEASE)
            for clone in [clones[0], clones[0]]:
                last = front.run(clone.folder, "apply", "--json")
            assert (last.code, json.loads(last.out)["outcomes"]) == (0, [])
            differs = difference(alone(name)["services"], _seen(front)["services"])
            assert not differs, "\n".join(differs)
            if crowd.leased:
                assert made == alone(name)["made"], "something was made twice"
    return len(clones)


def judge_one(ended: Ended) -> None:
    """Nobody sees a traceback, and who gives up the lease names its holder."""
    assert "Traceback" not in ended.error, ended.error
    report = json.loads(ended.out)
    assert report["exit_code"] == ended.code
    assert (ended.code == 5) == bool(report["held_by"])


def at_once(front: Front, clones: Sequence[Clone], crowd: Crowd) -> list[Ended]:
    """Eight processes."""

    def run(clone: Clone) -> Ended:
        return front.run(clone.folder, "apply", "--json", "--wait", str(crowd.wait), patience=240)

    with ThreadPoolExecutor(len(clones)) as pool:
        return list(pool.map(run, clones))


def _hub(folder: Path, crowd: Crowd) -> Remote:
    hub = repositories.remote(folder, {"reconciler.yaml": SETTINGS}, at=NOW - timedelta(days=30))
    for number, path in enumerate(crowd.files):
        somebody = hub.clone(f"somebody{number}")
        somebody.commit({path: DECLARED + MORE}, at=NOW)
        somebody.push()
    return hub


@cache
def alone(name: str) -> dict[str, Any]:
    """What one run leaves."""
    with TemporaryDirectory() as folder:
        hub = _hub(Path(folder), CROWDS[name])
        clone = hub.clone("alone")
        with fronted(World.example(lambda: datetime.now(UTC))) as front:
            for _ in range(2):
                assert front.run(clone.folder, "apply", "--json").code == 0
            return _seen(front)


def _seen(front: Front) -> dict[str, Any]:
    world = world_of(cast(Services, SimpleNamespace(**front.world.machines)))
    documents = [page for page in world["notion"] if not page["trash"]]
    return {"services": {**world, "notion": documents}, "made": dict(front.made)}
