"""What people can ask for: each verb, its fields, who may, how it is typed. One table for all ways in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

ROLES = ("commander", "technical", "communications", "scribe")


class Right(StrEnum):
    """What somebody may do; each is a key of `helper:` in the settings."""

    DECLARE = "declare"
    LEAD = "lead"
    CLOSE = "close"


class Kind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    LINK = "link"
    ONE = "one"
    MANY = "many"
    PERSON = "person"
    PEOPLE = "people"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. Its choices and what stands in it come from the files, when it is shown."""

    name: str
    label: str
    kind: Kind
    needed: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing to ask for. Without a right it only shows something."""

    name: str
    right: Right | None
    usage: str
    does: str
    fields: tuple[Field, ...] = ()
    title: str = ""  # of its form
    submit: str = "Write it down"
    typed: bool = True  # else it is only begun in another way

    def missing(self, values: Mapping[str, Any]) -> bool:
        """True when a field that is needed is empty."""
        return any(one.needed and not values.get(one.name) for one in self.fields)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for. `seen` is what the file said when they were asked."""

    verb: str
    incident: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    seen: Mapping[str, Any] = field(default_factory=dict)


_SEVERITY = Field("severity", "Severity", Kind.ONE, needed=True)
_NEW = (
    Field("title", "What is broken?", Kind.LINE, needed=True),
    _SEVERITY,
    Field("summary", "What is known?", Kind.TEXT),
    Field("services", "Services", Kind.MANY),
    Field("commander", "Commander", Kind.PERSON),
    Field("responders", "Who helps", Kind.PEOPLE),
    Field("page", "Teams to page, beside those of the severity and the services", Kind.MANY),
    Field(
        "adopt",
        "A PagerDuty incident that is this one",
        Kind.LINK,
        hint="Its address: it is taken over, and nobody is paged twice",
    ),
    Field("ticks", "Kind", Kind.TICKS),
)

_TABLE = (
    Verb("new", Right.DECLARE, "new [TITLE]", "declare an incident", _NEW, "Declare an incident", "Declare"),
    Verb("show", None, "show [ID]", "how an incident stands, with buttons"),
    Verb(
        "update",
        Right.LEAD,
        "update TEXT",
        "tell everybody who was told",
        (Field("text", "What is new?", Kind.TEXT, needed=True),),
        "Tell what is new",
        "Tell",
    ),
    Verb(
        "status",
        Right.LEAD,
        "status NAME",
        "investigating, identified, mitigated, resolved",
        (Field("status", "Status", Kind.ONE, needed=True),),
        "Set the status",
    ),
    Verb("severity", Right.LEAD, "severity NAME", "raise or lower it", (_SEVERITY,), "Set the severity"),
    Verb(
        "role",
        Right.LEAD,
        "role commander @ana",
        "who does what",
        (
            Field("role", "Role", Kind.ONE, needed=True),
            Field("person", "Who", Kind.PERSON, hint="Empty: nobody any more"),
        ),
        "Give a role",
    ),
    Verb(
        "escalate",
        Right.LEAD,
        "escalate TEAM [WHY]",
        "page a team",
        (
            Field("team", "Team", Kind.ONE, needed=True),
            Field("why", "Why", Kind.LINE, hint="They read it on the page"),
        ),
        "Page a team",
        "Page",
    ),
    Verb(
        "note",
        Right.LEAD,
        "note TEXT",
        "a line for the timeline",
        (Field("text", "What happened?", Kind.TEXT, needed=True),),
        "Note something",
        "Note it",
    ),
    Verb(
        "title",
        Right.LEAD,
        "title TEXT",
        "call it something else",
        (Field("title", "Title", Kind.LINE, needed=True),),
        "Set the title",
    ),
    Verb(
        "keep",
        Right.LEAD,
        "",
        "",
        (
            Field("incident", "Incident", Kind.ONE, needed=True),
            Field("text", "What the message says", Kind.TEXT, needed=True),
        ),
        "Add to timeline",
        "Note it",
        typed=False,
    ),
    Verb("resolve", Right.LEAD, "resolve", "all clear"),
    Verb("reopen", Right.LEAD, "reopen", "it is back"),
    Verb("close", Right.CLOSE, "close", "the review is done"),
    Verb("cancel", Right.CLOSE, "cancel", "it was a false alarm"),
    Verb("list", None, "list", "the open incidents"),
    Verb("help", None, "help", "this"),
)
VERBS: Mapping[str, Verb] = {verb.name: verb for verb in _TABLE}

#: Commands of other tools, and the verb that each is here.
ALIASES = {"/resolve-incident": "resolve", "/closeincident": "close", "/assemble": "new"}


def right_of(wish: Wish) -> Right | None:
    """The right that a wish takes: to close by `status` is to close."""
    if wish.verb == "status" and wish.values.get("status", "").lower() in ("closed", "canceled"):
        return Right.CLOSE
    return VERBS[wish.verb].right
