"""What there is to see without a service: the open incidents, and one of them. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.clock import Clock
from reconciler.errors import Problem
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.plan.memory import Memory
from reconciler.repo.proposals import as_proposed, laid_over, new_proposals
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf, newest_shelf
from reconciler.repo.state import State, StateStore
from reconciler.repo.story import Event, as_history, decisions
from reconciler.run.proposed import given_up, unmerged
from reconciler.run.story import effects_of, versions_of

_LAST = 5  # commits that one incident's screen names


@dataclass(frozen=True, slots=True)
class Asked:
    """Which incidents to list; nothing asked is every open one. `person` is an address."""

    everything: bool = False
    severities: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    service: str | None = None
    person: str | None = None

    @property
    def ended(self) -> bool:
        """True where those that are not open are wanted too."""
        return self.everything or bool(self.statuses)

    def fits(self, one: Incident) -> bool:
        """Whether to list it. Of a private one nobody is told which services and people it concerns."""
        people = () if one.private else (one.reporter, *one.roles.values(), *one.responders)
        return (
            (one.status.open or self.ended)
            and (not self.severities or one.severity in self.severities)
            and (not self.statuses or one.status.value in self.statuses)
            and (self.service is None or (not one.private and self.service in one.services))
            and (self.person is None or self.person in people)
        )


@dataclass(frozen=True, slots=True)
class Overview:
    """Incidents to list, and what is wrong with the files that could not be read."""

    incidents: Sequence[Incident]
    problems: Sequence[Problem]
    settings: Settings
    now: datetime
    asked: Asked = Asked()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of one incident. `since` is None where the history does not say."""

    incident: Incident
    since: datetime | None
    memory: Memory
    commits: Sequence[Event]  # the newest first
    blob: str  # of its file
    settings: Settings
    now: datetime
    applied: Event | None = None  # what the last run that did something did
    notes: Sequence[str] = ()


def overview(repo: Repository, clock: Clock, asked: Asked) -> Overview:
    """The incidents that were asked for. Files known to be settled are not read for the open ones."""
    shelf = newest_shelf(repo)
    remembered = _memories(_state(repo, shelf, clock))
    memories, shelf = {} if asked.ended else remembered, _with_proposals(shelf, remembered)
    ids = [id for id in shelf.paths if not _settled(shelf, id, memories.get(id))]
    incidents, problems = shelf.load(ids)
    listed = [one for one in incidents if asked.fits(one)]
    found = [*shelf.misplaced, *problems]
    return Overview(listed, found, shelf.settings, clock.now(), asked, _notes(shelf))


def dossier(repo: Repository, clock: Clock, given: str) -> Dossier:
    """The incident whose id is, or begins with, `given`. Raises Failure."""
    shelf = newest_shelf(repo)
    shelf = _with_proposals(shelf, _memories(_state(repo, shelf, clock)))
    incident = shelf.incident(shelf.find(given))
    revision, waits = str(as_proposed(shelf, incident.id).revision), shelf.proposed.get(incident.id)
    versions = versions_of(repo, revision, incident.path, incident.formerly)
    events = list(decisions(versions, incident.path))
    edited = [
        f"{incident.path} has edits that are not committed" for path in repo.dirty() if path == incident.path
    ]
    return Dossier(
        incident=incident,
        since=as_history(versions, incident.path).began(incident.status),
        memory=_memories(_state(repo, shelf, clock)).get(incident.first, Memory()),
        commits=events[: -_LAST - 1 : -1],
        blob=unmerged(waits.commit) if waits else shelf.blobs[incident.path],
        settings=shelf.settings,
        now=clock.now(),
        applied=next(iter(effects_of(repo, shelf.settings.git, incident.first, most=1)), None),
        notes=[*_notes(shelf, incident.id), *edited],
    )


def _state(repo: Repository, shelf: Shelf, clock: Clock) -> State:
    return StateStore(repo, shelf.settings.git, clock).load(fetch=False)


def _memories(state: State) -> dict[str, Memory]:
    return {id: Memory.from_json(data) for id, data in state.incidents.items()}


def _settled(shelf: Shelf, id: str, memory: Memory | None) -> bool:
    return (
        memory is not None
        and memory.settled
        and [memory.blob] == [shelf.blobs[path] for path in shelf.paths[id]]
    )


def _with_proposals(shelf: Shelf, memories: Mapping[str, Memory]) -> Shelf:
    """With the new incidents that wait on branches for their review."""
    if shelf.revision is None:
        return shelf
    found = new_proposals(shelf, shelf.settings.git).items()
    return laid_over(shelf, {id: one for id, one in found if not given_up(memories.get(id), one)})


def _notes(shelf: Shelf, only: str | None = None) -> list[str]:
    waiting = [
        f"{one.id} is proposed on {one.branch}, and not merged"
        for one in shelf.proposed.values()
        if only in (None, one.id)
    ]
    return [*([shelf.note] if shelf.note else []), *waiting]
