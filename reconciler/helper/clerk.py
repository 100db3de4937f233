"""Carries wishes out: may they, then one commit, then the answer. All that it talks to is passed in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, Protocol

from reconciler.clock import Clock
from reconciler.errors import Failure, Usage, defect
from reconciler.helper import answers, forms, rights
from reconciler.helper.answers import Told
from reconciler.helper.asked import Asked
from reconciler.helper.board import Board, Books
from reconciler.helper.inbox import STALE, Entry, Inbox
from reconciler.helper.intentions import addressed, declaration, intention
from reconciler.helper.people import People
from reconciler.helper.rights import Person
from reconciler.helper.talk import Answer, Talk
from reconciler.helper.verbs import VERBS, Wish, right_of
from reconciler.helper.watch import Watch
from reconciler.incident.model import Incident
from reconciler.incident.verbs import Declare, Intention
from reconciler.repo.errand import Request, Written
from reconciler.targets.seam import CallError

Job = Callable[[], None]
#: Has a job done: at once, or by one of some threads.
Workers = Callable[[Job], object]

#: Has a job done after so many seconds, unless what it returns is called first.
After = Callable[[float, Job], Callable[[], None]]

#: So many seconds nobody waits without a word.
_SILENCE = 1.5
#: So many seconds a commit waits for the one before it.
_TURN = 5.0
_REMEMBERED = 1000  # requests that are not carried out a second time by this process
_PAGING = ("severity", "escalate")


class Writes(Protocol):
    """What makes commits: `repo.verbs.Desk`, or what stands in front of it."""

    def declare(self, said: Declare, request: Request) -> Written: ...

    def change(self, id: str, intention: Intention, request: Request) -> Written: ...


class Denied(Failure):
    """Somebody may not; the message says who can."""


class Allowed(NamedTuple):
    """Who asks, and the incident that it is about, where there is one."""

    person: Person
    incident: Incident | None


@dataclass
class Clerk:
    """See the module. `wrote` hears of each commit at once: a reconciler that waits begins then."""

    books: Books
    desk: Writes
    people: People
    talk: Talk
    watch: Watch
    clock: Clock
    log: Callable[[str], None]
    quick: Workers
    slow: Workers
    after: After
    inbox: Inbox
    wrote: Callable[[Written], None] = lambda _: None
    _handled: dict[str, None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def now(self) -> datetime:
        """The moment that is written down: to the second."""
        return self.clock.now().replace(microsecond=0)

    # may they

    def allowed(self, asked: Asked, wish: Wish, board: Board) -> Allowed:
        """Who asks, and for which incident. Raises Denied, and Failure: no such incident."""
        person = self.people.find(asked.user, asked.team)
        groups = self.people.groups(rights.groups_named(board.settings))
        right = right_of(wish)
        words = rights.refusal(person, right, asked, board.settings, groups)
        if words:
            raise Denied(words)
        incident = board.incident(wish.incident) if wish.incident else None
        if incident is None and wish.verb not in ("new", "keep", "list", "help"):
            raise _which(wish, board)
        words = rights.hidden(person, incident, asked, board.settings, groups) if incident else ""
        if words:
            raise Denied(words)
        return Allowed(person, incident)

    def visible(self, asked: Asked, board: Board) -> list[Incident]:
        """The open incidents that somebody may see. Raises Denied."""
        person = self.allowed(asked, Wish("list"), board).person
        groups = self.people.groups(rights.groups_named(board.settings))
        seen = board.open.values()
        return [one for one in seen if not rights.hidden(person, one, asked, board.settings, groups)]

    # carry out

    def accept(self, asked: Asked, wish: Wish) -> None:
        """Write a wish down, so that it is not lost, and have it carried out, once however often it comes.

        Asks nothing of a network.
        """
        entry = Entry(asked, wish, self.now)
        if self._first(asked):
            self._noted(lambda: self.inbox.keep(entry))
            self.slow(lambda: self.carry_out(entry))

    def resume(self) -> None:
        """Carry out what was accepted and not answered before this process began."""
        for entry in filter(lambda one: self._first(one.asked), self.inbox.left()):
            stale = self.now - entry.at > STALE
            self.slow(partial(self._let_go if stale else self.carry_out, entry))

    def _first(self, asked: Asked) -> bool:
        """False where this process knows the request already."""
        with self._lock:
            if asked.request in self._handled:
                return False
            self._handled[asked.request] = None
            for old in list(self._handled)[:-_REMEMBERED]:
                del self._handled[old]
            return True

    def _let_go(self, entry: Entry) -> None:
        self._tell(entry.asked, answers.too_late(entry.wish))
        self._done(entry.asked)

    def carry_out(self, entry: Entry) -> None:
        """Make the commit that a wish asks for, and answer."""
        asked, wish = entry.asked, entry.wish
        kept = False
        with self.telling(asked, wish):
            kept = self._declare(entry) if wish.verb == "new" else self._change(entry)
        if not kept:
            self._done(asked)

    def _declare(self, entry: Entry) -> bool:
        """True where the answer is kept up to date from now on."""
        asked, wish, board = entry.asked, entry.wish, self.books.board
        person = self.allowed(asked, wish, board).person
        by = rights.address_of(person, board.settings) or None
        said = declaration(self._addressed(wish), entry.at, by, board.settings)
        answer = self._answer(entry, secret=said.private)
        over = self.after(_SILENCE, lambda: self._begin(answer, said.title))
        try:
            with self._in_turn():
                written = self.desk.declare(said, _request(asked, person))
        except Failure as failure:
            answer.show(answers.failed(failure, wish), rank=2)
            return False
        finally:
            over()
        self.wrote(written)
        with self._answering(asked, written):
            told = self._told(written, person, entry.at)
            if written.repeated and not answer.begun:  # who made the commit answers all
                self.talk.only(asked, answers.committed(told))
                return False
            self.watch.keep(answer, told, lambda: self._done(asked))
            return True
        return False

    def _answer(self, entry: Entry, *, secret: bool) -> Answer:
        def placed(place: Mapping[str, Any]) -> None:
            self._noted(lambda: self.inbox.placed(entry.asked.request, place))

        return Answer(self.talk, entry.asked, secret, entry.place, placed)

    def _done(self, asked: Asked) -> None:
        self._noted(lambda: self.inbox.done(asked.request))

    def _noted(self, note: Job) -> None:
        """A disk that is full or read-only keeps nobody from being paged."""
        try:
            note()
        except OSError as error:
            self.log(f"what was asked for is not written down: {error}")

    def _begin(self, answer: Answer, title: str) -> None:
        with _logged(self.log):
            answer.show(answers.writing(title), rank=0)

    def _change(self, entry: Entry) -> bool:
        """True where the answer is kept up to date from now on."""
        asked, wish, board = entry.asked, entry.wish, self.books.board
        person, incident = self.allowed(asked, wish, board)
        assert incident is not None
        by = rights.address_of(person, board.settings) or None
        wanted = intention(self._addressed(wish), entry.at, by)
        over = self.after(_SILENCE, lambda: self._tell(asked, answers.writing(wish.verb)))
        try:
            with self._in_turn():
                written = self.desk.change(incident.id, wanted, _request(asked, person))
        finally:
            over()
        if written.commit and not written.repeated:
            self.wrote(written)
        with self._answering(asked, written):
            told = replace(self._told(written, person, entry.at), again=_again(wish, board, incident))
            if written.commit and wish.verb in _PAGING and self._pages(wish, told):
                answer = self._answer(entry, secret=told.incident.private)
                self.watch.keep(answer, told, lambda: self._done(asked))
                return True
            self.talk.only(asked, answers.committed(told))
        return False

    def _pages(self, wish: Wish, told: Told) -> bool:
        """Whether somebody is to be paged now: what all may see happen."""
        board = self.books.board
        if told.written.proposed is not None and not told.written.proposed.new:
            return False  # before it is merged nobody is paged
        stands = board.progress(told.incident)
        return wish.verb == "escalate" or bool(stands.unpaged)

    def _addressed(self, wish: Wish) -> Wish:
        return addressed(wish, self.people.addresses(list(forms.named(wish))))

    def _told(self, written: Written, person: Person, since: datetime) -> Told:
        board = self.books.read()
        if written.id not in board.shelf.paths:
            board = self.books.fetch()
        return Told(written, board.incident(written.id), person.name, since, board.web)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """One commit after the other: ours need not race each other. Nobody waits long for one that hangs."""
        mine = self._writing.acquire(timeout=_TURN)
        try:
            yield
        finally:
            if mine:
                self._writing.release()

    @contextmanager
    def _answering(self, asked: Asked, written: Written) -> Iterator[None]:
        """Once there is a commit, what goes wrong is only that it cannot be told well."""
        try:
            yield
        except Failure as failure:
            self._tell(asked, answers.written_at_least(written, failure))
        except CallError as error:
            self.log(f"{written.id}: an answer in Slack was lost: {error}")

    @contextmanager
    def telling(self, asked: Asked, wish: Wish | None = None) -> Iterator[None]:
        """What goes wrong in here is told to the one who asked, in words; nothing is raised."""
        try:
            yield
        except Denied as denied:
            self._tell(asked, answers.refused(denied.message))
        except Failure as failure:
            self._tell(asked, answers.failed(failure, wish))
        except CallError as error:
            self.log(f"Slack: {error}")
            self._tell(asked, answers.failed(_unasked(error), wish))
        except Exception as error:
            unexpected = defect(error)
            self.log(f"{unexpected.message} {unexpected.detail}")
            self._tell(asked, answers.failed(unexpected, wish))

    def _tell(self, asked: Asked, content: answers.Content) -> None:
        with _logged(self.log):
            self.talk.only(asked, content)


@contextmanager
def _logged(log: Callable[[str], None]) -> Iterator[None]:
    try:
        yield
    except CallError as error:
        log(f"an answer in Slack was lost: {error}")


def _again(wish: Wish, board: Board, incident: Incident) -> str:
    """The team that is called for, where it had been paged before."""
    team = wish.values.get("team", "") if wish.verb == "escalate" else ""
    return team if f"pagerduty:{team}" in board.memory(incident).things else ""


def _request(asked: Asked, person: Person) -> Request:
    return Request(author=person.author, id=asked.request, given=True, via="slack")


def _unasked(error: CallError) -> Failure:
    return Failure(
        f"Slack did not answer {error.method}: {error.message}",
        next="try again; from a shell the same is `reconciler new` and its like",
    )


def _which(wish: Wish, board: Board) -> Failure:
    named = [f"{one.id} ({one.title[:60]})" for one in board.open.values() if not one.private][:8]
    usage = VERBS[wish.verb].usage.partition(" ")
    typed = " ".join(filter(None, (usage[0], "ID", usage[2].replace("[ID]", ""))))
    return Usage(
        "which incident? This is no incident's channel",
        detail=f"open: {', '.join(named)}" if named else "none is open",
        next=f"type it in the incident's channel, or name it: `/incident {typed}`",
    )
