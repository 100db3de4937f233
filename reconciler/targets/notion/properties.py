"""Notion's properties, to and from plain text, by the type that the database gives them.

One normaliser for both sides: what is desired is compared as it would be read back. Notion: a rich text item
holds 2,000 UTF-16 units and comes back split as Notion sees fit; a date with a time comes back to the minute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from reconciler.incident.text import lines, one_line

Value = str | None

#: So many characters are at most 2,000 units, whatever they are.
CHUNK = 1000
#: The longest value of a type, in characters.
LIMITS = {"title": 2 * CHUNK, "rich_text": 10 * CHUNK, "url": 2 * CHUNK}
OPTION = 50

#: What each meaning may be kept in.
KINDS: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "id": ("rich_text", "title"),
    "status": ("status", "select", "rich_text"),
    "severity": ("select", "status", "rich_text"),
    "slack": ("url", "rich_text"),
    "pagerduty": ("url", "rich_text"),
    "declared": ("date", "rich_text"),
    "resolved": ("date", "rich_text"),
    "commander": ("rich_text", "select"),
    "summary": ("rich_text",),
}


def _rich(text: Value) -> list[dict[str, Any]]:
    parts = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)] if text else []
    link = {"link": {"url": text}} if text and re.fullmatch(r"https://\S{1,990}", text) else {}
    return [{"type": "text", "text": {"content": part, **link}} for part in parts]


def _plain(items: Any) -> Value:
    return "".join(str(item.get("plain_text", "")) for item in items or ()) or None


def _name(option: Any) -> Value:
    return option.get("name") if isinstance(option, Mapping) else None


def _date(value: Any) -> Value:
    start = value.get("start") if isinstance(value, Mapping) else None
    return minute(datetime.fromisoformat(start)) if start and len(start) > len("2026-11-21") else start


def minute(at: datetime) -> str:
    """A moment as a date property holds it; one without a zone counts as UTC."""
    known = at if at.tzinfo else at.replace(tzinfo=UTC)
    return known.astimezone(UTC).replace(second=0, microsecond=0).isoformat(timespec="seconds")


#: type → (how it is written, how it is read)
TYPES: dict[str, tuple[Callable[[Value], Any], Callable[[Any], Value]]] = {
    "title": (_rich, _plain),
    "rich_text": (_rich, _plain),
    "select": (lambda value: {"name": value} if value else None, _name),
    "status": (lambda value: {"name": value} if value else None, _name),
    "url": (lambda value: value, lambda value: value),
    "date": (lambda value: {"start": value} if value else None, _date),
}


def write(kind: str, value: Value) -> dict[str, Any]:
    """A property value as Notion takes it."""
    return {kind: TYPES[kind][0](value)}


def read(raw: Mapping[str, Any]) -> Value:
    """A property value as text; None where it is empty or of a type that is not written here."""
    kind = raw.get("type", "")
    return TYPES[kind][1](raw.get(kind)) if kind in TYPES else None


def fit(kind: str, value: Value, options: Sequence[str]) -> Value:
    """The value as it will be read back: an option's own spelling, one line in a title, a bounded text."""
    if value is None:
        return None
    if kind in ("select", "status"):
        plain = one_line(value.replace(",", " "), OPTION)
        return next((one for one in options if one.lower() == plain.lower()), plain[:1].upper() + plain[1:])
    return _text(kind, value)


@lru_cache(maxsize=1024)
def _text(kind: str, value: str) -> Value:
    limit = LIMITS.get(kind, CHUNK)
    clean = one_line if kind == "title" else lines
    return clean(value[: 2 * limit], limit) or None


def holds(kind: str | None, value: Value, options: Sequence[str]) -> bool:
    """Whether a property can be given the value. Notion: a status has only the options that people made."""
    return kind in TYPES and (kind != "status" or value in options)
