"""Text in columns of a terminal, where an emoji or a CJK letter takes two of them and a joiner none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import timedelta

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))
_WORDS = re.compile(r" *[^ ]+")
#: Makes an emoji of the letter before it, which then takes two columns.
_AS_EMOJI = "\ufe0f"
#: A line that goes on has at least so many columns beside its indent, or the indent is given up.
ROOM = 24


def cells(text: str) -> int:
    """How many columns the text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def fit(text: str, width: int) -> str:
    """The text in exactly `width` columns: filled with spaces, or cut with an ellipsis."""
    if cells(text) > width:
        text = _cut(text, width - 1) + "…" if width > 0 else ""
    return text + " " * (width - cells(text))


def short(text: str, width: int | None) -> str:
    """The text, or its beginning with an ellipsis where it takes more than `width` columns."""
    return text if width is None else fit(text, width).rstrip(" ")


def table(rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """The rows in columns as wide as their widest text; the last column takes what is left of `width`."""
    sizes = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    if width is not None:
        sizes[-1] = min(sizes[-1], max(width - sum(sizes[:-1]) - 2 * (len(sizes) - 1), 0))
    lines = ["  ".join(map(fit, row, sizes)).rstrip() for row in rows]
    return lines if width is None else [short(line, width) for line in lines]


def wrapped(text: str, width: int, hang: int) -> list[str]:
    """The text in lines of at most `width` columns, those that follow indented by `hang`.

    A web address is never broken, so that it can be copied: it may have a line alone, and be too long for it.
    """
    hang = hang if width - hang >= ROOM else min(4, width // 4)
    lines, line = [], ""
    for word in _WORDS.findall(text):
        if cells(line + word) <= width:
            line += word
            continue
        ended = line.removesuffix("·").rstrip(" ")  # at its end a line needs no sign that more comes
        *before, line = [*([ended] if ended else []), *_pieces(word.lstrip(" "), width, hang)]
        lines += before
    return [*lines, line]


def _pieces(word: str, width: int, hang: int) -> Iterator[str]:
    """One word at the beginning of a line, further out where it is long, broken where it is too long."""
    if cells(word) <= width or "://" in word:
        indent = next((each for each in (hang, 4, 2) if each <= hang and each + cells(word) <= width), 0)
        yield " " * indent + word
        return
    while cells(word) > width - hang:
        piece = _cut(word, width - hang) or word[0]
        yield " " * hang + piece
        word = word[len(piece) :]
    yield " " * hang + word


def age(passed: timedelta) -> str:
    """About how long: `45s`, `12m`, `3h`, `5d`."""
    seconds = max(int(passed.total_seconds()), 0)
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _cells(char: str) -> int:
    if char == _AS_EMOJI:
        return 1
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
