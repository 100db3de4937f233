"""The commit that a run stands on: the remote's newest, or local commits on top of it; never an older one.

A page must not wait for a Git host that hangs, so a fetch has little time; without an answer the run goes on
with what is here, and says so.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from reconciler.errors import Failure, Refusal
from reconciler.incident.settings import GitSettings
from reconciler.repo import refs
from reconciler.repo.git import LostRace
from reconciler.repo.good_settings import settings_at
from reconciler.repo.propose import propose_left_behind
from reconciler.repo.refs import LocalRef, RemoteRef, SharedRef
from reconciler.repo.remote import Protected, RemoteTrouble, Unreachable
from reconciler.repo.replay import bring_in, carried_over
from reconciler.repo.repository import Repository

#: Seconds for the fetch before a run.
PATIENCE = 30.0


class Ground(NamedTuple):
    """Where the branch, the state and the lease are, the commit to apply, and whether the remote answers.

    `fetched`: the branches here are as the remote has them.
    """

    git: GitSettings
    commit: str
    reachable: bool = True
    notices: tuple[str, ...] = ()
    fetched: bool = True


def git_settings(repo: Repository, commit: str | None) -> GitSettings:
    """Where branch and state are, as a commit's settings say; the defaults where they cannot be read."""
    try:
        return settings_at(repo, commit)[0].git
    except Failure:
        return GitSettings()


def newest(repo: Repository, patience: float = PATIENCE) -> Ground:
    """Fetch, and choose the commit to apply. Raises Failure where neither side has the branch."""
    before = git_settings(repo, repo.resolve("HEAD"))
    found = _fetched(repo, before, patience)
    now = found.git
    if (now.remote, now.branch) != (before.remote, before.branch):
        return _fetched(repo, now, patience)
    return found


def _fetched(repo: Repository, git: GitSettings, patience: float) -> Ground:
    reachable, fetched, notices = True, repo.has_remote(git.remote), []
    try:
        repo.fetch(git.remote, git.branch, timeout=patience, proposals=True)
    except RemoteTrouble as trouble:
        reachable, fetched = not isinstance(trouble, Unreachable), False
        without = "" if reachable else ", and without the lease"
        notices.append(f"{trouble.message}: going on with {git.branch} as it is here{without}")
    tip = repo.tip(git.remote, git.branch)
    told = (*notices, *filter(None, [tip.note]))
    return Ground(git_settings(repo, tip.revision), tip.revision, reachable, told, fetched)


def guard(repo: Repository, ground: Ground, last: str | None) -> None:
    """Raise Refusal for a commit that is neither the last applied one nor on top of it."""
    if last is None or _descends(repo, ground, last):
        return
    here = repo.resolve(last) is not None
    raise Refusal(
        f"{ground.commit[:12]} is not the last applied revision {last[:12]}, nor a descendant of it",
        detail="applying it would undo what is newer"
        if here
        else "this repository does not have that revision: the branch was reset, or it was never pushed",
        next="pull (or push what is missing), or apply it all the same: `reconciler apply --allow-older`",
    )


def _descends(repo: Repository, ground: Ground, last: str) -> bool:
    if repo.is_ancestor(last, ground.commit):
        return True
    if repo.is_shallow and ground.reachable:
        with suppress(Failure):
            repo.deepen(ground.git.remote, ground.git.branch)
        return repo.is_ancestor(last, ground.commit)
    return carried_over(repo, last, ground.commit)


def joined(repo: Repository, at: Ground, now: datetime) -> Ground:
    """The ground once what only this machine has was brought in, where the remote's branch went another way.

    Nobody has to be there for it; what people committed here is left to them.
    """
    if not at.reachable:
        return at
    try:
        brought = bring_in(repo, at.git, now)
    except LostRace:
        return at  # the next run looks again
    except Protected as refused:
        if not propose_left_behind(repo, at.git, now):
            return _with(at, f"commits that only this machine has wait: {refused.message}")
        return at
    except Failure as failure:
        return _with(at, f"commits that only this machine has wait: {failure.message}")
    if not brought.number:
        return at
    tip = repo.tip(at.git.remote, at.git.branch)
    told = (f"brought in {brought.number} of the commits that only this machine had", *brought.left_out)
    return Ground(git_settings(repo, tip.revision), tip.revision, at.reachable, told, at.fetched)


def _with(at: Ground, notice: str) -> Ground:
    return at._replace(notices=(*at.notices, notice))


class Watch:
    """Whether somebody else has written the state since it was read here: then what was planned is old."""

    def __init__(self, repo: Repository, git: GitSettings):
        name = refs.branch_ref(git.state)
        shared = repo.has_remote(git.remote)
        self._ref: SharedRef = RemoteRef(repo.git, git.remote, name) if shared else LocalRef(repo.git, name)
        self._seen = refs.value(repo.git, refs.tracking_ref(git.remote, name) if shared else name)

    def moved(self) -> bool:
        """False also where the remote does not say."""
        try:
            return self._ref.read() != self._seen
        except RemoteTrouble:
            return False


def beside(repo: Repository, git: GitSettings, commit: str) -> tuple[str, ...]:
    """A notice where what is looked at is not what an apply would take, as far as this machine knows."""
    try:
        tip = repo.tip(git.remote, git.branch).revision
    except Failure:
        return ()
    if tip == commit:
        return ()
    return (f"planned at {commit[:12]}, which is checked out here; apply takes {tip[:12]} of {git.branch}",)
