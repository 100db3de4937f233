"""Calls that are made again: when the service was not reached, and when a lost answer does no harm.

A write that must not happen twice is sent once, whatever comes back. A rate limit is not waited for here, in
a thread that others need, but by the run (`targets/pace.py`, `run/engine.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from reconciler.clock import Clock
from reconciler.targets.seam import Answer, Api, CallError, RateLimited, Refused, Unanswered, is_read

#: Told before each wait: the method, the seconds, and why.
OnWait = Callable[[str, float, str], None]

#: The writes that may be sent again after a lost answer, and why the second does no harm.
REPEATABLE: Mapping[str, str] = MappingProxyType(
    {
        "conversations.setTopic": "sets; the same topic again changes nothing",
        "conversations.setPurpose": "sets; the same purpose again changes nothing",
        "conversations.rename": "sets; a channel keeps the name it has",
        "conversations.archive": "the second answers already_archived",
        "conversations.unarchive": "the second answers not_archived",
        "conversations.invite": "the second answers already_in_channel",
        "conversations.join": "a member stays a member",
        "chat.update": "sets the text of one message",
        "chat.delete": "the second answers message_not_found",
        "pins.add": "the second answers already_pinned",
        "pins.remove": "the second answers no_pin",
        "bookmarks.edit": "sets the fields of one bookmark",
        "bookmarks.remove": "the second answers not_found",
        "PUT /incidents": "sets fields; those that are so already stay so",
        "PUT /incidents/{id}": "sets fields; those that are so already stay so",
        "PUT /incidents/{id}/notes/{note_id}": "sets the text of one note",
        "DELETE /incidents/{id}/notes/{note_id}": "the second answers 404",
        "PATCH /v1/pages/{page_id}": "sets properties",
        "PATCH /v1/blocks/{block_id}": "sets the content of one block",
        "DELETE /v1/blocks/{block_id}": "what is in the trash stays there",
        "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}": "sets the text of one comment",
    }
)

#: Seconds between two looks at whether a wait is to end, because the run is.
SLICE = 0.5

#: Refusals that pass by themselves. Notion: "conflict_error … try again", and nothing was saved.
_PASSING = frozenset({"conflict_error"})


def repeatable(method: str, arguments: Mapping[str, Any]) -> bool:
    """True where a call may be sent again although the first may have been carried out."""
    incident = arguments.get("incident") or {}
    if method == "POST /incidents":  # PagerDuty refuses a second open incident with the same key
        return bool(incident.get("incident_key"))
    if "escalation_level" in incident:  # those of the level are told each time
        return False
    return is_read(method) or method in REPEATABLE


class Retrying:
    """An `Api` that tries again: at most `attempts` calls, and no wait that would end after `budget` seconds.

    The last error is raised with the number of attempts in its message, at once when the run is `stopping`.
    `jitter` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        api: Api,
        clock: Clock,
        *,
        attempts: int = 4,
        budget: float = 120,
        jitter: Callable[[], float] = random.random,
        on_wait: OnWait | None = None,
        stopping: Callable[[], bool] | None = None,
    ):
        self._stopping = stopping
        self._api, self._clock, self._attempts, self._jitter = api, clock, attempts, jitter
        self._budget = timedelta(seconds=budget)
        self._on_wait = on_wait or (lambda _method, _seconds, _why: None)

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call, as often as it takes; see the seam."""
        until = self._clock.now() + self._budget
        again = repeatable(method, arguments)
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._api.call(method, **arguments)
            except CallError as error:
                wait = self._wait(error, attempt, again)
                late = wait is not None and self._clock.now() + timedelta(seconds=wait) > until
                if wait is None or attempt >= self._attempts or late:
                    raise _counted(error, attempt) from None
                failed = error
            self._on_wait(method, wait, failed.message)
            if not self._waited(wait):
                raise _counted(failed, attempt)

    def _waited(self, seconds: float) -> bool:
        """Wait so long; False when the run is to end before."""
        if self._stopping is None:
            self._clock.sleep(seconds)
            return True
        until = self._clock.now() + timedelta(seconds=seconds)
        while not self._stopping():
            left = (until - self._clock.now()).total_seconds()
            if left <= 0:
                return True
            self._clock.sleep(min(left, SLICE))
        return False

    def _wait(self, error: CallError, attempt: int, again: bool) -> float | None:
        """The seconds to wait before another attempt; None when there must be none."""
        if isinstance(error, RateLimited):
            return None
        if isinstance(error, Refused) and error.code not in _PASSING:
            return None
        if error.uncertain and not again:
            return None
        back_off = float(2 ** (attempt - 1)) * (0.75 + self._jitter() / 2)
        asked = error.retry_after if isinstance(error, Unanswered) else None
        return max(back_off, asked or 0.0)


def _counted(error: CallError, attempts: int) -> CallError:
    """The same error, saying how often it was tried."""
    if attempts > 1:
        tried = f"after {attempts} attempts"
        error.message = f"{error.message} {tried}"
        error.args = (f"{error.method}: {error.message}",)
    return error
