"""The sandbox over HTTP, sabotaged at one write: it kills who called, hangs up, or answers with nonsense.

Who calls is a real `reconciler` in a process of its own, with the real SDKs, on a real clone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.sandbox.http import ROUTES, replied
from reconciler.sandbox.routes import TOKENS, Heard, Reply
from reconciler.sandbox.world import World
from reconciler.targets.seam import CallError, RateLimited, is_read
from tests.support.faulty import Connection, faulty

ROOT = Path(__file__).parents[2]
#: Seconds after which a process that hangs is a failure.
PATIENCE = 60.0


class Sabotage(Enum):
    """What is done at a write."""

    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    CLOSED_BEFORE = "connection closed before"
    CLOSED_AFTER = "connection closed after"
    UNAVAILABLE = "503 instead of"
    UNAVAILABLE_AFTER = "503 after"
    OVERLOADED = "529 instead of"
    LIMITED = "429 instead of"
    PAGE = "a page of HTML instead of"
    PAGE_AFTER = "a page of HTML after"
    CUT = "an answer cut off after"
    STOPPED = "SIGTERM during"
    INTERRUPTED = "Ctrl-C during"
    TWICE = "SIGTERM twice during"


KILLS = (Sabotage.KILLED_BEFORE, Sabotage.KILLED_AFTER)
SIGNALS = {
    Sabotage.STOPPED: (signal.SIGTERM,),
    Sabotage.INTERRUPTED: (signal.SIGINT,),
    Sabotage.TWICE: (signal.SIGTERM, signal.SIGTERM),
}
#: Where the write is not carried out.
_BEFORE = (
    Sabotage.KILLED_BEFORE,
    Sabotage.CLOSED_BEFORE,
    Sabotage.UNAVAILABLE,
    Sabotage.OVERLOADED,
    Sabotage.LIMITED,
    Sabotage.PAGE,
)
_CREATES = ("conversations.create", "chat.postMessage", "bookmarks.add")


class Write(NamedTuple):
    """The so-many-th call of a method that writes: in which order they come, nobody knows."""

    service: str
    method: str
    number: int

    def __str__(self) -> str:
        return f"{self.service} {self.method} no. {self.number}"


class Ended(NamedTuple):
    """How a process ended: its exit code (negative: by a signal), and what it said."""

    code: int
    out: str
    error: str


@dataclass
class Client:
    """A process that talks to the front."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Take in what it says on standard error, as it comes."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            if "stopping after the changes in hand" in line:
                self.stopping.set()


@dataclass
class Front:
    """The sandbox's services on a port; `at` names the write at which `sabotage` is done, once."""

    world: World
    at: Write | None = None
    sabotage: Sabotage | None = None
    url: str = ""
    writes: list[Write] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    client: Client | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    # what it answers ---------------------------------------------------------------------------

    def behave(self, connection: Connection) -> None:
        """Hear one request, and answer it or not."""
        received = connection.read()
        path, _, query = received.target.partition("?")
        _, service, below = path.split("/", 2)
        heard = Heard(received.verb, f"/{below}", query, received.headers, received.body)
        write = self._write(service, heard)
        if write is None or write != self.at or self.sabotage is None:
            _say(connection, self._carried_out(service, heard))
            return
        self.at = None
        reply = None if self.sabotage in _BEFORE else self._carried_out(service, heard)
        self._sabotaged(connection, self.sabotage, service, heard, reply)

    def _write(self, service: str, heard: Heard) -> Write | None:
        try:
            method = ROUTES[service].understood(heard).method
        except CallError:
            return None
        if is_read(method):
            return None
        with self.lock:
            same = sum((one.service, one.method) == (service, method) for one in self.writes)
            write = Write(service, method, same + 1)
            self.writes.append(write)
        return write

    def _carried_out(self, service: str, heard: Heard) -> Reply:
        reply = replied(self.world, service, heard)
        if reply.status < 300 and reply.body.get("ok", True):
            method = ROUTES[service].understood(heard).method
            if not is_read(method) and (method in _CREATES or method.startswith("POST /")):
                with self.lock:
                    self.made[method] += 1
        return reply

    def _sabotaged(
        self, connection: Connection, how: Sabotage, service: str, heard: Heard, reply: Reply | None
    ) -> None:
        statuses = {Sabotage.UNAVAILABLE: 503, Sabotage.UNAVAILABLE_AFTER: 503, Sabotage.OVERLOADED: 529}
        if how in KILLS:
            self._signal(signal.SIGKILL)
        elif how in SIGNALS:
            assert reply is not None
            for number in SIGNALS[how]:
                self._signal(number)
                assert self.client is not None
                self.client.stopping.wait(PATIENCE)
            _say(connection, reply)
        elif how in (Sabotage.CLOSED_BEFORE, Sabotage.CLOSED_AFTER):
            connection.reset()
        elif how is Sabotage.CUT:
            connection.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + b'{"ok": tr')
        elif how in (Sabotage.PAGE, Sabotage.PAGE_AFTER):
            connection.answer(200, "<html><h1>Welcome to the guest network</h1></html>", kind="text/html")
        elif how is Sabotage.LIMITED:
            _say(connection, ROUTES[service].denied(RateLimited("", 1)))
        else:
            connection.answer(statuses[how], "upstream is not available", kind="text/plain")

    def _signal(self, number: signal.Signals) -> None:
        assert self.client is not None
        os.kill(self.client.process.pid, number)

    # who calls it ------------------------------------------------------------------------------

    def run(self, clone: Path, *command: str, patience: float = PATIENCE) -> Ended:
        """One `reconciler` in a process of its own."""
        arguments = [sys.executable, "-m", "reconciler", "-C", str(clone), *command]
        with subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            self.client = Client(process)
            ear = threading.Thread(target=self.client.listen)
            ear.start()
            watch = threading.Timer(patience, process.kill)
            watch.start()
            assert process.stdout is not None
            out = process.stdout.read()
            ear.join()
            code = process.wait()
            watch.cancel()
        return Ended(code, out, "".join(self.client.said))

    def environment(self) -> dict[str, str]:
        """All that a process sees: the tokens, and where the services are."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "SLACK_BOT_TOKEN": TOKENS["slack"],
            "SLACK_API_URL": f"{self.url}/slack/api/",
            "PAGERDUTY_API_TOKEN": TOKENS["pagerduty"],
            "PAGERDUTY_API_URL": f"{self.url}/pagerduty",
            "NOTION_TOKEN": TOKENS["notion"],
            "NOTION_API_URL": f"{self.url}/notion",
        }


def _say(connection: Connection, reply: Reply) -> None:
    headers: Mapping[str, Any] = reply.headers
    connection.answer(reply.status, json.dumps(reply.body), **headers)


@contextmanager
def fronted(world: World, at: Write | None = None, sabotage: Sabotage | None = None) -> Iterator[Front]:
    """Serve the world while the context lasts."""
    front = Front(world, at, sabotage)
    behave: Callable[[Connection], None] = front.behave
    with faulty(behave) as server:
        front.url = server.url
        yield front
