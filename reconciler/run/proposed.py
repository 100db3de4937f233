"""New incidents that wait on a branch for their review: paged for, and nothing else.

One that is closed unmerged, or whose branch is gone, counts as canceled: its pages are resolved, once. When
it is merged it is an incident like any other, with the same pages
(docs/decisions/0010-proposed-by-pull-request.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

from reconciler.errors import Failure
from reconciler.forge.hub import NotAllowed
from reconciler.incident.history import History, Version
from reconciler.incident.model import Incident, Status
from reconciler.plan.memory import Memory
from reconciler.repo import history
from reconciler.repo.git import GitTrouble
from reconciler.repo.loader import BadFile, load_incident
from reconciler.repo.proposals import Proposal, branch_of, bygone, new_proposals
from reconciler.repo.propose import Pull
from reconciler.repo.repository import PROPOSALS
from reconciler.repo.shelf import Shelf
from reconciler.repo.snapshot import UNCOMMITTED
from reconciler.repo.story import readable
from reconciler.run.remember import REVIEW
from reconciler.run.revision import Revision, web_address
from reconciler.run.wanted import Wanted
from reconciler.targets.case import Case, Review

#: A proposal of this age is paged for before anybody is asked what became of it.
FRESH = timedelta(minutes=5)
_PAGE = "pagerduty:"


class ListedPull(Pull, Protocol):
    """A pull request in a list."""

    @property
    def head(self) -> str: ...


class Listed(Protocol):
    """Where it is known what became of pull requests. Both may raise Failure."""

    def newest(self) -> Sequence[ListedPull]:
        """Those that were opened last, the newest first."""
        ...

    def latest(self, branch: str) -> Pull | None:
        """The open one of a branch, else its newest one."""
        ...


@dataclass(frozen=True)
class Proposals:
    """What branches propose, and what was given up: by id. `of` looks for them.

    `unsure`: nothing is remembered, and what was given up could not be asked. Nothing is to be remembered
    then, so that the next run asks again.
    """

    shelf: Shelf
    live: Mapping[str, Proposal] = field(default_factory=dict)
    over: Mapping[str, Review] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()  # that waited, and whose branches are not known here
    notices: tuple[str, ...] = ()
    unsure: bool = False

    @classmethod
    def of(
        cls,
        shelf: Shelf,
        memories: Mapping[str, Memory],
        pulls: Listed | None,
        now: datetime,
        *,
        certain: bool,
        lost: bool,
    ) -> Proposals:
        """Look at the branches, and ask what became of them where that is not plain.

        `certain`: the branches are as the remote has them; `lost`: what is remembered may not be all.
        """
        if shelf.revision is None or shelf.settings.git.protected is False:
            return cls(shelf)
        found = new_proposals(shelf, shelf.settings.git)
        live = {id: one for id, one in found.items() if not given_up(memories.get(id), one)}
        waited = _waited_for(shelf, memories)
        asked = _Asked(pulls, needed=lost or not _all_fresh(shelf, live, waited, now))
        over, numbers = dict[str, Review](), dict[str, int]()
        for id, one in live.items():
            pull = asked.of(one.branch)
            numbers |= {id: pull.number} if pull else {}
            if pull is not None and not pull.open and not pull.merged and pull.commit == one.commit:
                over[id] = Review(one.commit, pull.number, over=True)
        missing = waited.keys() - found.keys()
        merged = bygone(shelf, [memories[id].path for id in missing if memories[id].path])
        for id in missing - merged if certain else ():
            over[id] = replace(waited[id], over=True)
        for pull in asked.closed() if lost else ():
            id = pull.head.removeprefix(PROPOSALS)
            if id not in {*shelf.paths, *found, *memories}:
                over.setdefault(id, Review(pull.commit, pull.number, over=True))
        unknown = frozenset(missing - merged - over.keys())
        concerned = bool(shelf.settings.git.protected or live or waited)
        notices = tuple(asked.notices) if concerned else ()
        return cls(shelf, live, over, numbers, unknown, notices, lost and asked.silent and concerned)

    def named(self, given: str) -> bool:
        """Whether an id that was asked for, or its beginning, is that of a proposal."""
        return given not in self.shelf.paths and any(id.startswith(given) for id in self._ids)

    def without(self, memories: Mapping[str, Memory]) -> dict[str, Memory]:
        """What is remembered of all others: these have no file on the branch, and were not removed."""
        ids = self._ids | self.unknown
        return {id: memory for id, memory in memories.items() if id not in ids}

    def beside(self, revision: Revision, wanted: Wanted, only: Iterable[str]) -> Revision:
        """The revision with these beside its own incidents."""
        named = [id for id in sorted(self._ids | self.unknown) if not only or _among(id, only)]
        chosen = [id for id in named if id not in self.unknown]
        cases, notices = dict[str, Case](), list(self.notices)
        notices += [
            f"{id}: {branch_of(id)} is not known here: left as it is" for id in named if id not in chosen
        ]
        for id in chosen:
            try:
                case = self._case(id, wanted)
            except BadFile:
                notices.append(f"{id}: proposed on {branch_of(id)}, and its file is not valid: not paged for")
                continue
            if case is not None:
                cases[id] = case
                notices.append(_words(case))
        known = {id: case.incident for id, case in cases.items()}
        urls = {id: case.url for id, case in cases.items() if case.url}
        return replace(
            _told(revision, notices),
            cases={**revision.cases, **cases},
            incidents={**revision.incidents, **known},
            urls={**revision.urls, **urls},
        )

    @property
    def _ids(self) -> set[str]:
        return {*self.live, *self.over}

    # cases -------------------------------------------------------------------------------------

    def _case(self, id: str, wanted: Wanted) -> Case | None:
        """What is desired for one. Raises BadFile. None where another incident's marks would be touched."""
        memory, over, one = wanted.memories.get(id, Memory()), self.over.get(id), self.live.get(id)
        versions = self._versions(one, wanted.now) if one else []
        incident = self._last(id, one, memory)
        if incident.formerly:
            return None
        if over is not None:
            incident = replace(incident, status=Status.CANCELED, paused=False)
            versions = [*versions, Version(wanted.now, UNCOMMITTED, "", incident)]
        elif one is not None:
            versions[-1] = replace(versions[-1], incident=incident)
        review = over or Review(one.commit if one else "", self.numbers.get(id))
        return Case(
            incident=incident,
            settings=self.shelf.settings,
            history=History(tuple(versions)),
            now=wanted.now,
            memory=memory,
            blob=unmerged(review.commit),
            url=self._url(one),
            allow_late_pages=wanted.allow_late_pages,
            on=wanted.on,
            review=review,
        )

    def _last(self, id: str, one: Proposal | None, memory: Memory) -> Incident:
        """The incident as it was proposed last; of one that cannot be read any more, what was made for it."""
        if one is not None:
            content = self.shelf.repo.blobs([one.blob])[one.blob]
            return load_incident(content, one.path, self.shelf.settings)
        settings = self.shelf.settings
        things = {key.removeprefix(_PAGE).partition("/")[0] for key in memory.things if key.startswith(_PAGE)}
        teams = tuple(team for team in settings.teams if team in things or not memory.things)
        severity = settings.severities[0].name
        began = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
        path = memory.path or f"incidents/{id}.yaml"
        return Incident(id, id, severity, Status.CANCELED, began, path, page=teams, private=True)

    def _versions(self, one: Proposal, now: datetime) -> list[Version]:
        found = history.versions(self.shelf.repo, one.commit, [one.path])
        read = [
            Version(made.at, made.commit, made.author, readable(made, one.path))
            for listed in found.values()
            for made in listed
        ]
        return read or [Version(now, one.commit, "", None)]

    def _url(self, one: Proposal | None) -> str | None:
        web = web_address(self.shelf.repo, self.shelf.settings)
        return f"{web}/blob/{quote(one.branch)}/{quote(one.path)}" if web and one else None


class _Asked:
    """What became of pull requests: one question for all of them, and none where none is needed."""

    def __init__(self, pulls: Listed | None, *, needed: bool):
        self.notices: list[str] = []
        self.silent = False  # no answer came, and one may come later
        self._pulls = pulls if needed else None
        self._listed: list[ListedPull] = []
        if self._pulls is not None:
            try:
                self._listed = list(self._pulls.newest())
            except Failure as failure:
                self.notices.append(f"what became of proposed incidents is not known: {failure.message}")
                self.silent = not isinstance(failure, NotAllowed)
                self._pulls = None

    def of(self, branch: str) -> Pull | None:
        """The open pull request of a branch, else its newest one; None where it is not known."""
        own = [one for one in self._listed if one.head == branch]
        found = next((one for one in own if one.open), own[0] if own else None)
        if found is not None or self._pulls is None or len(self._listed) < 100:
            return found
        try:
            return self._pulls.latest(branch)
        except Failure:
            return None

    def closed(self) -> Iterator[ListedPull]:
        """Those of incidents' branches that were closed unmerged, and of which none is open or merged."""
        taken = {one.head for one in self._listed if one.open or one.merged}
        for one in self._listed:
            if one.head.startswith(PROPOSALS) and one.head not in taken:
                yield one


def given_up(memory: Memory | None, one: Proposal) -> bool:
    """Whether exactly this was canceled before."""
    return memory is not None and memory.settled and memory.blob == unmerged(one.commit)


def unmerged(commit: str) -> str:
    """Stands where the blob of a file would, so that it is looked at anew once it is on the branch."""
    return f"unmerged:{commit}"


def _waited_for(shelf: Shelf, memories: Mapping[str, Memory]) -> dict[str, Review]:
    """What waited for its review when it was looked at last, and is not on the branch now."""
    waited = {}
    for id, memory in memories.items():
        fact: Mapping[str, Any] | None = memory.facts.get(REVIEW)
        if fact is not None and not memory.settled and id not in shelf.paths:
            number = fact.get("number")
            waited[id] = Review(str(fact.get("commit", "")), number if isinstance(number, int) else None)
    return waited


def _all_fresh(
    shelf: Shelf, live: Mapping[str, Proposal], waited: Mapping[str, Review], now: datetime
) -> bool:
    """Whether all that is proposed was committed just now, so that nobody can have decided on it."""
    if not live or waited.keys() & live.keys():
        return not live
    look = ("log", "--no-walk", "--format=%ct", *(one.commit for one in live.values()))
    try:
        made = [int(at) for at in shelf.repo.git.line("-c", "log.showSignature=false", *look).split()]
    except GitTrouble:
        return False
    return all(now.timestamp() - at < FRESH.total_seconds() for at in made)


def _among(id: str, only: Iterable[str]) -> bool:
    return any(id.startswith(one) for one in only)


def _words(case: Case) -> str:
    review = case.review
    assert review is not None
    place = f"in #{review.number}" if review.number else f"on {branch_of(case.id)}"
    if not review.over:
        return f"{case.id}: proposed {place}, not merged: only pages"
    ended = "which was closed without being merged" if review.number else "which is gone"
    return f"{case.id}: proposed {place}, {ended}: its pages are resolved"


def _told(revision: Revision, notices: Iterable[str]) -> Revision:
    return replace(revision, notices=(*revision.notices, *notices))
