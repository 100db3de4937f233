"""Who did what when, and what it caused: an incident's decisions, and the effects that followed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from reconciler.incident.difference import FieldChanged, fields_changed
from reconciler.incident.edits import moment
from reconciler.incident.history import History
from reconciler.incident.history import Version as Read
from reconciler.incident.model import Incident
from reconciler.repo.git import text
from reconciler.repo.history import Version
from reconciler.repo.loader import BadFile, load_document, load_incident
from reconciler.repo.repository import Repository

_LOG = ("-c", "log.showSignature=false", "log", "-z", "--no-color", "--no-notes", "--encoding=UTF-8")
_FORMAT = "--format=%H%x00%ct%x00%an <%ae>%x00%B"
#: A line of the state's commit: `create slack:20261121-honest-rhinoceros/channel: failed`.
_EFFECT = re.compile(r"(?:[-*] )?([a-z]+) ([a-z]+):([^/\s]+)/(.+)")
_REVISION = re.compile(r"^Revision: ([0-9a-f]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Event:
    """One commit: what somebody decided (`changes`), or what a run did (`effects`, a line each)."""

    at: datetime
    commit: str
    who: str
    subject: str = ""
    changes: Sequence[FieldChanged] = ()
    effects: Sequence[str] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "at": moment(self.at),
            "kind": "effect" if self.effects else "decision",
            "commit": self.commit,
            "who": self.who,
            "subject": self.subject,
            "changes": [change.to_json() for change in self.changes],
            "effects": list(self.effects),
            "note": self.note,
        }


def decisions(versions: Sequence[Version], path: str) -> Iterator[Event]:
    """What each version of a file changed against the one before, oldest first."""
    before: Mapping[str, Any] = {}
    for version in versions:
        after, note = _data(version, path)
        yield Event(
            version.at,
            version.commit,
            who=f"{version.author} <{version.email}>",
            subject=version.message.partition("\n")[0],
            changes=fields_changed(before, after) if after is not None else (),
            note=note,
        )
        before = before if after is None else after


def _data(version: Version, path: str) -> tuple[Mapping[str, Any] | None, str]:
    if version.content is None:
        return None, "the file was removed"
    cut = "the history before this commit is not in this clone" if version.cut else ""
    try:
        return load_document(version.content, path).data, cut
    except BadFile as bad:
        return None, f"the file could not be read: {bad.message}"


def as_history(versions: Sequence[Version], path: str) -> History:
    """The versions as incidents, as far as they were valid."""
    read = [Read(one.at, one.commit, one.author, readable(one, path)) for one in versions]
    return History(tuple(read), complete=not any(one.cut for one in versions))


def readable(version: Version, path: str) -> Incident | None:
    """The incident of one version, names not checked against any settings; None where it was not valid."""
    try:
        return load_incident(version.content, path, None) if version.content is not None else None
    except BadFile:
        return None


def effects(repo: Repository, state: str, id: str, most: int | None = None) -> Iterator[Event]:
    """What the runs did for an incident, newest first, from the log of the state at that commit."""
    few = () if most is None else (f"--max-count={most}",)
    look = (*few, "--fixed-strings", f"--grep=:{id}/", "--end-of-options", state)
    words = text(repo.git.run(*_LOG, _FORMAT, *look)).split("\0")
    for commit, at, who, message in zip(words[::4], words[1::4], words[2::4], words[3::4], strict=False):
        done = [_effect(line, id) for line in message.splitlines()]
        applied = _REVISION.search(message)
        subject = f"applied {applied[1][:12]}" if applied else ""
        told = tuple(filter(None, done))
        yield Event(datetime.fromtimestamp(int(at), UTC), commit, who, subject, effects=told)


def _effect(line: str, id: str) -> str:
    found = _EFFECT.fullmatch(line.strip())
    return f"{found[1]} {found[2]} {found[4]}" if found and found[3] == id else ""


def _known_field(field: str) -> str:
    """The key at the margin, unless it is one that somebody made up."""
    key = re.split(r"[. ]", field, maxsplit=1)[0]
    return key if key in Incident.__dataclass_fields__ else "another key"


def told_in_private(event: Event) -> Event:
    """The event of a private incident: which fields changed, and nothing of what they hold."""
    fields = dict.fromkeys(_known_field(change.field) for change in event.changes)
    effects = [effect.partition("/")[0] for effect in event.effects]
    return replace(
        event,
        subject="",
        changes=[FieldChanged(field, None, None) for field in fields],
        effects=effects,
        note=event.note.partition(":")[0],
    )
