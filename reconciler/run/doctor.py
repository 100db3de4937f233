"""The whole examination: the repository and each target, side by side, so that none holds up another.

Behind every seam stands a client that cannot write, unless missing properties are to be added in Notion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from reconciler.clock import Clock, SystemClock
from reconciler.errors import Failure, defect
from reconciler.forge.doctor import of_pulls
from reconciler.forge.hub import Connect as Forge
from reconciler.forge.hub import hastily
from reconciler.incident.settings import Settings
from reconciler.plan.diagnosis import Diagnosis, Sign, bad, know
from reconciler.repo import doctor as repo_doctor
from reconciler.repo.good_settings import instance_name, settings_in
from reconciler.repo.repository import Repository
from reconciler.repo.snapshot import Snapshot, snapshot
from reconciler.run.services import NAMES, Connect
from reconciler.targets.connect import VARIABLES, connect_all, secrets
from reconciler.targets.discreet import without
from reconciler.targets.notion import doctor as notion
from reconciler.targets.notion.document import unknown_in
from reconciler.targets.pagerduty import doctor as pagerduty
from reconciler.targets.seam import Answer, Api, RateLimited, ReadOnly
from reconciler.targets.slack import doctor as slack

#: Seconds for an answer, and for all the waits that a service's rate limit asks for.
TIMEOUT, PATIENCE = 15.0, 180.0


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one part; `off` says why a target was not looked at."""

    name: str
    title: str
    found: tuple[Diagnosis, ...] = ()
    off: str = ""


@dataclass(frozen=True, slots=True)
class Checkup:
    """All that was found."""

    groups: tuple[Group, ...]

    def count(self, sign: Sign) -> int:
        """How many lines have that sign."""
        return sum(one.sign is sign for group in self.groups for one in group.found)

    @property
    def all_off(self) -> bool:
        """True when no service has a token: there is nothing that a run could bring in line."""
        return all(group.off for group in self.groups if group.name in NAMES)

    @property
    def exit_code(self) -> int:
        return 1 if self.all_off or self.count(Sign.BAD) else 0


@dataclass(frozen=True)
class Doctor:
    """One repository and the services around it; `told` hears of waits."""

    repo: Repository
    environ: Mapping[str, str]
    clock: Clock = field(default_factory=SystemClock)
    connect: Connect = connect_all
    told: Callable[[str], None] = lambda _: None
    forge: Forge = hastily

    def examine(self, *, fix: bool = False) -> Checkup:
        """Look at everything; with `fix`, add what is missing in Notion. Raises Failure outside of Git."""
        found = snapshot(self.repo, self.repo.resolve("HEAD"), edited=True)
        settings, note = self._settings(found)
        parts: list[Callable[[], Group]] = [lambda: self._git(found, settings, note)]
        parts += [self._part(name, settings, found, fix) for name in ("slack", "pagerduty", "notion")]
        with ThreadPoolExecutor(len(parts), thread_name_prefix="doctor") as pool:
            groups = tuple(pool.map(lambda part: part(), parts))
        return Checkup(tuple(map(self._sealed, groups)))

    def _sealed(self, group: Group) -> Group:
        """The group without our tokens, whoever wrote the words that they might stand in."""
        sealed = partial(without, secrets=secrets(self.environ))
        found = (replace(one, text=sealed(one.text), remedy=sealed(one.remedy)) for one in group.found)
        return replace(group, found=tuple(found))

    def _settings(self, found: Snapshot) -> tuple[Settings, str]:
        """The settings to go by: the work tree's, else older ones, else none, and a word on that."""
        try:
            known = settings_in(found)
            return known.settings, known.note
        except Failure:
            name = instance_name(self.repo)
            return Settings(name=name, severities=()), "without settings nothing that they name is looked at"

    def _git(self, found: Snapshot, settings: Settings, note: str) -> Group:
        def all_of_it() -> Iterator[Diagnosis]:
            yield from repo_doctor.of_settings(found)
            if note:
                yield know(note)
            place = settings.where("git")
            yield from repo_doctor.of_git(self.repo, settings.git, place, self.clock.now())
            review = settings.where("git", "protected")
            yield from of_pulls(self.repo, settings.git, self.environ, self.clock, self.forge, review)

        return Group("git", "Git", _gathered(all_of_it()))

    def _part(self, name: str, settings: Settings, found: Snapshot, fix: bool) -> Callable[[], Group]:
        return lambda: self._target(name, settings, found, fix)

    def _target(self, name: str, settings: Settings, found: Snapshot, fix: bool) -> Group:
        """One target; what is wrong with its token or address is a line as well."""
        title = NAMES[name]
        off = self._off(name)
        if off:
            return Group(name, title, _template(name, settings, found), off=off)
        names = VARIABLES[name]
        own = {key: self.environ[key] for key in names if key in self.environ}
        try:
            api = self.connect(own, settings, clock=self.clock, on_wait=self._waiting, timeout=TIMEOUT)[name]
        except Failure as failure:
            return Group(name, title, (bad(failure.message, f"{failure.next} ({names.token}, {names.url})"),))
        patient = Patient(api, self.clock)
        seam: Api = patient if name == "notion" and fix else ReadOnly(patient)
        looked = _gathered(_diagnoses(name, seam, settings, fix))
        return Group(name, title, (*looked, *_template(name, settings, found)))

    def _off(self, name: str) -> str:
        token = VARIABLES[name].token
        return "" if self.environ.get(token, "").strip() else f"{token} is not set"

    def _waiting(self, method: str, seconds: float, why: str) -> None:
        self.told(f"waiting {seconds:.0f} s before {method}: {why}")


def _diagnoses(name: str, api: Api, settings: Settings, fix: bool) -> Iterable[Diagnosis]:
    if name == "slack":
        return slack.diagnoses(api, settings)
    if name == "pagerduty":
        return pagerduty.diagnoses(api, settings)
    return notion.diagnoses(api, settings, fix=fix)


def _gathered(found: Iterable[Diagnosis]) -> tuple[Diagnosis, ...]:
    """All lines, and one more where looking itself broke off."""
    told: list[Diagnosis] = []
    try:
        told.extend(found)
    except Failure as failure:
        told.append(bad(failure.message, failure.next, failure.location))
    except Exception as error:
        broken = defect(error)
        told.append(bad(f"{broken.message} ({broken.detail})", broken.next))
    return tuple(told)


def _template(name: str, settings: Settings, found: Snapshot) -> tuple[Diagnosis, ...]:
    """The file that documents are begun with; it needs no token."""
    path = settings.notion.template
    if name != "notion" or path is None:
        return ()
    place = settings.where("notion", "template")
    first, text = repo_doctor.template(found, path, place)
    unknown = unknown_in(text)
    if not unknown:
        return (first,)
    words = ", ".join(f"{{{{{one}}}}}" for one in unknown)
    more = know(f"{words} in {path} stands for nothing and stays as it is", "correct the name", place)
    return (first, more)


class Patient:
    """An `Api` that waits as long as a rate limit asks, within bounds: here nothing is urgent."""

    def __init__(self, api: Api, clock: Clock):
        self._api, self._clock, self._left = api, clock, PATIENCE

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; see the seam."""
        while True:
            try:
                return self._api.call(method, **arguments)
            except RateLimited as limited:
                wait = max(limited.retry_after, 0.1)
                if wait > self._left:
                    raise
            self._left -= wait
            self._clock.sleep(wait)
