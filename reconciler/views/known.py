"""What is remembered of one incident, for its screen: who was paged, where everything is, what is in line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from reconciler.incident.edits import moment
from reconciler.incident.history import announced_in, teams_asked
from reconciler.incident.text import clock_time, one_line, utc
from reconciler.plan.address import Address
from reconciler.plan.diff import sort_key
from reconciler.plan.plan import State
from reconciler.run.look import Dossier
from reconciler.run.telling import count
from reconciler.views.changes import STYLES, thing
from reconciler.views.columns import age

#: Text and its style.
Said = tuple[str, str]

_UNDONE = tuple(f": {state.value}" for state in (State.FAILED, State.UNCERTAIN))


def pages(dossier: Dossier) -> dict[str, dict[str, Any]]:
    """Each team that was paged or is to be: the page's id and link, and who acknowledged it when."""
    things = dossier.memory.things
    seen = {key.removeprefix("pagerduty:"): one for key, one in things.items() if _is_page(key)}
    known = dossier.memory.facts.get("acknowledged")
    acknowledged = known if isinstance(known, Mapping) else {}
    return {
        team: {
            "id": seen[team].id if team in seen else None,
            "url": seen[team].url if team in seen else None,
            "resolved": team in seen and not seen[team].live,
            "acknowledged": acknowledged.get(team),
        }
        for team in dict.fromkeys([*teams_asked(dossier.incident, dossier.settings), *seen])
    }


def page_line(team: str, page: Mapping[str, Any], dossier: Dossier) -> Said:
    """`✔ payments: acknowledged by Bo at 16:47 UTC, 2m after the declare · https://…`."""
    if page["id"] is None:
        waiting = dossier.incident.status.open
        return (f"✘ {team}: not paged yet", "red") if waiting else (f"- {team}: not paged", "")
    taken, parts = page["acknowledged"], ["resolved"] if page["resolved"] else []
    sign, style = ("✔", "green") if parts or isinstance(taken, Mapping) else ("!", "yellow")
    parts.append(_taken(taken, dossier))
    return " · ".join(filter(None, (f"{sign} {team}: {', '.join(parts)}", page["url"]))), style


def _taken(taken: object, dossier: Dossier) -> str:
    if not isinstance(taken, Mapping):
        return "not acknowledged when last looked"
    words = f"acknowledged by {taken.get('by', 'somebody')}"
    try:
        at = datetime.fromisoformat(str(taken.get("at")))
        return f"{words} at {clock_time(at)}, {age(at - dossier.incident.declared_at)} after the declare"
    except (ValueError, TypeError):
        return words


def links(dossier: Dossier) -> dict[str, str]:
    """Every other thing that has a link: `slack:channel` → its address."""
    things = sorted(dossier.memory.things.items(), key=lambda one: sort_key(_address(one[0])))
    return {key: one.url for key, one in things if one.url and not _is_page(key)}


def link_line(key: str, url: str, dossier: Dossier) -> str:
    """What a link leads to, where its name tells more than its kind."""
    one, (_, rest) = dossier.memory.things[key], thing(_address(key))
    name = rest or (f"#{one.fields['name']}" if "name" in one.fields else "")
    return " · ".join(filter(None, (name, url)))


def label(key: str) -> str:
    """What kind of thing it is: `slack announcement`."""
    return thing(_address(key))[0]


def standing(dossier: Dossier) -> dict[str, Any]:
    """Whether all is in line as far as is remembered, and what is not."""
    memory, applied = dossier.memory, dossier.applied
    undone = [effect for effect in applied.effects if effect.endswith(_UNDONE)] if applied else []
    return {
        "known": bool(memory.blob or memory.things),
        "edited": memory.blob != dossier.blob,
        "settled": memory.settled,
        "things": len(memory.things),
        "undone": undone,
        "missing": [key for key in _asked(dossier) if key not in {*memory.things, *memory.blocked}],
        "blocked": {key: {"reason": one.reason, "next": one.next} for key, one in memory.blocked.items()},
    }


def standing_lines(dossier: Dossier) -> Iterator[Said]:
    """The same in words: what to type where something is to be done."""
    stands, applied = standing(dossier), dossier.applied
    if not stands["known"]:
        yield "✘ nothing was applied yet: `reconciler apply`", "red"
        return
    if stands["edited"]:
        yield f"~ edited since it was applied; {_plan(dossier)} tells what is to be done", "yellow"
    elif stands["missing"]:
        named = ", ".join(" ".join(filter(None, thing(_address(key)))) for key in stands["missing"])
        yield f"✘ not there yet: {one_line(named, 300)}; {_plan(dossier)} tells why", "red"
    for effect in stands["undone"]:
        yield f"✘ {effect} in the last run", "red"
    for key, one in stands["blocked"].items():
        name, rest = thing(_address(key))
        why = "; ".join(filter(None, (one_line(one["reason"], 200), one_line(one["next"], 200))))
        yield f"x {name}{f' {rest}' if rest else ''} is blocked: {why}", STYLES["x"]
    if not any(stands[what] for what in ("edited", "missing", "undone", "blocked")):
        more = "; settled: looked at again when the file changes" if stands["settled"] else ""
        yield f"✔ as far as is remembered: {count(stands['things'], 'thing')}{more}", "green"
    if applied:
        yield f"last written {age(dossier.now - applied.at)} ago, {utc(applied.at)}", "dim"


def _asked(dossier: Dossier) -> Iterator[str]:
    """What an open incident's file asks for in Slack, once there is a channel."""
    one, things = dossier.incident, dossier.memory.things
    if not one.status.open or one.paused or "slack:channel" not in things:
        return
    yield from (f"slack:announcement/{name}" for name in announced_in(one, dossier.settings))
    yield from (f"slack:invite/{who}" for who in dict.fromkeys([*one.roles.values(), *one.responders]))
    yield from (f"slack:update/{moment(said.at)}" for said in one.updates)


def _plan(dossier: Dossier) -> str:
    return f"`reconciler plan --incident {dossier.incident.id}`"


def _address(key: str) -> Address:
    target, _, rest = key.partition(":")
    return Address(target, "", rest)


def _is_page(key: str) -> bool:
    return key.startswith("pagerduty:") and "/" not in key
