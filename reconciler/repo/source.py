"""From bytes to text that may go to the YAML parser: size, encoding and characters are settled here.

Afterwards a line ends at `\\n` and nowhere else, for the parser, for an editor and for whoever edits
the file by position: that is why a lone carriage return and Unicode's own line ends are refused.
"""

from __future__ import annotations

import re

from reconciler.errors import Location, Problem

LIMIT = 1_000_000  # bytes
_BOM = "\ufeff"
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|\r(?!\n)|(?<!^)\ufeff")
_HIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]"


class Unreadable(Exception):
    """The file cannot be read any further; `problem` says why and where."""

    def __init__(self, problem: Problem):
        super().__init__(problem.message)
        self.problem = problem


def decode(content: bytes, path: str) -> str:
    """The text of a file without its byte order mark; raises Unreadable."""
    if len(content) > LIMIT:
        words = "this file is larger than 1 MB"
        raise Unreadable(Problem(Location(path), words, "only what belongs to it; link to the rest"))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(_encoding(content, error.start, path)) from None
    refused = _REFUSED.search(text)
    if refused:
        raise Unreadable(_character(text, refused, path))
    return text.removeprefix(_BOM)


def hidden(text: str) -> str | None:
    """The first control character of a value, as a person would write it; None when it has none."""
    found = None if text.isprintable() else re.search(_HIDDEN, text)
    return f"U+{ord(found.group()):04X}" if found else None


def _encoding(content: bytes, start: int, path: str) -> Problem:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem(Location(path), "this file is UTF-16, not UTF-8", "the same text, saved as UTF-8")
    line = content.count(b"\n", 0, start) + 1
    before = content[content.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace")
    words = f"this is not UTF-8: the byte 0x{content[start]:02x} has no place here"
    return Problem(Location(path, line, len(before) + 1), words, "the same text, saved as UTF-8")


def _character(text: str, found: re.Match[str], path: str) -> Problem:
    start = found.start()
    place = Location(path, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    if found.group() == "\r":
        return Problem(place, "a carriage return stands alone", "lines that end in LF or CR LF")
    words = f"the character U+{ord(found.group()):04X} cannot be seen, and is not allowed"
    return Problem(place, words, "the text without it")
