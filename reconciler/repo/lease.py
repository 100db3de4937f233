"""The lease: of several reconcilers at work on one repository, one writes.

It is a ref at the remote, moved by compare-and-swap, that names a commit with the holder, the times and a
random nonce. What one push says is not believed: the ref is read back, because two pushes of the same thing
both succeed. The lease spares the services double work and no more; what is created is unique without it, so
with the remote out of reach a run goes on and says so.
"""

from __future__ import annotations

import json
import random
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.incident.settings import GitSettings
from reconciler.incident.text import one_line
from reconciler.repo.git import Git, GitTrouble, text
from reconciler.repo.objects import TOOL, make_commit
from reconciler.repo.refs import LocalRef, RemoteRef, SharedRef
from reconciler.repo.remote import RemoteTrouble
from reconciler.repo.repository import Repository

REF = "refs/reconciler/lease"

#: Seconds that a lease lasts unless it is renewed; it is renewed three times in that time.
SECONDS = 90.0
#: Of that, the seconds before its end in which nothing is begun any more.
MARGIN = 20.0
#: Clocks differ: another's lease counts as run out only so many seconds after its end.
GRACE = 15.0

#: Seconds between two looks at a lease that another holds.
_PAUSE = (1.0, 3.0)
#: A lease that is given back while it is being looked at is asked for anew so often.
_LOOKS = 4

#: Waits that many seconds; True when it was told to stop instead.
Pause = Callable[[float], bool]


class Acquired(NamedTuple):
    """The lease is ours until then, unless it is renewed."""

    until: datetime


class HeldBy(NamedTuple):
    """Another has the lease."""

    holder: str
    since: datetime
    until: datetime

    @property
    def unseen(self) -> bool:
        """True where it could not be taken, and nobody was seen to hold it."""
        return self.until <= self.since


class NoRemote(NamedTuple):
    """There is no telling who has the lease; `note` says why."""

    note: str


@dataclass(frozen=True, slots=True)
class _Claim:
    holder: str
    since: str
    until: str
    nonce: str

    def held(self) -> HeldBy:
        """Raises ValueError for times that are none."""
        since, until = (datetime.fromisoformat(moment).astimezone(UTC) for moment in (self.since, self.until))
        return HeldBy(one_line(self.holder, 200), since, until)


class Lease:
    """One holder's side of the lease at the remote; without a remote, of one in this repository."""

    def __init__(
        self,
        repo: Repository,
        settings: GitSettings,
        clock: Clock,
        holder: str,
        seconds: float = SECONDS,
        *,
        chance: random.Random | None = None,
        pause: Pause | None = None,
    ):
        self._git, self._clock, self._holder = repo.git, clock, holder
        self._ref = _shared(repo, settings)
        self._seconds = seconds
        self._chance = chance or random.SystemRandom()
        self._since: datetime | None = None
        self._until: datetime | None = None
        self._at: str | None = None
        self._made: set[str] = set()
        self._astray = False
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._pause: Pause = pause or self._stop.wait
        self._keeper: threading.Thread | None = None

    def acquire(self, wait: float = 120) -> Acquired | HeldBy | NoRemote:
        """Take the lease, waiting up to `wait` seconds for another's to end.

        Once taken it is renewed in the background until `release`.
        """
        give_up = self._clock.now() + timedelta(seconds=wait)
        answer = self._try(look=False)  # mostly it is free
        while isinstance(answer, HeldBy) and (left := (give_up - self._clock.now()).total_seconds()) > 0:
            self._clock.sleep(min(left, self._chance.uniform(*_PAUSE)))
            answer = self._try(look=True)
        if isinstance(answer, Acquired):
            self._keep()
        return answer

    def renew(self) -> bool:
        """Move the end on; False when another has the lease now. Out of reach, the end stays as it was."""
        with self._lock:
            if self._at is None:
                return False
            try:
                return self._claim(self._at) is not None or self._take_up()
            except RemoteTrouble:
                return True

    def time_left(self) -> float:
        """Seconds until the lease ends; 0 when it is not held."""
        until = self._until
        return max(0.0, (until - self._clock.now()).total_seconds()) if until else 0.0

    def may_create(self) -> bool:
        """True while enough of the lease is left to begin something."""
        return self.time_left() > MARGIN * self._seconds / SECONDS

    def release(self) -> None:
        """Give the lease back if it is ours, or may be, unseen. Out of reach, it ends by itself."""
        self._stop.set()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        with self._lock:
            at, self._at, self._until = self._at, None, None
            try:
                if at is not None and self._ref.swap(None, at):
                    return
                if (at is not None or self._astray) and (now := self._ref.read()) in self._made:
                    self._ref.swap(None, now)
            except Failure:
                return

    # Taking

    def _try(self, look: bool) -> Acquired | HeldBy | NoRemote:
        with self._lock:
            try:
                return self._take(look)
            except RemoteTrouble as trouble:
                return NoRemote(f"going on without the lease: {trouble.message}")

    def _take(self, look: bool) -> Acquired | HeldBy:
        now = self._since = self._clock.now()
        expected: str | None = None
        for number in range(_LOOKS):
            if look or number:
                expected = self._ref.fetch()
                other = _read(self._git, expected) if expected and expected not in self._made else None
                if other is not None and now < other.until + timedelta(seconds=GRACE):
                    return other
            if (until := self._claim(expected)) is not None:
                return Acquired(until)
        return HeldBy("somebody", now, now)

    def _claim(self, expected: str | None) -> datetime | None:
        """Put a claim of ours in the place of what was seen; its end, if that is what is there then."""
        until = self._clock.now() + timedelta(seconds=self._seconds)
        commit = self._commit(until)
        self._made.add(commit)
        self._astray = True  # until the answer is in
        self._astray = self._ref.swap(commit, expected)
        if not self._astray:
            self._made.discard(commit)
            return None
        if self._ref.read() != commit:
            return None
        self._at, self._until = commit, until
        return until

    def _take_up(self) -> bool:
        """After a lost race: the winner may be a claim of ours whose answer was lost."""
        now = self._ref.read()
        if now is not None and now in self._made:
            return self._claim(now) is not None
        self._at = self._until = None
        return False

    def _commit(self, until: datetime) -> str:
        since = self._since or self._clock.now()
        claim = _Claim(self._holder, since.isoformat(), until.isoformat(), secrets.token_hex(16))
        words = f"Lease of {one_line(self._holder, 60)}\n\n{json.dumps(asdict(claim), sort_keys=True)}\n"
        return make_commit(self._git, [], {}, words, TOOL, self._clock.now())

    # Keeping

    def _keep(self) -> None:
        self._stop.clear()
        self._keeper = threading.Thread(target=self._renew_often, name="lease", daemon=True)
        self._keeper.start()

    def _renew_often(self) -> None:
        while not self._pause(self._seconds / 3):
            try:
                if not self.renew():
                    return
            except Failure:
                continue  # the end draws nearer, and `may_create` says so


def unlock(repo: Repository, settings: GitSettings) -> str:
    """End the lease, whoever holds it; returns what was done, for a person. Raises Failure."""
    ref = _shared(repo, settings)
    now = ref.fetch()
    if now is None:
        return "nobody holds the lease"
    claim = _read(repo.git, now)
    holder = f"{claim.holder} (since {claim.since:%H:%M:%S} UTC)" if claim else "an unreadable holder"
    if not ref.swap(None, now):
        raise Failure(
            f"the lease of {holder} was renewed this very moment: its holder is at work",
            next="wait for it to end, or stop it first",
        )
    return f"ended the lease of {holder}"


def _shared(repo: Repository, settings: GitSettings) -> SharedRef:
    if repo.has_remote(settings.remote):
        return RemoteRef(repo.git, settings.remote, REF)
    return LocalRef(repo.git, REF)


def _read(git: Git, commit: str) -> HeldBy | None:
    """What a lease says; None for one that cannot be read, which nobody can renew either."""
    try:
        written = text(git.run("cat-file", "commit", commit)).rstrip("\n").rpartition("\n")[2]
        return _Claim(**json.loads(written)).held()
    except (GitTrouble, ValueError, TypeError, AttributeError, OverflowError):
        return None
