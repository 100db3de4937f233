"""The front page of the state ref: the open incidents with their links, for people who come by a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reconciler.incident.model import Incident
from reconciler.incident.text import one_line
from reconciler.plan.address import Address
from reconciler.plan.diff import sort_key
from reconciler.plan.memory import Memory
from reconciler.run.revision import Revision

INTRODUCTION = "Written by the incident reconciler; the incidents are the files below `incidents/`."

_WORDS = {"slack:channel": "channel", "notion:page": "document"}


def front_page(revision: Revision, memories: Mapping[str, Memory]) -> str:
    """Markdown; of a private incident the id only. Whose file is invalid is shown as it was last known."""
    rows = [*_rows(revision, memories)]
    lines = ["# Open incidents", "", INTRODUCTION, ""]
    if not rows:
        return "\n".join([*lines, "None.", ""])
    lines += ["| incident | severity | status | title | links |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*lines, *rows, ""])


def _rows(revision: Revision, memories: Mapping[str, Memory]) -> Iterator[str]:
    for id in sorted({*revision.incidents, *revision.unreadable}):
        memory = memories.get(id, Memory())
        if id in revision.unreadable:
            if memory.things:
                yield f"| {id} | | | its file is invalid | |"
        elif revision.incidents[id].status.open:
            yield _row(revision.incidents[id], revision.urls.get(id), memory)


def _row(incident: Incident, url: str | None, memory: Memory) -> str:
    if incident.private:
        return f"| {incident.id} | | | private | |"
    file = f"[{incident.id}]({url})" if url else incident.id
    drill = "drill · " if incident.drill else ""
    words = [incident.severity, f"{drill}{incident.status.value}", _escape(one_line(incident.title, 120))]
    return f"| {' | '.join([file, *words, _links(memory)])} |"


def _links(memory: Memory) -> str:
    things = memory.things.items()
    linked = [
        (key, thing.url) for key, thing in things if thing.url and not key.startswith("slack:announcement/")
    ]
    return " · ".join(f"[{_word(key)}]({url})" for key, url in sorted(linked, key=_order))


def _order(link: tuple[str, str]) -> tuple[object, ...]:
    target, _, thing = link[0].partition(":")
    return sort_key(Address(target, "", thing))


def _word(key: str) -> str:
    target, _, thing = key.partition(":")
    return _WORDS.get(key) or (f"page {_escape(thing)}" if target == "pagerduty" else _escape(thing))


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~@!])", r"\\\1", text)
