"""A life of an incident in Git: at each step a commit is pushed, and CI's clone applies it.

A stage is everything as it is before a step's apply, kept in memory: scenarios begin from copies of it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from unittest.mock import patch

from reconciler.plan.plan import Report
from reconciler.repo.lease import Lease
from reconciler.repo.repository import Repository
from reconciler.run.pool import Rounds
from reconciler.run.shell import Options
from reconciler.sandbox.machine import copied
from tests.support import repositories
from tests.support.company import PATH, SETTINGS, START, STATE, Company, Waiting, incident
from tests.support.repositories import Clone, Remote
from tests.support.wire import Call, Killed, Numbered, Numbering, Wire

MAIN = "refs/heads/main"

_PEOPLE = "roles: {commander: ana@example.com}\nresponders: [dee@example.com]\nservices: [checkout]\n"
_UPDATE = "updates:\n- {at: 2026-11-21T16:58:00Z, by: ana@example.com, text: Rolling back.}\n"


def _file(severity: str, status: str = "investigating", more: str = _PEOPLE + _UPDATE) -> str:
    return incident(severity=severity, status=status, more=more)


#: What is committed at each step; None: nothing, but a week has passed.
LIFE: Mapping[str, str | None] = {
    "declared": _file("sev3", more=_PEOPLE),
    "updated": _file("sev3"),
    "raised": _file("sev1"),
    "resolved": _file("sev1", "resolved"),
    "reopened": _file("sev1"),
    "resolved again": _file("sev1", "resolved"),
    "closed": _file("sev1", "closed"),
    "a week later": None,
}

#: Beside the life: it is declared where it is applied, and not pushed by whoever did so.
HERE = "declared here"

#: Writes of which each makes one more of something.
CREATES = ("conversations.create", "chat.postMessage", "bookmarks.add")


class Hurried(Waiting):
    """A clock by which waiting takes long, so that few looks are made meanwhile."""

    def sleep(self, seconds: float) -> None:
        super().sleep(max(seconds, 20.0))


@dataclass(frozen=True, eq=False)
class Stage:
    """All that there is before an apply: files of the remote and of CI's clone, services, time."""

    name: str
    files: Mapping[str, bytes]
    services: Mapping[str, Any]
    moment: datetime
    past: Mapping[str, str]  # what the remote's refs were before they were moved last
    state: str  # the state's commit

    def begin(self, folder: Path) -> Life:
        """Everything as it was, in this folder."""
        laid_out(self.files, folder)
        company = Company.around(Remote(folder / "remote.git"), Hurried(self.moment))
        for name, machine in company.machines.items():
            machine.data = copied(self.services[name])
        return Life(company, Clone(folder / "ci"))


class Ended(NamedTuple):
    """A run: its report (None: killed), and the calls it made."""

    report: Report | None
    numbering: Numbering


@dataclass
class Life:
    """The company, and CI's clone that applies."""

    company: Company
    ci: Clone
    made: Counter[str] = field(default_factory=Counter)

    def run(self, numbering: Numbering, wait: float = 180) -> Ended:
        """An apply with all calls numbered, in one thread; the lease is renewed once on the way."""
        company = self.company
        for name, machine in company.machines.items():
            company.wrapped[name] = Numbered(machine, name, numbering)
        here = Repository.open(self.ci.folder)
        shell = company.shell(
            self.ci,
            repo=replace(here, git=Wire(here.git, company.remote, numbering)),
            threads=lambda: nullcontext(Rounds()),
        )
        with _renewing(company, numbering):
            try:
                return Ended(shell.apply(Options(holder="ci", wait=wait)), numbering)
            except Killed:
                return Ended(None, numbering)
            finally:
                company.wrapped.clear()
                self.made += Counter(call.what for call in numbering.done if _makes(call))


def _makes(call: Call) -> bool:
    return call.where != "git" and call.writes and (call.what in CREATES or call.what.startswith("POST "))


@contextmanager
def _renewing(company: Company, numbering: Numbering) -> Iterator[None]:
    """The lease that is taken is renewed after the first write in Slack, and by no thread."""
    kept: list[Lease] = []

    def after(call: Call) -> None:
        if kept and call.where == "slack" and call.writes:
            company.later(seconds=30)
            kept.pop().renew()

    numbering.after = after
    with patch.object(Lease, "_keep", lambda lease: kept.append(lease)):
        yield


# stages ----------------------------------------------------------------------------------------


@cache
def stage(name: str) -> Stage:
    """Everything as it is before a step's apply; the steps before it are lived once in this process."""
    number = 0 if name == HERE else list(LIFE).index(name)
    before = stage(list(LIFE)[number - 1]) if number else None
    with TemporaryDirectory() as folder:
        life = _applied(before, Path(folder)) if before else _founded(Path(folder))
        company, state = life.company, life.company.remote.tip(STATE)
        past = {MAIN: company.remote.tip(MAIN), STATE: before.state if before else ""}
        content = LIFE.get(name, LIFE["declared"])
        if name == HERE:
            company.commit(life.ci, {PATH: content}, push=False)
        elif content is None:
            company.later(days=8)
        else:
            company.commit(company.clone("ana"), {PATH: content})
        files = packed(Path(folder))
        return Stage(name, files, company.snapshot(), company.clock.now(), past, state)


def _founded(folder: Path) -> Life:
    hub = repositories.remote(folder, {"reconciler.yaml": SETTINGS}, at=START - timedelta(days=30))
    company = Company.around(hub, Hurried(START))
    return Life(company, company.clone("ci"))


def _applied(before: Stage, folder: Path) -> Life:
    life = before.begin(folder)
    report = life.run(Numbering()).report
    assert report is not None
    assert (report.exit_code, report.notices) == (0, ()), before.name
    life.company.later(minutes=10)
    return life


@contextmanager
def plain_git() -> Iterator[None]:
    """Git without the machine's own configuration."""
    with patch.dict(os.environ, {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}):
        yield


def packed(folder: Path) -> dict[str, bytes]:
    """The files of the remote and of CI's clone; Git's objects are packed, so that they are few."""
    for repository in (Remote(folder / "remote.git"), Clone(folder / "ci")):
        repository.git("repack", "-a", "-d", "--quiet")
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for top in ("remote.git", "ci")
        for path in (folder / top).rglob("*")
        if path.is_file()
    }


def laid_out(files: Mapping[str, bytes], folder: Path) -> None:
    """The same in another folder."""
    for git in ("remote.git", "ci/.git"):
        (folder / git / "refs/heads").mkdir(parents=True)
        (folder / git / "objects/pack").mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    Clone(folder / "ci").git("config", "remote.origin.url", Remote(folder / "remote.git").url)
