"""Words that anybody may have written, in Markdown: in code alone, between more ticks than any in them.

Neither Markdown nor HTML comes to life there, nobody is mentioned, no issue is linked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.incident.shown import JOINERS, inert

_TICKS = re.compile("`+")


def code(text: str) -> str:
    """A text in a code span, on one line."""
    words = inert(" ".join(text.split()), keep=JOINERS) or " "
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(words)), default=0))
    pad = " " if words[:1] in "` " or words[-1:] in "` " else ""
    return f"{ticks}{pad}{words}{pad}{ticks}"


def cell(text: str) -> str:
    """A text in a code span of a table, where a stroke would end the column."""
    return code(text).replace("\\|", "\\ |").replace("|", "\\|")


def fence(lines: Iterable[str], kind: str = "diff") -> str:
    """Lines as they are; `diff` colours them by their signs."""
    kept = [inert(line.rstrip(), keep=JOINERS) for line in lines]
    ticks = "`" * max(3, 1 + max((len(run) for line in kept for run in _TICKS.findall(line)), default=0))
    return "\n".join([f"{ticks}{kind}", *kept, ticks])
