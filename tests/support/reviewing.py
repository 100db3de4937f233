"""A company whose main branch takes no pushes: a bare remote that refuses them, and GitHub beside it.

there = Reviewed.at(tmp_path)
written = there.desk(there.clone("ana")).declare(declared(), request("one"))
there.github.merge(1)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.forge.hub import Hub
from reconciler.forge.requests import Requests
from reconciler.incident.settings import GitSettings
from reconciler.incident.verbs import Declare
from reconciler.repo.errand import Fresh, Request
from reconciler.repo.repository import Repository
from reconciler.repo.verbs import Desk
from reconciler.targets.seam import Api
from tests.support.company import SETTINGS, START, Company
from tests.support.github import SLUG, TOKEN, GitHub
from tests.support.repositories import ANA, Clone

PROTECTED = SETTINGS.replace("git: {", "git: {protected: true, ")
GIT = GitSettings(protected=True)


def declared(title: str = "Checkout fails", **more: Any) -> Declare:
    """What somebody declares now."""
    return Declare(title=title, severity="sev1", declared_at=START, **more)


def request(id: str = "one", *, given: bool = True, **more: Any) -> Request:
    """Ana's request."""
    return Request(author=ANA, id=id, given=given, **more)


@dataclass
class Reviewed:
    """See the module."""

    company: Company
    github: GitHub

    @classmethod
    def at(cls, folder: Path, settings: str = PROTECTED, *, protect: bool = True) -> Reviewed:
        """A new company with these settings."""
        company = Company.at(folder, {"reconciler.yaml": settings})
        if protect:
            company.remote.protect()
        company.environ |= {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": SLUG}
        return cls(company, GitHub(company.clock.now, company.remote))

    def clone(self, name: str = "ana") -> Clone:
        """Somebody's clone."""
        return self.company.clone(name)

    def pulls(self, api: Api | None = None) -> Requests:
        """GitHub's pull requests, as whoever commits sees them."""
        return Requests(Hub(api or self.github, SLUG, self.company.clock), "main")

    def desk(
        self,
        clone: Clone,
        made: Callable[[Fresh], None] | None = None,
        *,
        git: GitSettings = GIT,
        api: Api | None = None,
        token: bool = True,
    ) -> Desk:
        """Where somebody's requests are carried out."""
        pulls = self.pulls(api) if token else None
        return Desk(Repository.open(clone.folder), git, self.company.clock, made, pulls)

    def branches(self) -> list[str]:
        """The branches of incidents at the remote, without their beginning."""
        listed = self.company.remote.git("for-each-ref", "--format=%(refname)", "refs/heads/incident/")
        return [name.removeprefix("refs/heads/incident/") for name in listed.splitlines()]

    def log(self, branch: str, show: str = "%s") -> list[str]:
        """What a branch of the remote has beyond the main one, the newest first."""
        listed = self.company.remote.git("log", f"--format={show}", f"main..{branch}")
        return listed.splitlines()

    def show(self, branch: str, path: str) -> str:
        """A file on a branch of the remote."""
        return self.company.remote.git("show", f"{branch}:{path}")

    def apply(self, clone: Clone, **options: Any) -> Any:
        """What `reconciler apply` does."""
        shell = self.company.shell(clone, forge=lambda _environ, _clock: self.github)
        return shell.apply(self.company.options(**{"holder": clone.folder.name, **options}))
