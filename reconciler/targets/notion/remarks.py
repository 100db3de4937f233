"""What is worth telling about the documents, and what of it was told before. Pure.

What lasts, such as a property that the database has not, is told once an incident; the memory keeps when.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.plan.change import Note
from reconciler.plan.world import EMPTY, Present, World
from reconciler.targets.case import Case, shared
from reconciler.targets.notion import desired, document
from reconciler.targets.notion.desired import NAME
from reconciler.targets.notion.timeline import listed
from reconciler.targets.notion.values import lacks, left_out

#: Under which name the memory keeps it.
FACT = "told_of_document"


def notes(case: Case, world: World) -> list[Note]:
    """What is told in this run: what is new in it, and what nobody has done anything about."""
    fresh = [_note(case, text) for text, at in _all_told(case, world).items() if at == case.now.isoformat()]
    page = case.at(NAME, "page")
    others = [
        Note(
            page, f"a second document is {url}: bring its words together with the first one's, then trash it"
        )
        for url in desired.kept(case, world)
    ]
    return fresh + others


def facts(case: Case, world: World) -> Mapping[str, Any]:
    """What was told, and when first."""
    told = _all_told(case, world)
    return {FACT: told} if told else EMPTY


def _all_told(case: Case, world: World) -> dict[str, str]:
    before = case.memory.facts.get(FACT, {})
    return {**dict.fromkeys(_lasting(case, world), case.now.isoformat()), **before}


def _note(case: Case, text: str) -> Note:
    about = case.at(NAME, "timeline") if text == _NO_HEADING else shared(NAME, "database")
    return Note(about, text)


_NO_HEADING = "the document has no heading with the word Timeline: no lines are added"


def _lasting(case: Case, world: World) -> Iterator[str]:
    base = desired.database(case)
    known = world.present(desired.schema(base)) if base else None
    if known is None:
        return
    page = world.present(case.at(NAME, "page"))
    if page is None and case.incident.status.over:
        return
    if not lacks(case, known):
        yield from left_out(case, world, known)
    for word in document.unknown(case):
        yield f"the template's {{{{{word}}}}} stands for nothing"
    text = world[desired.text(case)]
    markdown = text.extra["markdown"] if isinstance(text, Present) else None
    if page is None:
        markdown = document.template(case)
    if markdown is not None and listed(markdown) is None:
        yield _NO_HEADING
