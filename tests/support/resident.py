"""A real `reconciler serve` in a process of its own, on a real clone, against the sandbox over HTTP.

with resident(front, clone.folder) as one:
    one.until(lambda: one.ready)
    one.ended()
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.sabotage import ROOT, Client, Front

#: Seconds after which what was waited for does not come any more.
PATIENCE = 60.0


@dataclass
class Resident:
    """See the module. `events` are the lines of its log, `said` those on standard error."""

    process: subprocess.Popen[str]
    events: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def hear(self) -> None:
        """Take in its log, as it comes."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def overhear(self) -> None:
        """Take in what it says beside its log."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)

    def named(self, event: str) -> list[dict[str, Any]]:
        """The events of that name so far."""
        return [one for one in list(self.events) if one["event"] == event]

    @property
    def dead(self) -> bool:
        """True once it has ended."""
        return self.process.poll() is not None

    def until(self, true: Callable[[], object], patience: float = PATIENCE, may_end: bool = False) -> None:
        """Wait for something to come true."""
        until = time.monotonic() + patience
        while not true():
            assert may_end or not self.dead, f"it has ended: {self.said} {self.events[-3:]}"
            assert time.monotonic() < until, f"waited in vain: {self.said} {self.events[-3:]}"
            time.sleep(0.02)

    def asked(self, path: str) -> tuple[int, str]:
        """What its local port answers."""
        self.until(lambda: self.named("started"))
        try:
            with urllib.request.urlopen(f"{self.named('started')[0]['health']}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    @property
    def turns(self) -> int:
        """How many turns of the loop have ended."""
        return len(self.named("turn"))

    def stop(self, number: signal.Signals = signal.SIGTERM, patience: float = PATIENCE) -> tuple[int, float]:
        """Send a signal; its exit code, and the seconds it took to end."""
        begun = time.monotonic()
        os.kill(self.process.pid, number)
        try:
            return self.process.wait(patience), time.monotonic() - begun
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end: {self.said} {self.events[-4:]}") from None


@contextmanager
def resident(
    front: Front, clone: Path, *more: str, env: Mapping[str, str] | None = None
) -> Iterator[Resident]:
    """Run one while the context lasts."""
    command = [sys.executable, "-m", "reconciler", "-C", str(clone)]
    command += ["serve", "--log", "json", "--health", "127.0.0.1:0", *more]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=front.environment() | dict(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        one = Resident(process)
        front.client = Client(process)
        ears = [threading.Thread(target=one.hear), threading.Thread(target=one.overhear)]
        for ear in ears:
            ear.start()
        try:
            yield one
        finally:
            process.kill()
            process.wait()
            for ear in ears:
                ear.join()
