"""What is known without asking anybody: settings, incidents, and what is remembered of them.

Forms open from it within a second; it is read anew after a fetch, and whatever moved meanwhile shows then.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.clock import Clock
from reconciler.helper.asked import Asked
from reconciler.helper.progress import Progress, progress
from reconciler.incident.model import Incident
from reconciler.incident.naming import channel_name
from reconciler.incident.place import incident_id
from reconciler.incident.settings import GitSettings, Settings
from reconciler.plan.memory import Memory
from reconciler.repo import refs
from reconciler.repo.proposals import laid_over, proposed, tips
from reconciler.repo.remote import RemoteTrouble
from reconciler.repo.repository import Repository
from reconciler.repo.shelf import Shelf, newest_shelf
from reconciler.repo.state import StateStore
from reconciler.run.proposed import given_up
from reconciler.run.revision import web_address

_SUFFIX = re.compile(r"(-[0-9]+)?(-resolved)?$")


@dataclass(frozen=True, slots=True)
class Board:
    """One look at the repository. `open` are the incidents that are open."""

    shelf: Shelf
    open: Mapping[str, Incident]
    memories: Mapping[str, Memory]  # by the first id
    channels: Mapping[str, str]  # Slack's id of a channel → the incident's id
    web: str | None
    read_at: datetime

    @property
    def settings(self) -> Settings:
        """Those of the same revision."""
        return self.shelf.settings

    def incident(self, given: str) -> Incident:
        """One incident, open or not, by its id or how that begins. Raises Failure."""
        id = self.shelf.find(given)
        return self.open[id] if id in self.open else self.shelf.incident(id)

    def knows(self, given: str) -> bool:
        """Whether there is an incident of that id, or one that begins so."""
        return given in self.shelf.paths or any(id.startswith(given) for id in self.shelf.paths)

    def memory(self, incident: Incident) -> Memory:
        """What is remembered of it."""
        return self.memories.get(incident.first, Memory())

    def unreviewed(self, incident: Incident) -> bool:
        """Whether only a branch has it, which waits for its review."""
        return incident.id in self.shelf.proposed_new

    def progress(
        self, incident: Incident, troubles: Mapping[str, str] | None = None, again: str = ""
    ) -> Progress:
        """What has become of it in the world; see `progress`."""
        only_pages, memory = self.unreviewed(incident), self.memory(incident)
        return progress(incident, self.settings, memory, troubles, again, only_pages=only_pages)

    def here(self, asked: Asked) -> str:
        """The incident whose channel this is; empty where it is none's."""
        known = self.channels.get(asked.channel, "")
        if known or not asked.channel_name:
            return known
        name = _SUFFIX.sub("", asked.channel_name)
        return self._called(asked.channel_name) or self._called(name)

    def _called(self, name: str) -> str:
        prefix = self.settings.slack.channel_prefix
        id = name.removeprefix(prefix)
        return id if name.startswith(prefix) and id in self.shelf.paths else self._odd(name)

    def _odd(self, name: str) -> str:
        """An id that is no channel's name as it stands was shortened or respelled on its way."""
        prefix = self.settings.slack.channel_prefix
        fitting = (id for id in self.open if channel_name(prefix, id) == name)
        return next(fitting, "")


@dataclass
class Books:
    """The repository, and the last look at it. Threads may share it."""

    repo: Repository
    clock: Clock
    patience: float = 10.0  # seconds for a fetch
    _board: Board | None = None
    _seen: object = None  # the commits that it was read from
    _states: tuple[object, Mapping[str, Mapping[str, object]]] | None = None
    _memories: dict[str, tuple[object, Memory]] = field(default_factory=dict)
    _parsed: dict[str, tuple[tuple[str, str], Incident]] = field(default_factory=dict)  # of which file
    _read_by: Settings | None = None
    _reading: threading.Lock = field(default_factory=threading.Lock)
    _fetching: threading.Lock = field(default_factory=threading.Lock)

    @property
    def board(self) -> Board:
        """The last look; the first one is made now. Raises Failure."""
        return self._board or self.read()

    def read(self) -> Board:
        """Look at what is here. Raises Failure: no settings to go by."""
        with self._reading:
            shelf = newest_shelf(self.repo)
            git = shelf.settings.git
            seen = (shelf.revision, tips(self.repo, git))
            if self._board and self._seen == seen and not self._moved(git):
                return self._board
            memories, self._seen = self._remembered(git), seen
            shelf = _with_proposals(shelf, git, memories)
            incidents = self._read(shelf, [id for id in shelf.paths if not _settled(shelf, id, memories)])
            self._board = Board(
                shelf=shelf,
                open={one.id: one for one in incidents if one.status.open},
                memories=memories,
                channels=_channels(memories, incidents),
                web=web_address(self.repo, shelf.settings),
                read_at=self.clock.now(),
            )
            return self._board

    def fetch(self, *, state: bool = False) -> Board:
        """The same after a fetch; when one is under way or the remote is out of reach, what is here."""
        if self._fetching.acquire(blocking=False):
            try:
                git = self.board.settings.git
                for branch in (git.branch, git.state) if state else (git.branch,):
                    with suppress(RemoteTrouble):
                        own = branch == git.branch
                        self.repo.fetch(git.remote, branch, timeout=self.patience, proposals=own)
            finally:
                self._fetching.release()
        return self.read()

    def _read(self, shelf: Shelf, ids: list[str]) -> list[Incident]:
        """The incidents of these ids that can be read; a file is read again only when it has changed."""
        if shelf.settings != self._read_by:
            self._parsed, self._read_by = {}, shelf.settings
        files = {id: (shelf.paths[id][0], shelf.blobs[shelf.paths[id][0]]) for id in ids}
        kept = {
            id: self._parsed[id]
            for id, file in files.items()
            if id in self._parsed and self._parsed[id][0] == file
        }
        fresh, _ = shelf.load(id for id in ids if id not in kept)
        kept |= {one.id: (files[one.id], one) for one in fresh}
        self._parsed = kept
        return [one for _, one in kept.values()]

    def _moved(self, git: GitSettings) -> bool:
        return self._states is None or self._states[0] != self._tips(git)

    def _tips(self, git: GitSettings) -> object:
        ref = refs.branch_ref(git.state)
        places = (ref, refs.tracking_ref(git.remote, ref))
        return tuple(refs.value(self.repo.git, place) for place in places)

    def _remembered(self, git: GitSettings) -> Mapping[str, Memory]:
        tips = self._tips(git)
        if self._states is None or self._states[0] != tips:
            state = StateStore(self.repo, git, self.clock).load(fetch=False)
            self._states = (tips, state.incidents)
        self._memories = {id: self._memory(id, data) for id, data in self._states[1].items()}
        return {id: memory for id, (_, memory) in self._memories.items()}

    def _memory(self, id: str, data: Mapping[str, object]) -> tuple[object, Memory]:
        known = self._memories.get(id)
        return known if known and known[0] == data else (data, Memory.from_json(data))


def _with_proposals(shelf: Shelf, git: GitSettings, memories: Mapping[str, Memory]) -> Shelf:
    """The incidents as their branches propose them, but for those that are settled or given up."""
    ids = [id for id in tips(shelf.repo, git) if not (id in shelf.paths and _settled(shelf, id, memories))]
    found = proposed(shelf, git, ids) if ids else {}
    return laid_over(shelf, {id: one for id, one in found.items() if not given_up(memories.get(id), one)})


def _settled(shelf: Shelf, id: str, memories: Mapping[str, Memory]) -> bool:
    memory = memories.get(id)
    return (
        memory is not None
        and memory.settled
        and [memory.blob] == [shelf.blobs[path] for path in shelf.paths[id]]
    )


def _channels(memories: Mapping[str, Memory], incidents: list[Incident]) -> dict[str, str]:
    named = {one.first: one.id for one in incidents}
    found: dict[str, str] = {}
    for first, memory in memories.items():
        channel = memory.things.get("slack:channel")
        if channel is not None and channel.id:
            found[channel.id] = named.get(first) or incident_id(memory.path) or first
    return found
