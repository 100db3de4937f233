"""Other people's text inside our own sentences: on one line, short, and unable to steer a terminal."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"^\s*::|##(?=\[)")


#: Letters of some scripts, and the parts of some emoji, hang together by these, and nobody sees them.
JOINERS = "\u200c\u200d"


def inert(text: str, keep: str = "") -> str:
    """The text with every character spelled out that is not simply seen, but those to `keep`.

    That is control, direction and line end. Nor is it a command to GitHub's runner, which obeys `::name::`
    where a line begins and `##[name]` anywhere in what a program prints.
    """
    shown = text if text.isprintable() else "".join(one if one in keep else _inert(one) for one in text)
    return _COMMAND.sub(lambda found: f"{found[0][:-1]} {found[0][-1]}", shown)


def quoted(text: str, most: int = 60) -> str:
    """The text as a sentence quotes it: inert, in backticks, cut at `most` characters."""
    return f"`{inert(text)}`" if len(text) <= most else f"`{inert(text[:most])}…`"


def _inert(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
