"""Serving the sandbox on this machine, and on no other."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import Failure
from reconciler.sandbox.routes import APP_TOKEN, TOKENS
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from uvicorn import Server

    from reconciler.sandbox.page.board import Board

HOST = "127.0.0.1"


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A socket that takes connections at once; port 0 is any that is free. Raises Failure if it is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(128)
        except OSError as error:
            raise _unbound(port, error) from None
        yield listener


def _unbound(port: int, error: OSError) -> Failure:
    taken = error.errno == errno.EADDRINUSE
    return Failure(
        f"port {port} of {HOST} {'is taken' if taken else f'cannot be used: {error.strerror}'}",
        detail="another sandbox may be running" if taken else "",
        next="name another: --port 8282, or --port 0 for any that is free",
    )


def url_of(listener: socket.socket) -> str:
    """The address of the page; the services lie below it."""
    return f"http://{HOST}:{listener.getsockname()[1]}"


@contextmanager
def announced(folder: Path, url: str) -> Iterator[None]:
    """Keep the address in the folder's file `url`, as long as it holds good."""
    file = folder / "url"
    file.write_text(f"{url}\n", encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def environment(url: str) -> dict[str, str]:
    """The variables with which a reconciler talks to the sandbox at that address."""
    return {
        "SLACK_BOT_TOKEN": TOKENS["slack"],
        "SLACK_API_URL": f"{url}/slack/api/",
        "SLACK_APP_TOKEN": APP_TOKEN,
        "PAGERDUTY_API_TOKEN": TOKENS["pagerduty"],
        "PAGERDUTY_API_URL": f"{url}/pagerduty",
        "NOTION_TOKEN": TOKENS["notion"],
        "NOTION_API_URL": f"{url}/notion",
    }


def server(world: World, board: Board | None = None) -> Server:
    """A quiet web server for the world; `run(sockets=[…])` serves until `should_exit` or a signal."""
    import uvicorn

    from reconciler.sandbox.http import application
    from reconciler.sandbox.page.board import Board

    shown = board or Board(world)

    class Ending(uvicorn.Server):
        """Ends what waits for news before it waits for what is under way."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            shown.close()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        application(shown),
        log_level="error",
        access_log=False,
        lifespan="off",
        ws="wsproto",
        timeout_graceful_shutdown=1,
    )
    return Ending(config)
