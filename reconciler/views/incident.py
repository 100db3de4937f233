"""One incident on one screen: how it stands, who is in it, who was paged, and where everything is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reconciler.incident.edits import moment
from reconciler.incident.model import Escalation, Incident
from reconciler.incident.shown import inert
from reconciler.incident.text import lines, one_line, person_name, utc
from reconciler.repo.story import Event
from reconciler.run.look import Dossier
from reconciler.views.changes import Line
from reconciler.views.columns import age, fit
from reconciler.views.known import Said, label, link_line, links, page_line, pages, standing, standing_lines

Rows = Iterable[tuple[str, Sequence[str | Said]]]

_LABEL = 20
#: Of a longer postmortem the beginning is shown.
_LONG = 400


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
        "escalations": [
            {"at": moment(call.at), "team": call.team, "by": call.by, "why": call.why}
            for call in one.escalations
        ],
        "timeline": [
            {"at": moment(note.at), "by": note.by, "text": note.text, "link": note.link}
            for note in one.timeline
        ],
        "postmortem": one.postmortem,
        "adopted": {"pagerduty": dict(one.adopt.pagerduty)},
        "pages": pages(dossier),
        "links": links(dossier),
        "in_line": standing(dossier),
        "path": one.path,
        "commits": [event.to_json() for event in dossier.commits],
        "notes": list(dossier.notes),
    }


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
    for number, part in enumerate((_story(dossier), _people(dossier), _places(dossier), _records(dossier))):
        lines = [line for label, values in part for line in _row(label, values)]
        yield from [Line("")] if number and lines else []
        yield from lines


def _story(dossier: Dossier) -> Rows:
    one = dossier.incident
    yield "declared", [_declared(dossier)]
    yield from ((name, [utc(at)]) for name, at in one.times.items())
    yield "summary", lines(one.summary or "").splitlines()
    yield "services", [", ".join(one.services)]
    yield "last update", _last_update(dossier)


def _people(dossier: Dossier) -> Rows:
    one = dossier.incident
    yield from ((role, [_person(address, dossier)]) for role, address in one.roles.items())
    yield "responders", [_person(address, dossier) for address in one.responders]
    yield "paged", [page_line(team, page, dossier) for team, page in pages(dossier).items()]
    yield "called for", [_call(call, dossier) for call in one.escalations]


def _places(dossier: Dossier) -> Rows:
    found: dict[str, list[str | Said]] = {}
    for key, url in links(dossier).items():
        found.setdefault(label(key), []).append(link_line(key, url, dossier))
    yield from found.items()
    yield "bridge", [dossier.incident.bridge or ""]
    yield "postmortem", lines(dossier.incident.postmortem or "", _LONG).splitlines()
    yield "file", [inert(dossier.incident.path)]


def _records(dossier: Dossier) -> Rows:
    yield "in line", list(standing_lines(dossier))
    yield "commits", [_commit(event, dossier.incident.id) for event in dossier.commits]


def _row(label: str, values: Sequence[str | Said]) -> Iterator[Line]:
    for number, value in enumerate(filter(None, values)):
        text, style = value if isinstance(value, tuple) else (value, "")
        named = fit(one_line(label), _LABEL - 1) + " " if number == 0 else " " * _LABEL
        yield Line(f"  {named}{one_line(text)}", style, _LABEL + 2)


def _declared(dossier: Dossier) -> str:
    one = dossier.incident
    by = f" by {_person(one.reporter, dossier)}" if one.reporter else ""
    return f"{utc(one.declared_at)}, {age(dossier.now - one.declared_at)} ago{by}"


def _person(address: str, dossier: Dossier) -> str:
    return f"{person_name(address, dossier.settings)} <{address}>"


def _call(call: Escalation, dossier: Dossier) -> str:
    """Whom somebody called for, and whether that was answered, as far as is remembered."""
    by = f" by {_person(call.by, dossier)}" if call.by else ""
    why = f": {one_line(call.why, 200)}" if call.why else ""
    return f"{call.team}, {utc(call.at)}{by}{why}"


def _last_update(dossier: Dossier) -> list[str]:
    told = dossier.incident.updates
    if not told:
        return []
    last = max(told, key=lambda update: update.at)
    by = f" by {_person(last.by, dossier)}" if last.by else ""
    return [f"{age(dossier.now - last.at)} ago{by}, of {len(told)}:", *lines(last.text).splitlines()]


def _commit(event: Event, id: str) -> str:
    return f"{event.commit[:12]} · {utc(event.at)} · {event.who} · {event.subject.removeprefix(f'{id}: ')}"
