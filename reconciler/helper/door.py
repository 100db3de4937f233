"""The two ways in which Slack reaches the helper: a socket that we open, or HTTP that it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.helper.app import Helper

if TYPE_CHECKING:
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from starlette.applications import Starlette


def socket(helper: Helper, app_token: str, url: str | None = None) -> SocketModeHandler:
    """Socket Mode: no public address. `connect()` begins, `close()` ends; it connects again by itself."""
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    if url:
        helper.app.client.base_url = f"{url.rstrip('/')}/"
    return SocketModeHandler(helper.app, app_token)


def http(helper: Helper, path: str = "/slack/events") -> Starlette:
    """HTTP mode: an application to serve, which refuses what Slack has not signed."""
    from slack_bolt.adapter.starlette import SlackRequestHandler
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    handler = SlackRequestHandler(helper.app)

    async def received(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route(path, received, methods=["POST"])])
