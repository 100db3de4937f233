"""The sandbox over HTTP, in a thread of the test's own process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from reconciler.sandbox import serve
from reconciler.sandbox.page.board import Board
from reconciler.sandbox.world import World


@contextmanager
def serving(world: World, board: Board | None = None) -> Iterator[str]:
    """Serve the world on a free port while the context lasts; its address, without a slash at the end.

    `board` is what its page shows. The server ends by itself afterwards: it takes a fifth of a second, for
    which no test waits.
    """
    sockets, server = ExitStack(), serve.server(world, board)
    listener = sockets.enter_context(serve.listening(0))

    def run() -> None:
        with sockets:
            server.run(sockets=[listener])

    threading.Thread(target=run).start()
    try:
        yield serve.url_of(listener)
    finally:
        server.should_exit = True
