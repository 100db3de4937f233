"""Refs that several machines share: read them, and move them only from the value that was seen.

The state and the lease need nothing of a Git host but this: a name, its value, and compare-and-swap. With no
remote the same is done in the repository itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from reconciler.errors import Failure
from reconciler.repo import remote
from reconciler.repo.git import Git, GitTrouble
from reconciler.repo.remote import Nowhere, Pushed

_REFUSED = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|(^|/)\.|\.lock(/|$)|^/|[/.]$|^$")

_RACE = re.compile(r"but expected|already exists|unable to resolve reference|File exists")


def branch_ref(name: str) -> str:
    """`refs/heads/…` of a branch; what begins with `refs/` stays. Raises Failure for what is no name."""
    if _REFUSED.search(name):
        raise Failure(
            f"{name!r} is not a name that Git allows for a branch or a ref",
            next="use letters, digits, `-`, `_`, `.` and `/`",
        )
    return name if name.startswith("refs/") else f"refs/heads/{name}"


def tracking_ref(remote_name: str, ref: str) -> str:
    """Where we keep what was last seen of a remote's ref."""
    if ref.startswith("refs/heads/"):
        return f"refs/remotes/{remote_name}/{ref.removeprefix('refs/heads/')}"
    return f"refs/reconciler/remotes/{remote_name}/{ref.removeprefix('refs/')}"


def value(git: Git, ref: str) -> str | None:
    """The object that a ref of this repository names; None where there is none."""
    answer = git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", ref)
    return answer.out.decode().strip() or None if answer.code == 0 else None


def move(git: Git, ref: str, new: str | None, expected: str | None) -> bool:
    """Set a ref of this repository (None: delete it) if it still is as expected (None: absent).

    False when somebody else was first. Raises GitTrouble when it could not be set at all.
    """
    if new is None:
        answer = git.ask("update-ref", "-d", ref, expected or "")
    else:
        answer = git.ask("update-ref", "-m", "reconciler", ref, new, expected or "0" * len(new))
    if answer.code and not _RACE.search(answer.error):
        raise GitTrouble(f"{ref} could not be moved", detail=answer.error)
    return answer.code == 0


class SharedRef(Protocol):
    """A ref that others may move at any moment. All may raise RemoteTrouble."""

    def read(self) -> str | None:
        """Its value now; None where there is none."""
        ...

    def fetch(self) -> str | None:
        """Its value now, with its objects brought here."""
        ...

    def swap(self, new: str | None, expected: str | None) -> bool:
        """Move it if it still is as expected. True only when this call moved it."""
        ...


@dataclass(frozen=True, slots=True)
class LocalRef:
    """A ref in this repository."""

    git: Git
    ref: str

    def read(self) -> str | None:
        return value(self.git, self.ref)

    def fetch(self) -> str | None:
        return self.read()

    def swap(self, new: str | None, expected: str | None) -> bool:
        return new != expected and move(self.git, self.ref, new, expected)


@dataclass(frozen=True, slots=True)
class RemoteRef:
    """A ref at a remote; the one seen last is kept here under its tracking ref."""

    git: Git
    remote: str
    ref: str

    @property
    def tracking(self) -> str:
        return tracking_ref(self.remote, self.ref)

    def read(self) -> str | None:
        return remote.listed(self.git, self.remote, self.ref)

    def fetch(self) -> str | None:
        try:
            remote.fetch(self.git, self.remote, f"+{self.ref}:{self.tracking}")
        except Nowhere:
            self.git.ask("update-ref", "-d", self.tracking)
            return None
        return value(self.git, self.tracking)

    def swap(self, new: str | None, expected: str | None) -> bool:
        return remote.push_own(self.git, self.remote, new, self.ref, expected) is Pushed.NOW
