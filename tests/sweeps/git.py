"""One fault at one call of a run on real Git: at Git's remote calls whatever can befall them, at all others
death. The state is lost then or kept elsewhere, the lease stays behind; the next runs mend what is left.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from reconciler.repo.lease import GRACE, SECONDS
from reconciler.repo.repository import Repository
from tests.support.company import LEASE, STATE, Company
from tests.support.gitlife import HERE, LIFE, MAIN, Life, Stage, plain_git, stage
from tests.support.outcome import difference, named, names_of, world_of
from tests.support.wire import KILL, SAME, Call, Fault, Numbering

#: When a message was posted, in the link to it.
_POSTED_AT = re.compile(r"/p\d{16}")
#: Runs after the one with the fault, of which the last has nothing to do.
RUNS = 4
#: The steps whose calls are struck; what is resolved again makes the calls of the first time.
STEPS = tuple(step for step in (*LIFE, HERE) if step != "resolved again")


class Scenario(NamedTuple):
    """A fault at a call of a step's run."""

    stage: Stage
    call: Call
    fault: Fault

    def __str__(self) -> str:
        return f"{self.fault.value} {self.call} of {self.stage.name}"

    def begin(self, folder: Path) -> Life:
        """Everything as it is before the run."""
        return self.stage.begin(folder)

    @property
    def told(self) -> bool:
        """True where a person has to hear of it: not of a lease that is renewed later, or runs out."""
        calls = _fault_free(self.stage).calls[: self.call.number]
        again = any(call.what == self.call.what for call in calls)
        passes = again or self.call.what in (f"delete {LEASE}", f"look up {STATE}")
        return self.fault in (Fault.REFUSED, Fault.UNREACHABLE, Fault.LOST) and not passes


@cache
def _of(step: str) -> dict[str, Scenario]:
    begun = stage(step)
    listed = [
        Scenario(begun, call, fault)
        for call in _fault_free(begun).calls
        for fault in call.faults
        if fault not in SAME and (fault is not Fault.KILLED_BEFORE or _first(begun, call))
    ]
    return {str(one): one for one in listed}


def _first(begun: Stage, call: Call) -> bool:
    """To be killed before a write is to be killed after the one before it, but for the first."""
    return not any(before.writes for before in _fault_free(begun).calls[: call.number])


def scenarios(steps: Sequence[str] = STEPS) -> Sequence[str]:
    """Every fault at every call of Git, and death at every write."""
    with plain_git():
        return [name for step in steps for name in _of(step)]


def check(name: str) -> int:
    """One run with the fault, and more until all is quiet; then all is as without it."""
    with plain_git(), TemporaryDirectory() as folder:
        scenario = _of(name.rpartition(" of ")[2])[name]
        life = scenario.begin(Path(folder))
        _told_of(scenario, life)
        _settle(life)
        differs = difference(_fault_free(scenario.stage).left, _left(life))
        assert not differs, "\n".join(differs)
        assert _runs_out(life), "the lease is held for ever"
        return 1


def left_by(step: str, call: Call, fault: Fault) -> dict[str, Any]:
    """What one run with the fault leaves, before any other."""
    with plain_git(), TemporaryDirectory() as folder:
        begun = stage(step)
        life = begun.begin(Path(folder))
        life.run(Numbering(call.number, fault, dict(begun.past)))
        return _left(life) | {"lease": bool(life.company.remote.tip(LEASE))}


def calls_of(step: str) -> tuple[Call, ...]:
    """The calls of a step's run without a fault."""
    with plain_git():
        return _fault_free(stage(step)).calls


def _told_of(scenario: Scenario, life: Life) -> None:
    """The run with the fault; unless it is killed, it ends well and says what it must."""
    _, call, fault = scenario
    report, numbering = life.run(Numbering(call.number, fault, dict(scenario.stage.past)))
    assert numbering.calls[call.number] == call, f"call {call.number} was {numbering.calls[call.number]}"
    assert (report is None) is (fault in KILL)
    if report is None:
        return
    assert (report.exit_code, report.held_by) == (0, ""), report.notices
    says_more = report.notices != _fault_free(scenario.stage).notices
    assert says_more is scenario.told, f"it says {report.notices}"
    if fault is Fault.LOST and call.what in (f"push {MAIN}", f"push {STATE}"):
        assert "is not known" in " ".join(report.notices), f"it says {report.notices}"
    assert call.what == f"delete {LEASE}" or not life.company.remote.tip(LEASE), "the lease stays behind"


# what is left ----------------------------------------------------------------------------------


class FaultFree(NamedTuple):
    """A step's run without a fault: its calls, what it says beside its changes, and what it leaves."""

    calls: tuple[Call, ...]
    notices: tuple[str, ...]
    left: dict[str, Any]


@cache
def _fault_free(begun: Stage) -> FaultFree:
    with TemporaryDirectory() as folder:
        life = begun.begin(Path(folder))
        report, numbering = life.run(Numbering())
        assert report is not None
        _settle(life)
        return FaultFree(tuple(numbering.calls), report.notices, _left(life))


def _settle(life: Life) -> None:
    """Run again until a run has nothing to do, and does nothing."""
    told: list[object] = []
    for _ in range(RUNS):
        life.company.later(minutes=1)
        report, numbering = life.run(Numbering())
        assert report is not None
        told = [str(call) for call in numbering.done if call.writes] or [*report.after.changes]
        if not told:
            assert (report.exit_code, report.notices, report.outcomes) == (0, (), ())
            return
    raise AssertionError(f"not quiet after {RUNS} runs: {told}")


def _left(life: Life) -> dict[str, Any]:
    """The services, what was ever made in them, and the remote's refs, without ids and times."""
    company, hub = life.company, life.company.remote
    refs = {
        line.split()[1] for line in hub.git("for-each-ref", "--format=%(objectname) %(refname)").splitlines()
    }
    return {
        "services": world_of(company),
        "made": dict(life.made),
        "branch": hub.tip(MAIN),
        "refs": sorted(refs - {LEASE}),
        "state": _state(company),
    }


def _runs_out(life: Life) -> bool:
    """True where nobody holds the lease, or its time will be over for the next one who wants it."""
    if not life.company.remote.tip(LEASE):
        return True
    life.company.later(seconds=SECONDS + GRACE)
    life.company.held(life.ci).release()
    return not life.company.remote.tip(LEASE)


def _state(company: Company) -> dict[str, Any]:
    repo = Repository.open(company.remote.folder)
    tip = company.remote.tip(STATE)
    if not tip:
        return {}
    files = repo.files(tip, "")
    blobs = repo.blobs(files.values())
    names = names_of(company)
    return {path: named(_read(path, blobs[blob]), names) for path, blob in files.items()}


def _read(path: str, content: bytes) -> Any:
    """What a document says; of the caches only what is in them, since what they say depends on when."""
    if not path.endswith(".json"):
        return content.decode()
    document = json.loads(content)
    return sorted(document) if path == "caches.json" else _timeless(document)


def _timeless(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _timeless(item) for key, item in value.items() if key not in ("at", "id", "told")}
    if isinstance(value, str):
        return _POSTED_AT.sub("/p", value)
    return [_timeless(item) for item in value] if isinstance(value, list) else value
