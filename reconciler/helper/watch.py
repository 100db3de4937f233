"""Keeps answers up to date: committed, on-call paged, channel, document; and after a minute, not paged.

What has happened is read from what the reconciler remembers. A reconciler in the same process tells of its
reports, and with them why something failed; without one the state ref is fetched every few seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from reconciler.clock import Clock
from reconciler.errors import Failure
from reconciler.helper.answers import Content, Told, kept
from reconciler.helper.board import Board, Books
from reconciler.helper.progress import KEPT, troubles
from reconciler.helper.talk import Answer
from reconciler.incident.model import Incident, Status
from reconciler.plan.plan import Report
from reconciler.targets.seam import CallError


@dataclass
class Kept:
    """One answer that is kept up to date, and what was heard of its incident."""

    answer: Answer
    told: Told
    over: Callable[[], None] = lambda: None
    heard: dict[str, str] = field(default_factory=dict)
    shown: Content | None = None


@dataclass
class Watch:
    """All answers that are kept up to date. `polls`: no reconciler in this process tells of its reports."""

    books: Books
    clock: Clock
    log: Callable[[str], None]
    polls: bool = True
    _kept: list[Kept] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def busy(self) -> bool:
        """True while an answer is kept up to date."""
        return bool(self._kept)

    def keep(self, answer: Answer, told: Told, over: Callable[[], None] = lambda: None) -> None:
        """Say what is known now, and go on until all is said; `over` hears of that."""
        one = Kept(answer, told, over)
        with self._lock:
            self._kept.append(one)
        self._show(one, self.books.board)

    def heard(self, report: Report) -> None:
        """A run has ended."""
        with self._lock:
            for one in self._kept:
                one.heard = troubles(report, one.told.incident.first)
        self.tick(fetch=False)

    def tick(self, *, fetch: bool | None = None) -> None:
        """Look again, and say what is new; nothing while nothing is kept."""
        with self._turn:
            if not self.busy:
                return
            try:
                fetches = self.polls if fetch is None else fetch
                board = self.books.fetch(state=True) if fetches else self.books.read()
            except Failure as failure:
                self.log(f"answers are not kept up to date: {failure.message}")
                return
            for one in list(self._kept):
                self._show(one, board)

    def _show(self, one: Kept, board: Board) -> None:
        now, incident = self.clock.now(), _newest(one.told.incident, board)
        told = replace(one.told, incident=incident)
        proposed = told.written.proposed
        if proposed is not None and proposed.new and incident.id not in board.shelf.paths:
            incident = replace(incident, status=Status.CANCELED)  # closed unmerged
            told = replace(told, incident=incident)
        told = replace(told, merged=not board.unreviewed(incident))
        stands = board.progress(incident, one.heard, told.again)
        content = kept(told, stands, board.settings, now)
        try:
            if content != one.shown:
                one.answer.show(content, rank=1)
                one.shown = content
        except CallError as error:
            self.log(f"{incident.id}: the answer in Slack waits: {error}")
            if now - told.since < KEPT:
                return
        acknowledged = all(page.taken for page in stands.pages)
        if (stands.done and acknowledged) or now - told.since >= KEPT:
            with self._lock:
                self._kept = [other for other in self._kept if other is not one]
            one.over()


def _newest(incident: Incident, board: Board) -> Incident:
    """The incident as its file says now; as it was where that cannot be read."""
    try:
        return board.incident(incident.id)
    except Failure:
        return incident
