"""One repository at GitHub: calls that wait for its limits, and errors in words that a person can act on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.incident.settings import GitSettings
from reconciler.incident.text import one_line
from reconciler.repo.repository import Repository
from reconciler.targets.discreet import Discreet
from reconciler.targets.pace import Paced
from reconciler.targets.retry import OnWait, Retrying
from reconciler.targets.seam import Answer, Api, CallError, RateLimited, Refused, Unusable

TOKEN, API_URL, SLUG, SERVER_URL = (
    "GITHUB_TOKEN",
    "GITHUB_API_URL",
    "GITHUB_REPOSITORY",
    "GITHUB_SERVER_URL",
)

_T = TypeVar("_T")

#: Nobody waits longer than these seconds for GitHub's limits; then it is told.
PATIENCE = 60.0
_TRIES = 4
#: Seconds for a call while a page may wait for it.
_HASTE = 5.0
_WORDS = 300

_NAMED = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)

_RIGHTS = (
    "the token needs the rights `contents: write` and `pull requests: write` on {slug}: a fine-grained token "
    "with both, or in GitHub Actions `permissions: {{contents: write, pull-requests: write}}` and the "
    "repository's setting that lets Actions create pull requests"
)


class HubFailure(Failure):
    """GitHub did not do what was asked of it. `uncertain`: it may have."""

    uncertain = False


class NotAllowed(HubFailure):
    """The token has no right to do it, or not even to see it."""


@dataclass(frozen=True)
class Hub:
    """Calls about one repository, `slug` its owner and name; `patience`: seconds for GitHub's limits."""

    api: Api
    slug: str
    clock: Clock
    patience: float = PATIENCE

    @property
    def owner(self) -> str:
        """Whose repository it is."""
        return self.slug.partition("/")[0]

    def call(self, attempted: str, method: str, /, **arguments: Any) -> Answer:
        """A call below `/repos/{owner}/{repo}`; `attempted` finishes "could not …". Raises HubFailure."""
        verb, _, path = method.partition(" ")
        owner, _, repo = self.slug.partition("/")
        whole = f"{verb} /repos/{{owner}}/{{repo}}{path}"
        until = self.clock.now().timestamp() + self.patience
        for number in range(_TRIES):
            try:
                return self.api.call(whole, owner=owner, repo=repo, **arguments)
            except RateLimited as limited:
                late = self.clock.now().timestamp() + limited.retry_after > until
                if late or number == _TRIES - 1:
                    raise self.failure(attempted, limited) from None
                self.clock.sleep(limited.retry_after)
            except CallError as error:
                raise self.failure(attempted, error) from None
        raise AssertionError("the last try returns or raises")

    def failure(self, attempted: str, error: CallError) -> HubFailure:
        """A call's error, as it is told."""
        message = f"could not {attempted}"
        if isinstance(error, RateLimited):
            seconds = f"{error.retry_after:.0f} s"
            return HubFailure(
                f"{message}: GitHub takes no more calls of this token for {seconds}", next="try again then"
            )
        said = one_line(error.message, _WORDS)
        if isinstance(error, Refused) and error.code in ("401", "403", "404"):
            return NotAllowed(f"{message}: GitHub refuses it: {said}", next=_RIGHTS.format(slug=self.slug))
        if isinstance(error, Refused):
            return HubFailure(f"{message}: GitHub refuses it: {said}", next=f"see {self.slug} at GitHub")
        found = HubFailure(
            f"{message}: GitHub did not answer: {said}", next="try again; what was done already is found then"
        )
        found.uncertain = error.uncertain
        return found

    def take(self, attempted: str, method: str, part: Callable[[Answer], _T], /, **arguments: Any) -> _T:
        """A call, and what is made of its answer. Raises HubFailure, also where that is of another shape."""
        answer = self.call(attempted, method, **arguments)
        try:
            return part(answer)
        except Unusable.SIGNS as error:
            raise self.failure(attempted, Unusable.by(method, error)) from None


#: Makes the seam: the token, the clock, the address.
Connect = Callable[[Mapping[str, str], Clock], Api]


def connected(environ: Mapping[str, str], clock: Clock, on_wait: OnWait | None = None) -> Api:
    """GitHub over HTTP, each call repeated where that does no harm. Raises Failure."""
    from reconciler.forge.api import connect

    token, url = environ[TOKEN], environ.get(API_URL, "").strip() or None
    direct = Discreet(connect(token, clock, url=url), token)
    return Paced(Retrying(direct, clock, on_wait=on_wait), clock, on_wait=on_wait)


def hastily(environ: Mapping[str, str], clock: Clock) -> Api:
    """The same for whoever has something better to do than wait: one try of a few seconds. Raises Failure."""
    from reconciler.forge.api import connect

    token, url = environ[TOKEN], environ.get(API_URL, "").strip() or None
    return Paced(Discreet(connect(token, clock, url=url, timeout=_HASTE), token), clock)


def hub(
    repo: Repository, git: GitSettings, environ: Mapping[str, str], clock: Clock, connect: Connect = connected
) -> Hub | None:
    """The repository at GitHub; None where there is no token, or the remote is somewhere else."""
    if not environ.get(TOKEN, "").strip():
        return None
    found = slug(repo, git, environ)
    if not found:
        return None
    return Hub(_Late(lambda: connect(environ, clock)), found, clock, 0 if connect is hastily else PATIENCE)


class _Late:
    """A seam that is made at its first call: most commands never make one."""

    def __init__(self, made: Callable[[], Api]):
        self._made, self._api, self._lock = made, None, Lock()

    _api: Api | None

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; see the seam. Raises Failure where the token cannot be one."""
        with self._lock:
            api = self._api = self._api or self._made()
        return api.call(method, **arguments)


def slug(repo: Repository, git: GitSettings, environ: Mapping[str, str]) -> str:
    """`owner/name` at GitHub, as the environment says or as the remote's address does; else empty."""
    given = environ.get(SLUG, "").strip()
    if _NAMED.fullmatch(given):
        return given
    host, name = repo.remote_place(git.remote) or ("", "")
    return name if host.lower() in _hosts(environ) and _NAMED.fullmatch(name) else ""


def _hosts(environ: Mapping[str, str]) -> set[str]:
    """The hosts whose repositories are GitHub's; the token is sent for no other."""
    named = [urlsplit(environ.get(name, "").strip()).hostname for name in (SERVER_URL, API_URL)]
    return {"github.com", "ssh.github.com", *filter(None, named)}
