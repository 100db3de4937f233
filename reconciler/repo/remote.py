"""Speaks to the remote: fetches, lists and pushes, and says in plain words why it could not.

A push that lost a race, a remote out of reach and a missing right look alike to Git's exit code. Here they
are told apart, because each asks for something else: do it again, go on without, tell somebody.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

from reconciler.errors import Failure
from reconciler.repo.git import Answer, Git, TimedOut, clean, lock_in

#: Seconds for one fetch or push.
TIMEOUT = 60.0
#: Seconds for the whole history.
HISTORY_TIMEOUT = 600.0

#: Another fetch in this clone holds the lock of the same ref: so often it is tried again.
_TRIES = 5

_PUSH = ("push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no")
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")

_ABSENT = re.compile(r"couldn't find remote ref|no such ref|no such remote ref", re.I)
_RIGHT = re.compile(
    r"permission denied|publickey|authentication failed|could not read (username|password)|prompts disabled"
    r"|error: 40[13]|\b40[13] forbidden|denied to|hook declined|protected branch|not allowed|unauthorized"
    r"|insufficient permission|repository not found|read-only|deny updating|unpacker error|GH0\d\d"
    r"|deletion prohibited",
    re.I,
)
#: GitHub's words (GH006: a protected branch, GH013: a ruleset), and those of other hosts.
_PROTECTED = re.compile(
    r"GH006|GH013|protected branch|repository rule violations|push to this branch is not allowed", re.I
)
_RACE = re.compile(
    r"stale info|fetch first|non-fast-forward|cannot lock ref|failed to lock|lock failure"
    r"|incorrect old value|reference already exists|failed to update ref",
    re.I,
)
_NOT_SENT = re.compile(
    r"could not resolve|connection refused|network is unreachable|no route to host|failed to connect"
    r"|does not appear to be a git repository|not a git repository",
    re.I,
)
_LOCAL_LOCK = re.compile(r"cannot lock ref|unable to update local ref|\.lock': File exists", re.I)


class RemoteTrouble(Failure):
    """The remote could not be used: out of reach, no such ref, or no right."""


class Unreachable(RemoteTrouble):
    """No answer came."""


class Unanswered(Unreachable):
    """No answer came to a push that was sent: it may have arrived, the next look decides."""


class Nowhere(RemoteTrouble):
    """The remote answered, and has no such branch or ref."""


class NoRight(RemoteTrouble):
    """The remote answered, and refuses us."""


class Protected(NoRight):
    """The branch takes no pushes: what is to be on it comes by a pull request."""


class Locked(RemoteTrouble):
    """A lock file in this repository is in the way: another git is at work here, or one was killed."""


class Pushed(Enum):
    """How a push ended that the remote answered."""

    NOW = "pushed"
    ALREADY = "already there"  # not by this push
    RACED = "somebody else was first"


def fetch(
    git: Git, remote: str, refspec: str, *options: str, timeout: float = TIMEOUT, also: Sequence[str] = ()
) -> None:
    """Bring one ref here with its history, and what there is of others `also`. Raises RemoteTrouble."""
    attempted = f"fetch {_named(refspec)} from {remote}"
    for _ in range(_TRIES):
        answer = _ask(git, attempted, *_FETCH, *options, "--", remote, *also, refspec, timeout=timeout)
        if answer.code == 0:
            return
        if not _LOCAL_LOCK.search(answer.error):
            break
    raise trouble(attempted, answer.error)


def clone(url: str, folder: str | Path) -> None:
    """Make a clone in a folder that is empty, or not there yet: a whole one or none. Raises RemoteTrouble."""
    place = Path(folder).absolute()
    begun = place.with_name(f".{place.name}.cloning")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(begun, ignore_errors=True)
    attempted = f"clone {clean(url.encode())}"
    answer = _ask(
        Git(place.parent), attempted, "clone", "--quiet", "--", url, str(begun), timeout=HISTORY_TIMEOUT
    )
    if answer.code:
        raise trouble(attempted, answer.error)
    begun.rename(place)


def listed(git: Git, remote: str, ref: str) -> str | None:
    """The remote's value of one ref, None where it has none. Raises RemoteTrouble."""
    attempted = f"look up {ref} at {remote}"
    answer = _ask(git, attempted, "ls-remote", "--refs", "--", remote, ref, timeout=TIMEOUT)
    if answer.code:
        raise trouble(attempted, answer.error)
    pairs = (line.split("\t", 1) for line in answer.out.decode("utf-8", "replace").splitlines())
    return next((oid for oid, name in pairs if name == ref), None)


def push_own(git: Git, remote: str, new: str | None, ref: str, expected: str | None) -> Pushed:
    """Move (`new` None: delete) a ref that is ours alone, if the remote still has `expected` (None: nothing).

    Raises RemoteTrouble.
    """
    lease = f"--force-with-lease={ref}:{expected or ''}"
    return _push(git, remote, f"{new or ''}:{ref}", lease)


def push_branch(git: Git, remote: str, commit: str, ref: str) -> Pushed:
    """Move a branch forward to a commit; never anything but forward. Raises RemoteTrouble."""
    return _push(git, remote, f"{commit}:{ref}")


def push_dry(git: Git, remote: str, commit: str, ref: str) -> Pushed:
    """Whether a branch could be moved to a commit, without moving it. Raises RemoteTrouble."""
    return _push(git, remote, f"{commit}:{ref}", "--dry-run")


def _push(git: Git, remote: str, refspec: str, *options: str) -> Pushed:
    attempted = f"push {_named(refspec)} to {remote}"
    try:
        answer = _ask(git, attempted, *_PUSH, *options, "--", remote, refspec, timeout=TIMEOUT)
    except Unreachable as silent:
        raise Unanswered(silent.message, next=silent.next) from None
    flag, reason = _status(answer.out)
    if flag == "=":
        return Pushed.ALREADY
    if answer.code == 0:
        return Pushed.NOW
    said = f"{clean(reason.encode())}\n{answer.error}".strip()
    if flag == "!" and _RACE.search(said) and not _RIGHT.search(said):
        return Pushed.RACED
    raise _unanswered(trouble(attempted, said), flag)


def _unanswered(found: RemoteTrouble, flag: str) -> RemoteTrouble:
    """The same trouble of a push; where it may have arrived all the same, as what says so."""
    if not isinstance(found, Unreachable) or flag or _NOT_SENT.search(found.detail):
        return found
    return Unanswered(found.message, detail=found.detail, next=found.next)


def _status(out: bytes) -> tuple[str, str]:
    """The flag and the reason of the one ref in the output of `push --porcelain`; empty without an answer."""
    for line in out.decode("utf-8", "replace").splitlines():
        flag, *rest = line.split("\t", 2)
        if len(flag) == 1 and len(rest) == 2:
            return flag, rest[1]
    return "", ""


def _ask(git: Git, attempted: str, *arguments: str, timeout: float) -> Answer:
    try:
        return git.call(*arguments, timeout=timeout)
    except TimedOut:
        raise Unreachable(
            f"could not {attempted}: no answer within {timeout:g} seconds",
            next="check the network; what was not pushed is pushed by the next run",
        ) from None


def trouble(attempted: str, said: str) -> RemoteTrouble:
    """What to tell for what Git said."""
    if lock := lock_in(said):
        return Locked(
            f"could not {attempted}: {lock} is in the way",
            detail=said,
            next="if no other git is at work in this repository, one was killed: remove that file",
        )
    if _ABSENT.search(said):
        return Nowhere(
            f"could not {attempted}: the remote has no such branch or ref",
            detail=said,
            next="correct `git:` in the settings, or push the branch once by hand",
        )
    if _PROTECTED.search(said):
        return Protected(
            f"could not {attempted}: the branch is protected",
            detail=said,
            next="for pull requests instead, set `git: {protected: true}` in the settings, and GITHUB_TOKEN "
            "here (rights: contents and pull requests, write); or let this user or token push to the branch",
        )
    if _RIGHT.search(said):
        return NoRight(
            f"could not {attempted}: the remote refuses it",
            detail=said,
            next="give this user or token that right (in GitHub Actions: `permissions: {contents: write}`)",
        )
    return Unreachable(
        f"could not {attempted}: the remote is out of reach",
        detail=said,
        next="check the network and the address that `git remote -v` shows",
    )


def _named(refspec: str) -> str:
    """The remote's side of a refspec of a push, or of a fetch."""
    source, _, target = refspec.lstrip("+").partition(":")
    return source if target.startswith(("refs/remotes/", "refs/reconciler/remotes/")) else target
