"""All that one page shows: the feed, the files and the plan, and who is told when they change."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic

from reconciler.repo.repository import Repository
from reconciler.sandbox.page import interact, services
from reconciler.sandbox.page.feed import Feed, Item, Json
from reconciler.sandbox.page.files import Files
from reconciler.sandbox.page.planner import Planner, shell
from reconciler.sandbox.world import World

#: Seconds between two looks while somebody watches and nothing is heard; and the least between any two.
IDLE, LEAST = 1.0, 0.1
#: Seconds after which the services are looked at although nothing was heard of them.
SELDOM = 10.0
#: Seconds after which a silent connection is given a sign of life.
ALIVE = 15.0

_PLANNED = ("slack", "pagerduty", "notion", "database", "people", "file", "repository")


def _slack(world: World) -> Iterator[Item]:
    return chain(services.slack(world), interact.items(world))


class Board:
    """What the page shows of a world. While somebody watches, a thread looks for what nobody tells of."""

    def __init__(self, world: World):
        self.world = world
        self.files: Files | None = None
        self.planner: Planner | None = None
        self.feed = Feed(
            {
                "slack": partial(_slack, world),
                "pagerduty": partial(services.pagerduty, world),
                "notion": partial(services.notion, world),
                "beside": self._items,
            }
        )
        self._heard = threading.Event()
        self._moved: set[str] = set()
        self._looked = 0.0
        self._closed = threading.Event()
        self._watchers: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._lock = threading.Lock()
        world.heard = self._hear

    def _hear(self, service: str) -> None:
        if service:
            self._moved.add(service)
        self._heard.set()

    def attach(self, folder: Path, environ: Mapping[str, str], *, applies: bool = False) -> None:
        """Show a repository's incident files too, and plans for it. Raises Failure where there is none."""
        repo = Repository.open(folder)
        files = Files(repo)
        files.look()
        inside = shell(self.world, repo, environ)
        self.planner = Planner(inside, files.id_of, self._heard.set, applies=applies)
        self.files = files
        self._heard.set()

    def _items(self) -> Iterable[Item]:
        number = self.world.lately()[-1].number if self.world.calls else 0
        calls: Json = {"last": number}
        yield Item("calls/last", number, lambda: calls)
        known = [one for one in (self.files, self.planner) if one]
        yield from chain.from_iterable(one.items() for one in known)

    def refresh(self) -> int:
        """Bring the feed up to date: with what was heard of, and at times with all; its version."""
        now = monotonic()
        everything = now - self._looked > SELDOM
        self._looked = now if everything else self._looked
        moved, self._moved = self._moved, set()
        return self.feed.refresh(None if everything else {*moved, "beside"})

    def look(self) -> int:
        """Look at the files too, and see to a plan; the feed's version afterwards."""
        if self.files:
            self.files.look()
        version = self.refresh()
        if self.planner:
            self.planner.consider(version, self.feed.newer(self.planner.seen, _PLANNED))
        return version

    # who watches -------------------------------------------------------------------------------

    async def live(self) -> AsyncIterator[str]:
        """Server-sent events: the feed's version, whenever it is another."""
        with self._watching() as news:
            while not self._closed.is_set():
                news.clear()
                yield f"data: {self.refresh()}\n\n"
                with suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), ALIVE)

    @contextmanager
    def _watching(self) -> Iterator[asyncio.Event]:
        one = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._watchers.append(one)
            if len(self._watchers) == 1:
                threading.Thread(target=self._watch, daemon=True, name="watch").start()
        try:
            yield one[1]
        finally:
            with self._lock:
                self._watchers.remove(one)
            self._heard.set()

    def _watch(self) -> None:
        told = -1
        while not self._closed.is_set():
            self._heard.clear()
            version = self.look()
            with self._lock:
                if not self._watchers:
                    return
                if version != told:
                    self._tell()
            told = version
            self._closed.wait(LEAST)
            self._heard.wait(IDLE)

    def _tell(self) -> None:
        for loop, event in self._watchers:
            loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """End every connection that waits for news."""
        self._closed.set()
        self._heard.set()
        with self._lock:
            self._tell()
        if self.planner:
            self.planner.close()
