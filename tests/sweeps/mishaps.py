"""Git under fire: each mishap at each moment of a life, mended, ends as if it had never been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

from reconciler.errors import Failure
from tests.support.company import ID, PATH, START, Company, incident
from tests.support.mishaps import MISHAPS, Mishap, nothing
from tests.support.outcome import Seen, difference, world_of
from tests.support.repositories import Clone, dated
from tests.support.scene import Scene

_SAID = "updates: [{at: 2026-11-21T16:58:00Z, by: ana@example.com, text: Rolling back.}]\n"
#: The versions of the file, one a moment.
STEPS = {
    "the declare": incident(),
    "an update": incident("Checkout fails for all", status="identified", more=_SAID),
    "the end": incident("Checkout fails for all", status="resolved", more=_SAID),
}


def scenarios() -> Sequence[str]:
    """Each mishap at each moment."""
    return [f"{mishap} at {moment}" for mishap in MISHAPS if mishap != "nothing" for moment in STEPS]


def check(name: str) -> int:
    """Live through it, and compare the end with the undisturbed one."""
    mishap, _, moment = name.rpartition(" at ")
    found = difference(_undisturbed(), _life(MISHAPS[mishap], moment))
    assert not found, "\n".join(found)
    return 1


@cache
def _undisturbed() -> Seen:
    return _life(Mishap(nothing, nothing), "the declare")


def _life(mishap: Mishap, moment: str) -> Seen:
    with TemporaryDirectory() as folder:
        company = Company.at(Path(folder))
        ana = company.clone()
        for step, content in STEPS.items():
            if step == moment:
                _meanwhile(company, ana, mishap, content)
            else:
                ana.commit({PATH: content}, at=_at(content))
                ana.push()
            _converges(company, ana, quiet=step == "the end")
        _converges(company, company.clone("bo"), quiet=False)
        return world_of(cast(Scene, SimpleNamespace(**company.machines)))


def _meanwhile(company: Company, ana: Clone, mishap: Mishap, content: str) -> None:
    """Break it, edit the file and run; mend it, and see that the edit is where it belongs."""
    mishap.breaks(company, ana)
    _edited(company, ana, content)
    code = _ended(company, ana)
    assert code in mishap.ends, f"while it lasted a run ended with {code}"
    assert not mishap.pages or company.pages(), "nobody was paged while it lasted"
    mishap.heals(company, ana)
    ana.commit({PATH: content}, at=_at(content))
    _tried(ana, "push", "--quiet", "origin", "HEAD:refs/heads/main")


def _edited(company: Company, ana: Clone, content: str) -> None:
    """The edit is committed where it can be, and pushed where it can be."""
    ana.write({PATH: content})
    _tried(ana, "add", "--force", PATH)
    _tried(ana, "commit", "--quiet", "--message", "Edit", env=dated(_at(content)))
    _tried(ana, "push", "--quiet", "origin", "HEAD:refs/heads/main")


def _at(content: str) -> datetime:
    """When a version is committed, however long the runs before it have waited."""
    return START + timedelta(minutes=10 * list(STEPS.values()).index(content))


def _tried(ana: Clone, *arguments: str, env: Mapping[str, str] | None = None) -> None:
    with suppress(AssertionError):
        ana.git(*arguments, env=env)


def _ended(company: Company, ana: Clone) -> int:
    """The exit code of a run; an error says what to do."""
    try:
        return company.apply(ana).exit_code
    except Failure as told:
        failure = told
    assert failure.message, "an error without words"
    assert failure.next, f"no next step: {failure.message}"
    return failure.exit_code


def _converges(company: Company, clone: Clone, *, quiet: bool) -> None:
    report = company.apply(clone)
    told: Any = (report.exit_code, [str(one.change.address) for one in report.outcomes], report.notices)
    assert report.exit_code == 0, told
    if quiet:
        company.calls.clear()
        report = company.apply(clone)
        assert (report.exit_code, report.outcomes, company.writes()) == (0, (), []), "not quiet"
    assert len([name for name in company.channels() if ID in name]) == 1, company.channels()
    assert company.documents() == 1
