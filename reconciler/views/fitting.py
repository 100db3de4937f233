"""Markdown that has to be short: a head, as many whole blocks as fit, a foot; what is left out is counted.

Nothing is ever cut within a block, so that no fence and no fold stays open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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

    All are shown in short before one is shown whole; after the first that has no room none is shown any more.
    """
    blocks = [block for section in sections for block in _titled(section)]
    whole = f". The whole: {_linked(limit.whole)}" if limit.whole else ""
    worst = _left(Counter(block.noun for block in blocks), len(blocks), whole)
    room = limit.most - sum(_size(text) for text in (head, worst, foot))
    told: list[str] = []
    for block in blocks:
        if _size(block.short or block.text) > room:
            break
        told.append(block.short or block.text)
        room -= _size(told[-1])
    folded = 0
    for number, (block, short) in enumerate(zip(blocks, told, strict=False)):
        more = len(block.text.encode()) - len(short.encode())
        if more > room:
            folded += 1
            continue
        told[number], room = block.text, room - more
    left = Counter(block.noun for block in blocks[len(told) :])
    parts = [head, *told, *filter(None, [_left(left, folded, whole), foot])]
    return "".join(f"{one}{_between(one, after)}" for one, after in pairwise([*parts, ""]))


def _titled(section: Section) -> Iterator[Block]:
    """The section's blocks, the first of them below its title."""
    for number, block in enumerate(section.blocks):
        above = f"{section.title}\n\n" if section.title and not number else ""
        yield replace(block, text=above + block.text, short=block.short and above + block.short)


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
