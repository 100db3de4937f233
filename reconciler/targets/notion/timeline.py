"""The timeline: what happened when, and where a line belongs among those that people keep there. Pure.

A line is found again by the time that it begins with, so that it may be reworded freely. Lines are only ever
added, between two that stay as they are: in a list, a toggle or a column as the line before them, never
inside a table or a code block. Notion: children are indented by tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from reconciler.incident.text import one_line, person_name, utc
from reconciler.targets.case import Case
from reconciler.targets.notion.text import escape, link

#: The longest update in a line, in characters.
LONGEST = 1000
#: How many bytes of lines go into one call. Notion: a request has at most 500 KB.
BYTES = 60_000

_KEY = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_WORD = re.compile(r"\btimeline\b", re.I)
_ITEM = re.compile(r"(?:[-*+]|\d+[.)]) ")
_LONG = re.compile(r"(`{3,}|\$\$|<table\b)")
_ENDS = {"$$": "$$", "<table": "</table>"}


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
    """What happened when, from the file and its history, one line a second, sorted."""
    told = [(case.incident.declared_at, _declared(case)), *_turns(case)]
    for update in case.incident.updates:
        told.append((update.at, _by(case, update.by) + _words(update.text)))
    merged: dict[str, Entry] = {}
    for at, text in sorted(told, key=lambda one: one[0]):
        before = merged.get(utc(at))
        merged[utc(at)] = Entry(at, f"{before.text}; {text}" if before else text)
    for at, text in (*_calls(case), *_notes(case)):
        while utc(at) in merged:  # what is added later finds a second of its own
            at += timedelta(seconds=1)
        merged[utc(at)] = Entry(at, text)
    return sorted(merged.values(), key=lambda entry: entry.at)


def _notes(case: Case) -> Iterator[tuple[datetime, str]]:
    """What somebody noted or pinned, with a link to where it was said."""
    for note in case.incident.timeline:
        where = f" ({link('message', note.link)})" if note.link else ""
        yield note.at, _by(case, note.by) + _words(note.text) + where


def _calls(case: Case) -> Iterator[tuple[datetime, str]]:
    """Whom somebody called for, and why."""
    for call in case.incident.escalations:
        by = f" by {escape(person_name(call.by, case.settings))}" if call.by else ""
        why = f": {_words(call.why)}" if call.why else ""
        yield call.at, f"escalated to {escape(call.team)}{by}{why}"


def _by(case: Case, who: str | None) -> str:
    return f"{escape(person_name(who, case.settings))}: " if who else ""


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    """An update's text in a line. Kept, since a run asks for it again whenever it has learned something."""
    return escape(one_line(text[: 4 * LONGEST], LONGEST))


def _declared(case: Case) -> str:
    first = next((incident for _, incident in case.history.readable), case.incident)
    by = f" by {escape(person_name(first.reporter, case.settings))}" if first.reporter else ""
    return f"declared as {escape(first.severity)}{by}"


def _turns(case: Case) -> Iterator[tuple[datetime, str]]:
    """Each change of status and severity, at the time that the version itself gives."""
    for (_, before), (at, after) in pairwise(case.history.readable):
        if before.status is not after.status:
            yield after.times.get(after.status.value, at), f"status {after.status.value}"
        if before.severity != after.severity:
            yield at, f"severity {escape(after.severity)}"


def portions(wanted: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries in as few portions as the requests allow."""
    portion: list[Entry] = []
    size = 0
    for entry in wanted:
        bulk = len(entry.line.encode())
        if portion and size + bulk > BYTES:
            yield portion
            portion, size = [], 0
        portion.append(entry)
        size += bulk
    if portion:
        yield portion


def listed(text: str) -> set[str] | None:
    """The times of the lines below the heading with the word Timeline; None where there is none."""
    found = _section(text.split("\n"))
    return {key for key in found.keys if key} if found else None


def edit(text: str, wanted: Sequence[Entry]) -> tuple[str, str]:
    """What has to be replaced by what so that the entries are in the text; the first is there only once.

    It reaches from the line before the first addition to the line after the last one, so that it is found
    no more once somebody else has added there. Only at the very end of a page there is no line after it.
    """
    page = text.split("\n")
    found = _section(page)
    assert found is not None, "lines are added only below a heading"
    places: dict[int, list[str]] = {}
    for entry in sorted(wanted, key=lambda one: one.at):
        place, indent = found.place(entry.key)
        places.setdefault(place, []).append("\t" * indent + entry.line)
    first, last = max(min(places) - 1, 0), min(max(places) + 1, len(page))
    while text.count("\n".join(page[first:last])) > 1:
        first, last = (first - 1, last) if first else (first, last + 1)
    return "\n".join(page[first:last]), "\n".join(_with(page, places, first, last))


def _with(page: list[str], places: dict[int, list[str]], first: int, last: int) -> Iterator[str]:
    for at in range(first, last):
        yield from places.get(at, ())
        yield page[at]
    if last == len(page):
        yield from places.get(last, ())


@dataclass(frozen=True, slots=True)
class _Section:
    """The lines of a page below the heading, from `start` to `end`.

    `blocks` gives for each line of the page where its block ends (a table is one), `keys` the first time in
    each line of the section, or an empty text.
    """

    page: list[str]
    blocks: list[tuple[int, int]]
    start: int
    end: int
    indent: int

    @property
    def keys(self) -> list[str]:
        found = (_KEY.search(line) for line in self.page[self.start : self.end])
        return [key.group(0) if key else "" for key in found]

    def place(self, key: str) -> tuple[int, int]:
        """Before which line of the page a line with that time belongs, and how deep."""
        timed = list(self._timed())
        before = [at for at, one in timed if one <= key]
        if before:
            return self._after(before[-1])
        if timed:
            first = self.blocks[timed[0][0]][0]
            return first, _indent(self.page[first])
        end = self.end
        while end > self.start and self.page[end - 1].strip() in ("", "---", "<empty-block/>"):
            end -= 1
        return end, self.indent

    def _timed(self) -> Iterator[tuple[int, str]]:
        """The lines with a time, but those that lie below another one."""
        reached = self.start
        for at, key in enumerate(self.keys, self.start):
            if key and at >= reached:
                yield at, key
                reached = self._after(at)[0]

    def _after(self, line: int) -> tuple[int, int]:
        """Behind the block of a line, all its children, and the items that people have added below it."""
        first, end = self.blocks[line]
        depth = _indent(self.page[first])
        while end < self.end and (_indent(self.page[end]) > depth or self._theirs(end, depth)):
            end = self.blocks[end][1]
        return end, depth

    def _theirs(self, line: int, depth: int) -> bool:
        text = self.page[line]
        return bool(_indent(text) == depth and _ITEM.match(text.lstrip("\t")) and not _KEY.search(text))


def _section(page: list[str]) -> _Section | None:
    """The first heading with the word Timeline and all up to the next heading of its rank."""
    blocks = _blocks(page)
    plain = [first == at and end == at + 1 for at, (first, end) in enumerate(blocks)]
    for at, line in enumerate(page):
        heading = _HEADING.match(line.lstrip("\t"))
        if plain[at] and heading and _WORD.search(heading.group(2)):
            rank, depth = len(heading.group(1)), _indent(line)
            rest = range(at + 1, len(page))
            end = next((one for one in rest if plain[one] and _ends(page[one], rank, depth)), len(page))
            inside = depth + ('toggle="true"' in line)
            return _Section(page, blocks, at + 1, end, inside)
    return None


def _ends(line: str, rank: int, depth: int) -> bool:
    heading = _HEADING.match(line.lstrip("\t"))
    if line.strip() and _indent(line) < depth:
        return True
    return heading is not None and _indent(line) == depth and len(heading.group(1)) <= rank


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip("\t"))


def _blocks(page: list[str]) -> list[tuple[int, int]]:
    """For each line, where the block that it belongs to begins and ends."""
    blocks: list[tuple[int, int]] = []
    while len(blocks) < len(page):
        start = len(blocks)
        end = _end(page, start)
        blocks += [(start, end)] * (end - start)
    return blocks


def _end(page: list[str], start: int) -> int:
    """Where the block that begins at a line ends: code, equations and tables have several lines."""
    opening = _LONG.match(page[start].strip())
    if opening is None:
        return start + 1
    word = opening.group(1)
    closing = _ENDS.get(word, word)
    if closing in page[start].strip()[len(word) :]:
        return start + 1
    rest = range(start + 1, len(page))
    return next((at + 1 for at in rest if _closes(page[at].strip(), closing)), len(page))


def _closes(line: str, closing: str) -> bool:
    return line.startswith(closing) if closing.startswith("`") else closing in line
