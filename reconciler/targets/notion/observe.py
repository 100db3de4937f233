"""How Notion is looked at: the database's shape, then one query for the pages of all incidents at hand.

Notion: creates have no idempotency key, so a page is looked up by its Incident ID before it is made, and
where two are found the oldest counts. Search lags and is never used. A query leaves out what is in the trash
(the newest version refuses to be asked for it), so that of a page in the trash only the memory tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.plan.address import Address
from reconciler.plan.world import Absent, Observed, Present, Sightings, World
from reconciler.targets.base import Look
from reconciler.targets.case import Case
from reconciler.targets.notion import desired
from reconciler.targets.notion.desired import BOT, NAME
from reconciler.targets.notion.properties import read as read_property
from reconciler.targets.notion.values import lacks, veiled
from reconciler.targets.seam import Answer, Api, Refused, Unanswered, items_of, text_of, words

PAGE = 100
IDS_A_QUERY = 50
PAGES_AT_MOST = 50

_QUERY = "POST /v1/data_sources/{data_source_id}/query"
_TEXT = "GET /v1/pages/{page_id}/markdown"


def looks(case: Case, world: World) -> Iterator[Look]:
    """The reads that one incident still needs."""
    base = desired.database(case)
    if base is None:
        if case.incident.private:
            yield from _remembered(case)
        return
    yield Look(f"source {base}", "source", arguments={"base": base}, answers=(desired.source(base),))
    source = world.present(desired.source(base))
    if source:
        arguments = {"base": base, "source": source.id}
        yield Look(f"schema {base}", "schema", arguments=arguments, answers=(desired.schema(base),))
    known = world.present(desired.schema(base))
    lacking = lacks(case, known) if known else []
    if known and not lacking:
        yield Look(f"pages {base}", "pages", arguments={"base": base}, answers=(desired.found(base),))
    if lacking or world.present(desired.found(base)):
        yield from _remembered(case)
    yield from _of_page(case, world)


def _remembered(case: Case) -> Iterator[Look]:
    """A page that the query did not show: the query lags, or the page is in the trash."""
    address = case.at(NAME, "page")
    known = case.memory.of(address)
    if known is not None:
        arguments = {"id": known.id, "url": known.url}
        yield Look(f"page {known.id}", "page", case.id, arguments, (address,))


def _of_page(case: Case, world: World) -> Iterator[Look]:
    page = world.present(case.at(NAME, "page"))
    if page is None or not page.live or desired.misplaced(case, page):
        return
    if any(one.address not in world for one in desired.timeline(case, world)):
        yield _text(case, page.id, desired.text(case))
    others = desired.younger(case, world)
    if others:
        yield Look("bot", "bot", answers=(BOT,))
    for raw in others:
        if desired.untouched(world, raw):
            yield _text(case, raw["id"], desired.text(case, raw["id"]))


def _text(case: Case, page: str, answer: Address) -> Look:
    return Look(f"text {page}", "text", case.id, {"id": page}, (answer,))


def read(api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
    """Carry out one read."""
    if look.kind == "source":
        return {look.answers[0]: _source(api, look.arguments["base"])}
    if look.kind == "schema":
        return {look.answers[0]: shape(api, look.arguments["source"])}
    if look.kind == "pages":
        return _pages(api, look.arguments["base"], cases, world)
    if look.kind == "page":
        return {look.answers[0]: _page(api, look, cases[look.incident])}
    if look.kind == "bot":
        return {BOT: Present(id=str(api.call("GET /v1/users/me")["id"]))}
    return {look.answers[0]: _whole(api.call(_TEXT, page_id=look.arguments["id"]))}


def _whole(answer: Answer) -> Observed:
    """A page's text. Notion: of very long pages only a part comes back."""
    if answer["truncated"]:
        raise Unanswered(_TEXT, "the page is so long that Notion gives only a part of it")
    return Present(extra={"markdown": markdown_of(answer)})


def markdown_of(answer: Answer) -> str:
    """The text in an answer, which may be empty."""
    return words(answer["markdown"]) if answer["markdown"] != "" else ""


def _page(api: Api, look: Look, case: Case) -> Observed:
    id = look.arguments["id"]
    try:
        return sighting(api.call("GET /v1/pages/{page_id}", page_id=id), case)
    except Refused as refused:
        if refused.code != "object_not_found":
            raise
        return Present(id=id, live=False, url=look.arguments["url"])


def _source(api: Api, base: str) -> Observed:
    method = "GET /v1/databases/{database_id}"
    sources = items_of(api.call(method, database_id=base), "data_sources")
    if not sources:
        raise Refused(method, "object_not_found", "the database has no data source that the connection sees")
    return Present(id=text_of(sources[0], "id"))


def shape(api: Api, source: str) -> Present:
    """The properties of a data source: name → type, and the options of those that have some."""
    answer = api.call("GET /v1/data_sources/{data_source_id}", data_source_id=source)
    types = {name: text_of(raw, "type") for name, raw in answer["properties"].items()}
    if "title" not in types.values():
        raise TypeError("every data source has a title")
    options = {
        name: [text_of(option, "name") for option in items_of(answer["properties"][name][kind], "options")]
        for name, kind in types.items()
        if kind in ("select", "status")
    }
    return Present(id=source, fields=types, extra={"options": options})


def _pages(api: Api, base: str, cases: Mapping[str, Case], world: World) -> Sightings:
    """The pages of all incidents of one database, by their ids."""
    known = world.present(desired.schema(base))
    assert known is not None, "the query needs the type of the id"
    own = {id: case for id, case in cases.items() if desired.database(case) == base}
    raws: dict[str, list[Mapping[str, Any]]] = {id: [] for id in own}
    ids = sorted(own)
    for start in range(0, len(ids), IDS_A_QUERY):
        name = own[ids[start]].settings.notion.properties["id"]
        for raw in _query(api, known, name, ids[start : start + IDS_A_QUERY]):
            id = words(read_property(raw["properties"][name]))
            if id in raws:
                raws[id].append(raw)
    seen: dict[Address, Observed] = {
        own[id].at(NAME, "page"): _oldest(listed, own[id])
        for id, listed in raws.items()
        if listed or own[id].memory.of(own[id].at(NAME, "page")) is None
    }
    return seen | {desired.found(base): Present()}


def _query(api: Api, known: Present, name: str, ids: list[str]) -> Iterator[Mapping[str, Any]]:
    kind = known.fields[name]
    cursor: dict[str, str] = {}
    for _ in range(PAGES_AT_MOST):
        answer = api.call(
            _QUERY,
            data_source_id=known.id,
            filter={"or": [{"property": name, kind: {"equals": id}} for id in ids]},
            sorts=[{"timestamp": "created_time", "direction": "ascending"}],
            page_size=PAGE,
            **cursor,
        )
        yield from items_of(answer, "results")
        if (answer.get("request_status") or {}).get("type") == "incomplete":
            break
        if not answer["has_more"]:
            return
        cursor = {"start_cursor": str(answer.get("next_cursor"))}
    raise Unanswered(_QUERY, "the list of pages has no end, or is not complete")


def _oldest(raws: Sequence[Mapping[str, Any]], case: Case) -> Observed:
    """The oldest page counts."""
    if not raws:
        return Absent()
    first, *others = sorted(raws, key=lambda raw: (str(raw.get("created_time")), str(raw["id"])))
    return sighting(first, case, [_other(raw) for raw in others])


def _other(raw: Mapping[str, Any]) -> dict[str, str]:
    """What is to be known of a second page."""
    made, edited = raw.get("created_by") or {}, raw.get("last_edited_by") or {}
    return {
        "id": text_of(raw, "id"),
        "url": str(_address(raw)),
        "made_by": str(made.get("id")),
        "edited_by": str(edited.get("id")),
    }


def sighting(raw: Mapping[str, Any], case: Case, younger: Iterable[Mapping[str, str]] = ()) -> Present:
    """A page object of Notion's as the plan compares it; `younger` are its duplicates."""
    properties, parent = raw["properties"], raw["parent"]
    inside = text_of(parent, "type") in ("data_source_id", "database_id")
    database = text_of(parent, "database_id") if inside else ""
    return Present(
        id=text_of(raw, "id"),
        fields={name: veiled(case, read_property(value)) for name, value in properties.items()},
        live=not (raw.get("in_trash") or raw.get("archived")),
        url=_address(raw),
        extra={"database": database.replace("-", ""), "younger": list(younger)},
    )


def _address(raw: Mapping[str, Any]) -> str | None:
    """A page's address without the title, which Notion puts before the id: titles change, or are private."""
    found = re.fullmatch(r"(https://\S*/)(?:[^/]*-)?([0-9a-f]{32})", str(raw.get("url")))
    return "".join(found.groups()) if found else None
