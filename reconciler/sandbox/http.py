"""The sandbox's one port: the services below `/slack`, `/pagerduty` and `/notion`, and a page to look at."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from reconciler.sandbox import routes_notion, routes_pagerduty, routes_slack
from reconciler.sandbox.routes import NO_CONTENT, Heard, Reply, Routes
from reconciler.sandbox.world import World
from reconciler.targets.seam import CallError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.websockets import WebSocket

    from reconciler.sandbox.page.board import Board

ROUTES: Mapping[str, Routes] = MappingProxyType(
    {"slack": routes_slack, "pagerduty": routes_pagerduty, "notion": routes_notion}
)

_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def replied(world: World, service: str, heard: Heard) -> Reply:
    """One request to a service, from hearing to reply."""
    routes = ROUTES[service]
    try:
        asked = routes.understood(heard)
    except CallError as error:
        world.note(service, error.method, error=error)
        return routes.denied(error)
    try:
        return routes.granted(asked.method, world.call(service, asked))
    except CallError as error:
        return routes.denied(error)


def application(board: Board) -> Starlette:
    """The sandbox as an ASGI application."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route, WebSocketRoute

    from reconciler.sandbox.page import web
    from reconciler.sandbox.socket import Socket

    async def serve(request: Request) -> Response:
        service, heard = _heard(request, await request.body())
        reply = await run_in_threadpool(replied, board.world, service, heard)
        if reply.status == NO_CONTENT:
            return Response(status_code=reply.status)
        return JSONResponse(reply.body, reply.status, dict(reply.headers))

    async def link(socket: WebSocket) -> None:
        await Socket(board.world, socket).serve()

    services = [Route(f"/{name}/{{rest:path}}", serve, methods=_VERBS) for name in ROUTES]
    return Starlette(routes=[*web.routes(board), *services, WebSocketRoute("/slack/link", link)])


def _heard(request: Request, body: bytes) -> tuple[str, Heard]:
    """The service that is meant, and the request with the path below it."""
    path = request.scope["raw_path"].decode("ascii", "replace")
    _, service, below = path.split("/", 2)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return service, Heard(request.method, f"/{below}", request.url.query, headers, body)
