"""The sandbox's world: its three machines, what was called lately, and the folder where all of it is kept."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any, NamedTuple

from reconciler.errors import Failure
from reconciler.sandbox.machine import Machine, Now
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.routes import Asked
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.targets.seam import Answer, CallError, Refused, is_read

_SHOWN = 200


class Called(NamedTuple):
    """One call over HTTP, or what a person did on the page; `error` is empty where it was answered."""

    number: int
    at: datetime
    service: str
    method: str
    arguments: Mapping[str, Any]
    answer: Answer
    error: str
    person: str = ""


class World:
    """Slack, PagerDuty and Notion on one machine.

    With a `folder`, each service's data is written there after each of its writes, in whole files that
    replace each other. `warnings` are sentences about what could not be read from it. `heard` is told
    of every call, after it: the service that may have changed, or none.
    """

    def __init__(self, machines: Mapping[str, Machine], now: Now, folder: Path | None = None):
        self.machines, self.now, self.folder = machines, now, folder
        self.calls: deque[Called] = deque(maxlen=_SHOWN)
        self.heard: Callable[[str], None] = lambda _: None
        self.warnings: list[str] = []
        self._numbers = count(1)
        self._calling = Lock()
        self._saving = {service: Lock() for service in machines}
        self._unsaved: set[str] = set()

    @classmethod
    def example(cls, now: Now, folder: Path | None = None) -> World:
        """The demo's world as nobody has used it yet."""
        machines = {
            "slack": SlackMachine.example(now),
            "pagerduty": PagerDutyMachine.example(now),
            "notion": NotionMachine.example(now),
        }
        return cls(machines, now, folder)

    @classmethod
    def open(cls, folder: Path, now: Now, *, reset: bool = False) -> World:
        """The world that the folder holds, or a new one. Raises Failure when it cannot be read or written."""
        world = cls.example(now, folder)
        try:
            _make(folder)
            for service in world.machines:
                if reset:
                    world._file(service).unlink(missing_ok=True)
                world._load(service)
                world._save(service)
        except OSError as error:
            raise Failure(
                f"the sandbox's folder {folder} cannot be used: {error.strerror}",
                next="name another: --folder",
            ) from None
        return world

    def call(self, service: str, asked: Asked) -> Answer:
        """Make a call, with the machine's switches as it asks, and keep what it changed."""
        machine = self.machines[service]
        try:
            with _switched(machine, asked.switches):
                answer = machine.call(asked.method, **asked.arguments)
        except CallError as error:
            self.note(service, asked.method, asked.arguments, error=error)
            raise
        if not is_read(asked.method):
            self._save(service)
        self.note(service, asked.method, asked.arguments, answer)
        return answer

    def act(
        self, service: str, person: str, did: str, given: Mapping[str, Any], do: Callable[[], object]
    ) -> None:
        """Let a person do something, keep what it changed, and remember who it was."""
        try:
            do()
        except CallError as error:
            self.note(service, did, given, error=error, person=person)
            raise
        self._save(service)
        self.note(service, did, given, person=person)

    def changed(self, service: str) -> None:
        """Keep what came of something after its call was over, and have it shown."""
        self._save(service)
        self.heard(service)

    def note(
        self,
        service: str,
        method: str,
        arguments: Mapping[str, Any] = MappingProxyType({}),
        answer: Answer = MappingProxyType({}),
        *,
        error: CallError | None = None,
        person: str = "",
    ) -> None:
        """Remember a call for the page."""
        told = error.answer if isinstance(error, Refused) else answer
        words = error.message if error else ""
        with self._calling:
            number = next(self._numbers)
            self.calls.append(Called(number, self.now(), service, method, arguments, told, words, person))
        self.heard("" if is_read(method) else service)

    def lately(self) -> list[Called]:
        """The last calls, the oldest first."""
        with self._calling:
            return list(self.calls)

    def snapshot(self) -> dict[str, Any]:
        """All data by service, shared with nobody."""
        return {service: machine.snapshot() for service, machine in self.machines.items()}

    def _file(self, service: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{service}.json"

    def _save(self, service: str) -> None:
        """Write the service's data; of several threads that wait to write, one writes for all."""
        if self.folder is None:
            return
        self._unsaved.add(service)
        with self._saving[service]:
            if service in self._unsaved:
                self._unsaved.discard(service)
                _replace(self._file(service), json.dumps(self.machines[service].snapshot()))

    def _load(self, service: str) -> None:
        """Take over the data in the service's file; what is none is put aside."""
        file, machine = self._file(service), self.machines[service]
        try:
            data = json.loads(file.read_bytes())
        except FileNotFoundError:
            return
        except (ValueError, RecursionError):
            data = None
        taken = machine.taken_over(data) if isinstance(data, dict) else None
        if taken is not None:
            machine.data = taken
            return
        aside = _free(file)
        file.rename(aside)
        self.warnings.append(f"{file} cannot be read: it is kept as {aside.name}, and a new one is begun")


@contextmanager
def _switched(machine: Machine, switches: Mapping[str, Any]) -> Iterator[None]:
    """Have the machine to oneself, with these of its attributes set, until the context ends."""
    with machine.lock:
        before = {name: getattr(machine, name) for name in switches}
        vars(machine).update(switches)
        try:
            yield
        finally:
            vars(machine).update(before)


def _make(folder: Path) -> None:
    """A folder that Git does not see, where there is none yet: it may well lie among the incidents."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _replace(file: Path, text: str) -> None:
    """Write a file so that who reads it sees the old text or the new."""
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, file)


def _free(file: Path) -> Path:
    """A name beside the file that is not taken."""
    names = (file.with_name(f"{file.stem}.broken-{number}.json") for number in count(1))
    return next(name for name in names if not name.exists())
