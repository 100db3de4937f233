"""What the sandbox's three services share: all state in one value, one call at a time, a clock from outside.

A machine stands behind the same seam as a real SDK, so whatever is proved against it needs no sockets. Its
state is plain JSON data: to save, compare or rewind a whole service is to copy one dictionary.
"""

from __future__ import annotations

import marshal
import math
from collections import deque
from collections.abc import Callable
from datetime import datetime
from threading import RLock
from typing import Any, NamedTuple

from reconciler.targets.seam import Answer, CallError, RateLimited

Now = Callable[[], datetime]

_MINUTE = 60.0
_REMEMBERED = 500


class Logged(NamedTuple):
    """One call and what came of it: the answer, or the error that was raised."""

    method: str
    arguments: dict[str, Any]
    outcome: Answer | CallError


class Machine:
    """A service as a state machine; implements `seam.Api`.

    A kind of machine says what it holds at first (`blank`) and answers calls (`answer`). `clock` returns
    aware times. `limits` maps a method to its calls a minute; what is not in it is not limited. Whoever reads
    or changes `data` from outside a call holds `lock`.
    """

    def __init__(self, clock: Now, data: dict[str, Any] | None = None):
        self.clock = clock
        self.data: dict[str, Any] = self.blank() if data is None else copied(data)
        self.limits: dict[str, int] = {}
        self.log: deque[Logged] = deque(maxlen=_REMEMBERED)
        self.lock = RLock()
        self._recent: dict[str, deque[float]] = {}

    def blank(self) -> dict[str, Any]:
        """The state of a service that nobody has used."""
        raise NotImplementedError

    def taken_over(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """What was kept, as this machine holds it; None for what is no data of its kind."""
        return data if data.keys() == self.data.keys() else None

    def answer(self, method: str, arguments: dict[str, Any]) -> Answer:
        """Carry out one call, which is alone at this moment; raises `Refused`, and then nothing was done."""
        raise NotImplementedError

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call; neither the arguments nor the answer are shared with the state or the log."""
        given = received(arguments)
        with self.lock:
            try:
                self.throttle(method, given)
                answer = self.answer(method, copied(given))
            except CallError as error:
                self.log.append(Logged(method, given, error))
                raise
            self.log.append(Logged(method, given, copied(answer)))
            own: Answer = copied(answer)
            return own

    def throttle(self, method: str, arguments: dict[str, Any]) -> None:
        """Refuse the call if its method was called too often in the last minute."""
        if method in self.limits:
            self.spend(method, method, self.limits[method], _MINUTE)

    def spend(self, method: str, key: str, calls: int, seconds: float) -> None:
        """Count a call under `key`; the one after `calls` within `seconds` raises `RateLimited`."""
        now = self.clock().timestamp()
        recent = self._recent.setdefault(key, deque())
        while recent and recent[0] <= now - seconds:
            recent.popleft()
        if len(recent) >= calls:
            free = recent[0] + seconds if recent else now + seconds
            raise RateLimited(method, max(1, math.ceil(free - now)))
        recent.append(now)

    def snapshot(self) -> dict[str, Any]:
        """The whole state as it is now, shared with nobody."""
        with self.lock:
            state: dict[str, Any] = copied(self.data)
            return state


def copied(value: Any) -> Any:
    """A deep copy of JSON data, many times as quick as `deepcopy`; refuses what is not plain data."""
    return marshal.loads(marshal.dumps(value))  # noqa: S302 - our own bytes, made in this line


def received(value: Any) -> Any:
    """A copy of what a caller gave, as it would arrive over the wire: dicts, lists, text, numbers, bools."""
    if isinstance(value, dict):
        return {str(key): received(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [received(item) for item in value]
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    raise TypeError(f"{value!r} cannot be sent: it is not JSON")
