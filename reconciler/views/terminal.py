"""Where lines meet a terminal: colour and width where there is one, plain text everywhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from reconciler.incident.shown import JOINERS, inert
from reconciler.views.changes import Line


def show(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Print lines; in colour on a terminal, unless NO_COLOR is set."""
    out = stream or sys.stdout
    if out.isatty() and not os.environ.get("NO_COLOR"):
        _show_coloured(lines, out)
        return
    for line in lines:
        print(_text(line), file=out)


def _show_coloured(lines: Iterable[Line], out: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(_text(line), style=line.style))


def _text(line: Line) -> str:
    """What is printed, whoever wrote parts of it."""
    return inert(line.text.rstrip(), keep=JOINERS)
