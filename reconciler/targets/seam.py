"""The seam: every call to a service is one method name with arguments, and one answer.

Behind it stands a real SDK (`targets/*/api.py`), the sandbox's state machine, or a test that counts,
refuses, loses or delays. Method names are the services' own:

    Slack       "conversations.create", arguments as Slack's documentation names them; the answer is Slack's
                JSON object. `ok: false` never comes back as an answer: it is raised as `Refused`.
    PagerDuty   "POST /incidents", "GET /incidents/{id}" with `id` among the arguments; the other arguments
                are the JSON body (POST, PUT) or the query (GET; list values without the `[]` suffix).
                The answer is the JSON object, not unwrapped. `From` is set by the adapter.
    Notion      "POST /v1/pages", "PATCH /v1/pages/{page_id}/markdown" …, likewise: path parameters by the
                names in braces, the rest is body (POST, PATCH) or query (GET).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from traceback import extract_tb
from typing import Any, Protocol

Answer = Mapping[str, Any]


class Api(Protocol):
    """One service, reduced to calls."""

    def call(self, method: str, /, **arguments: Any) -> Answer:
        """Make one call. Raises only `CallError` and its kinds."""
        ...


class CallError(Exception):
    """A call that brought no answer to use."""

    #: True where the service may have done what was asked although no answer came.
    uncertain = False

    def __init__(self, method: str, message: str):
        super().__init__(f"{method}: {message}")
        self.method, self.message = method, message


class Refused(CallError):
    """The service said no, and nothing was done.

    `code` is Slack's `error`, PagerDuty's HTTP status as text (its own number in `detail`), Notion's `code`.
    `answer` is the whole body, for what it tells beyond the code (Slack's `needed`, PagerDuty's `errors`).
    """

    def __init__(
        self, method: str, code: str, message: str = "", answer: Answer | None = None, status: int = 200
    ):
        super().__init__(method, f"{code} {message}".strip())
        self.code, self.detail, self.answer, self.status = code, message, answer or {}, status


class RateLimited(CallError):
    """Too many calls: nothing was done; `retry_after` is in seconds."""

    def __init__(self, method: str, retry_after: float):
        super().__init__(method, f"rate limited, try again after {retry_after:g} s")
        self.retry_after = retry_after


class Unreachable(CallError):
    """The call never reached the service (no connection): nothing was done."""


class Unanswered(CallError):
    """The call was sent and no usable answer came (dropped, timed out, 5xx, broken JSON): it may be done."""

    uncertain = True

    def __init__(self, method: str, message: str, status: int = 0, retry_after: float | None = None):
        super().__init__(method, message)
        self.status, self.retry_after = status, retry_after


class Unusable(Unanswered):
    """An answer came that is not of the documented shape, so what it says is not known; it may be done."""

    #: What code that takes an answer apart raises over another shape.
    SIGNS = (LookupError, TypeError, ValueError, AttributeError)

    @classmethod
    def by(cls, method: str, error: Exception) -> Unusable:
        """The same as a call's error; names the place that did not understand, never what was answered."""
        last = extract_tb(error.__traceback__)[-1]
        place = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
        return cls(method, f"not of the documented shape ({type(error).__name__} at {place})")


def wordless(error: CallError) -> CallError:
    """The error without the service's own words, where these may quote what is private."""
    if not isinstance(error, Refused):
        return error
    code = error.code if _CODE.fullmatch(error.code) else "an error"
    needed = str(error.answer.get("needed") or "")
    answer = {"needed": needed} if _SCOPES.fullmatch(needed) else None
    return Refused(error.method, code, answer=answer, status=error.status)


def items_of(answer: Answer, name: str) -> list[Any]:
    """What an answer lists; a list that is not there is no empty one. Raises LookupError, TypeError."""
    found = answer[name]
    if not isinstance(found, list):
        raise TypeError(f"{name!r} is no list")
    return found


def text_of(answer: Answer, name: str) -> str:
    """A text that every such answer has, as an id. Raises LookupError, TypeError."""
    return words(answer[name])


def words(value: object) -> str:
    """The value, which has to be a text with something in it. Raises TypeError."""
    if not isinstance(value, str) or not value:
        raise TypeError("no text")
    return value


_CODE = re.compile(r"\w{1,60}", re.ASCII)
_SCOPES = re.compile(r"[a-z]+:[a-z:.,]{1,99}")

#: What only looks. Everything else counts as a write.
_READS = re.compile(
    r"GET .*"
    r"|POST /v1/data_sources/\{data_source_id\}/query"
    r"|auth\.test|users\.(conversations|lookupByEmail|info)|usergroups\.(list|users\.list)"
    r"|conversations\.(list|info|history|replies|members)|bookmarks\.list|pins\.list|chat\.getPermalink"
)


def is_read(method: str) -> bool:
    """True for a method that changes nothing."""
    return _READS.fullmatch(method) is not None


class ReadOnly:
    """The client of `plan`: it cannot write, whatever is asked of it."""

    def __init__(self, api: Api):
        self._api = api

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if not is_read(method):
            raise AssertionError(f"{method} is a write, and this client only reads")
        return self._api.call(method, **arguments)
