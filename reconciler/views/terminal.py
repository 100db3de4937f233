"""Where lines meet a terminal: colour and width where there is one, plain whole lines everywhere else.

The sixteen ANSI colours only, so that whoever chose a light or a dark background has chosen them too; and
never colour alone: what a line is about, its sign and its words say as well.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TextIO

from reconciler.incident.shown import JOINERS, inert
from reconciler.views.changes import Line
from reconciler.views.columns import wrapped
from reconciler.views.screen import Screen, screen

STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}


def show(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Print lines as the stream can show them; standard output where none is named."""
    out = stream or sys.stdout
    for text in rendered(lines, screen(out)):
        print(text, file=out)


def rendered(lines: Iterable[Line], on: Screen) -> Iterator[str]:
    """The lines as they are printed, whoever wrote parts of them."""
    for line in lines:
        text = inert(line.text.rstrip(), keep=JOINERS)
        parts = [text] if on.width is None else wrapped(text, on.width, line.hang or _hang(text))
        for part in parts:
            yield painted(part, line.style) if on.colour else part


def painted(text: str, style: str) -> str:
    """The text in a style; behind it nothing is left of that."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if text and style else text


def _hang(text: str) -> int:
    """Where a line goes on: a bit further in than it begins."""
    return len(text) - len(text.lstrip(" ")) + 2
