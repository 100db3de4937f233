"""What a stream can show, and what its user wants to see there. Light, since every command asks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple, TextIO

#: Terminals that show letters one after the other, and can do no more.
_PLAIN = ("dumb", "unknown")
#: Columns where a terminal does not say how many it has.
_COLUMNS = 80


class Screen(NamedTuple):
    """What a stream can show. Without a `width` nothing is cut or wrapped; `live`: lines can be rewritten."""

    width: int | None = None
    colour: bool = False
    live: bool = False


def screen(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Screen:
    """What a stream can show. NO_COLOR goes before FORCE_COLOR; empty ones say nothing."""
    terminal = stream.isatty()
    able = terminal and environ.get("TERM") not in _PLAIN
    forced = environ.get("FORCE_COLOR", "") not in ("", "0")
    colour = (able or forced) and not environ.get("NO_COLOR")
    return Screen(columns(stream, environ) if terminal else None, colour, able)


def columns(stream: TextIO, environ: Mapping[str, str] = os.environ) -> int:
    """The terminal's columns: as COLUMNS says, else as the terminal does."""
    told = environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS
    except (OSError, ValueError):
        return _COLUMNS
