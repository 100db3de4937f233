"""Databases and their data sources: a database contains; rows and properties are its source's."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.notion import runs
from reconciler.sandbox.notion.properties import option
from reconciler.sandbox.notion.refusals import failed
from reconciler.sandbox.notion.values import KINDS
from reconciler.sandbox.notion.workspace import Workspace, minute, url, user
from reconciler.targets.seam import Answer

Json = dict[str, Any]

_STATUSES = ["Not started", "In progress", "Done"]


def get_database(workspace: Workspace, arguments: Json) -> Answer:
    """The database, which names its data sources."""
    database = workspace.find("database", arguments.get("database_id"), "path.database_id")
    source = workspace.data["data_sources"][database["source"]]
    return _common(workspace, database) | {
        "object": "database",
        "parent": {"type": "workspace", "workspace": True},
        "is_locked": False,
        "data_sources": [{"id": source["id"], "name": source["title"]}],
    }


def get_source(workspace: Workspace, arguments: Json) -> Answer:
    """The data source with its properties."""
    return answered(
        workspace, workspace.find("data_source", arguments.get("data_source_id"), "path.data_source_id")
    )


def answered(workspace: Workspace, source: Json) -> Json:
    """A data source as Notion answers it."""
    return _common(workspace, source) | {
        "object": "data_source",
        "parent": {"type": "database_id", "database_id": source["database"]},
        "database_parent": {"type": "workspace", "workspace": True},
        "created_by": user(source["created_by"]),
        "last_edited_by": user(source["created_by"]),
        "properties": source["properties"],
    }


def _common(workspace: Workspace, thing: Json) -> Json:
    return {
        "id": thing["id"],
        "title": runs.answered([runs.run(thing["title"])]),
        "description": [],
        "is_inline": False,
        "in_trash": False,
        "created_time": minute(thing["created_at"]),
        "last_edited_time": minute(thing["created_at"]),
        "icon": None,
        "cover": None,
        "url": url(thing["id"]),
        "public_url": None,
    }


def update_source(workspace: Workspace, arguments: Json) -> Answer:
    """Add, rename or remove properties, or name the source anew. A removed one is null."""
    source = workspace.find("data_source", arguments.get("data_source_id"), "path.data_source_id")
    changes = arguments.get("properties") or {}
    if not isinstance(changes, dict):
        raise failed(workspace.method, "body.properties", "should be an object")
    for name, change in changes.items():
        _check(workspace, source["properties"], name, change)
    title = runs.taken(workspace.method, arguments["title"], "body.title") if "title" in arguments else None
    for name, change in changes.items():
        _apply(workspace, source["properties"], name, change)
    if title is not None:
        source["title"] = runs.plain(title)
    return answered(workspace, source)


def _check(workspace: Workspace, properties: Json, name: str, change: Any) -> None:
    where = f"body.properties.{name}"
    if change is None or (isinstance(change, dict) and set(change) == {"name"}):
        if name not in properties:
            raise workspace.invalid(f"{name} is not a property that exists.")
        if change is None and properties[name]["type"] == "title":
            raise workspace.invalid(f"Cannot delete the title property: {name}")
    elif not isinstance(change, dict) or not any(kind in change for kind in KINDS):
        raise failed(workspace.method, where, "should be a property that the sandbox knows")
    elif "title" in change and name not in properties:
        raise workspace.invalid("A data source has one title property.")


def _apply(workspace: Workspace, properties: Json, name: str, change: Any) -> None:
    if change is None:
        del properties[name]
        return
    kind = next((one for one in KINDS if one in change), None)
    known = properties.pop(name, None)
    new = str(change.get("name", name))
    if kind is None:
        properties[new] = known | {"name": new}
        return
    names = _option_names(change[kind])
    id = known["id"] if known else workspace.identity()[:4]
    properties[new] = column(id, new, kind, names)


def _option_names(given: Any) -> list[str]:
    options = given.get("options") if isinstance(given, dict) else None
    return [str(one["name"]) for one in options or [] if isinstance(one, dict) and "name" in one]


def column(id: str, name: str, kind: str, options: list[str] | None = None) -> Json:
    """A property of a data source; a status without options gets Notion's own three."""
    data: Json = {}
    if kind in ("select", "multi_select", "status"):
        names = options or (_STATUSES if kind == "status" else [])
        data = {"options": [option(id, one, place) for place, one in enumerate(names)]}
    if kind == "status":
        data["groups"] = _groups(id, data["options"])
    if kind == "number":
        data = {"format": "number"}
    return {"id": id, "name": name, "description": None, "type": kind, kind: data}


def _groups(id: str, options: list[Json]) -> list[Json]:
    """To-do holds the first option, Complete the last, In progress what lies between."""
    ids = [one["id"] for one in options]
    members = {"To-do": ids[:1], "In progress": ids[1:-1], "Complete": ids[1:][-1:]}
    return [
        {"id": f"{id}-g{place}", "name": name, "color": color, "option_ids": members[name]}
        for place, (name, color) in enumerate(zip(members, ("gray", "blue", "green"), strict=True), start=1)
    ]
