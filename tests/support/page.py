"""The sandbox's page as a browser asks for it, without one: what is read, and what a person does."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

from reconciler.sandbox.page.board import Board
from reconciler.sandbox.world import World
from tests.support.server import serving


class Answered(NamedTuple):
    """An answer: its status, its headers and its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Visitor:
    """Somebody who looks at the page at `url`, and acts there as a person."""

    def __init__(self, url: str):
        self.url = url

    def get(self, path: str, **headers: str) -> Answered:
        """Ask for a path."""
        return self._sent(urllib.request.Request(self.url + path, headers=headers))

    def post(
        self, path: str, body: object, headers: Mapping[str, str | None] = MappingProxyType({})
    ) -> Answered:
        """Send JSON as the page does; a header None is left out."""
        given = {"content-type": "application/json", "origin": self.url, **headers}
        kept = {name: value for name, value in given.items() if value is not None}
        return self._sent(urllib.request.Request(self.url + path, json.dumps(body).encode(), kept))

    def act(self, what: str, person: str = "ana@example.com", **given: str) -> Answered:
        """Do something as a person."""
        return self.post("/page/act", {"as": person, "do": what, "with": given})

    def feed(self, since: int = 0, run: str = "") -> Any:
        """What is newer than a version."""
        return self.get(f"/page/feed?since={since}&run={run}").json

    def object(self, service: str, id: str) -> Any:
        """An object in full."""
        return self.get(f"/page/object/{service}/{id}").json

    @staticmethod
    def _sent(request: urllib.request.Request) -> Answered:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Answered(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answered(error.code, dict(error.headers), error.read())


@contextmanager
def visiting(world: World, board: Board | None = None) -> Iterator[Visitor]:
    """Somebody at the page of a world."""
    with serving(world, board) as url:
        yield Visitor(url)
