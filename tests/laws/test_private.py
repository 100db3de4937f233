"""Private fails closed: words of a private incident are in its channel, its document and its file alone."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.root import cli, run
from reconciler.incident.model import Status
from reconciler.incident.verbs import AddUpdate, Declare, Intention, SetField, SetStatus
from reconciler.repo.errand import Request
from reconciler.repo.verbs import Desk
from reconciler.run.look import Asked, overview
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.targets.seam import Answer, Api, Refused
from reconciler.views.document import document
from reconciler.views.incidents import overview_json, overview_lines, problem_line
from reconciler.views.plan import plan_lines
from reconciler.views.report import report_lines
from reconciler.views.terminal import show
from tests.support.company import SETTINGS, START, Company
from tests.support.repositories import Clone, Remote
from tests.support.secrets import (
    PRIVATE,
    SECRETS,
    TEXTS,
    WHO,
    found_in,
    private_database,
    shown_to_others,
)
from tests.sweeps import private, sample

ALLOWED = (
    SETTINGS.replace("notion: {", f'notion: {{private_database: "{PRIVATE}", ') + "private: {allow: true}\n"
)


FORMATS = (("--format", "text"), ("--format", "json"), ("--format", "markdown"))
STORIES = [
    *(("log", *which, *form) for which in ((), ("ID",), ("ID", "--field", "title")) for form in FORMATS),
    ("report",),
    ("report", "--json"),
]


@pytest.mark.parametrize("name", sample(private.scenarios(), 30))
def test_no_word_gets_out_whatever_fails(name: str) -> None:
    assert private.check(name) == 1


@dataclass
class Quoting:
    """A service that refuses each method once, and quotes what it was sent."""

    api: Api
    refused: set[str] = field(default_factory=set)

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if method not in self.refused:
            self.refused.add(method)
            said = f"refused: {json.dumps(arguments, default=str)}"
            raise Refused(method, "odd_error", said, answer={"error": {"message": said}}, status=400)
        return self.api.call(method, **arguments)


@dataclass
class Life:
    """A company with one private incident, declared and edited as the command line does it."""

    company: Company
    ana: Clone
    id: str = ""
    told: list[str] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        shell = self.company.shell(self.ana)
        return Desk(shell.repo, shell.git_settings(), self.company.clock)

    def declare(self) -> None:
        told = {key: TEXTS[key] for key in ("title", "summary", "bridge", "reporter", "roles", "responders")}
        said = Declare(severity="sev1", declared_at=START, private=True, services=("checkout",), **told)
        self.id = self.desk.declare(said, self._request()).id

    def change(self, intention: Intention) -> None:
        self.company.later(minutes=10)
        self.desk.change(self.id, intention, self._request())

    def _request(self) -> Request:
        return Request(("Ana", "ana@example.com"), f"r{self.company.clock.now():%H%M}")

    def apply(self) -> None:
        """Plan, apply and look, and write down all that was said."""
        plan = self.company.plan(self.ana)
        report = self.company.apply(self.ana)
        shell = self.company.shell(self.ana)
        seen = overview(shell.repo, shell.clock, Asked(everything=True))
        printed = StringIO()
        for lines in (plan_lines(plan), report_lines(report), overview_lines(seen, None)):
            show(lines, printed)
        self.told += [printed.getvalue(), *map(problem_line, seen.problems), *self.company.told]
        for data in (plan.to_json(), report.to_json(), overview_json(seen)):
            self.told.append(document(data))
        self.told += map(self._said, STORIES)

    def _said(self, words: tuple[str, ...]) -> str:
        """What `log` and `report` say of it in each format; somebody knows that there is an incident."""
        printed, now = StringIO(), self.company.clock.now().isoformat().replace("+00:00", "Z")
        given = [self.id if word == "ID" else word for word in words]
        with redirect_stdout(printed), redirect_stderr(printed):
            run(cli, ["-C", str(self.ana.folder), *given, "--now", now])
        assert any(word in printed.getvalue() for word in (self.id, "(private)")), words
        return printed.getvalue()

    def leaks(self) -> list[str]:
        machines = self.company.machines
        places = {f"output {number}": text for number, text in enumerate(self.told)}
        places |= shown_to_others(machines["slack"], machines["pagerduty"], machines["notion"])
        path = f"incidents/2026/11/{self.id}.yaml"
        places |= {"remote": objects(self.company.remote, path), "clone": objects(self.ana, path)}
        return found_in(places)


def objects(where: Clone | Remote, path: str) -> str:
    """All that Git holds, reachable or not (messages, names, files), but the versions of one file."""
    listed = where.git("cat-file", "--batch-check=%(objectname)", "--batch-all-objects").split()
    paths = (line.partition(" ") for line in where.git("rev-list", "--objects", "main").splitlines())
    own = {oid for oid, _, name in paths if name == path}
    assert own < set(listed)
    others = "\n".join(oid for oid in listed if oid not in own)
    return where.git("cat-file", "--batch", input=others.encode())


@pytest.fixture
def life(tmp_path: Path) -> Life:
    company = Company.at(tmp_path, {"reconciler.yaml": ALLOWED})
    slack = company.machines["slack"]
    assert isinstance(slack, SlackMachine)
    slack.seed_user(WHO, "Zed Zname")
    private_database(company.machines["notion"])
    return Life(company, company.clone("ana"))


def test_a_life_in_git_with_each_method_refused_once_leaves_no_word_in_any_ref_or_output(life: Life) -> None:
    life.company.wrapped = {name: Quoting(machine) for name, machine in life.company.machines.items()}
    life.declare()
    for _ in range(2):
        life.apply()
    life.change(AddUpdate(life.company.clock.now(), "Zupdate one", WHO))
    life.change(SetField(("summary",), "Zsummary, again"))
    life.apply()
    life.change(SetStatus(Status.RESOLVED, life.company.clock.now()))
    life.apply()
    assert life.company.apply(life.ana).exit_code == 0
    assert life.leaks() == []
    inside = json.dumps(life.company.machines["slack"].snapshot())
    assert all(word in inside for word in SECRETS[:3])


def test_what_is_wrong_with_its_file_is_told_without_what_it_says(life: Life) -> None:
    life.declare()
    life.apply()
    path = f"incidents/2026/11/{life.id}.yaml"
    life.ana.pull()
    good = (life.ana.folder / path).read_text(encoding="utf-8")
    bad = good.replace("severity: sev1", "severity: Ztitle").replace("services:", "Zsummary: x\nservices:")
    life.company.commit(life.ana, {path: bad})
    report = life.company.apply(life.ana)
    assert [str(one.location) for one in report.after.problems] == [f"{path}:3:11", f"{path}:9:1"]
    life.apply()
    life.company.commit(life.ana, {path: good})
    life.apply()
    assert life.leaks() == []
