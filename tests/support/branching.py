"""An incident's life in a real company, step by step, each step seen from a branch before it is merged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from reconciler.plan.change import Kind
from reconciler.plan.plan import Plan
from reconciler.plan.remainder import without
from reconciler.repo.repository import Repository
from reconciler.run.reading import Options
from reconciler.run.transition import Branch, Transition
from reconciler.sandbox.ideal import Ideal, nameless
from tests.support.company import ID, PATH, SETTINGS, Company, path_of
from tests.support.repositories import Clone, Content, dated

Data = dict[str, Any]
OTHER = "20261121-quiet-heron"


@dataclass
class Files:
    """What the repository holds: incidents by their paths, and the settings."""

    settings: Data = field(default_factory=lambda: dict(yaml.safe_load(SETTINGS)))
    incidents: dict[str, Data] = field(default_factory=dict)
    alert: str = ""  # the id of a page that others have made

    @property
    def one(self) -> Data:
        """The incident that a life is about."""
        return self.incidents[PATH]

    def written(self) -> dict[str, Content]:
        """As files; JSON is YAML."""
        files: dict[str, Content] = {"reconciler.yaml": json.dumps(self.settings, indent=1) + "\n"}
        return files | {path: json.dumps(data, indent=1) + "\n" for path, data in self.incidents.items()}


Edit = Callable[[Files, str], None]


@dataclass
class Lived:
    """The company and its repository. With `merging` each step is a pull request, and ends by its merge."""

    company: Company
    clone: Clone
    files: Files = field(default_factory=Files)
    merging: bool = False

    @classmethod
    def begun(cls, folder: Path) -> Lived:
        """Settings, and nothing else."""
        company = Company.at(folder)
        lived = cls(company, company.clone("ana"))
        service = {"id": "PSVC001", "type": "service_reference"}
        alert = {"type": "incident", "title": "Disk is full", "service": service, "urgency": "low"}
        lived.files.alert = company.pagerduty.call("POST /incidents", incident=alert)["incident"]["id"]
        company.commit(lived.clone, lived.files.written())
        return lived

    def step(self, *edits: Edit, hours: float = 1) -> tuple[Transition, Plan]:
        """Time passes; edits are made on a branch, each a commit, looked at, merged, and planned for real.

        The plan is without what was to be said before the merge.
        """
        company = self.company
        company.later(hours=hours)
        company.apply(self.clone)
        before = company.plan(self.clone)
        found = self._merged(*edits) if self.merging else self._pushed(*edits)
        self.clone.push()
        real = without(company.plan(self.clone), before, self._nameless)
        company.apply(self.clone)
        return found, real

    def _pushed(self, *edits: Edit) -> Transition:
        self.commit(*edits)
        return self.transition()

    def _merged(self, *edits: Edit) -> Transition:
        """Commits that take their time, and a merge: both ways of checking it out show the same."""
        self.clone.git("checkout", "--quiet", "-B", "fix")
        for edit in edits:
            self.commit(edit)
            self.company.later(minutes=10)
        found = self.transition()
        self.clone.git("checkout", "--quiet", "main")
        subject, now = "Merge pull request #12 from example/fix", self.company.clock.now()
        self.clone.git("merge", "--quiet", "--no-ff", "-m", subject, "fix", env=dated(now))
        merged = self.transition()
        assert told(found.plan) == told(merged.plan)
        assert (found.steps, found.broken) == (merged.steps, merged.broken)
        return merged

    def transition(self) -> Transition:
        """What the branch does, by itself."""
        options = Options(now=self.company.clock.now())
        return Branch(Repository.open(self.clone.folder), self.company.clock, Ideal, options).transition(
            "origin/main"
        )

    def commit(self, *edits: Edit) -> None:
        """Edits on a branch, each a commit."""
        for edit in edits:
            self._commit(edit)

    def _commit(self, edit: Edit) -> None:
        before = self.files.written()
        self.files = deepcopy(self.files)
        edit(self.files, self.company.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
        after = self.files.written()
        gone: Mapping[str, Content] = dict.fromkeys(path for path in before if path not in after)
        changed = {path: text for path, text in after.items() if before.get(path) != text}
        self.company.commit(self.clone, {**gone, **changed}, push=False)

    def _nameless(self, text: str) -> str:
        return nameless(self.company.machines, text)


def told(plan: Plan) -> list[str]:
    """All that a plan says, in lines that two worlds share."""
    return sorted(
        [f"{one.kind} {one.cause} {one.address} {one.summary} {_fields(one)}" for one in plan.changes]
        + [f"blocked {one.address} {one.reason}" for one in plan.blocked]
        + [f"unreadable {one.address} {one.reason}" for one in plan.unreadable]
        + [f"note {one.address} {one.text}" for one in plan.notes]
        + [f"problem {one.location} {one.message}" for one in plan.problems]
    )


def _fields(change: Any) -> list[tuple[str, Any, Any]]:
    """Before and after; of a message only that it differs, since it may hold links.

    What is taken over was made by others: how, only the service knows.
    """
    if change.kind is Kind.ADOPT:
        return []
    return [(one.name, one.before, one.after) for one in change.fields if one.name != "digest"]


# edits -----------------------------------------------------------------------------------------


def declare(severity: str = "sev1", path: str = PATH, **more: Any) -> Edit:
    """A new file."""

    def edit(files: Files, now: str) -> None:
        title = "Checkout fails" if path == PATH else "Search is slow"
        begun = {"title": title, "severity": severity, "status": "investigating", "declared_at": now}
        files.incidents[path] = {**begun, **more}

    return edit


def put(path: str = PATH, **fields: Any) -> Edit:
    """Some keys of the file; None takes one away."""

    def edit(files: Files, _: str) -> None:
        one = {**files.incidents[path], **fields}
        files.incidents[path] = {key: value for key, value in one.items() if value is not None}

    return edit


def adopt(files: Files, _: str) -> None:
    """The page that others have made becomes the team's."""
    files.one["adopt"] = {"pagerduty": {"primary": files.alert}}


def add(key: str, **fields: Any) -> Edit:
    """One more item of a list whose items have their time."""

    def edit(files: Files, now: str) -> None:
        files.one[key] = [*files.one.get(key, []), {"at": now, **fields}]

    return edit


def setting(change: Callable[[Data], object]) -> Edit:
    """An edit of the settings."""

    def edit(files: Files, _: str) -> None:
        change(files.settings)

    return edit


def move(to: str, **fields: Any) -> Edit:
    """The file elsewhere, or under another name."""

    def edit(files: Files, _: str) -> None:
        files.incidents[to] = {**files.incidents.pop(PATH), **fields}

    return edit


def remove(path: str = PATH) -> Edit:
    """The file is gone."""

    def edit(files: Files, _: str) -> None:
        del files.incidents[path]

    return edit


RENAMED = path_of("20261121-renamed-newt")
MOVED = f"incidents/elsewhere/{ID}.yaml"
