"""How Notion is looked at: the database's shape, then one query for the pages of all incidents at hand.

Notion: creates have no idempotency key, so a page is looked up by its Incident ID before it is made, and
where two are found the oldest counts. Search lags and is never used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.plan.address import Address
from reconciler.plan.diff import observed
from reconciler.plan.world import Absent, Observed, Present, Sightings, World
from reconciler.targets.base import Look
from reconciler.targets.case import Case
from reconciler.targets.notion import desired
from reconciler.targets.notion.desired import NAME
from reconciler.targets.notion.properties import read as read_property
from reconciler.targets.seam import Api, Refused, Unanswered

PAGE = 100
IDS_A_QUERY = 50
PAGES_AT_MOST = 50


def looks(case: Case, world: World) -> Iterator[Look]:
    """The reads that one incident still needs."""
    base = desired.database(case)
    if base is None:
        return
    yield Look(f"source {base}", "source", arguments={"base": base}, answers=(desired.source(base),))
    source = world.present(desired.source(base))
    if source:
        arguments = {"base": base, "source": source.id}
        yield Look(f"schema {base}", "schema", arguments=arguments, answers=(desired.schema(base),))
    if world.present(desired.schema(base)):
        yield Look(f"pages {base}", "pages", arguments={"base": base}, answers=(desired.listed(base),))
    yield from _of_page(case, world, base)


def _of_page(case: Case, world: World, base: str) -> Iterator[Look]:
    address = case.at(NAME, "page")
    remembered = case.memory.of(address)
    if remembered is not None and world.present(desired.listed(base)):
        yield Look(f"page {remembered.id}", "page", case.incident.id, {"id": remembered.id}, (address,))
    page = world.present(address)
    if page is not None and page.live and _lines_wanted(case, world):
        yield Look(f"text {page.id}", "text", case.incident.id, {"id": page.id}, (desired.text(case),))


def _lines_wanted(case: Case, world: World) -> bool:
    among = {one.address: one for one in desired.resources(case, world)}
    for address, resource in among.items():
        remembered = case.memory.of(address)
        done = remembered is not None and remembered.within == resource.within
        listed = isinstance(observed(resource, among, world), Present)
        if address.thing.startswith("timeline/") and not done and not listed:
            return True
    return False


def read(api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
    """Carry out one read."""
    if look.kind == "source":
        return {look.answers[0]: _source(api, look.arguments["base"])}
    if look.kind == "schema":
        return {look.answers[0]: _schema(api, look.arguments["source"])}
    if look.kind == "pages":
        return _pages(api, look.arguments["base"], cases, world)
    if look.kind == "page":
        return {look.answers[0]: _page(api, look.arguments["id"])}
    answer = api.call("GET /v1/pages/{page_id}/markdown", page_id=look.arguments["id"])
    return {look.answers[0]: Present(extra={"markdown": str(answer.get("markdown", ""))})}


def _page(api: Api, id: str) -> Observed:
    """A remembered page that the query did not show: the query lags, or the page is in the trash."""
    try:
        return sighting(api.call("GET /v1/pages/{page_id}", page_id=id))
    except Refused as refused:
        if refused.code != "object_not_found":
            raise
        return Present(id=id, live=False)


def _source(api: Api, base: str) -> Observed:
    answer = api.call("GET /v1/databases/{database_id}", database_id=base)
    return Present(id=str(answer["data_sources"][0]["id"]))


def _schema(api: Api, source: str) -> Observed:
    answer = api.call("GET /v1/data_sources/{data_source_id}", data_source_id=source)
    properties = answer.get("properties") or {}
    options = {
        name: [option["name"] for option in (raw.get(raw["type"]) or {}).get("options") or ()]
        for name, raw in properties.items()
        if raw["type"] in ("select", "status")
    }
    return Present(
        id=source, fields={name: raw["type"] for name, raw in properties.items()}, extra={"options": options}
    )


def _pages(api: Api, base: str, cases: Mapping[str, Case], world: World) -> Sightings:
    """The pages of all incidents of one database, by their ids."""
    shape = world.present(desired.schema(base))
    assert shape is not None
    own = {id: case for id, case in cases.items() if desired.database(case) == base}
    found: dict[str, list[Mapping[str, Any]]] = {id: [] for id in own}
    ids = sorted(own)
    for start in range(0, len(ids), IDS_A_QUERY):
        name = own[ids[start]].settings.notion.properties["id"]
        for raw in _query(api, shape, name, ids[start : start + IDS_A_QUERY]):
            id = read_property(raw["properties"].get(name) or {})
            if id in found:
                found[id].append(raw)
    seen: dict[Address, Observed] = {
        own[id].at(NAME, "page"): _oldest(raws)
        for id, raws in found.items()
        if raws or own[id].memory.of(own[id].at(NAME, "page")) is None
    }
    return seen | {desired.listed(base): Present()}


def _query(api: Api, shape: Present, name: str, ids: list[str]) -> Iterator[Mapping[str, Any]]:
    kind = shape.fields.get(name, "rich_text")
    cursor: dict[str, str] = {}
    for _ in range(PAGES_AT_MOST):
        answer = api.call(
            "POST /v1/data_sources/{data_source_id}/query",
            data_source_id=shape.id,
            filter={"or": [{"property": name, kind: {"equals": id}} for id in ids]},
            sorts=[{"timestamp": "created_time", "direction": "ascending"}],
            page_size=PAGE,
            **cursor,
        )
        yield from answer.get("results") or []
        if not answer.get("has_more"):
            return
        cursor = {"start_cursor": answer["next_cursor"]}
    raise Unanswered("POST /v1/data_sources/{data_source_id}/query", f"more than {PAGES_AT_MOST} pages")


def _oldest(raws: list[Mapping[str, Any]]) -> Observed:
    """The oldest page counts; younger ones that only we have written are duplicates."""
    if not raws:
        return Absent()
    first, *others = sorted(raws, key=lambda raw: (str(raw.get("created_time")), str(raw["id"])))
    ours = [str(raw["id"]) for raw in others if raw.get("last_edited_by") == raw.get("created_by")]
    return sighting(first, duplicates=ours)


def sighting(raw: Mapping[str, Any], duplicates: list[str] | None = None) -> Present:
    """A page object of Notion's as the plan compares it."""
    properties = raw.get("properties") or {}
    return Present(
        id=str(raw["id"]),
        fields={name: read_property(value) for name, value in properties.items()},
        live=not (raw.get("in_trash") or raw.get("archived")),
        url=raw.get("url"),
        extra={"duplicates": duplicates or []},
    )
