"""The two ways in for Slack: a socket that we open, or HTTP that it calls."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, create_server
from threading import Thread
from typing import Protocol

from reconciler.helper.app import Helper
from reconciler.serve.door import Place


class Way(Protocol):
    """How Slack reaches the helper."""

    def open(self, helper: Helper) -> None:
        """Begin. Raises whatever its library raises."""
        ...

    def connected(self) -> bool: ...

    def close(self) -> None: ...


class Socket:
    """Socket Mode: we call Slack, so that nobody needs a public address."""

    def __init__(self, app_token: str, url: str | None):
        self._token, self._url = app_token, url

    def open(self, helper: Helper) -> None:
        from reconciler.helper.door import socket

        self._handler = socket(helper, self._token, self._url)
        self._handler.connect()  # type: ignore[no-untyped-call]

    def connected(self) -> bool:
        return self._handler.client.is_connected()

    def close(self) -> None:
        self._handler.close()  # type: ignore[no-untyped-call]


class Http:
    """HTTP mode: Slack calls us, and signs what it says."""

    def __init__(self, place: Place):
        self._place = place

    def open(self, helper: Helper) -> None:
        import uvicorn

        from reconciler.helper.door import http

        config = uvicorn.Config(
            http(helper), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=3
        )
        listener = create_server(self._place, family=AF_INET6 if ":" in self._place.host else AF_INET)
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([listener],), name="slack http", daemon=True)
        self._thread.start()

    def connected(self) -> bool:
        return self._thread.is_alive() and self._server.started

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(5)
