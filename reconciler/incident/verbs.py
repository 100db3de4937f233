"""What each verb means for an incident's file: an intention and the incident as it is give edits.

The command line and the Slack helper say what they want in the same words, so both leave the same history.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TypeAlias

from reconciler.errors import Failure, Usage
from reconciler.incident.edits import ORDER, Append, Edit, Remove, Scalar, Set, Value, plain
from reconciler.incident.model import Incident, Path, Status

#: The statuses of which the file keeps when they began.
TIMED = (Status.MITIGATED, Status.RESOLVED, Status.CLOSED)


class NotSeen(Enum):
    """Says that nobody looked at a value before setting it."""

    NOT_SEEN = "not seen"


NOT_SEEN = NotSeen.NOT_SEEN


@dataclass(frozen=True, slots=True)
class Declare:
    """A new incident. What is None, empty or False is left out of the file."""

    title: str
    severity: str
    declared_at: datetime
    reporter: str | None = None
    summary: str | None = None
    services: Sequence[str] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    responders: Sequence[str] = ()
    page: Sequence[str] = ()
    bridge: str | None = None
    private: bool = False
    drill: bool = False
    adopt: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def data(self) -> dict[str, Value]:
        """The whole file, its keys in the usual order; Usage when there is no title."""
        given: dict[str, Any] = {key: getattr(self, key) for key in ORDER if hasattr(self, key)}
        given["adopt"] = {service: things for service, things in self.adopt.items() if things}
        given |= {"title": " ".join(self.title.split()), "status": Status.INVESTIGATING.value}
        given["summary"] = _paragraphs(self.summary or "")
        for key in ("services", "responders", "page"):
            given[key] = list(dict.fromkeys(given[key]))
        if not given["title"]:
            raise Usage(
                "an incident needs a title", next='say what is broken: reconciler new "Checkout is down" …'
            )
        return {key: given[key] for key in ORDER if given.get(key)}


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Give it the status that may follow on its own: resolve, close and cancel are three of them.

    `seen` is the status that the person saw, where that is known; see `unlike`.
    """

    status: Status
    at: datetime
    seen: Status | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """It is back, or it was never over: investigating again. The only way out of closed and canceled."""

    at: datetime


@dataclass(frozen=True, slots=True)
class AddUpdate:
    """Tell everybody who was told. When an update or a note has that `at`, the next free second is taken."""

    at: datetime
    text: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class SetField:
    """Give one key a value, as in `("severity",)` or `("roles", "commander")`; None takes it out.

    `seen` is the value that the person saw, None where there was none, NOT_SEEN where nobody looked; see
    `unlike`.
    """

    path: Path
    value: Scalar | None
    seen: Scalar | NotSeen | None = NOT_SEEN


@dataclass(frozen=True, slots=True)
class AddTo:
    """Add a name to `services`, `responders` or `page`, unless it is there."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class AddNote:
    """Add a line to the document's timeline; a message that is noted already (by its link) is not again.

    When something else has that second, the next free one is taken.
    """

    at: datetime
    text: str
    by: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Escalate:
    """Call for a team: it is paged, or notified again where it was paged before."""

    at: datetime
    team: str
    by: str | None = None
    why: str = ""


Intention: TypeAlias = SetStatus | Reopen | AddUpdate | SetField | AddTo | AddNote | Escalate


def edits(intention: Intention, incident: Incident) -> list[Edit]:
    """The edits that carry the intention out; none when the file says so already.

    Failure where the status forbids it, Usage where a text is empty.
    """
    match intention:
        case SetStatus(status, at, _):
            return _status(incident, status, at)
        case Reopen():
            return [] if incident.status.open else _to(Status.INVESTIGATING, intention.at)
        case AddUpdate():
            return [Append(("updates",), _update(incident, intention))]
        case SetField(path, value, _):
            return [Remove(path) if value is None else Set(path, _as_written(path, value))]
        case AddTo(key, name):
            return [] if name in getattr(incident, key) else [Append((key,), name)]
        case AddNote():
            return _noted(incident, intention)
        case Escalate():
            return [Append(("escalations",), _escalation(incident, intention))]


def unlike(intention: Intention, data: Mapping[str, Any]) -> tuple[Path, Any] | None:
    """The key that has become neither what the person saw nor what they want, and its value now.

    `data` is what the file holds. None where the intention may be carried out.
    """
    if isinstance(intention, SetStatus) and intention.seen is not None:
        seen, wanted = plain(intention.seen), plain(intention.status)
    elif isinstance(intention, SetField) and not isinstance(intention.seen, NotSeen):
        seen, wanted = _plain(intention.seen), _plain(intention.value)
    else:
        return None
    path = field_of(intention)
    now = at_path(data, path)
    return None if now in (seen, wanted) else (path, now)


def field_of(intention: Intention) -> Path:
    """The key that an intention sets to something else; empty where it adds."""
    match intention:
        case SetStatus() | Reopen():
            return ("status",)
        case SetField(path, _, _):
            return path
        case _:
            return ()


def at_path(data: Any, path: Path) -> Any:
    """The value at a path of the file's data; None where there is none."""
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _plain(value: Scalar | None) -> Any:
    return None if value is None else plain(value)


def _as_written(path: Path, value: Scalar) -> Scalar:
    """A title is one line."""
    if path != ("title",) or not isinstance(value, str):
        return value
    title = " ".join(value.split())
    if not title:
        raise Usage("an incident needs a title", next="say what is broken")
    return title


def _status(incident: Incident, status: Status, at: datetime) -> list[Edit]:
    if incident.status is status:
        return []
    if incident.status.over:
        raise Failure(
            f"{incident.id} is {incident.status}: it cannot become {status}",
            location=incident.where("status"),
            next=f"if it is back, reopen it first: reconciler reopen {incident.id}",
        )
    return _to(status, at)


def _to(status: Status, at: datetime) -> list[Edit]:
    changes: list[Edit] = [Set(("status",), status.value)]
    if status in TIMED:
        changes.append(Set(("times", status.value), at))
    if status.open:
        changes += [Remove(("times", ended.value)) for ended in (Status.RESOLVED, Status.CLOSED)]
    return changes


def _update(incident: Incident, said: AddUpdate) -> dict[str, Scalar]:
    text = _paragraphs(said.text)
    if not text:
        raise Usage("an update needs a text", next=f'say what is new: reconciler update {incident.id} "…"')
    held = {update.at for update in incident.updates} | {note.at for note in incident.timeline}
    at = _free(said.at, held)
    return {"at": at, **({"by": said.by} if said.by else {}), "text": text}


def _noted(incident: Incident, said: AddNote) -> list[Edit]:
    text = _paragraphs(said.text)
    if not text:
        raise Usage("a note needs a text", next=f'say what happened: reconciler note {incident.id} "…"')
    if said.link and any(note.link == said.link for note in incident.timeline):
        return []
    held = [incident.declared_at, *incident.times.values()]
    for listed in (incident.updates, incident.escalations, incident.timeline):
        held += [one.at for one in listed]
    at = _free(said.at.replace(microsecond=0), set(held))
    given = {"at": at, "by": said.by, "text": text, "link": said.link}
    return [Append(("timeline",), {key: value for key, value in given.items() if value})]


def _escalation(incident: Incident, said: Escalate) -> dict[str, Scalar]:
    if not incident.status.open:
        raise Failure(
            f"{incident.id} is {incident.status}: nobody is called for it",
            location=incident.where("status"),
            next=f"if it is back, reopen it first: reconciler reopen {incident.id}",
        )
    at = _free(said.at.replace(microsecond=0), {one.at for one in incident.escalations})
    given: dict[str, Scalar | None]
    given = {"at": at, "team": said.team, "by": said.by, "why": _paragraphs(said.why)}
    return {key: value for key, value in given.items() if value}


def _free(at: datetime, held: Container[datetime]) -> datetime:
    """The moment, or the next second that nothing else has."""
    while at in held:
        at += timedelta(seconds=1)
    return at


def _paragraphs(text: str) -> str:
    """The text with one kind of line end, without the blank lines and spaces around it."""
    return re.sub(r"\r\n?", "\n", text).strip().lstrip("\ufeff")
