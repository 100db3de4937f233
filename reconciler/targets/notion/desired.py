"""What an incident asks of Notion: one page with its properties, and the lines of its timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from reconciler.incident.model import Status
from reconciler.incident.text import person_name
from reconciler.plan.address import Address
from reconciler.plan.change import Cause
from reconciler.plan.resource import Hold, Resource
from reconciler.plan.world import Absent, Observed, Present, World
from reconciler.targets.case import Case, shared
from reconciler.targets.links import pages, url_of
from reconciler.targets.notion import document
from reconciler.targets.notion.properties import TYPES, Value, fit

NAME = "notion"


def database(case: Case) -> str | None:
    """The database of the incident's page; a private incident has its own, or no page."""
    settings = case.settings.notion
    chosen = settings.private_database if case.incident.private else settings.database
    return chosen.replace("-", "") if chosen else None


def source(id: str) -> Address:
    """Where it is kept which data source holds a database's rows."""
    return shared(NAME, f"source/{id}")


def schema(id: str) -> Address:
    """Where a database's properties and their types are kept."""
    return shared(NAME, f"schema/{id}")


def listed(id: str) -> Address:
    """Where it is kept that a database's pages of the open incidents were listed."""
    return shared(NAME, f"pages/{id}")


def text(case: Case) -> Address:
    """Where the page's text is kept."""
    return case.at(NAME, "text")


def resources(case: Case, world: World) -> list[Resource]:
    """The page, its timeline, and duplicates of it that a race has made."""
    base = database(case)
    if base is None:
        return []
    return [_page(case, world, base), *_timeline(case, world), *_duplicates(case, world)]


def _page(case: Case, world: World, base: str) -> Resource:
    known = world.present(schema(base))
    seen = world.present(case.at(NAME, "page"))
    return Resource(
        case.at(NAME, "page"),
        f'document "{case.incident.id}"' if case.incident.private else "postmortem document",
        fields=_fields(case, world, known) if known else {},
        body={
            "source": known.id if known else "",
            "types": dict(known.fields) if known else {},
            "markdown": document.markdown(case, world),
            "entries": [entry.key for entry in document.entries(case)],
        },
        make=not case.incident.status.over,
        after=(case.at("slack", "channel"),),
        hold=_hold(case, known, seen),
        unread=_unread(world, base),
        location=case.settings.where("notion", "database"),
    )


def _unread(world: World, base: str) -> str | None:
    for address in (source(base), schema(base), listed(base)):
        seen: Observed = world[address]
        if not isinstance(seen, Present) and not isinstance(seen, Absent) and seen.looked:
            return seen.reason
    return None


def _hold(case: Case, known: Present | None, seen: Present | None) -> Hold | None:
    if seen is not None and not seen.live:
        return Hold(
            "the document is in Notion's trash, or no longer shared",
            "restore it in Notion if it is still wanted",
        )
    if known is None:
        return None
    needed = [case.settings.notion.properties[name] for name in ("title", "id")]
    missing = [name for name in needed if name not in known.fields]
    if missing:
        return Hold(
            f"the database has no property {missing[0]}", "add it in Notion, or name yours in the settings"
        )
    return None


def _fields(case: Case, world: World, known: Present) -> dict[str, Value]:
    """The properties that the database has, by their names, as they will be read back."""
    names = case.settings.notion.properties
    fields: dict[str, Value] = {}
    for meaning, value in _values(case, world):
        name = names.get(meaning, "")
        kind = known.fields.get(name)
        options = known.extra.get("options", {}).get(name, [])
        if kind not in TYPES:
            continue
        fitting = fit(kind, value, options)
        if kind == "status" and fitting not in options:
            continue
        fields[name] = fitting
    return fields


def missing_properties(case: Case, known: Present) -> Iterator[str]:
    """What the settings name and the database cannot hold, in words."""
    for meaning, name in case.settings.notion.properties.items():
        kind = known.fields.get(name)
        if kind is None:
            yield f"the database has no property {name} (for {meaning}): it is left out"
        elif kind not in TYPES:
            yield f"the property {name} (for {meaning}) is of type {kind}, which is not written: left out"


def _values(case: Case, world: World) -> Iterator[tuple[str, Value]]:
    incident = case.incident
    commander = incident.roles.get("commander")
    yield "title", incident.title
    yield "id", incident.id
    yield "status", incident.status.value
    yield "severity", incident.severity
    yield "declared", _moment(incident.declared_at)
    yield "commander", person_name(commander, case.settings) if commander else None
    yield "summary", incident.summary
    channel = url_of(case, world, "slack", "channel")
    if channel:
        yield "slack", channel
    sent = [page.url for page in pages(case, world, case.history.teams_ever(case.settings)) if page.url]
    if sent:
        yield "pagerduty", sent[0]
    yield from _resolved(case)


def _resolved(case: Case) -> Iterator[tuple[str, Value]]:
    """When it was resolved; empty while it is open; left alone when it is not known."""
    if case.incident.status.open:
        yield "resolved", None
        return
    at = case.incident.times.get("resolved") or case.history.began(Status.RESOLVED)
    if at is not None:
        yield "resolved", _moment(at)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _timeline(case: Case, world: World) -> Iterator[Resource]:
    """A line for each time; none are added to a document without such a heading."""
    page = world.present(case.at(NAME, "page"))
    within = page.id if page else ""
    raw = world[text(case)]
    section = document.section(raw.extra.get("markdown", "")) if isinstance(raw, Present) else None
    for entry in document.entries(case):
        seen: Observed | None = raw if not isinstance(raw, Present) else Absent()
        if isinstance(raw, Present) and (section is None or entry.key in section):
            seen = Present(fields={"listed": True})
        yield Resource(
            case.at(NAME, f"timeline/{entry.key}"),
            entry.line,
            fields={"listed": True},
            body={"page": within, "section": section or "", "at": entry.at.isoformat(), "text": entry.text},
            make=page.live if page else not case.incident.status.over,
            once=True,
            part_of=case.at(NAME, "page"),
            needs=case.at(NAME, "page"),
            seen=seen,
            batch=f"timeline {within}",
            within=within,
        )


def _duplicates(case: Case, world: World) -> Iterator[Resource]:
    """Younger pages of ours for the same incident that nobody has edited."""
    page = world.present(case.at(NAME, "page"))
    for id in page.extra.get("duplicates", ()) if page else ():
        yield Resource(
            case.at(NAME, f"duplicate/{id}"),
            "a second document that nobody has edited goes to the trash",
            live=False,
            seen=Present(id=id),
            cause=Cause.DRIFTED,
        )
