"""What an incident asks of Notion: one page with its properties, and the lines of its timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.errors import Location
from reconciler.plan.address import Address
from reconciler.plan.change import Cause
from reconciler.plan.resource import Hold, Resource
from reconciler.plan.world import Absent, Observed, Present, Unknown, World
from reconciler.targets.case import Case, shared
from reconciler.targets.drift import named, policies
from reconciler.targets.notion import document
from reconciler.targets.notion.properties import KINDS
from reconciler.targets.notion.timeline import entries, listed
from reconciler.targets.notion.values import fitting, lacks, meanings, veiled

NAME = "notion"
#: Where it is kept who we are.
BOT = shared(NAME, "bot")
LISTED = Present(fields={"listed": True})


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


def found(id: str) -> Address:
    """Where it is kept that a database's pages of the open incidents were asked for."""
    return shared(NAME, f"pages/{id}")


def text(case: Case, page: str = "") -> Address:
    """Where the document's text is kept, or that of another page for the same incident."""
    return case.at(NAME, f"text/{page}" if page else "text")


def resources(case: Case, world: World) -> list[Resource]:
    """The page, its timeline, and duplicates of it that a race has made."""
    base, page = database(case), world.present(case.at(NAME, "page"))
    if page is not None and case.incident.status.over and not page.live:
        return []
    if base is None or misplaced(case, page):
        return [_elsewhere(case)] if case.incident.private or misplaced(case, page) else []
    return [_page(case, world, base, page), *timeline(case, world), *_duplicates(case, world)]


def misplaced(case: Case, page: Present | None) -> bool:
    """Whether the page is known to lie in another database than the settings name."""
    if page is None or not page.live or "database" not in page.extra:
        return False
    return bool(page.extra["database"] != database(case))


def _elsewhere(case: Case) -> Resource:
    """A document that is not where it should be stays as it is; a private one must not be in public."""
    private = case.incident.private
    where = "where private incidents' documents do not belong" if private else "not in the settings' database"
    return Resource(
        case.at(NAME, "page"),
        _called(case),
        live=False,
        make=False,
        drift=policies(NAME, "page"),
        hold=Hold(f"the document lies {where}", "move it in Notion, or put it into the trash"),
        location=case.settings.where("notion", "private_database" if private else "database"),
    )


def _called(case: Case) -> str:
    return f'document "{case.incident.id}"' if case.incident.private else "postmortem document"


# the page --------------------------------------------------------------------------------------


def _page(case: Case, world: World, base: str, page: Present | None) -> Resource:
    known = world.present(schema(base))
    said = meanings(case, world)
    values = fitting(case, known, said) if known else {}
    lacking = lacks(case, known) if known else []
    return Resource(
        case.at(NAME, "page"),
        _called(case),
        fields={name: veiled(case, value) for name, value in values.items()},
        body={
            "shape": known,
            "values": values,
            "meanings": said,
            "markdown": "" if page else document.markdown(case, world),
        },
        make=not case.incident.status.over,
        drift=named(policies(NAME, "page"), case.settings.notion.properties),
        after=(case.at("slack", "channel"),),
        hold=_hold(case, page, known, lacking),
        seen=Absent() if lacking else _unread(world, base),
        location=_place(case, lacking),
    )


def _unread(world: World, base: str) -> Unknown | None:
    """Why nothing can be said of the page: what had to be looked at first could not be read."""
    for address in (source(base), schema(base), found(base)):
        seen = world[address]
        if isinstance(seen, Unknown) and seen.looked:
            return seen
    return None


def _hold(case: Case, page: Present | None, known: Present | None, lacking: list[str]) -> Hold | None:
    if page is not None:
        gone = "the document is in Notion's trash, or no longer shared with the connection"
        step = f"restore it in Notion, or give another page the Incident ID {case.id}"
        return None if page.live else Hold(gone, step)
    if not lacking or known is None:
        return None
    meaning = lacking[0]
    name, kinds = case.settings.notion.properties[meaning], " or ".join(KINDS[meaning])
    titles = [name for name, kind in known.fields.items() if kind == "title"]
    write = titles[0] if meaning == "title" and titles else "its name"
    step = f"add it in Notion, or write `properties: {{{meaning}: {write}}}` below `notion:`"
    return Hold(f"the database has no property {name} of type {kinds}", step)


def _place(case: Case, lacking: list[str]) -> Location:
    path = ("notion", "properties", lacking[0]) if lacking else ("notion", "database")
    return case.settings.where(*path)


# the timeline ----------------------------------------------------------------------------------


def timeline(case: Case, world: World) -> Iterator[Resource]:
    """A line for each time that is not known to have been there; none without such a heading.

    A page that is not there yet is made with its lines: they are no changes of their own.
    """
    if isinstance(world[case.at(NAME, "page")], Absent):
        return
    page, raw = world.present(case.at(NAME, "page")), world[text(case)]
    if not (page.live if page else not case.incident.status.over):
        return
    within = page.id if page else ""
    markdown = str(raw.extra["markdown"]) if isinstance(raw, Present) else ""
    there = listed(markdown)
    for entry in entries(case):
        address = case.at(NAME, f"timeline/{entry.key}")
        remembered = case.memory.of(address)
        if page is not None and remembered is not None and remembered.within == within:
            continue
        seen: Observed = LISTED if there is None or entry.key in there else Absent()
        yield Resource(
            address,
            f"a line for {entry.key}" if case.incident.private else entry.line,
            fields=LISTED.fields,
            body={"page": within, "markdown": markdown, "entry": entry},
            drift=policies(NAME, "timeline"),
            part_of=case.at(NAME, "page"),
            needs=case.at(NAME, "page"),
            seen=seen if isinstance(raw, Present) else raw,
            batch="timeline",
            within=within,
            location=case.incident.where("updates"),
        )


# duplicates ------------------------------------------------------------------------------------


def _duplicates(case: Case, world: World) -> Iterator[Resource]:
    """Younger pages for the same incident that we have made and nobody has touched."""
    for raw in younger(case, world):
        words = world[text(case, raw["id"])]
        if untouched(world, raw) and not _has_words(case, world, words):
            yield Resource(
                case.at(NAME, f"duplicate/{raw['id']}"),
                "a second document that nobody has edited goes to the trash",
                live=False,
                drift=policies(NAME, "duplicate"),
                seen=Present(id=raw["id"]) if isinstance(words, Present) else words,
                cause=Cause.DRIFTED,
                location=case.settings.where("notion", "database"),
            )


def younger(case: Case, world: World) -> list[Mapping[str, str]]:
    """The other pages with the incident's id: their `id`, `url`, and who made and edited them."""
    page = world.present(case.at(NAME, "page"))
    return list(page.extra.get("younger", ())) if page else []


def untouched(world: World, raw: Mapping[str, str]) -> bool:
    """Whether we made the page and were the last to edit it."""
    bot = world.present(BOT)
    return bot is not None and raw["made_by"] == raw["edited_by"] == bot.id


def _has_words(case: Case, world: World, words: Observed) -> bool:
    return isinstance(words, Present) and not document.only_ours(words.extra["markdown"], case, world)


def kept(case: Case, world: World) -> Iterator[str]:
    """The addresses of second documents that are not ours to remove."""
    if world.present(BOT) is None:
        return
    for raw in younger(case, world):
        words = world[text(case, raw["id"])]
        if not untouched(world, raw) or _has_words(case, world, words):
            yield raw["url"]
