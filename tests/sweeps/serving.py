"""Three real `reconciler serve` at once, each with a clone of its own; one is killed at a write of a declare.

The world is in the end as one process leaves it, nothing was made twice, and the next run writes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

from reconciler.sandbox.world import World
from tests.support import repositories
from tests.support.company import LEASE, PATH, SETTINGS
from tests.support.gitlife import plain_git
from tests.support.outcome import Services, difference, world_of
from tests.support.repositories import Remote
from tests.support.resident import Resident, resident
from tests.support.sabotage import Front, Sabotage, Write, fronted

NOW = datetime.now(UTC).replace(microsecond=0)
FILE = f"""\
title: Checkout fails
severity: sev1
status: investigating
declared_at: {NOW:%Y-%m-%dT%H:%M:%SZ}
roles: {{commander: ana@example.com}}
responders: [dee@example.com]
"""
#: What makes one more of something, and what comes after that.
CREATES = (
    ("pagerduty", "POST /incidents"),
    ("slack", "conversations.create"),
    ("slack", "chat.postMessage"),
    ("notion", "POST /v1/pages"),
)
OTHERS = (("slack", "conversations.invite"), ("slack", "pins.add"))
#: Seconds in which those who are left have done the rest; it may take a wait for the next look.
MENDED = 150.0


def scenarios() -> Sequence[str]:
    """Death before and after each create, and after some of what follows."""
    listed = [(how, call) for how in (Sabotage.KILLED_BEFORE, Sabotage.KILLED_AFTER) for call in CREATES]
    listed += [(Sabotage.KILLED_AFTER, call) for call in OTHERS]
    return [f"one of three {how.value} {' '.join(call)}" for how, call in listed]


def check(name: str) -> int:
    """The one that is killed begins; the others come while it is at work."""
    words = name.removeprefix("one of three ")
    how = next(one for one in Sabotage if words.startswith(f"{one.value} "))
    service, _, method = words.removeprefix(f"{how.value} ").partition(" ")
    write = Write(service, method, 1)
    with plain_git(), TemporaryDirectory() as folder:
        hub = _hub(Path(folder))
        world = World.example(lambda: datetime.now(UTC))
        with _three(world, hub, write, how) as (fronts, all_three):
            victim, *others = all_three
            assert victim.process.wait(60) == -9, victim.events
            _end_lease_of(hub, victim)
            _until_in_line(others, world)
            codes = [one.stop()[0] for one in others]
            assert codes == [0, 0]
            assert not any("Traceback" in line for one in all_three for line in one.said)
        with fronted(world) as front:
            last = front.run(hub.clone("last").folder, "apply", "--json")
        assert (last.code, json.loads(last.out)["outcomes"]) == (0, []), last
        assert not hub.tip(LEASE)
        made: Counter[str] = sum((one.made for one in fronts), Counter())
        assert made == alone()["made"], "something was made twice"
    return 1


@contextmanager
def _three(
    world: World, hub: Remote, write: Write, how: Sabotage
) -> Iterator[tuple[list[Front], list[Resident]]]:
    with ExitStack() as stack:
        fronts = [stack.enter_context(fronted(world, write, how))]
        fronts += [stack.enter_context(fronted(world)) for _ in range(2)]
        clones = [hub.clone(f"clone{number}") for number in range(3)]
        running = [stack.enter_context(resident(fronts[0], clones[0].folder, "--interval", "15"))]
        running[0].until(lambda: fronts[0].writes or fronts[0].at is None or running[0].dead, may_end=True)
        for front, clone in zip(fronts[1:], clones[1:], strict=True):
            running.append(stack.enter_context(resident(front, clone.folder, "--interval", "15")))
        yield fronts, running


def _end_lease_of(hub: Remote, victim: Resident) -> None:
    """Nobody waits here for the lease of a killed process to run out."""
    tip = hub.tip(LEASE)
    if tip and f"(process {victim.process.pid})" in hub.git("cat-file", "commit", tip):
        hub.git("update-ref", "-d", LEASE)


def _until_in_line(others: Sequence[Resident], world: World) -> None:
    wanted = alone()["services"]
    others[0].until(lambda: not difference(wanted, _services(world)), patience=MENDED)


def _hub(folder: Path) -> Remote:
    hub = repositories.remote(folder, {"reconciler.yaml": SETTINGS}, at=NOW - timedelta(days=30))
    ana = hub.clone("ana")
    ana.commit({PATH: FILE}, at=NOW)
    ana.push()
    return hub


@cache
def alone() -> dict[str, Any]:
    """What one run leaves."""
    with TemporaryDirectory() as folder:
        clone = _hub(Path(folder)).clone("alone")
        with fronted(World.example(lambda: datetime.now(UTC))) as front:
            for _ in range(2):
                assert front.run(clone.folder, "apply", "--json").code == 0
            return {"services": _services(front.world), "made": Counter(front.made)}


def _services(world: World) -> dict[str, Any]:
    seen = world_of(cast(Services, SimpleNamespace(**world.machines)))
    documents = [page for page in seen["notion"] if not page["trash"]]
    return {**seen, "notion": documents}
