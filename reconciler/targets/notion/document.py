"""The postmortem's text as it is made: a template with the incident's words in it. Pure.

From then on it belongs to people; only lines of its timeline are added. The template is the package's own, or
the Markdown file that `notion: template` in the settings names. It may hold these, each in double braces:

    id           20261121-honest-rhinoceros
    title        the title, on one line
    severity     sev1
    status       investigating
    declared     2026-11-21 16:45:00 UTC
    summary      the summary, or a sentence that asks for one; its lines stay lines
    commander    the commander's name, or "nobody yet"
    channel      a link to the Slack channel, or where to find it
    file         the incident's file, linked where the repository is on the web
    timeline     the lines of the timeline, best alone on a line below a heading with the word Timeline

Words in braces that are none of these stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from reconciler.incident.text import lines, one_line, person_name, utc
from reconciler.plan.memory import Memory
from reconciler.plan.world import World
from reconciler.targets.case import Case
from reconciler.targets.links import url_of
from reconciler.targets.notion import timeline
from reconciler.targets.notion.properties import CHUNK
from reconciler.targets.notion.text import escape, link, paragraphs

#: The longest summary in the text, in characters; the property holds more.
SUMMARY = 8000

_ADDRESS = re.compile(r"\]\([^)]*\)")
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def markdown(case: Case, world: World) -> str:
    """The document as it is made."""
    return _PLACEHOLDER.sub(lambda found: _value(found, case, world), template(case))


def _value(found: re.Match[str], case: Case, world: World) -> str:
    value = PLACEHOLDERS.get(found[1])
    return value(case, world) if value else found[0]


def unknown(case: Case) -> list[str]:
    """The placeholders of the template that stand for nothing."""
    return unknown_in(template(case))


def unknown_in(text: str) -> list[str]:
    """The placeholders in a text that stand for nothing."""
    return sorted(set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS.keys())


def template(case: Case) -> str:
    """The file that the settings name, else the package's own."""
    own = case.files.get(case.settings.notion.template or "")
    return _default() if own is None else own.removeprefix("\ufeff").replace("\r\n", "\n")


@cache
def _default() -> str:
    return (Path(__file__).parent / "postmortem.md").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def _summary(text: str) -> str:
    return paragraphs(lines(text[: 2 * SUMMARY], SUMMARY))


def _commander(case: Case, _: World) -> str:
    who = case.incident.roles.get("commander")
    return escape(person_name(who, case.settings)) if who else "nobody yet"


def _channel(case: Case, world: World) -> str:
    url = url_of(case, world, "slack", "channel")
    if url:
        return link("Slack", url)
    return "see the properties above" if "slack" in case.on else "none"


def _file(case: Case, _: World) -> str:
    return link(case.incident.path, case.url) if case.url else escape(case.incident.path)


def _timeline(case: Case, _: World) -> str:
    """The first lines; more than one request takes are added later."""
    first = next(timeline.portions(timeline.entries(case)))
    return "\n".join(entry.line for entry in first)


PLACEHOLDERS: Mapping[str, Callable[[Case, World], str]] = {
    "id": lambda case, _: case.incident.id,
    "title": lambda case, _: escape(one_line(case.incident.title, CHUNK)),
    "severity": lambda case, _: escape(case.incident.severity),
    "status": lambda case, _: case.incident.status.value,
    "declared": lambda case, _: utc(case.incident.declared_at),
    "summary": lambda case, _: _summary(case.incident.summary or "What happened, in two sentences."),
    "commander": _commander,
    "channel": _channel,
    "file": _file,
    "timeline": _timeline,
}


def only_ours(text: str, case: Case, world: World) -> bool:
    """Whether every line of a document is one that we would write, or would have: nobody has added words."""
    known = [incident for _, incident in case.history.readable] or [case.incident]
    then = [replace(case, incident=incident) for incident in (*known, case.incident)]
    made = [markdown(one, world) for one in then]
    made += [markdown(replace(one, memory=Memory()), World()) for one in then]  # before there were links
    ours = {_words(line) for each in made for line in each.split("\n")}
    return all(_words(line) in ours for line in text.split("\n"))


def _words(line: str) -> str:
    """A line without what Notion writes in its own way, and without the addresses of its links."""
    return "".join(char for char in _ADDRESS.sub("]", line).replace("<br>", "") if char.isalnum())
