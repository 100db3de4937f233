"""Text in columns of a terminal, where an emoji or a CJK letter takes two of them and a joiner none."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import timedelta

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))


def cells(text: str) -> int:
    """How many columns the text takes."""
    return sum(map(_cells, text))


def fit(text: str, width: int) -> str:
    """The text in exactly `width` columns: filled with spaces, or cut with an ellipsis."""
    if cells(text) > width:
        text = _cut(text, width - 1) + "…" if width > 0 else ""
    return text + " " * (width - cells(text))


def table(rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """The rows in columns as wide as their widest text; the last column takes what is left of `width`."""
    sizes = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    if width is not None:
        sizes[-1] = min(sizes[-1], max(width - sum(sizes[:-1]) - 2 * (len(sizes) - 1), 0))
    lines = ["  ".join(map(fit, row, sizes)).rstrip() for row in rows]
    return lines if width is None else [fit(line, width).rstrip() for line in lines]


def age(passed: timedelta) -> str:
    """About how long: `45s`, `12m`, `3h`, `5d`."""
    seconds = max(int(passed.total_seconds()), 0)
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _cut(text: str, width: int) -> str:
    taken = 0
    for index, char in enumerate(text):
        taken += _cells(char)
        if taken > width:
            return text[:index]
    return text
