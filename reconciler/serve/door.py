"""The local port: `/healthz`, `/readyz` and `/metrics`, and nothing else.

It answers with Python's own server, since it has three short answers to give, and has to give them when
everything else is stuck.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

from reconciler.errors import Failure, Usage

#: Seconds that a client may take for its request.
_PATIENCE = 5.0
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


class Said(NamedTuple):
    """An answer."""

    status: int
    body: bytes
    kind: str = "application/json"


class Place(NamedTuple):
    """Where the port is."""

    host: str
    port: int

    @classmethod
    def of(cls, given: str) -> Place:
        """`127.0.0.1:9464`, `[::]:9464`, or only a port. Raises Usage."""
        host, _, port = given.rpartition(":")
        if not port.isascii() or not port.isdecimal() or int(port) > 65535:
            raise Usage(f"{given!r} is no address with a port", next="write it like 127.0.0.1:9464")
        return cls(host.strip("[]") or "127.0.0.1", int(port))

    def __str__(self) -> str:
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


Answers = Mapping[str, Callable[[], Said]]


def answers(record: Callable[[], Mapping[str, Any]], metrics: Callable[[], bytes]) -> Answers:
    """What is said at each path."""

    def health(key: str) -> Callable[[], Said]:
        def say() -> Said:
            known = record()
            status = HTTPStatus.OK if known[key] else HTTPStatus.SERVICE_UNAVAILABLE
            return Said(status, json.dumps(known).encode() + b"\n")

        return say

    return {
        "/healthz": health("alive"),
        "/readyz": health("ready"),
        "/metrics": lambda: Said(HTTPStatus.OK, metrics(), _METRICS),
    }


@contextmanager
def opened(place: Place, told: Answers) -> Iterator[Place]:
    """Answer there while the context lasts; where it is, if any port would do. Raises Failure."""
    try:
        server = _Server(place, told)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise Failure(
            f"{place} {'is taken' if taken else f'cannot be listened at: {error.strerror}'}",
            next="name another: --health 127.0.0.1:9465, or port 0 for any that is free",
        ) from None
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="health")
    with server:
        thread.start()
        try:
            yield Place(place.host, server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a client that never ends its request holds up no end

    def __init__(self, place: Place, told: Answers):
        self.told = told
        self.address_family = _family(place.host)
        super().__init__((place.host, place.port), _Handler)

    def server_bind(self) -> None:
        """Without the look-up of the host's name, which may hang."""
        from socketserver import TCPServer

        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is nobody's trouble."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE

    def do_GET(self) -> None:
        say = self.server.told.get(self.path.partition("?")[0])
        said = say() if say else Said(HTTPStatus.NOT_FOUND, b'{"error": "not found"}\n')
        self.send_response(said.status)
        self.send_header("Content-Type", said.kind)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(said.body)

    do_HEAD = do_GET

    def version_string(self) -> str:
        """Nobody needs to know what answers."""
        return "reconciler"

    def log_message(self, *_: object) -> None:
        """Probes come every few seconds; they are no events."""


def _family(host: str) -> Any:
    import socket

    return socket.AF_INET6 if ":" in host else socket.AF_INET
