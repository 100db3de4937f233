"""Socket Mode without sockets: which connection gets what, what was acknowledged, and what is sent again.

Any of several connections gets a thing, and it is sent to another where one is silent for three seconds or
goes away: so an app hears of everything at least once. An event is sent again even to the same connection.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from threading import Event, RLock
from typing import Any

from reconciler.sandbox.machine import Now
from reconciler.sandbox.slack.interaction import NOBODY, SILENCE
from reconciler.sandbox.slack.payloads import Sending

PATIENCE = 3.0
#: How many connections an app may have, and for how long each lasts; a warning comes before its end.
MOST, LASTS, WARNED = 10, 3600.0, 10.0
#: Seconds to wait before each time that an event is sent again.
AGAIN = (0.0, 60.0, 300.0)

_TICK = 0.1

Frame = Mapping[str, Any]
#: Sends a frame to the app; None closes the connection.
Send = Callable[[Frame | None], None]
#: What an acknowledgement, or its lack, brings about.
Settle = Callable[[Sending, Any, str], dict[str, Any]]


@dataclass(eq=False)
class Line:
    """One connection of the app."""

    send: Send
    since: float
    warned: bool = False


@dataclass(eq=False)
class Delivery:
    """Something that the app is to hear of, and in the end what came of it."""

    id: str
    sending: Sending
    at: float
    line: Line | None = None
    tried: list[Line] = field(default_factory=list)
    attempts: int = 0
    outcome: dict[str, Any] = field(default_factory=dict)
    done: Event = field(default_factory=Event)

    @property
    def is_event(self) -> bool:
        return self.sending.kind == "events_api"

    def frame(self) -> Frame:
        """As it is sent."""
        again = {"retry_attempt": self.attempts - 1, "retry_reason": "timeout" if self.attempts > 1 else ""}
        return {
            "envelope_id": self.id,
            "type": self.sending.kind,
            "accepts_response_payload": self.sending.answers,
            "payload": self.sending.payload,
            **(again if self.is_event else {}),
        }


class Switchboard:
    """All connections of the app, and all that is on its way. Threads share it; `tick` sees to time."""

    def __init__(self, now: Now, settle: Settle, app_id: str):
        self._now, self._settle, self._app_id = now, settle, app_id
        self._lines: deque[Line] = deque()
        self._pending: dict[str, Delivery] = {}
        self._numbers = count(1)
        self._left = -PATIENCE
        self._lock = RLock()

    # connections

    def connect(self, send: Send) -> Line:
        """A new connection: it is greeted, and gets what waits for one. The eleventh is sent away."""
        self.tick()  # what nobody waits for any more is not sent
        with self._lock:
            line = Line(send, self._seconds())
            if len(self._lines) >= MOST:
                self._end_line(line, "too_many_websockets")
                return line
            self._lines.append(line)
            send(self._hello())
            for delivery in [one for one in self._pending.values() if one.line is None]:
                self._hand(delivery, line)
            return line

    def _hello(self) -> Frame:
        return {
            "type": "hello",
            "num_connections": len(self._lines),
            "debug_info": {"host": "sandbox", "approximate_connection_time": int(LASTS)},
            "connection_info": {"app_id": self._app_id},
        }

    def gone(self, line: Line) -> None:
        """A connection is no more: what it did not acknowledge goes to another."""
        with self._lock:
            self._drop(line)
            for delivery in [one for one in self._pending.values() if one.line is line]:
                delivery.line = None
                if other := self._other(delivery):
                    self._hand(delivery, other)

    def refresh(self) -> None:
        """Ask all connections to come anew, as Slack does now and then."""
        with self._lock:
            for line in [*self._lines]:
                self._end_line(line, "refresh_requested")

    def _end_line(self, line: Line, reason: str) -> None:
        self._drop(line)
        line.send(_disconnect(reason))
        line.send(None)

    def _drop(self, line: Line) -> None:
        if line in self._lines:
            self._lines.remove(line)
            self._left = self._seconds()

    @property
    def connections(self) -> int:
        with self._lock:
            return len(self._lines)

    # what is sent

    def send(self, sending: Sending) -> Delivery:
        """Send something to one of the connections; where none is, it waits if one was there just now."""
        with self._lock:
            waits = sending.kind == "events_api" or self._seconds() - self._left < PATIENCE
            delivery = Delivery(f"{next(self._numbers):08x}", sending, self._seconds())
            self._pending[delivery.id] = delivery
            line = self._other(delivery)
            if line:
                self._hand(delivery, line)
        if line is None and not waits:
            self._end(delivery, None, NOBODY)
        return delivery

    def _other(self, delivery: Delivery) -> Line | None:
        """The connection whose turn it is, of those that have not had it; an event may go to any."""
        fresh = [line for line in self._lines if line not in delivery.tried]
        chosen = next(iter(fresh or (self._lines if delivery.is_event else ())), None)
        if chosen:
            self._lines.remove(chosen)
            self._lines.append(chosen)
        return chosen

    def _hand(self, delivery: Delivery, line: Line) -> None:
        delivery.line, delivery.at = line, self._seconds()
        delivery.attempts += 1
        delivery.tried.append(line)
        line.send(delivery.frame())

    def received(self, text: str) -> None:
        """What the app says on a connection: an acknowledgement, of which only the first counts."""
        try:
            said = json.loads(text)
        except ValueError:
            return
        with self._lock:
            id = said.get("envelope_id") if isinstance(said, dict) else None
            delivery = self._pending.get(id) if isinstance(id, str) else None
        if delivery:
            self._end(delivery, said.get("payload"), "")

    def _end(self, delivery: Delivery, payload: Any, error: str) -> None:
        with self._lock:
            if self._pending.pop(delivery.id, None) is None:
                return
        try:
            delivery.outcome = self._settle(delivery.sending, payload, error)
        finally:
            delivery.done.set()

    # time

    def wait(self, delivery: Delivery) -> dict[str, Any]:
        """Wait until it is known what came of something, and see to time meanwhile; nothing takes longer."""
        for _ in range(round((MOST + 1) * PATIENCE / _TICK)):
            if delivery.done.wait(_TICK):
                break
            self.tick()
        return delivery.outcome

    def tick(self) -> None:
        """Send again what is not acknowledged, give up what cannot be, and let old connections end."""
        with self._lock:
            now = self._seconds()
            late = [one for one in self._pending.values() if self._is_late(one, now)]
            lost = [one for one in late if not self._again(one)]
            for line in [*self._lines]:
                self._age(line, now)
        for delivery in lost:
            self._end(delivery, None, SILENCE)

    def _is_late(self, delivery: Delivery, now: float) -> bool:
        wait = 0.0
        if delivery.is_event:
            wait = AGAIN[min(delivery.attempts, len(AGAIN)) - 1]  # with no attempt yet, the longest
        return now - delivery.at >= PATIENCE + wait

    def _again(self, delivery: Delivery) -> bool:
        """Whether there is still hope."""
        if delivery.is_event and delivery.attempts > len(AGAIN):
            return False
        other = self._other(delivery)
        if other:
            self._hand(delivery, other)
        return other is not None

    def _age(self, line: Line, now: float) -> None:
        age = now - line.since
        if age >= LASTS:
            self._end_line(line, "refresh_requested")
        elif age >= LASTS - WARNED and not line.warned:
            line.warned = True
            line.send(_disconnect("warning"))

    def _seconds(self) -> float:
        return self._now().timestamp()


def _disconnect(reason: str) -> Frame:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
