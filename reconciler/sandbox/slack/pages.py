"""Slack's pages: a limit, an opaque cursor, and no promise that a page is full before the last one."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TypeVar

from reconciler.sandbox.slack.workspace import No, Record, Workspace

T = TypeVar("T")

DEFAULT_LIMIT = 100
MOST = 999


def page(slack: Workspace, items: list[T], limit: int, cursor: str) -> tuple[list[T], Record]:
    """The items that a cursor points at, and the part of the answer that names the next page."""
    if not 0 < limit <= MOST:
        raise No("invalid_limit")
    start = _position(cursor)
    end = start + capped(slack, limit)
    return items[start:end], after(str(end) if end < len(items) else "")


def capped(slack: Workspace, limit: int) -> int:
    """The page's size: what was asked for, or less where the sandbox was told to be stingy."""
    return min(limit or DEFAULT_LIMIT, slack.page_size_cap or MOST, MOST)


def after(place: str) -> Record:
    """The answer's `response_metadata`; an empty cursor says that this was the last page."""
    return {
        "response_metadata": {"next_cursor": b64encode(f"next:{place}".encode()).decode() if place else ""}
    }


def place(cursor: str) -> str:
    """Where a cursor points."""
    try:
        word, _, found = b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:
        raise No("invalid_cursor") from None
    if word != "next" or not found:
        raise No("invalid_cursor")
    return found


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    found = place(cursor)
    if not found.isdecimal():
        raise No("invalid_cursor")
    return int(found)
