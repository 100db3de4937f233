"""The sandbox's one port: the services below `/slack`, `/pagerduty` and `/notion`, and a page to look at."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from reconciler.sandbox import page, routes_notion, routes_pagerduty, routes_slack
from reconciler.sandbox.routes import NO_CONTENT, Heard, Reply, Routes
from reconciler.sandbox.world import World
from reconciler.targets.seam import CallError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

ROUTES: Mapping[str, Routes] = MappingProxyType(
    {"slack": routes_slack, "pagerduty": routes_pagerduty, "notion": routes_notion}
)

_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
#: The page shows what anybody wrote: even if something slipped through, nothing would run or load.
_PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def replied(world: World, service: str, heard: Heard) -> Reply:
    """One request to a service, from hearing to reply."""
    routes = ROUTES[service]
    try:
        asked = routes.understood(heard)
        answer = world.call(service, asked)
    except CallError as error:
        world.note(service, error.method, error)
        return routes.denied(error)
    world.note(service, asked.method)
    return routes.granted(asked.method, answer)


def application(world: World) -> Starlette:
    """The sandbox as an ASGI application."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import HTMLResponse, JSONResponse, Response
    from starlette.routing import Route

    async def serve(request: Request) -> Response:
        service, heard = _heard(request, await request.body())
        reply = await run_in_threadpool(replied, world, service, heard)
        if reply.status == NO_CONTENT:
            return Response(status_code=reply.status)
        return JSONResponse(reply.body, reply.status, dict(reply.headers))

    async def look(_: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(page.page, world), headers=_PAGE_HEADERS)

    async def data(_: Request) -> Response:
        return JSONResponse(await run_in_threadpool(world.snapshot))

    services = [Route(f"/{name}/{{rest:path}}", serve, methods=_VERBS) for name in ROUTES]
    return Starlette(routes=[Route("/", look), Route("/world.json", data), *services])


def _heard(request: Request, body: bytes) -> tuple[str, Heard]:
    """The service that is meant, and the request with the path below it."""
    path = request.scope["raw_path"].decode("ascii", "replace")
    _, service, below = path.split("/", 2)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return service, Heard(request.method, f"/{below}", request.url.query, headers, body)
