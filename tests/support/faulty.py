"""A server on 127.0.0.1 that misbehaves in one chosen way, and counts who came.

It speaks HTTP by hand, since what is to be tried is what no HTTP server would do.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came."""

    verb: str
    target: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[["Connection"], None]


class Connection(StreamRequestHandler):
    """One connection, handed to the server's behaviour."""

    server: Server

    def handle(self) -> None:
        with self.server.counting:
            self.server.faulty.connections += 1
        self.server.behave(self)

    def read(self) -> Received:
        """Read one whole request and note it."""
        verb, target, _ = self.rfile.readline().decode().split(" ", 2)
        headers = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        received = Received(verb, target, headers, body)
        with self.server.counting:
            self.server.faulty.requests.append(received)
        return received

    def answer(self, status: int, body: str, kind: str = "application/json", **headers: str) -> None:
        """Write one whole answer and end the connection."""
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.wfile.write("\r\n".join([*lines, "Connection: close", "", body]).encode())

    def reset(self) -> None:
        """End the connection so that the other side sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class Server(ThreadingTCPServer):
    """A thread a connection; they end with the server."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, behave: Behaviour):
        super().__init__(("127.0.0.1", 0), Connection)
        self.behave, self.counting, self.faulty = behave, threading.Lock(), Faulty("")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is expected here."""


@dataclass
class Faulty:
    """Where the server is, and what it has seen so far."""

    address: str
    connections: int = 0
    requests: list[Received] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://{self.address}"


@contextmanager
def faulty(behave: Behaviour) -> Iterator[Faulty]:
    """Run a server that treats each connection in this way."""
    with Server(behave) as server:
        server.faulty.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.faulty
        finally:
            server.faulty.ending.set()
            server.shutdown()
            thread.join()


def drop_unread(connection: Connection) -> None:
    """Hang up when a request comes in, with nothing of it read."""
    connection.connection.recv(1, socket.MSG_PEEK)
    connection.reset()


def drop_read(connection: Connection) -> None:
    """Read the whole request, then hang up: it may have been carried out."""
    connection.read()
    connection.reset()


def drop_in_answer(connection: Connection) -> None:
    """Hang up in the middle of the answer."""
    connection.read()
    connection.wfile.write(
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"ok'
    )


def babble(connection: Connection) -> None:
    """Answer with what is no HTTP (and no TLS)."""
    connection.connection.recv(1)
    connection.wfile.write(b"who are you?\r\n\r\n")


def hang(connection: Connection) -> None:
    """Read the request and never answer."""
    connection.read()
    connection.server.faulty.ending.wait(30)


def status(number: int, body: str = "{}", **headers: str) -> Behaviour:
    """Answer every request in the same way."""

    def behave(connection: Connection) -> None:
        connection.read()
        connection.answer(number, body, **headers)

    return behave


def page(number: int) -> Behaviour:
    """Answer with a page for people, as a proxy does."""

    def behave(connection: Connection) -> None:
        connection.read()
        connection.answer(number, "<html><h1>Sorry</h1></html>", kind="text/html")

    return behave


def echo(together: int = 1) -> Behaviour:
    """Answer with the request's body or target; nobody is answered before `together` requests are in."""
    barrier = threading.Barrier(together)

    def behave(connection: Connection) -> None:
        received = connection.read()
        barrier.wait(10)
        connection.answer(200, json.dumps({"ok": True, "said": received.body.decode() or received.target}))

    return behave


def closed_port() -> str:
    """An address at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{held.getsockname()[1]}"
