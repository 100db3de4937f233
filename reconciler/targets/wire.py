"""What the adapters share: addresses and tokens made safe, paths filled in, failures judged.

A write is sent again only when it is certain that it was not carried out, so everything here errs on the
side of "it may be done".
"""

from __future__ import annotations

import json
import logging
import re
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from math import isfinite
from socket import gaierror
from traceback import walk_tb
from typing import Any
from urllib.parse import quote, urlsplit

from reconciler.errors import Failure
from reconciler.targets.seam import Answer, CallError, RateLimited, Refused, Unanswered, Unreachable

#: Seconds to wait when a service says "too many" and not for how long.
DEFAULT_WAIT = 1.0

#: A log level that nothing reaches.
NEVER = logging.CRITICAL + 1

#: Where http.client, urllib3 and httpcore open a connection; no request is on its way there.
_OPENING = frozenset({"connect", "create_connection", "connect_tcp", "start_tls"})


def secret(token: str, service: str) -> str:
    """The token without the blanks that copying adds. Raises Failure, which does not show it."""
    token = token.strip()
    if not re.fullmatch(r"[!-~]+", token):
        raise Failure(
            f"the {service} token is empty or holds characters that no token has",
            next=f"copy it again from {service}",
        )
    return token


def address(url: str | None, default: str, service: str) -> str:
    """The address to call, without a slash at its end. Raises Failure for what is none."""
    found = (url or "").strip().rstrip("/") or default
    parts = urlsplit(found)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Failure(
            f"the address for {service} is no URL", next="write it in full, such as https://example.com"
        )
    return found


def host(url: str) -> str:
    """Host and port of an address, without a user's name or password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def tls(url: str) -> ssl.SSLContext:
    """What https is checked with. Loading it takes up to a tenth of a second: once a process, if at all."""
    return _authorities() if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def _authorities() -> ssl.SSLContext:
    """The system's certificate authorities (SSL_CERT_FILE counts), and certifi's where it has none."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def silent(name: str) -> logging.Logger:
    """A logger for an SDK, which says nothing: what goes wrong is raised, and would be told twice."""
    logger = logging.getLogger(f"reconciler.sdk.{name}")
    logger.propagate = False
    logger.setLevel(NEVER)
    return logger


def route(method: str, arguments: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """`GET /a/{id}` with its arguments → the verb, the path filled in, and the arguments that are left."""
    verb, _, template = method.partition(" ")
    names = re.findall(r"\{(\w+)\}", template)
    path = re.sub(r"\{(\w+)\}", lambda found: quote(str(arguments[found[1]]), safe=""), template)
    return verb, path, {name: value for name, value in arguments.items() if name not in names}


def query(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as a query: without those that are None, booleans as the services write them."""
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in arguments.items()
        if value is not None
    }


def parsed(text: str) -> dict[str, Any] | None:
    """The JSON object in a body; None when it holds anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def wait_asked(headers: Mapping[str, str], *names: str) -> float | None:
    """The seconds that the first of these headers with a number asks to wait; None when none does."""
    for name in names:
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if isfinite(seconds) and seconds >= 0:
            return seconds
    return None


def judge(
    method: str, status: int, code: str, detail: str, answer: Answer | None, wait: float | None
) -> CallError:
    """What an HTTP status other than success means; `answer` is None when the body was no JSON object."""
    if status == 429:
        return RateLimited(method, DEFAULT_WAIT if wait is None else wait)
    if 400 <= status < 500 and status != 408:
        if answer is None:
            code, detail = str(status), "and no JSON: is this the service, or a proxy before it?"
        return Refused(method, code, detail, answer, status)
    return Unanswered(method, f"{status} {'' if code == str(status) else code}".strip(), status, wait)


def no_json(method: str, status: int) -> Unanswered:
    """The error for a success whose body is no JSON object."""
    return Unanswered(method, f"{status}, and the answer is no JSON", status)


@contextmanager
def sending(method: str, at: str, *kinds: type[Exception]) -> Iterator[None]:
    """Raise what an SDK raises for a failed transport as `Unreachable` or `Unanswered`."""
    outer = sys.exception()
    try:
        yield
    except kinds as error:
        raise _lost(method, at, _chain(error, outer)) from None


def _lost(method: str, at: str, chain: list[BaseException]) -> CallError:
    message = f"{_words(chain[-1])} ({at})"
    return Unreachable(method, message) if any(map(_unsent, chain)) else Unanswered(method, message)


def _unsent(error: BaseException) -> bool:
    """True for a failure to connect. The SDKs do not tell it from a lost answer, but the stack does."""
    opening = (frame.f_code.co_name in _OPENING for frame, _ in walk_tb(error.__traceback__))
    return type(error).__name__ == "ProxyError" or any(opening)


def _chain(error: BaseException, outer: BaseException | None) -> list[BaseException]:
    """The failure and what led to it, the first cause last; `outer` was there before the call."""
    chain = [error]
    while True:
        cause = chain[-1].__cause__ or chain[-1].__context__
        if cause is None or cause is outer:
            return chain
        chain.append(cause)


def _words(error: BaseException) -> str:
    match error:
        case gaierror():
            return "no such host"
        case ssl.SSLCertVerificationError():
            return f"TLS: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS: {error.reason or 'no handshake'}"
        case TimeoutError():
            return "timed out"
        case OSError(strerror=str(text)):
            return text.lower()
        case ValueError():
            return "an answer that cannot be read"
    return "connection dropped"
