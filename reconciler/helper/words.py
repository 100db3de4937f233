"""What was typed behind `/incident`, as a wish."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from reconciler.errors import Usage
from reconciler.helper import said
from reconciler.helper.verbs import ALIASES, VERBS, Wish
from reconciler.incident.finding import nearest
from reconciler.incident.shown import quoted

_TYPED = [verb.name for verb in VERBS.values() if verb.typed]
_ID = re.compile(r"[0-9]{8}-[a-z0-9][a-z0-9_-]*")


def wish_of(command: str, text: str, here: str, aliases: Collection[str] = ()) -> Wish:
    """What a slash command asks for; `here` is the incident whose channel it was typed in. Raises Usage."""
    if command in ALIASES:
        return _alias(command, text, here, aliases)
    first, _, rest = text.strip().partition(" ")
    if not first:
        return Wish("show", here) if here else Wish("new")
    if _ID.fullmatch(first) and not rest:
        return Wish("show", first)
    if first.lower() in _TYPED:
        return _spoken(first.lower(), rest.strip(), here)
    near = nearest(first.lower(), _TYPED, likeness=0.75)
    if near or here:
        hint = f"did you mean `/incident {near}`?" if near else "`/incident help` lists what there is"
        raise Usage(f"{quoted(said.words(first))} is nothing that can be asked for here", next=hint)
    return Wish("new", values={"title": said.words(text.strip())})


def _alias(command: str, text: str, here: str, aliases: Collection[str]) -> Wish:
    if command not in aliases:
        raise Usage(
            f"{command} is not switched on",
            next=f'the settings switch it on: `helper: {{aliases: ["{command}"]}}`',
        )
    return _spoken(ALIASES[command], text.strip(), here)


def _spoken(verb: str, rest: str, here: str) -> Wish:
    if verb == "new":
        return Wish("new", values={"title": said.words(rest)} if rest else {})
    first, _, after = rest.partition(" ")
    incident = here
    if _ID.fullmatch(first):
        incident, rest = first, after.strip()
    return Wish(verb, incident, _values(verb, rest))


def _values(verb: str, rest: str) -> dict[str, Any]:
    if not rest:
        return {}
    match verb:
        case "role":
            return _role(rest)
        case "escalate":
            team, _, why = rest.partition(" ")
            return {"team": said.words(team), "why": said.words(why.strip())}
        case _ if VERBS[verb].fields:
            return {VERBS[verb].fields[0].name: said.words(rest)}
    if verb not in ("list", "help"):
        raise Usage(
            f"{quoted(said.words(rest))} is not understood after {verb}", next=f"`/incident {verb}` alone"
        )
    return {}


def _role(rest: str) -> dict[str, Any]:
    role, _, who = rest.partition(" ")
    person = said.person(who.strip()) if who.strip() else None
    if who.strip() and person is None:
        raise Usage(
            f"{quoted(said.words(who))} is nobody known here",
            next="name them with @, or by their address: `/incident role commander ana@example.com`",
        )
    return {"role": said.words(role).lower()} | ({"person": person} if person else {})
