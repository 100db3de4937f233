"""Sees to it that what is proposed is asked for: a process may have ended between push and pull request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.forge.requests import Requests
from reconciler.incident.settings import GitSettings
from reconciler.repo.proposals import Proposal, proposed, tips
from reconciler.repo.propose import Proposed, Proposing, asked
from reconciler.repo.replay import requests
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf, shelf_at

#: A branch that has had no pull request for so long is somebody's own affair.
_FORGOTTEN = timedelta(days=2)


def see_through(repo: Repository, git: GitSettings, clock: Clock, pulls: Requests | None) -> list[str]:
    """Push what waits here, and open the pull requests that are missing; what to say of it."""
    try:
        return list(_seen_through(repo, git, clock, pulls))
    except Failure as failure:
        return [f"proposed edits wait: {failure.message}"]


def _seen_through(repo: Repository, git: GitSettings, clock: Clock, pulls: Requests | None) -> Iterator[str]:
    known = tips(repo, git)
    if any(one.ours for one in known.values()):
        for done in Proposing(repo, git, clock, pulls).see_through():
            yield _words(done)
    if pulls is None or not known:
        return
    here = shelf_at(repo, repo.tip(git.remote, git.branch).revision)
    young = set(_young(repo, git, clock))
    lacking = [one for one in proposed(here, git, young).values() if _ours(here, one)] if young else []
    heads = {pull.head for pull in pulls.newest()} if lacking else set()
    for one in lacking:
        if one.branch not in heads and pulls.latest(one.branch) is None:
            done = Proposed(one.commit, one.branch, one.new, pushed=True)
            yield _words(done._replace(pull=pulls.ensure(one.branch, *asked(repo, done))))


def _young(repo: Repository, git: GitSettings, clock: Clock) -> Iterator[str]:
    """The incidents whose branches at the remote are not old."""
    prefix = f"refs/remotes/{git.remote}/incident/"
    form = "--format=%(committerdate:unix) %(refname)"
    since = (clock.now() - _FORGOTTEN).timestamp()
    tip = repo.tip(git.remote, git.branch).revision
    for line in repo.git.line("for-each-ref", f"--no-merged={tip}", form, prefix).splitlines():
        at, _, name = line.partition(" ")
        if int(at) >= since:
            yield name.removeprefix(prefix)


def _ours(here: Shelf, one: Proposal) -> bool:
    """Whether it was asked for here: a person's own branch is the person's to propose."""
    [(_, request)] = requests(here.repo, f"{one.commit}^!")
    return bool(request)


def _words(done: Proposed) -> str:
    if done.pull is not None:
        return f"opened pull request #{done.pull.number} for {done.branch}: {done.pull.url}"
    return f"{done.branch}: {done.note}"
