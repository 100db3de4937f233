"""Whether pull requests can be opened, as far as that can be known without opening one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.clock import Clock
from reconciler.errors import Failure, Location
from reconciler.forge.hub import TOKEN, Connect, slug
from reconciler.forge.requests import requests_of
from reconciler.incident.settings import GitSettings
from reconciler.plan.diagnosis import Diagnosis, bad, good, know
from reconciler.repo.repository import Repository

_RIGHTS = "contents and pull requests, write"


def of_pulls(
    repo: Repository,
    git: GitSettings,
    environ: Mapping[str, str],
    clock: Clock,
    connect: Connect,
    place: Location,
) -> Iterator[Diagnosis]:
    """Of a branch that takes no pushes; nothing of any other. `place` is where the settings say so."""
    if not git.protected:
        return
    where = slug(repo, git, environ)
    if not where:
        words = "what is committed here goes in by pull requests, and the remote is not known as GitHub's"
        yield know(words, "open them by hand, or set GITHUB_REPOSITORY to owner/name", place)
        return
    pulls = requests_of(repo, git, environ, clock, connect)
    if pulls is None:
        words = (
            f"{TOKEN} is not set: branches of incidents are pushed, and their pull requests are yours to open"
        )
        yield know(words, f"set it to a token for {where} (rights: {_RIGHTS})", place)
        return
    try:
        pulls.newest()
    except Failure as failure:
        yield bad(failure.message, failure.next, place)
        return
    yield good(f"pull requests of {where} can be read (whether they can be opened shows with the first)")
