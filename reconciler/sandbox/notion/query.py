"""Finding pages: a data source's query with its filters and sorts, and the search, which lags.

Without sorts the order means nothing. Pages in the trash are left out, and so are pages that
the index does not know yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.sandbox.notion import pages, properties, runs, schema
from reconciler.sandbox.notion.filters import compiled
from reconciler.sandbox.notion.paging import page_of
from reconciler.sandbox.notion.refusals import failed
from reconciler.sandbox.notion.workspace import Workspace, minute
from reconciler.targets.seam import Answer

Json = dict[str, Any]

_KIND = "page_or_data_source"
_TAKEN = {
    "data_source_id",
    "filter",
    "sorts",
    "page_size",
    "start_cursor",
    "in_trash",
    "result_type",
    "filter_properties",
}


def query(workspace: Workspace, arguments: Json) -> Answer:
    """The rows of a data source that fit."""
    pages.known(workspace, arguments, _TAKEN)
    source = workspace.find("data_source", arguments.get("data_source_id"), "path.data_source_id")
    columns = source["properties"]
    rows = [
        page
        for page in workspace.data["pages"].values()
        if page["parent"].get("data_source_id") == source["id"] and workspace.visible(page)
    ]
    if wanted := arguments.get("filter"):
        fits = compiled(workspace, columns, wanted)
        rows = [page for page in rows if fits(page)]
    rows = _sorted(workspace, rows, columns, arguments.get("sorts") or [])
    answer = dict(page_of(workspace, rows, arguments, _KIND))
    answer["results"] = [pages.answered(workspace, page) for page in answer["results"]]
    return answer


def search(workspace: Workspace, arguments: Json) -> Answer:
    """Pages and data sources whose title holds the words."""
    words, only = str(arguments.get("query") or "").lower(), arguments.get("filter")
    wanted = only.get("value") if isinstance(only, dict) else None
    found = [page for page in workspace.data["pages"].values() if workspace.visible(page)]
    things = [(properties.title(page), pages.answered(workspace, page)) for page in found]
    for source in workspace.data["data_sources"].values():
        if workspace.shared(source):
            things.append((source["title"], schema.answered(workspace, source)))
    fitting = [thing for title, thing in things if words in title.lower()]
    fitting = [thing for thing in fitting if wanted in (None, thing["object"])]
    fitting.sort(key=lambda thing: (thing["last_edited_time"], thing["id"]), reverse=True)
    return page_of(workspace, fitting, arguments, _KIND)


def _sorted(workspace: Workspace, rows: list[Json], columns: Json, sorts: Any) -> list[Json]:
    """By the sorts, the first one leading; where they leave it open, the random ids decide."""
    rows = sorted(rows, key=lambda page: str(page["id"]))
    for sort in reversed(sorts if isinstance(sorts, list) else [None]):
        if not isinstance(sort, dict) or sort.get("direction") not in ("ascending", "descending"):
            raise failed(workspace.method, "body.sorts", "should be an array of fields with a direction")
        rows.sort(key=_sort_key(workspace, columns, sort), reverse=sort["direction"] == "descending")
    return rows


def _sort_key(workspace: Workspace, columns: Json, sort: Json) -> Callable[[Json], tuple[bool, str]]:
    if sort.get("timestamp") in ("created_time", "last_edited_time"):
        at = "created_at" if sort["timestamp"] == "created_time" else "edited_at"
        return lambda page: (False, minute(page[at]))
    column = columns.get(str(sort.get("property")))
    if column is None:
        raise workspace.invalid(f"Could not find sort property with name or id: {sort.get('property')}")
    return lambda page: _comparable(page["properties"].get(column["id"]), column["type"])


def _comparable(value: Any, kind: str) -> tuple[bool, str]:
    if kind in ("title", "rich_text"):
        value = runs.plain(value or [])
    if kind == "date" and value:
        value = value["start"]
    return value is None, str(value or "")
