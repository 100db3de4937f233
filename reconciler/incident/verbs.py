"""What each verb means for an incident's file: an intention and the incident as it is give edits.

The command line and the Slack helper say what they want in the same words, so both leave the same history.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from reconciler.errors import Failure, Usage
from reconciler.incident.edits import ORDER, Append, Edit, Remove, Scalar, Set, Value
from reconciler.incident.model import Incident, Path, Status

#: The statuses of which the file keeps when they began.
TIMED = (Status.MITIGATED, Status.RESOLVED, Status.CLOSED)


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

    def data(self) -> dict[str, Value]:
        """The whole file, its keys in the usual order; Usage when there is no title."""
        given: dict[str, Any] = {key: getattr(self, key) for key in ORDER if hasattr(self, key)}
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
    """Give it the status that may follow on its own: resolve, close and cancel are three of them."""

    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Reopen:
    """It is back, or it was never over: investigating again. The only way out of closed and canceled."""

    at: datetime


@dataclass(frozen=True, slots=True)
class AddUpdate:
    """Tell everybody who was told. When another update has that `at`, the next free second is taken."""

    at: datetime
    text: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class SetField:
    """Give one key a value, as in `("severity",)` or `("roles", "commander")`; None takes it out."""

    path: Path
    value: Scalar | None


@dataclass(frozen=True, slots=True)
class AddTo:
    """Add a name to `services`, `responders` or `page`, unless it is there."""

    key: str
    name: str


Intention: TypeAlias = SetStatus | Reopen | AddUpdate | SetField | AddTo


def edits(intention: Intention, incident: Incident) -> list[Edit]:
    """The edits that carry the intention out; none when the file says so already.

    Failure where the status forbids it, Usage where a text is empty.
    """
    match intention:
        case SetStatus(status, at):
            return _status(incident, status, at)
        case Reopen():
            return [] if incident.status.open else _to(Status.INVESTIGATING, intention.at)
        case AddUpdate():
            return [Append(("updates",), _update(incident, intention))]
        case SetField(path, value):
            return [Remove(path) if value is None else Set(path, value)]
        case AddTo(key, name):
            return [] if name in getattr(incident, key) else [Append((key,), name)]


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
    at, held = said.at, {update.at for update in incident.updates}
    while at in held:
        at += timedelta(seconds=1)
    return {"at": at, **({"by": said.by} if said.by else {}), "text": text}


def _paragraphs(text: str) -> str:
    """The text with one kind of line end, without the blank lines and spaces around it."""
    return re.sub(r"\r\n?", "\n", text).strip().lstrip("\ufeff")
