"""Real processes with the real SDKs, on real clones, against the sandbox over HTTP: at each write of a
declare and of its end they are killed; some writes are answered by nonsense, some processes told to stop.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

from reconciler.sandbox.machine import copied
from reconciler.sandbox.world import World
from tests.support import repositories
from tests.support.company import LEASE, PATH, SETTINGS, STATE
from tests.support.gitlife import laid_out, packed, plain_git
from tests.support.outcome import Services, difference, world_of
from tests.support.repositories import Clone, Remote
from tests.support.sabotage import KILLS, SIGNALS, Ended, Front, Sabotage, Write, fronted

NOW = datetime.now(UTC).replace(microsecond=0)
_MORE = """\
roles: {commander: ana@example.com}
responders: [dee@example.com]
services: [checkout]
"""
#: What the commits of the two steps hold.
STEPS = {"declared": "investigating", "resolved": "resolved"}

#: The writes of each step's run, and how many there are.
WRITES: Mapping[str, Mapping[tuple[str, str], int]] = {
    "declared": {
        ("pagerduty", "POST /incidents"): 2,
        ("slack", "conversations.create"): 1,
        ("slack", "conversations.setPurpose"): 1,
        ("slack", "conversations.setTopic"): 1,
        ("slack", "conversations.invite"): 1,
        ("slack", "chat.postMessage"): 2,
        ("slack", "chat.update"): 1,
        ("slack", "pins.add"): 1,
        ("notion", "POST /v1/pages"): 1,
        ("pagerduty", "POST /incidents/{id}/notes"): 2,
    },
    "resolved": {
        ("pagerduty", "PUT /incidents/{id}"): 2,
        ("slack", "conversations.rename"): 1,
        ("slack", "conversations.setTopic"): 1,
        ("slack", "chat.postMessage"): 2,
        ("slack", "chat.update"): 2,
        ("notion", "PATCH /v1/pages/{page_id}"): 1,
    },
}
#: What comes only if a link was not known when the message was posted.
MAYBE = "chat.update"

#: Where other things than death are tried: what makes one more of something, and what only sets.
CREATES = ("POST /incidents", "conversations.create", "chat.postMessage", "POST /v1/pages")
SETS = ("conversations.setTopic",)
NONSENSE = [one for one in Sabotage if one not in (*KILLS, *SIGNALS)]
STOPS = {
    Sabotage.STOPPED: ("POST /incidents", "conversations.create"),
    Sabotage.INTERRUPTED: ("POST /v1/pages",),
    Sabotage.TWICE: ("conversations.create",),
}


#: A killed process's last push may still arrive: then the next one waits until that lease runs out.
RUNS_OUT = 150


def _file(status: str) -> str:
    declared = f"title: Checkout fails\nseverity: sev1\ndeclared_at: {NOW:%Y-%m-%dT%H:%M:%SZ}\n"
    return f"{declared}status: {status}\n{_MORE}"


@dataclass(frozen=True)
class Place:
    """The repositories of one scenario, in a folder of their own."""

    hub: Remote
    ci: Clone

    @classmethod
    def at(cls, folder: Path) -> Place:
        return cls(Remote(folder / "remote.git"), Clone(folder / "ci"))


@dataclass(frozen=True, eq=False)
class Beginning:
    """All that there is before a step's run."""

    files: Mapping[str, bytes]
    services: Mapping[str, Any]

    def lay_out(self, folder: Path) -> tuple[Place, World]:
        """Everything as it was, in this folder."""
        laid_out(self.files, folder)
        world = World.example(lambda: datetime.now(UTC))
        for name, machine in world.machines.items():
            machine.data = copied(self.services[name])
        return Place.at(folder), world


@cache
def _beginning(step: str) -> Beginning:
    with TemporaryDirectory() as name:
        folder = Path(name)
        if step == "declared":
            hub = repositories.remote(folder, {"reconciler.yaml": SETTINGS}, at=NOW - timedelta(days=30))
            hub.clone("ci")
            place, world = Place.at(folder), World.example(lambda: datetime.now(UTC))
        else:
            place, world = _beginning("declared").lay_out(folder)
            with fronted(world) as front:
                assert front.run(place.ci.folder, "apply").code == 0
        ana = place.hub.clone("ana")
        ana.commit({PATH: _file(STEPS[step])}, at=NOW)
        ana.push()
        return Beginning(packed(folder), world.snapshot())


@cache
def fault_free(step: str) -> tuple[dict[str, Any], list[Write]]:
    """What a step's run leaves, and its writes."""
    with plain_git(), TemporaryDirectory() as folder:
        place, world = _beginning(step).lay_out(Path(folder))
        with fronted(world) as front:
            ended = front.run(place.ci.folder, "apply", "--json")
            assert (ended.code, ended.error) == (0, "")
            return _seen(front), list(front.writes)


def _seen(front: Front) -> dict[str, Any]:
    services = cast(Services, SimpleNamespace(**front.world.machines))
    return {"services": world_of(services), "made": dict(front.made)}


def _of(step: str) -> dict[str, tuple[Write, Sabotage]]:
    writes = [Write(*call, number) for call, count in WRITES[step].items() for number in range(1, count + 1)]
    listed = [(write, Sabotage.KILLED_AFTER) for write in writes]
    listed += [(write, Sabotage.KILLED_BEFORE) for write in writes if write.method in CREATES]
    if step == "declared":
        first = [write for write in writes if write.number == 1]
        listed += [(one, how) for one in first if one.method in CREATES for how in NONSENSE]
        listed += [(one, Sabotage.CLOSED_AFTER) for one in first if one.method in SETS]
        listed += [(one, how) for how, methods in STOPS.items() for one in first if one.method in methods]
    return {f"{how.value} {write} of {step}": (write, how) for write, how in listed}


def scenarios() -> Sequence[str]:
    """Death after each write, and before each create; nonsense and signals at some of the declare."""
    return [name for step in STEPS for name in _of(step)]


def check(name: str) -> int:
    """A sabotaged run, and real runs after it until one writes nothing."""
    step = name.rpartition(" of ")[2]
    with plain_git(), TemporaryDirectory() as folder:
        write, how = _of(step)[name]
        place, world = _beginning(step).lay_out(Path(folder))
        with fronted(world, write, how) as front:
            _first(front, place, how)
            assert front.at is None or write.method == MAYBE, f"no such write: {front.writes}"
            _until_quiet(front, place)
            differs = difference(fault_free(step)[0], _seen(front))
        assert not differs, "\n".join(differs)
        assert not place.hub.tip(LEASE)
        assert place.hub.tip(STATE)
        return 1


def _first(front: Front, place: Place, how: Sabotage) -> None:
    """The run that is sabotaged: it ends as it must, and nobody but a killed one leaves a lease."""
    ended = front.run(place.ci.folder, "apply", "--json")
    assert "Traceback" not in ended.error, ended.error
    if how in KILLS and front.at is None:
        assert ended.code == -9, ended
        _unlock(front, place, typed=how is Sabotage.KILLED_AFTER and front.writes[-1].method in CREATES)
    elif how is Sabotage.TWICE:
        assert (ended.code, ended.error.splitlines()[-1].partition(":")[0]) == (130, "stopped at once")
    else:
        report = json.loads(ended.out)
        assert report["exit_code"] == ended.code
        if how in SIGNALS:
            _stopped(ended, report)
        assert ended.code in (0, 3), ended.out
    assert not place.hub.tip(LEASE), "the lease is not given back"


def _unlock(front: Front, place: Place, typed: bool) -> None:
    """Nobody waits here for the lease of a killed process to run out."""
    if typed and place.hub.tip(LEASE):
        ended = front.run(place.ci.folder, "unlock")
        assert (ended.code, ended.out[:18]) == (0, "ended the lease of"), ended
    elif place.hub.tip(LEASE):
        place.hub.git("update-ref", "-d", LEASE)


def _stopped(ended: Ended, report: Mapping[str, Any]) -> None:
    """The change in hand was finished, and the others are told as skipped."""
    outcomes = [(one["outcome"], (one["trouble"] or {}).get("answer")) for one in report["outcomes"]]
    assert ended.code == 3
    assert ("applied", None) in outcomes
    assert {one for one in outcomes if one[0] != "applied"} == {
        ("skipped", "the run was stopped before its turn")
    }


def _until_quiet(front: Front, place: Place) -> None:
    for _ in range(3):
        front.writes.clear()
        ended = front.run(place.ci.folder, "apply", "--json", patience=RUNS_OUT)
        said = [line for line in ended.error.splitlines() if not line.startswith("after ")]  # it waits
        assert (ended.code, said) == (0, []), ended
        if not front.writes:
            assert json.loads(ended.out)["outcomes"] == []
            return
    raise AssertionError(f"not quiet after 3 more runs: {front.writes}")
