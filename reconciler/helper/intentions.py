"""A wish in the words of the file: the intention that the desk carries out, the same as the shell's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from reconciler.errors import Usage
from reconciler.helper.said import Mention
from reconciler.helper.verbs import Wish
from reconciler.incident.history import teams_asked
from reconciler.incident.model import Incident, Status
from reconciler.incident.settings import Settings
from reconciler.incident.shown import quoted
from reconciler.incident.verbs import (
    NOT_SEEN,
    AddNote,
    AddUpdate,
    Declare,
    Escalate,
    Intention,
    NotSeen,
    Reopen,
    SetField,
    SetStatus,
)

_ENDS = {"resolve": Status.RESOLVED, "close": Status.CLOSED, "cancel": Status.CANCELED}


def addressed(wish: Wish, addresses: Mapping[str, str]) -> Wish:
    """The wish with addresses in place of member ids. Raises Usage where one has none."""

    def one(value: Any) -> Any:
        if not isinstance(value, Mention):
            return value
        if not addresses.get(value):
            raise Usage(
                "Slack shows no address for one of these people",
                next="name them by their address, or in the settings below `people:` with their Slack id",
            )
        return addresses[value]

    values = {
        name: [one(item) for item in value] if isinstance(value, list) else one(value)
        for name, value in wish.values.items()
    }
    return replace(wish, values=values)


def declaration(wish: Wish, at: datetime, by: str | None, settings: Settings) -> Declare:
    """A new incident, as its form was filled in. Raises Usage."""
    given = wish.values
    ticks: Sequence[str] = given.get("ticks", ())
    said = Declare(
        title=given.get("title", ""),
        severity=given.get("severity", ""),
        declared_at=at,
        reporter=by,
        summary=given.get("summary"),
        services=given.get("services", ()),
        roles={"commander": given["commander"]} if given.get("commander") else {},
        responders=given.get("responders", ()),
        page=given.get("page", ()),
        private="private" in ticks,
        drill="drill" in ticks,
    )
    link = given.get("adopt")
    return replace(said, adopt={"pagerduty": {_adopting(said, settings): link}}) if link else said


def intention(wish: Wish, at: datetime, by: str | None) -> Intention:
    """What a wish for an incident that there is already asks of its file. Raises Usage."""
    given = wish.values
    if wish.verb in _ENDS:
        return SetStatus(_ENDS[wish.verb], at)
    match wish.verb:
        case "reopen":
            return Reopen(at)
        case "status":
            return _status(given["status"], at, wish.seen.get("status"))
        case "update":
            return AddUpdate(at, given["text"], by)
        case "note":
            return AddNote(given.get("at") or at, given["text"], given.get("by") or by, given.get("link"))
        case "escalate":
            return Escalate(at, given["team"], by, given.get("why", ""))
        case "role":
            return SetField(("roles", given["role"]), given.get("person"), _seen_role(wish))
    return SetField((wish.verb,), given[wish.verb], wish.seen.get(wish.verb, NOT_SEEN))


def _status(name: str, at: datetime, seen: str | None) -> SetStatus:
    try:
        status = Status(name.lower())
    except ValueError:
        listed = ", ".join(one.value for one in Status)
        raise Usage(f"{quoted(name)} is no status", next=f"one of {listed}") from None
    return SetStatus(status, at, Status(seen) if seen else None)


def _seen_role(wish: Wish) -> str | NotSeen | None:
    """Who had the role when the form was shown: None where nobody had."""
    if "roles" not in wish.seen:
        return NOT_SEEN
    held: str | None = wish.seen["roles"].get(wish.values["role"])
    return held


def _adopting(said: Declare, settings: Settings) -> str:
    """The team whose page is handed over: the one chosen, else the first that is asked anyway."""
    asked = Incident(
        id="",
        title=said.title,
        severity=said.severity,
        status=Status.INVESTIGATING,
        declared_at=said.declared_at,
        path="",
        services=tuple(said.services),
        page=tuple(said.page),
        drill=said.drill,
    )
    teams = [*said.page, *teams_asked(asked, settings)]
    if not teams:
        raise Usage(
            "nobody is paged for this, so there is no page to take over", next="choose a team to page"
        )
    return teams[0]
