"""The page over HTTP: its files, its data, and what a person does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from reconciler.sandbox.page import acts, calls, details, interact
from reconciler.sandbox.page.board import Board
from reconciler.sandbox.page.guard import HEADERS, meddler, stranger

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class Asked(NamedTuple):
    """A request: what its path and its query name, and its body."""

    path: Mapping[str, Any]
    query: Mapping[str, str]
    body: bytes

    def number(self, name: str) -> int:
        """A number of the query; 0 where there is none."""
        given = self.query.get(name, "")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0


class Told(NamedTuple):
    """An answer."""

    status: int
    body: bytes
    kind: str = "application/json"


Handler = Callable[[Board, Asked], Told]


def routes(board: Board) -> list[Route]:
    """All of the page's routes."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import Response, StreamingResponse
    from starlette.routing import Route

    async def live(asked: Request) -> Response:
        no = stranger(asked.headers)
        if no:
            return _as_response(_no(403, no))
        return StreamingResponse(board.live(), media_type="text/event-stream", headers=HEADERS)

    async def serve(handler: Handler, changes: bool, asked: Request) -> Response:
        no = stranger(asked.headers) or (meddler(asked.headers) if changes else "")
        if no:
            return _as_response(_no(403, no))
        request = Asked(asked.path_params, asked.query_params, await asked.body())
        return _as_response(await run_in_threadpool(handler, board, request))

    def _as_response(told: Told) -> Response:
        return Response(told.body, told.status, dict(HEADERS), told.kind)

    return [
        *(Route(path, partial(serve, handler, False)) for path, handler in READS.items()),
        *(Route(path, partial(serve, handler, True), methods=["POST"]) for path, handler in CHANGES.items()),
        Route("/page/live", live),
    ]


def _json(data: Any, status: int = 200) -> Told:
    # Half of a character may stand in what services hold; escaped, it is JSON all the same.
    return Told(status, json.dumps(data, separators=(",", ":")).encode())


def _no(status: int, why: str) -> Told:
    return _json({"error": why}, status)


def _found(data: Any) -> Told:
    return _no(404, "that is not here") if data is None else _json(data)


@cache
def _files() -> dict[str, bytes]:
    folder = files("reconciler.sandbox.page").joinpath("static")
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.rpartition(".")[2] in _KINDS}


def _file(_: Board, asked: Asked) -> Told:
    name = asked.path.get("name", "index.html")
    if name not in _files():
        return _found(None)
    return Told(200, _files()[name], f"{_KINDS[name.rpartition('.')[2]]}; charset=utf-8")


def _world(board: Board, _: Asked) -> Told:
    return _json(board.world.snapshot())


def _feed(board: Board, asked: Asked) -> Told:
    board.refresh()
    return _json(board.feed.since(asked.number("since"), asked.query.get("run", "")))


def _calls(board: Board, asked: Asked) -> Told:
    return _json(calls.listed(board.world, asked.number("since")))


def _call(board: Board, asked: Asked) -> Told:
    return _found(calls.in_full(board.world, asked.path["number"]))


def _plan(board: Board, _: Asked) -> Told:
    planner = board.planner
    return _found({"plan": planner.plan, "last": planner.last} if planner else None)


def _object(board: Board, asked: Asked) -> Told:
    service, id = asked.path["service"], asked.path["id"]
    return _found(details.detail(board.world, service, id) if service in board.world.machines else None)


def _incident_file(board: Board, asked: Asked) -> Told:
    return _found(board.files.detail(asked.path["id"]) if board.files else None)


def _difference(board: Board, asked: Asked) -> Told:
    found = board.files.difference(asked.path["id"], asked.path["commit"]) if board.files else None
    return _found(None if found is None else {"diff": found})


def _act(board: Board, asked: Asked) -> Told:
    def do(given: dict[str, Any]) -> dict[str, Any]:
        acts.act(board.world, given)
        return {}

    return _done(do, asked)


def _interact(board: Board, asked: Asked) -> Told:
    return _done(partial(interact.interact, board.world), asked)


def _done(do: Callable[[dict[str, Any]], dict[str, Any]], asked: Asked) -> Told:
    try:
        given = json.loads(asked.body)
        came_of_it = do(given if isinstance(given, dict) else {})
    except acts.Wrong as wrong:
        return _no(422, str(wrong))
    except (ValueError, RecursionError):
        return _no(400, "that is no JSON")
    return _json({"done": True, **came_of_it})


def _apply(board: Board, _: Asked) -> Told:
    if board.planner and board.planner.apply():
        return _json({"begun": True})
    return _no(409, "an apply is under way, or this page may not apply")


READS: Mapping[str, Handler] = {
    "/": _file,
    "/page/static/{name}": _file,
    "/world.json": _world,
    "/page/feed": _feed,
    "/page/calls": _calls,
    "/page/calls/{number:int}": _call,
    "/page/plan": _plan,
    "/page/object/{service}/{id}": _object,
    "/page/file/{id}": _incident_file,
    "/page/file/{id}/{commit}": _difference,
}
CHANGES: Mapping[str, Handler] = {
    "/page/act": _act,
    "/page/interact": _interact,
    "/page/apply": _apply,
}
