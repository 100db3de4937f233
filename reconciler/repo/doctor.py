"""Is the repository ready: the settings, the branch, the history, and a remote that lets us read and push.

That the branch can be pushed is tried dry: a real push would be a commit among people's own. A dry run does
not meet a host's rules for names, so for the state and the lease, whose names are odd, a ref beside them is
made and removed again, each by compare-and-swap; nothing is left, and nobody else's ref is touched.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime

from reconciler.errors import Failure, Location, Problem
from reconciler.incident.settings import GitSettings
from reconciler.plan.diagnosis import Diagnosis, bad, good, know
from reconciler.repo import lease, refs, remote
from reconciler.repo.identity import person
from reconciler.repo.loader import check_settings_file
from reconciler.repo.objects import TOOL, make_commit
from reconciler.repo.proposals import branch_of
from reconciler.repo.remote import Pushed, RemoteTrouble
from reconciler.repo.repository import Repository
from reconciler.repo.snapshot import SETTINGS, Found, Snapshot

#: Lines of Git and ssh that stand in every trouble, whatever its cause.
_SAYS_NOTHING = re.compile(
    "Warning: |hint: |fatal: Could not read from remote|Please make sure|and the repository exists|To "
    "|error: failed to push"
)
_ALONE = "what happens stays on this machine, and no two reconcilers know of each other"


def of_settings(found: Snapshot) -> Iterator[Diagnosis]:
    """What is wrong with the settings, as they lie in the work tree."""
    own = found.find(SETTINGS)
    if own is None:
        yield bad(f"there is no {SETTINGS}", "`reconciler init` writes one", Location(SETTINGS))
        return
    problems = check_settings_file(own.content, SETTINGS).problems
    if not any(one.level == "error" for one in problems):
        yield good(f"{SETTINGS} is valid")
    yield from map(_problem, problems)


def _problem(problem: Problem) -> Diagnosis:
    said = bad if problem.level == "error" else know
    return said(problem.message, f"write: {problem.hint}" if problem.hint else "", problem.location)


def template(found: Snapshot, path: str, place: Location) -> tuple[Diagnosis, str]:
    """Whether the template that the settings name can be read, and its text."""
    try:
        text = _text(found.find(path))
    except UnicodeDecodeError:
        return bad(f"the template {path} is not UTF-8", "save it as UTF-8", place), ""
    if text is None:
        return bad(
            f"there is no template {path} in this repository", "correct the name, or add it", place
        ), ""
    return good(f"the template {path} can be read"), text


def _text(found: Found | None) -> str | None:
    return None if found is None else found.content.decode()


def of_git(repo: Repository, git: GitSettings, place: Location, now: datetime) -> Iterator[Diagnosis]:
    """The history, the branch and the remote; `place` is where the settings name the last two."""
    yield from _history(repo)
    yield from _identity(repo)
    if not repo.has_remote(git.remote):
        yield from _branch_here(repo, git, place)
        step = f"`git remote add {git.remote} …` and push, or name another remote: `git: {{remote: …}}`"
        yield know(f"there is no remote {git.remote}: {_ALONE}", step, place)
        return
    ref = refs.branch_ref(git.branch)
    try:
        there = remote.listed(repo.git, git.remote, ref)
    except RemoteTrouble as trouble:
        yield _trouble(trouble)
        yield know("whether the remote can be pushed is not known, since it could not be read")
        return
    yield good(f"{git.remote} can be fetched")
    if there is None:
        step = f"`git push -u {git.remote} {git.branch}`, or name another branch: `git: {{branch: …}}`"
        yield bad(f"{git.remote} has no branch {git.branch}", step, place)
    else:
        yield good(f"the branch {git.branch} is there")
    if git.protected:
        yield _really(repo, git, refs.branch_ref(branch_of("doctor")), "a branch of an incident", now)
    else:
        yield _dry(repo, git, ref, there)
    yield _really(repo, git, refs.branch_ref(git.state), f"the state ref {git.state}", now)
    yield _really(repo, git, lease.REF, f"the lease ref {lease.REF}", now)


def _history(repo: Repository) -> Iterator[Diagnosis]:
    if repo.is_shallow:
        step = "`git fetch --unshallow`; in GitHub Actions, `fetch-depth: 0` for actions/checkout"
        yield know("the history here is cut off (a shallow clone): each run fetches the rest", step)


def _identity(repo: Repository) -> Iterator[Diagnosis]:
    if not person(repo)[1]:
        step = "`git config --global user.email …` and `git config --global user.name …`"
        yield know("Git does not know who you are: no incident can be declared from here", step)


def _branch_here(repo: Repository, git: GitSettings, place: Location) -> Iterator[Diagnosis]:
    if refs.value(repo.git, refs.branch_ref(git.branch)) is None:
        step = f"commit something on {git.branch}, or name another branch: `git: {{branch: …}}`"
        yield bad(f"there is no branch {git.branch}", step, place)
    else:
        yield good(f"the branch {git.branch} is there")


def _trouble(trouble: Failure) -> Diagnosis:
    return bad(": ".join([trouble.message, *telling(trouble.detail)]), trouble.next)


def telling(detail: str) -> list[str]:
    """Of what Git said the first line that says why."""
    lines = [line.strip() for line in detail.splitlines() if line.strip()]
    return [line for line in lines if not _SAYS_NOTHING.match(line)][:1] or lines[:1]


# pushing ---------------------------------------------------------------------------------------


def _dry(repo: Repository, git: GitSettings, ref: str, there: str | None) -> Diagnosis:
    """The branch, without pushing: what is there already, or what is here."""
    commit = repo.resolve(there or "HEAD") or repo.resolve("HEAD")
    if commit is None:
        return know(f"whether {git.branch} can be pushed is not known: nothing is committed here")
    try:
        remote.push_dry(repo.git, git.remote, commit, ref)
    except RemoteTrouble as trouble:
        return _trouble(trouble)
    return good(f"{git.branch} can be pushed (tried dry: a rule that protects it would show only later)")


def _really(repo: Repository, git: GitSettings, ref: str, what: str, now: datetime) -> Diagnosis:
    """A ref beside the one that is meant: made and removed."""
    probe = f"{ref}-doctor-{secrets.token_hex(8)}"
    commit = make_commit(repo.git, [], {}, "Can this be pushed? [skip ci]", TOOL, now)
    try:
        made = remote.push_own(repo.git, git.remote, commit, probe, None)
    except RemoteTrouble as trouble:
        if isinstance(trouble, remote.Unanswered):
            return _removed(repo, git, probe, commit) or _trouble(trouble)
        return _trouble(trouble)
    left = _removed(repo, git, probe, commit)
    if left is not None:
        return left
    if made is Pushed.RACED:
        return bad(f"{what} could not be tried: somebody else was first", "run `reconciler doctor` again")
    return good(f"{what} can be pushed (one beside it was made and removed)")


def _removed(repo: Repository, git: GitSettings, probe: str, commit: str) -> Diagnosis | None:
    """Take the probe away; None when it is gone."""
    try:
        if remote.listed(repo.git, git.remote, probe) is None:
            return None
        if remote.push_own(repo.git, git.remote, None, probe, commit) is not Pushed.RACED:
            return None
        why = "somebody else moved it"
    except RemoteTrouble as trouble:
        why = trouble.message
    return bad(f"{probe} may be left at {git.remote}: {why}", f"`git push {git.remote} :{probe}` removes it")
