"""Pages: made, read, changed and put into the trash; their text read and changed as Markdown."""

from __future__ import annotations

import json
from typing import Any

from reconciler.sandbox.notion import blocks, content, edits, inline, properties
from reconciler.sandbox.notion.content import Line
from reconciler.sandbox.notion.refusals import failed, unexpected
from reconciler.sandbox.notion.workspace import NEWEST, Workspace, minute, url, user
from reconciler.targets.seam import Answer

Json = dict[str, Any]

MOST_BYTES = 500_000

_CREATED_WITH = {"parent", "properties", "icon", "cover", "content", "children", "markdown"}
_UPDATED_WITH = {"page_id", "properties", "icon", "cover", "is_locked", "in_trash"}


def create(workspace: Workspace, arguments: Json) -> Answer:
    """Make a page. There is no key that tells a repeated call: twice sent is twice made."""
    known(workspace, arguments, _CREATED_WITH)
    parent, schema = _parent(workspace, arguments.get("parent"))
    taken = properties.taken(workspace, arguments.get("properties", {}), schema)
    lines = _lines(workspace, arguments)
    if "title" not in taken:
        taken |= _title_of(lines)
    page = {
        "id": workspace.identity(),
        "parent": parent,
        "database": parent.get("database_id"),
        "properties": {},
        "content": [content.block(workspace, *line) for line in lines],
        "created_at": workspace.stamp,
        "created_by": workspace.agent,
        "edited_at": workspace.stamp,
        "edited_by": workspace.agent,
        "in_trash": False,
        "is_locked": False,
        "shared": True,
        "icon": arguments.get("icon"),
        "cover": arguments.get("cover"),
    }
    properties.keep(page, taken, schema)
    workspace.data["pages"][page["id"]] = page
    return answered(workspace, page)


def get(workspace: Workspace, arguments: Json) -> Answer:
    """The page with its properties, also from the trash."""
    return answered(workspace, workspace.find("page", arguments.get("page_id"), "path.page_id"))


def update(workspace: Workspace, arguments: Json) -> Answer:
    """Change properties and the like; what lies in the trash can only be taken out of it."""
    older = {"archived"} if workspace.version < NEWEST else set()
    known(workspace, arguments, _UPDATED_WITH | older)
    trash = arguments.get("in_trash", arguments.get("archived"))
    page = workspace.find("page", arguments.get("page_id"), "path.page_id")
    if page["in_trash"] and trash is not False:
        page = workspace.editable(page["id"])
    schema = schema_of(workspace, page)
    taken = properties.taken(workspace, arguments.get("properties", {}), schema)
    properties.keep(page, taken, schema)
    page |= {key: arguments[key] for key in ("icon", "cover", "is_locked") if key in arguments}
    if trash is not None:
        page["in_trash"] = bool(trash)
    workspace.touch(page)
    return answered(workspace, page)


def get_markdown(workspace: Workspace, arguments: Json) -> Answer:
    """The page's text."""
    return _markdown(workspace.find("page", arguments.get("page_id"), "path.page_id"))


def update_markdown(workspace: Workspace, arguments: Json) -> Answer:
    """Change the page's text: all of what is asked for, or nothing where one part does not fit."""
    page = workspace.editable(arguments.get("page_id"))
    content.written(workspace, page, edits.edited(workspace, content.markdown(page["content"]), arguments))
    return _markdown(page)


def answered(workspace: Workspace, page: Json) -> Json:
    """A page as Notion answers it."""
    older = {"archived": page["in_trash"]} if workspace.version < NEWEST else {}
    return older | {
        "object": "page",
        "id": page["id"],
        "created_time": minute(page["created_at"]),
        "last_edited_time": minute(page["edited_at"]),
        "created_by": user(page["created_by"]),
        "last_edited_by": user(page["edited_by"]),
        "icon": page["icon"],
        "cover": page["cover"],
        "parent": page["parent"],
        "in_trash": page["in_trash"],
        "is_locked": page["is_locked"],
        "properties": properties.shown(page, schema_of(workspace, page)),
        "url": url(page["id"]),
        "public_url": None,
    }


def schema_of(workspace: Workspace, page: Json) -> Json:
    """The properties that the page may have."""
    source = workspace.data["data_sources"].get(page["parent"].get("data_source_id"))
    return source["properties"] if source else properties.TITLE_ONLY


def known(workspace: Workspace, arguments: Json, names: set[str]) -> None:
    """Refuse what the method does not take, and what is more than Notion reads."""
    for name in arguments.keys() - names:
        raise unexpected(workspace.method, f"body.{name}", arguments[name])
    if (size := len(json.dumps(arguments, ensure_ascii=False).encode("utf-8", "surrogatepass"))) > MOST_BYTES:
        raise workspace.invalid(
            f"The request body is too large: at most {MOST_BYTES} bytes, instead was {size}."
        )


def _parent(workspace: Workspace, given: Any) -> tuple[Json, Json]:
    """Where the page lies, and the properties that it may have there."""
    keys = {"data_source_id", "database_id", "page_id"} & set(given if isinstance(given, dict) else ())
    if len(keys) != 1:
        raise failed(workspace.method, "body.parent", "should be a page, a database or a data source")
    key = keys.pop()
    kind = key.removesuffix("_id")
    found = workspace.find(kind, given[key], f"body.parent.{key}")
    if kind == "page":
        return {"type": "page_id", "page_id": found["id"]}, properties.TITLE_ONLY
    source = workspace.data["data_sources"][found["source"]] if kind == "database" else found
    parent = {"type": "data_source_id", "data_source_id": source["id"], "database_id": source["database"]}
    return parent, source["properties"]


def _lines(workspace: Workspace, arguments: Json) -> list[Line]:
    children = arguments.get("children", arguments.get("content"))
    if "markdown" not in arguments:
        return blocks.taken(workspace, children) if children is not None else []
    if children is not None:
        raise failed(
            workspace.method, "body.markdown", "should be not present beside `children` or `content`"
        )
    if not isinstance(arguments["markdown"], str):
        raise failed(workspace.method, "body.markdown", "should be a string")
    return content.lines(arguments["markdown"])


def _title_of(lines: list[Line]) -> Json:
    """The first level-1 heading, taken out of the text, where no title was given."""
    for place, (_, text) in enumerate(lines):
        if text.startswith("# "):
            del lines[place]
            return {"title": inline.parse(text[2:])}
    return {}


def _markdown(page: Json) -> Json:
    return {
        "object": "page_markdown",
        "id": page["id"],
        "markdown": content.markdown(page["content"]),
        "truncated": False,
        "unknown_block_ids": [],
    }
