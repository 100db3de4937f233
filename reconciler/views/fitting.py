"""Markdown that has to be short: a head, as many whole blocks as fit, a foot; what is left out is counted.

Nothing is ever cut within a block, so that no fence and no fold stays open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from reconciler.incident.text import one_line, web_link
from reconciler.views.verbatim import code

#: GitHub takes a comment of 65,536 characters; some are left to who posts it.
COMMENT = 65_000
#: The shortest that has room for a summary and for what is said of all that is left out.
SHORTEST = 2_000


@dataclass(frozen=True, slots=True)
class Limit:
    """How many bytes of UTF-8 there may be, and where the whole is, in words."""

    most: int = COMMENT
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """What is shown whole, or in short, or not at all; `noun` is what one of them is called."""

    noun: str
    text: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks below a title, which is left out with the last of them."""

    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)


def fitted(head: str, sections: Iterable[Section], foot: str, limit: Limit) -> str:
    """The head, the blocks, and the foot, above which it is said what is left out and where the whole is.

    After the first block that has no room none is shown any more.
    """
    blocks = [(section.title, block) for section in sections for block in section.blocks]
    whole = f". The whole: {_linked(limit.whole)}" if limit.whole else ""
    worst = _left(Counter(block.noun for _, block in blocks), len(blocks), whole)
    room = limit.most - sum(_size(text) for text in (head, worst, foot))
    told, left, folded, title = [head], Counter[str](), 0, ""
    for above, block in blocks:
        before = f"{above}\n\n" if above and above != title else ""
        texts = [before + text for text in (block.text, block.short) if text]
        fits = next((text for text in texts if not left and _size(text) <= room), "")
        if not fits:
            left[block.noun] += 1
            continue
        folded += fits is not texts[0]
        title, room = above or title, room - _size(fits)
        told.append(fits)
    parts = [*told, *filter(None, [_left(left, folded, whole), foot])]
    return "".join(f"{one}{_between(one, after)}" for one, after in pairwise([*parts, ""]))


def _linked(words: str) -> str:
    """Where the whole is: web addresses as links, all else in code."""
    told = one_line(words, 300).split(" ")
    groups = groupby(told, key=lambda word: web_link(word) is not None)
    return " ".join(
        " ".join(f"<{one}>" for one in group) if link else code(" ".join(group)) for link, group in groups
    )


def _size(text: str) -> int:
    """With what may stand before the next one."""
    return len(text.encode()) + 2


def _between(one: str, after: str) -> str:
    """Items of one list hang together."""
    items = one.startswith("- ") and after.startswith("- ") and "\n" not in one
    return "\n\n" if after and not items else "\n"


def _left(left: Mapping[str, int], folded: int, whole: str) -> str:
    parts = [f"{number} {noun}{'s' if number > 1 else ''}" for noun, number in left.items()]
    parts += [f"the details of {folded} incident{'s' if folded > 1 else ''}"] if folded else []
    return f"… left out here: {', '.join(parts)}{whole}" if parts else ""
