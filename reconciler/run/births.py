"""Which versions of an incident's file were ever asked for, and when each one was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from reconciler.incident.model import Incident
from reconciler.repo.mainline import MainLine
from reconciler.targets.case import Case


class Birth(NamedTuple):
    """A version of an incident's file, and since when; what it asks for may wait, unless it `acts`."""

    since: datetime
    id: str
    number: int
    acts: bool


def births(cases: Mapping[str, Case], line: MainLine) -> Iterator[Birth]:
    """Every version that was the newest on the branch, and valid, in order.

    Of several that came at once, by one merge or in one second, it is the last.
    """
    for id, case in cases.items():
        asked = [
            (at, number, incident)
            for at, number in _tips(case, line)
            if (incident := case.history.versions[number].incident) is not None
        ]
        incidents = [None, *(incident for _, _, incident in asked), None]
        for (at, number, now), before, after in zip(asked, incidents, incidents[2:], strict=False):
            yield Birth(at, id, number, _acts(before, now, after))


def _tips(case: Case, line: MainLine) -> list[tuple[datetime, int]]:
    """When which version was the newest, in the order in which they came to the branch."""
    newest: dict[tuple[int, datetime], int] = {}
    for number, version in enumerate(case.history.versions):
        landed = line.landed(version.commit)
        place = (landed.place, landed.at) if landed else (number, version.at)
        newest[place] = max(number, newest.get(place, 0))
    tips: list[tuple[datetime, int]] = []
    for (_, at), number in sorted(newest.items()):
        if tips and tips[-1][0] == at:
            tips.pop()
        tips.append((at, number))
    return tips


def _acts(before: Incident | None, now: Incident, after: Incident | None) -> bool:
    """False for an edit of texts, which the next version brings about as well: it has them all."""
    if before is None or _asks(before) != _asks(now):
        return True
    return after is not None and not _keyed(now) <= _keyed(after)


def _asks(one: Incident) -> tuple[object, ...]:
    """What of a file depends on the time at which it is asked for, or leaves something behind."""
    told = (one.severity, one.status, one.services, one.page, one.escalations, one.adopt.pagerduty)
    return (*told, one.private, one.drill, one.paused, one.reporter, dict(one.roles), one.responders)


def _keyed(one: Incident) -> set[datetime]:
    return {update.at for update in one.updates} | {note.at for note in one.timeline}
