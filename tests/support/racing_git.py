"""Two whole runs at once on real Git: their calls to services and to the remote in an order that is given."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconciler.errors import Failure
from reconciler.plan.plan import Report
from reconciler.repo.git import Answer, Git
from reconciler.repo.repository import Repository
from reconciler.run.pool import Rounds
from reconciler.targets.seam import Api
from tests.support.company import Company
from tests.support.racing import Baton, Made, Segment, Taking, run_all
from tests.support.repositories import Clone, Remote
from tests.support.scene import Scene


class TakingGit(Git):
    """Git whose every call to the remote waits for its run's turn."""

    def __init__(self, git: Git, who: str, baton: Baton, made: list[Made]):
        super().__init__(git.folder)
        self._who, self._baton, self._made = who, baton, made

    def call(self, *arguments: str, timeout: float) -> Answer:
        self._baton.call(self._who)
        self._made.append(Made(self._who, "git", f"{arguments[0]} {arguments[-1]}"))
        return super().call(*arguments, timeout=timeout)


class CompanyRace:
    """Runs of several clones in one order; how each ended, and the calls in the order in which they came.

    So many seconds pass before somebody's run begins, while whoever has begun is `asleep`.
    """

    def __init__(
        self,
        company: Company,
        clones: dict[str, Clone],
        asleep: dict[str, float] | None = None,
        **options: Any,
    ):
        self.asleep = asleep or {}
        self.company, self.clones, self.options = company, clones, options
        self.made: list[Made] = []
        self.ended: dict[str, Report | Failure] = {}

    def go(self, order: Sequence[Segment]) -> CompanyRace:
        """Let them run."""
        baton = Baton(order)
        run_all({who: self._run(who, baton) for who in self.clones}, baton)
        return self

    def _run(self, who: str, baton: Baton) -> Callable[[], None]:
        company = self.company

        def connect(*arguments: Any, **more: Any) -> dict[str, Api]:
            found = company.connect(*arguments, **more)
            return {target: Taking(api, who, target, baton, self.made) for target, api in found.items()}

        def run() -> None:
            company.later(seconds=self.asleep.get(who, 0))
            options = {"connect": connect, "threads": lambda: nullcontext(Rounds())}
            shell = company.shell(self.clones[who], **options)
            git = TakingGit(shell.repo.git, who, baton, self.made)
            shell = replace(shell, repo=Repository(git, shell.repo.bare))
            try:
                self.ended[who] = shell.apply(company.options(holder=who, **self.options))
            except Failure as failure:
                self.ended[who] = failure

        return run

    @property
    def codes(self) -> dict[str, int]:
        """How each run ended, as its exit code."""
        return {who: ended.exit_code for who, ended in sorted(self.ended.items())}


def copied(company: Company, folder: Path) -> Company:
    """The company as it is now, once more: its remote, its clones and its services."""
    old = company.remote.folder.parent
    shutil.copytree(old, folder, dirs_exist_ok=True, symlinks=True)
    for config in folder.glob("*/.git/config"):
        config.write_text(config.read_text().replace(str(old), str(folder)))
    clock = type(company.clock)(company.clock.now())
    machines = {
        name: type(machine)(clock.now, machine.snapshot()) for name, machine in company.machines.items()
    }
    vars(machines["pagerduty"])["from_address"] = "incidents@example.com"
    for machine in machines.values():
        machine.log = type(machine.log)()
    return replace(company, hub=Remote(folder / "remote.git"), machines=machines, clock=clock)


def as_scene(company: Company) -> Scene:
    """The company's services, for what looks at a scene."""
    scene = Scene(clock=company.clock)
    for target, machine in company.machines.items():
        setattr(scene, target, machine)
    return scene
