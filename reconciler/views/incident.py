"""One incident on one screen: how it stands, who is in it, who was paged, and where everything is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.incident.edits import moment
from reconciler.incident.history import teams_asked
from reconciler.incident.model import Incident
from reconciler.incident.shown import inert
from reconciler.incident.text import lines, one_line, person_name, utc
from reconciler.plan.address import Address
from reconciler.repo.story import Event
from reconciler.run.look import Dossier
from reconciler.views.changes import Line, thing
from reconciler.views.columns import age

_LABEL = 20


def dossier_json(dossier: Dossier) -> dict[str, Any]:
    """The same as data."""
    one = dossier.incident
    return {
        "id": one.id,
        "title": one.title,
        "severity": one.severity,
        "status": one.status.value,
        "since": moment(dossier.since) if dossier.since else None,
        "declared_at": moment(one.declared_at),
        "reporter": one.reporter,
        "summary": one.summary,
        "services": list(one.services),
        "roles": dict(one.roles),
        "responders": list(one.responders),
        "bridge": one.bridge,
        "private": one.private,
        "drill": one.drill,
        "paused": one.paused,
        "times": {name: moment(at) for name, at in one.times.items()},
        "updates": [{"at": moment(said.at), "by": said.by, "text": said.text} for said in one.updates],
        "pages": _pages(dossier),
        "links": _links(dossier),
        "path": one.path,
        "commits": [event.to_json() for event in dossier.commits],
        "notes": list(dossier.notes),
    }


def _pages(dossier: Dossier) -> dict[str, dict[str, Any]]:
    """Each team that was paged or is to be: the page's id and link, and who acknowledged it when."""
    things = dossier.memory.things
    seen = {key.removeprefix("pagerduty:"): one for key, one in things.items() if _is_page(key)}
    known = dossier.memory.facts.get("acknowledged")
    acknowledged = known if isinstance(known, Mapping) else {}
    return {
        team: {
            "id": seen[team].id if team in seen else None,
            "url": seen[team].url if team in seen else None,
            "acknowledged": acknowledged.get(team),
        }
        for team in dict.fromkeys([*teams_asked(dossier.incident, dossier.settings), *seen])
    }


def _links(dossier: Dossier) -> dict[str, str]:
    """Every other thing that has a link: `slack:channel` → its address."""
    things = sorted(dossier.memory.things.items())
    return {key: one.url for key, one in things if one.url and not _is_page(key)}


def dossier_lines(dossier: Dossier) -> Iterator[Line]:
    """The whole screen."""
    one = dossier.incident
    yield Line(f"{one.id}  {_standing(dossier)}", "bold")
    yield Line(one_line(one.title), "bold")
    yield Line("")
    yield from _rows(dossier)
    for note in dossier.notes:
        yield Line(one_line(note), "yellow")


def _standing(dossier: Dossier) -> str:
    one = dossier.incident
    words = [one_line(one.severity).upper(), *_flags(one), one.status.value]
    if dossier.since:
        words[-1] += f" for {age(dossier.now - dossier.since)}, since {utc(dossier.since)}"
    return " · ".join(words)


def _flags(one: Incident) -> list[str]:
    return [
        word
        for word, set_ in (("drill", one.drill), ("private", one.private), ("paused", one.paused))
        if set_
    ]


def _rows(dossier: Dossier) -> Iterator[Line]:
    one = dossier.incident
    for label, values in (
        ("declared", [_declared(dossier)]),
        *((name, [utc(at)]) for name, at in one.times.items()),
        ("summary", lines(one.summary or "").splitlines()),
        ("services", [", ".join(one.services)]),
        *((role, [_person(address, dossier)]) for role, address in one.roles.items()),
        ("responders", [_person(address, dossier) for address in one.responders]),
        ("paged", [_page(team, page) for team, page in _pages(dossier).items()]),
        *((_thing(key), [url]) for key, url in _links(dossier).items()),
        ("bridge", [one.bridge or ""]),
        ("last update", _last_update(dossier)),
        ("file", [inert(one.path)]),
        ("commits", [_commit(event, one.id) for event in dossier.commits]),
    ):
        yield from _row(label, values)


def _row(label: str, values: Sequence[str]) -> Iterator[Line]:
    for number, value in enumerate(filter(None, values)):
        named = one_line(label, _LABEL - 2) if number == 0 else ""
        yield Line(f"  {named:<{_LABEL}}{one_line(value)}")


def _declared(dossier: Dossier) -> str:
    one = dossier.incident
    by = f" by {_person(one.reporter, dossier)}" if one.reporter else ""
    return f"{utc(one.declared_at)}, {age(dossier.now - one.declared_at)} ago{by}"


def _person(address: str, dossier: Dossier) -> str:
    return f"{person_name(address, dossier.settings)} <{address}>"


def _page(team: str, page: Mapping[str, Any]) -> str:
    if page["id"] is None:
        return f"{team}: not paged yet"
    taken = page["acknowledged"]
    known = "not acknowledged when last looked"
    if isinstance(taken, Mapping):
        known = f"acknowledged by {taken.get('by', 'somebody')} at {taken.get('at', 'a time unknown')}"
    return " · ".join(filter(None, (f"{team}: {known}", page["url"])))


def _last_update(dossier: Dossier) -> list[str]:
    told = dossier.incident.updates
    if not told:
        return []
    last = max(told, key=lambda update: update.at)
    by = f" by {_person(last.by, dossier)}" if last.by else ""
    return [f"{age(dossier.now - last.at)} ago{by}, of {len(told)}:", *lines(last.text).splitlines()]


def _thing(key: str) -> str:
    target, _, rest = key.partition(":")
    return thing(Address(target, "", rest))[0]


def _is_page(key: str) -> bool:
    return key.startswith("pagerduty:") and "/" not in key


def _commit(event: Event, id: str) -> str:
    return f"{event.commit[:12]} · {utc(event.at)} · {event.who} · {event.subject.removeprefix(f'{id}: ')}"
