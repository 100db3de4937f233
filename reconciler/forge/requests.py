"""Pull requests as those who commit ask for them: of a branch of a repository, into the one that decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.clock import Clock
from reconciler.forge import hub as hubs
from reconciler.forge import pulls
from reconciler.forge.hub import Connect, Hub, connected, hastily
from reconciler.forge.pulls import Pull
from reconciler.incident.settings import GitSettings
from reconciler.repo.repository import Repository


@dataclass(frozen=True)
class Requests:
    """The pull requests of a repository into its branch `base`. All may raise HubFailure.

    Looks, for which an edit or a page waits, go by `quick`, where there is one.
    """

    hub: Hub
    base: str
    quick: Hub | None = None

    def latest(self, branch: str) -> Pull | None:
        """The open pull request of a branch, else its newest one; None where it never had any."""
        return pulls.latest(self.quick or self.hub, branch, self.base)

    def newest(self) -> list[Pull]:
        """The pull requests that were opened last, in one call."""
        return pulls.newest(self.quick or self.hub, self.base)

    def ensure(self, branch: str, title: str, body: str) -> Pull:
        """The open pull request of a branch, opened where there is none."""
        return pulls.ensure(self.hub, branch, self.base, title, body)


def requests_of(
    repo: Repository, git: GitSettings, environ: Mapping[str, str], clock: Clock, connect: Connect = connected
) -> Requests | None:
    """The pull requests of this repository; None without a token, or where it is not at GitHub."""
    if git.protected is False:
        return None
    found = hubs.hub(repo, git, environ, clock, connect)
    if found is None:
        return None
    quick = hubs.hub(repo, git, environ, clock, hastily) if connect is connected else None
    return Requests(found, git.branch, quick)
