"""The postmortem's text: made from a template, then only its timeline is added to. Pure.

Everything below the headings belongs to people. A timeline line is found again by its time, so that it may
be reworded freely; a line that a person removed is not added again while it is remembered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from reconciler.incident.model import Incident
from reconciler.incident.text import lines, one_line, person_name, utc
from reconciler.plan.world import World
from reconciler.targets.case import Case
from reconciler.targets.links import url_of

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$^])")
_HEADING = re.compile(r"^#{1,6}\s", re.M)
_TIMELINE = re.compile(r"^#{1,6}\s.*\btimeline\b.*$", re.M | re.I)
_KEY = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC")


def escape(text: str) -> str:
    """Text in which no Markdown and no HTML means anything."""
    return _SPECIAL.sub(r"\\\1", text)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; its time is its key."""

    at: datetime
    text: str

    @property
    def key(self) -> str:
        return utc(self.at)

    @property
    def line(self) -> str:
        """The line as it is added."""
        return f"- {self.key} · {self.text}"


def entries(case: Case) -> list[Entry]:
    """What happened when, from the file and its history, one line a time, sorted."""
    told = [(case.incident.declared_at, _declared(case)), *_turns(case)]
    for update in case.incident.updates:
        by = f"{escape(person_name(update.by, case.settings))}: " if update.by else ""
        told.append((update.at, by + escape(one_line(lines(update.text), 1000))))
    merged: dict[str, Entry] = {}
    for at, text in sorted(told, key=lambda one: one[0]):
        before = merged.get(utc(at))
        merged[utc(at)] = Entry(at, f"{before.text}; {text}" if before else text)
    return list(merged.values())


def _declared(case: Case) -> str:
    first = next((incident for _, incident in case.history.readable), case.incident)
    by = f" by {escape(person_name(first.reporter, case.settings))}" if first.reporter else ""
    return f"declared as {escape(first.severity)}{by}"


def _turns(case: Case) -> list[tuple[datetime, str]]:
    """Each change of status and severity, at the time that the version itself gives."""
    turns: list[tuple[datetime, str]] = []
    for (_, before), (at, after) in pairwise(case.history.readable):
        if before.status is not after.status:
            turns.append((after.times.get(after.status.value, at), f"status {after.status.value}"))
        if before.severity != after.severity:
            turns.append((at, f"severity {escape(after.severity)}"))
    return turns


def markdown(case: Case, world: World) -> str:
    """The document as it is made."""
    template = case.files.get(case.settings.notion.template or "") or default_template()
    incident = case.incident
    channel = url_of(case, world, "slack", "channel")
    values = {
        "id": incident.id,
        "title": escape(one_line(incident.title)),
        "severity": escape(incident.severity),
        "status": incident.status.value,
        "declared": utc(incident.declared_at),
        "summary": escape(lines(incident.summary or "What happened, in two sentences.", 8000)),
        "commander": _commander(case, incident),
        "channel": f"[Slack]({channel})" if channel else "none",
        "file": f"[{incident.path}]({case.url})" if case.url else incident.path,
        "timeline": "\n".join(entry.line for entry in entries(case)),
    }
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: values.get(found.group(1), found.group(0)), template)


def _commander(case: Case, incident: Incident) -> str:
    who = incident.roles.get("commander")
    return escape(person_name(who, case.settings)) if who else "nobody yet"


def default_template() -> str:
    """The package's own template."""
    return (Path(__file__).parent / "postmortem.md").read_text(encoding="utf-8")


def section(text: str) -> str | None:
    """The timeline's heading and what is below it; None where the document has no such heading."""
    heading = _TIMELINE.search(text)
    if heading is None:
        return None
    following = _HEADING.search(text, heading.end())
    return text[heading.start() : following.start() if following else len(text)].rstrip("\n")


def with_lines(old: str, missing: list[Entry]) -> str:
    """The section with lines added at their time; what is there is not touched."""
    kept = old.split("\n")
    for entry in sorted(missing, key=lambda one: one.at):
        place = max((at for at, line in enumerate(kept) if _before(line, entry.key)), default=None)
        if place is None:
            place = 1 if len(kept) > 1 and not kept[1].strip() else 0
        kept.insert(place + 1, entry.line)
    return "\n".join(kept)


def _before(line: str, key: str) -> bool:
    found = _KEY.search(line)
    return found is not None and found.group(0) <= key
