"""What the page's properties say of an incident, and which of it the database can hold. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from reconciler.incident.text import one_line, person_name
from reconciler.plan.world import Present, World
from reconciler.targets.case import Case
from reconciler.targets.links import pages, url_of
from reconciler.targets.notion.properties import KINDS, Value, fit, holds, minute

#: Without these a page could not be found again.
NEEDED = ("title", "id")


def lacks(case: Case, known: Present) -> list[str]:
    """The properties, by meaning, without which no page can be made."""
    names = case.settings.notion.properties
    return [one for one in NEEDED if known.fields.get(names[one]) not in KINDS[one]]


def fitting(case: Case, known: Present, values: Mapping[str, Value]) -> dict[str, Value]:
    """What the database can hold, by the names of its properties, as it will be read back."""
    options = known.extra.get("options", {})
    fields: dict[str, Value] = {}
    for meaning, value in values.items():
        name = case.settings.notion.properties[meaning]
        kind = known.fields.get(name)
        fit_value = fit(str(kind), value, options.get(name, ()))
        if kind in KINDS[meaning] and holds(kind, fit_value, options.get(name, ())):
            fields[name] = fit_value
    return fields


def left_out(case: Case, world: World, known: Present) -> Iterator[str]:
    """What the settings name and the database cannot hold, in words."""
    values = meanings(case, world)
    fields = fitting(case, known, values)
    for meaning, name in case.settings.notion.properties.items():
        kind = known.fields.get(name)
        if kind is None:
            yield f"the database has no property {name}: the {meaning} is left out"
        elif kind not in KINDS[meaning]:
            kinds = " or ".join(KINDS[meaning])
            found = one_line(kind, 40)
            yield f"the property {name} is of type {found}, not {kinds}: the {meaning} is left out"
        elif name not in fields and values.get(meaning):
            wanted = "for it" if case.incident.private else fit(kind, values[meaning], ())
            yield f"the property {name} has no option {wanted}: it is left out until somebody adds it"


def meanings(case: Case, world: World) -> dict[str, Value]:
    """What is known of the incident, by meaning; what is not known is missing, what is empty is None."""
    return dict(_values(case, world))


def _values(case: Case, world: World) -> Iterator[tuple[str, Value]]:
    incident = case.incident
    commander = incident.roles.get("commander")
    yield "title", f"[DRILL] {incident.title}" if incident.drill else incident.title
    yield "id", case.id
    yield "status", incident.status.value
    yield "severity", incident.severity
    yield "declared", minute(incident.declared_at)
    yield "commander", person_name(commander, case.settings) if commander else None
    yield "summary", incident.summary
    channel = url_of(case, world, "slack", "channel")
    if channel:
        yield "slack", channel
    sent = [page.url for page in pages(case, world, case.history.teams_ever(case.settings)) if page.url]
    if sent:
        yield "pagerduty", sent[0]
    ended = _ended(case)
    if incident.status.open or ended:
        yield "resolved", minute(ended) if ended and not incident.status.open else None


def _ended(case: Case) -> datetime | None:
    """When it was last over: as the file says, else when its status changed; None where that is unknown."""
    at = None
    for (_, before), (when, after) in pairwise(case.history.readable):
        if before.status.open and not after.status.open:
            at = after.times.get(after.status.value, when)
    return case.incident.times.get("resolved", at)


def veiled(case: Case, value: Value) -> Value:
    """A value as plans and memory show it: of a private incident only whether it is the same."""
    if value is None or not case.incident.private:
        return value
    return f"private, {hashlib.sha256(f'{case.mark} {value}'.encode()).hexdigest()[:12]}"
