"""Other people's text inside our own sentences: on one line, short, and unable to steer a terminal."""

from __future__ import annotations


def inert(text: str) -> str:
    """The text with every character that is not simply seen (control, direction, line end) spelled out."""
    return text if text.isprintable() else "".join(map(_inert, text))


def quoted(text: str, most: int = 60) -> str:
    """The text as a sentence quotes it: inert, in backticks, cut at `most` characters."""
    return f"`{inert(text)}`" if len(text) <= most else f"`{inert(text[:most])}…`"


def _inert(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
