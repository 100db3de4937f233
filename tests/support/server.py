"""The sandbox over HTTP, in a thread of the test's own process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.sandbox import serve
from reconciler.sandbox.world import World


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Serve the world on a free port while the context lasts; its address, without a slash at the end."""
    with serve.listening(0) as listener:
        server = serve.server(world)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield serve.url_of(listener)
        finally:
            server.should_exit = True
            thread.join()
