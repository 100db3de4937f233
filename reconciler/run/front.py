"""The front page of the state ref: the open incidents with their links, for people who come by a browser."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.incident.text import one_line
from reconciler.plan.memory import Memory
from reconciler.targets.case import Case

INTRODUCTION = "Written by the incident reconciler; the incidents are the files below `incidents/`."


def front_page(cases: Mapping[str, Case], memories: Mapping[str, Memory]) -> str:
    """Markdown; of a private incident the id only."""
    opened = [case for _, case in sorted(cases.items()) if case.incident.status.open]
    lines = ["# Open incidents", "", INTRODUCTION, ""]
    if not opened:
        return "\n".join([*lines, "None.", ""])
    lines += ["| incident | severity | status | title | links |", "| --- | --- | --- | --- | --- |"]
    lines += [_row(case, memories.get(case.incident.id, Memory())) for case in opened]
    return "\n".join([*lines, ""])


def _row(case: Case, memory: Memory) -> str:
    incident = case.incident
    if incident.private:
        return f"| {incident.id} | | | private | |"
    title = _escape(one_line(incident.title, 120))
    return f"| {_file(case)} | {incident.severity} | {incident.status.value} | {title} | {_links(memory)} |"


def _file(case: Case) -> str:
    return f"[{case.incident.id}]({case.url})" if case.url else case.incident.id


def _links(memory: Memory) -> str:
    words = {"slack:channel": "channel", "notion:page": "document"}
    links = [
        f"[{_word(key, words)}]({thing.url})" for key, thing in sorted(memory.things.items()) if thing.url
    ]
    return " · ".join(links)


def _word(key: str, words: Mapping[str, str]) -> str:
    target, _, thing = key.partition(":")
    return words.get(key) or (f"page {_escape(thing)}" if target == "pagerduty" else _escape(thing))


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~@])", r"\\\1", text)
