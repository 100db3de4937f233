"""What a form or another system says of a new incident: data from outside, checked before it is used.

Values are words, or what JSON has for them. A field that is not known is refused, never overlooked: it may
be `private`, misspelt.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from reconciler.errors import Failure
from reconciler.incident.finding import HINTED, meant
from reconciler.incident.shown import quoted
from reconciler.incident.verbs import Declare

_TEXTS = ("title", "severity", "summary", "reporter", "bridge", "key")
_LISTS = ("services", "page", "responders")
_TICKS = ("private", "drill")
FIELDS = (*_TEXTS, *_LISTS, *_TICKS)
_NEEDED = ("title", "severity")
_YES_OR_NO = {"true": True, "false": False, "": False}


class Dispatched(NamedTuple):
    """An incident as it came from outside, and the key by which a second delivery is known; may be empty."""

    said: Declare
    key: str


def dispatched(payload: Mapping[str, Any], at: datetime) -> Dispatched:
    """The incident of a payload, declared at that moment. Raises Failure with everything that is wrong."""
    given, wrong = dict[str, Any](), list(_unknown(payload))
    for name in FIELDS:
        try:
            given[name] = _value(name, payload.get(name))
        except ValueError as why:
            wrong.append(f"{name}: {why}")
    wrong += [f"{name}: is needed" for name in _NEEDED if name in given and not given[name]]
    if wrong:
        raise Failure(
            "nothing was declared: what was sent does not fit",
            detail="\n".join(wrong),
            next="correct it, and send it again",
        )
    return Dispatched(
        Declare(
            title=given["title"],
            severity=given["severity"],
            declared_at=at,
            reporter=given["reporter"] or None,
            summary=given["summary"],
            services=given["services"],
            responders=given["responders"],
            page=given["page"],
            bridge=given["bridge"] or None,
            private=given["private"],
            drill=given["drill"],
        ),
        given["key"],
    )


def request_of(key: str) -> str:
    """The id of the request that a de-dup key stands for: of one form, and without the key's own words."""
    return f"key-{sha256(key.encode()).hexdigest()[:32]}"


def _unknown(payload: Mapping[str, Any]) -> list[str]:
    names = [name for name in payload if name not in FIELDS]
    told = [f"{quoted(name)}: is not known; write {meant(name, FIELDS)}" for name in names[:HINTED]]
    more = len(names) - HINTED
    return [*told, f"and {more} more that are not known"] if more > 0 else told


def _value(name: str, given: Any) -> Any:
    if name in _TICKS:
        return _tick(given)
    return _names(given) if name in _LISTS else _text(given)


def _text(given: Any) -> str:
    """Words; a number is taken for what it shows."""
    if given is None:
        return ""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise ValueError("has to be a text")
    text = str(given)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds what is no text in UTF-8") from None
    return text.strip()


def _names(given: Any) -> tuple[str, ...]:
    """Names in a list, or in one text with commas between them."""
    parts = given if isinstance(given, list) else _text(given).split(",")
    return tuple(filter(None, (_text(part) for part in parts)))


def _tick(given: Any) -> bool:
    if given is None or isinstance(given, bool):
        return bool(given)
    word = _text(given).lower()
    if word not in _YES_OR_NO:
        raise ValueError("has to be true or false")
    return _YES_OR_NO[word]
