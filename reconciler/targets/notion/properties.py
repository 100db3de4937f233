"""Notion's properties, to and from plain text, by the type that the database gives them.

One normaliser for both sides: what is desired is compared as it would be read back. Notion: a rich text
item holds 2,000 characters, and comes back split as Notion sees fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.incident.text import lines, one_line

CHUNK = 2000
LIMIT = 10 * CHUNK

Value = str | None


def _rich(text: Value) -> list[dict[str, Any]]:
    parts = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)] if text else []
    return [{"type": "text", "text": {"content": part}} for part in parts]


def _plain(items: Any) -> Value:
    return "".join(str(item.get("plain_text", "")) for item in items or ()) or None


def _name(option: Any) -> Value:
    return option.get("name") if isinstance(option, Mapping) else None


def _date(value: Any) -> Value:
    start = value.get("start") if isinstance(value, Mapping) else None
    return start.replace(".000", "").replace("Z", "+00:00") if start else None


#: type → (how it is written, how it is read)
TYPES: dict[str, tuple[Callable[[Value], Any], Callable[[Any], Value]]] = {
    "title": (_rich, _plain),
    "rich_text": (_rich, _plain),
    "select": (lambda value: {"name": value} if value else None, _name),
    "status": (lambda value: {"name": value} if value else None, _name),
    "url": (lambda value: value, lambda value: value),
    "email": (lambda value: value, lambda value: value),
    "date": (lambda value: {"start": value} if value else None, _date),
}


def write(kind: str, value: Value) -> dict[str, Any]:
    """A property value as Notion takes it."""
    return {kind: TYPES[kind][0](value)}


def read(raw: Mapping[str, Any]) -> Value:
    """A property value as text; None where it is empty or of a type that is not written here."""
    kind = raw.get("type", "")
    return TYPES[kind][1](raw.get(kind)) if kind in TYPES else None


def fit(kind: str, value: Value, options: list[str]) -> Value:
    """The value as it will be read back: an option's own spelling, one line in a title, a bounded text."""
    if value is None:
        return None
    if kind in ("select", "status"):
        plain = one_line(value, 100).replace(",", " ")
        return next((option for option in options if option.lower() == plain.lower()), plain.capitalize())
    if kind == "title":
        return one_line(value, CHUNK)
    return lines(value, LIMIT) or None
