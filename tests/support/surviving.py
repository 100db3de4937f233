"""What any file must survive: it is checked, and where it is good it is planned, shown and edited.

Everything here is pure or reads from sandbox machines; nothing is written, so machines serve many files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import StringIO
from urllib.parse import quote

from reconciler.clock import VirtualClock
from reconciler.errors import Failure, Location, Problem, Trouble
from reconciler.incident.check import Names
from reconciler.incident.history import History, Version
from reconciler.incident.model import Incident, Status
from reconciler.incident.settings import Settings
from reconciler.incident.verbs import AddUpdate, SetStatus, edits
from reconciler.plan.memory import Memory
from reconciler.plan.plan import Outcome, Plan, Report, State
from reconciler.plan.resource import Resource
from reconciler.plan.world import World
from reconciler.repo.checkup import Report as Checkup
from reconciler.repo.edit import edit
from reconciler.repo.loader import (
    BadFile,
    check_incident_file,
    check_settings_file,
    is_good,
    load_incident,
    load_settings,
    names_of,
)
from reconciler.run.engine import Connected
from reconciler.run.front import front_page
from reconciler.run.look import Asked, Dossier, Overview
from reconciler.run.pool import Rounds
from reconciler.run.reconcile import Situation, plan
from reconciler.run.remember import remember
from reconciler.run.revision import Revision
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.targets.case import Case
from reconciler.targets.notion.target import Notion
from reconciler.targets.pagerduty.target import PagerDuty
from reconciler.targets.seam import ReadOnly
from reconciler.targets.slack.target import Slack
from reconciler.views.changes import Line
from reconciler.views.document import document
from reconciler.views.incident import dossier_json, dossier_lines
from reconciler.views.incidents import overview_json, overview_lines, problem_line
from reconciler.views.plan import plan_lines
from reconciler.views.problems import as_github, as_json, as_text
from reconciler.views.report import report_lines
from reconciler.views.terminal import show
from tests.support.hostile import controls
from tests.support.mutation import ROOT, Mutant, mutant

NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
EXAMPLE = "incidents/2026/11/20261121-honest-rhinoceros.yaml"


#: Names that the ugly files have, beside the repository's own.
TEAMS = "teams:\n  checkout: {pagerduty_service: PSVC002}\n  cart: {pagerduty_service: PSVC002} "
SERVICES = "services:\n  cart: {team: payments} "


@cache
def example_settings() -> Settings:
    """The repository's own settings, with the names that the ugly files have too."""
    content = (ROOT / "reconciler.yaml").read_text(encoding="utf-8")
    content = content.replace("teams: ", TEAMS).replace("services: ", SERVICES)
    return load_settings(content.encode(), "reconciler.yaml", name="acme")


@cache
def example_incident() -> Incident:
    """The repository's open incident."""
    return load_incident((ROOT / EXAMPLE).read_bytes(), EXAMPLE, example_settings())


@cache
def _services() -> tuple[Connected, ...]:
    now = VirtualClock(NOW).now
    pairs = (
        (PagerDuty(), PagerDutyMachine.example(now)),
        (Slack(), SlackMachine.example(now)),
        (Notion(), NotionMachine.example(now)),
    )
    return tuple(Connected(target, ReadOnly(machine)) for target, machine in pairs)


#: What was planned and shown already in this process.
_known: set[str] = set()


def tried(number: int) -> str:
    """`valid` or `refused`; see `survive`."""
    return survive(mutant(number))


def survive(mutant: Mutant) -> str:
    """`valid` or `refused`. AssertionError, or any other error, is a defect."""
    checked = (
        check_incident_file(mutant.content, mutant.path, _names())
        if mutant.kind == "incident"
        else check_settings_file(mutant.content, mutant.path)
    )
    _told(mutant, checked.problems)
    if not is_good(checked):
        _inert(str(BadFile(mutant.path, checked.problems)).splitlines())
        return "refused"
    if mutant.kind == "incident":
        _incident(mutant)
    else:
        _settings(mutant)
    return "valid"


def _names() -> Names:
    return names_of(example_settings())._replace(private_allowed=True)


def _told(mutant: Mutant, problems: tuple[Problem, ...]) -> None:
    """Every problem has words and a place that the file has, and every view of them is inert."""
    last = mutant.content.count(b"\n") + mutant.content.count(b"\r") + 1
    for problem in problems:
        path, line, column = problem.location
        assert path == mutant.path, problem
        assert problem.message, problem
        assert 1 <= line <= last, f"line {line} of {last}: {problem}"
        assert 1 <= column <= len(mutant.content) + 1, problem
        assert len(problem.message) < 1000, f"{len(problem.message):,} characters: {problem.message[:99]}"
        assert len(problem.hint) < 3000, f"{len(problem.hint):,} characters: {problem.hint[:99]}"
    report = Checkup((mutant.path,), problems)
    _inert(as_text(report).splitlines())
    assert len(json.loads(as_json(report))["problems"]) == len(problems)
    annotations = as_github(report)
    _inert(annotations.splitlines())
    assert len(re.findall(r"^::", annotations, re.M)) == len(problems), annotations
    _inert(problem_line(problem) for problem in problems)


def _incident(mutant: Mutant) -> None:
    settings = replace(example_settings(), private_allowed=True)
    incident = load_incident(mutant.content, mutant.path, settings)
    if _news(incident):
        _shown(_case(incident, settings))
    _edited(mutant, incident, settings)


def _settings(mutant: Mutant) -> None:
    settings = load_settings(mutant.content, mutant.path, name="acme")
    if not _news(settings):
        return
    incident = replace(
        example_incident(),
        severity=settings.severities[0].name,
        services=tuple(settings.services),
        page=tuple(settings.teams),
    )
    _shown(_case(incident, settings))


def _news(read: Incident | Settings) -> bool:
    """False for what another file has said already in other words: places and form aside."""
    said = repr(replace(read, positions={}))
    new = said not in _known
    _known.add(said)
    return new


def _case(incident: Incident, settings: Settings) -> Case:
    first = replace(incident, status=Status.INVESTIGATING, title="As it began", updates=())
    versions = (
        Version(NOW - timedelta(minutes=9), "c0", "Ana", first),
        Version(NOW, "c1", "Ana", incident),
    )
    url = f"https://github.com/example/incidents/blob/main/{quote(incident.path)}"
    return Case(incident, settings, History(versions), NOW, blob="b1", url=url)


def _shown(case: Case) -> None:
    """The plan against three services, and every view, with nothing in it that steers a terminal."""
    situation = Situation("c0ffee", {case.incident.id: case}, _services(), Rounds)
    made, world = plan(situation)
    _lines(plan_lines(made))
    _data(made.to_json())
    _lines(report_lines(_report(made)))
    resources = [one for each in _services() for one in each.target.resources(case, world)]
    memory = _remembered(case, resources, world)
    shown = Revision("c0ffee", {}, {case.incident.id: case.incident}, {case.incident.id: str(case.url)})
    _inert(front_page(shown, {case.incident.id: memory}).splitlines())
    dossier = Dossier(case.incident, NOW, memory, (), "", case.settings, NOW)
    _lines(dossier_lines(dossier))
    _data(dossier_json(dossier))
    overview = Overview([case.incident], [], case.settings, NOW, Asked(everything=True))
    _lines(overview_lines(overview, 100))
    _data(overview_json(overview))


def _report(made: Plan) -> Report:
    """A report in which everything failed."""
    trouble = Trouble("tried", "refused", "next", Location(EXAMPLE))
    outcomes = tuple(Outcome(change, State.FAILED, trouble) for change in made.changes)
    return Report("c0ffee", made.headings, outcomes, made)


def _remembered(case: Case, resources: list[Resource], world: World) -> Memory:
    memory = remember(case, {one.address: one for one in resources}, {}, world, {}, {})
    written = json.dumps(memory.to_json(), allow_nan=False)
    return Memory.from_json(json.loads(written))


def _edited(mutant: Mutant, incident: Incident, settings: Settings) -> None:
    """The verbs change it, or say which line to edit by hand; what they write is valid."""
    status = Status.RESOLVED if incident.status.open else Status.INVESTIGATING
    for intention in (SetStatus(status, NOW), AddUpdate(NOW, "All is well: # again", "ana@example.com")):
        try:
            content = edit(mutant.content, mutant.path, edits(intention, incident))
        except Failure:
            continue
        problems = check_incident_file(content, mutant.path, names_of(settings)).problems
        # A time that runs backwards is the file's own, and what a verb refuses before it commits.
        wrong = [one for one in problems if one.level == "error" and "backwards" not in one.message]
        assert not wrong, wrong


def _lines(lines: Iterable[Line]) -> None:
    printed = StringIO()
    show(lines, printed)
    _inert(printed.getvalue().splitlines())


def _data(data: object) -> None:
    json.dumps(data, allow_nan=False)
    _inert(document(data, readable=True).splitlines())


def _inert(lines: Iterable[str]) -> None:
    for line in lines:
        found = controls(line)
        assert not found, f"{found} in {line[:200]!a}"
        assert "\n" not in line, ascii(line[:200])
        line.encode()
