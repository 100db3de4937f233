"""Blocks: a page's content as Notion's older interface has it, read from its Markdown and written to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.sandbox.notion import inline, runs
from reconciler.sandbox.notion.content import Line, block, kind, literal, parts
from reconciler.sandbox.notion.paging import page_of
from reconciler.sandbox.notion.refusals import failed, not_found, too_long, unexpected
from reconciler.sandbox.notion.workspace import Workspace, minute, user
from reconciler.targets.seam import Answer

Json = dict[str, Any]

MOST_AT_ONCE = 100
MOST_IN_ALL = 1000
DEEPEST = 2

_TEXTUAL = (
    "paragraph",
    "heading_1",
    "heading_2",
    "heading_3",
    "bulleted_list_item",
    "numbered_list_item",
    "to_do",
    "quote",
    "code",
)


def taken(workspace: Workspace, children: Any, path: str = "body.children") -> list[Line]:
    """The lines of blocks that a caller sent: at most 100 beside each other, two levels below each other."""
    lines = list(_lines(workspace.method, children, path, 0))
    if len(lines) > MOST_IN_ALL:
        raise too_long(workspace.method, path, MOST_IN_ALL, len(lines))
    return lines


def _lines(method: str, children: Any, path: str, depth: int) -> Iterator[Line]:
    if not isinstance(children, list):
        raise failed(method, path, "should be an array")
    if depth > DEEPEST:
        raise unexpected(method, path, children)
    if len(children) > MOST_AT_ONCE:
        raise too_long(method, path, MOST_AT_ONCE, len(children))
    for place, child in enumerate(children):
        at = f"{path}[{place}]"
        what = _type(method, child, at)
        yield depth, _markdown(method, what, child[what], f"{at}.{what}")
        if below := child[what].get("children"):
            yield from _lines(method, below, f"{at}.{what}.children", depth + 1)


def _type(method: str, child: Any, path: str) -> str:
    found = [key for key in child if key not in ("object", "type")] if isinstance(child, dict) else []
    if len(found) != 1 or not isinstance(child[found[0]], dict):
        raise failed(method, path, "should be a block of one type")
    if found[0] not in (*_TEXTUAL, "divider"):
        raise failed(method, f"{path}.{found[0]}", "should be a block that the sandbox knows")
    return str(found[0])


def _markdown(method: str, what: str, given: Json, path: str) -> str:
    if what == "divider":
        return "---"
    text = runs.taken(method, given.get("rich_text"), f"{path}.rich_text")
    if what == "code":
        return f"```{given.get('language', 'plain text')}\n{runs.plain(text)}\n```"
    line = inline.render(text).strip()
    marker = {"bulleted_list_item": "- ", "numbered_list_item": "1. ", "quote": "> ", "paragraph": ""}
    if what == "to_do":
        marker["to_do"] = "- [x] " if given.get("checked") else "- [ ] "
    if what.startswith("heading"):
        marker[what] = "#" * int(what[-1]) + " "
    return f"{marker[what]}{line}".rstrip() if marker[what] else literal(line)


def get_children(workspace: Workspace, arguments: Json) -> Answer:
    """One level of blocks: of a page, or of a block."""
    page, start, end, depth = _within(workspace, arguments.get("block_id"))
    found = [
        _answered(workspace, page, place)
        for place in range(start, end)
        if page["content"][place]["depth"] == depth
    ]
    return page_of(workspace, found, arguments, "block")


def append_children(workspace: Workspace, arguments: Json) -> Answer:
    """Add blocks at the end, or where `position` says. What is sent twice is there twice."""
    page, start, end, depth = _within(workspace, arguments.get("block_id"))
    workspace.editable(page["id"])
    lines = taken(workspace, arguments.get("children"))
    place = _place(workspace, page, arguments, start, end)
    made = [block(workspace, depth + below, text) for below, text in lines]
    page["content"][place:place] = made
    workspace.touch(page)
    answers = [_answered(workspace, page, place + at) for at, one in enumerate(made) if one["depth"] == depth]
    return page_of(workspace, answers, {}, "block")


def _within(workspace: Workspace, given: Any) -> tuple[Json, int, int, int]:
    """The page of a page's or a block's id, from where to where its children lie in it, and how deep."""
    id = workspace.uuid(given, "path.block_id")
    if id in workspace.data["pages"]:
        page = workspace.find("page", id, "path.block_id")
        return page, 0, len(page["content"]), 0
    for page in workspace.data["pages"].values():
        for place, one in enumerate(page["content"]):
            if one["id"] == id:
                workspace.find("page", page["id"], "path.block_id")
                return page, place + 1, _end(page["content"], place), one["depth"] + 1
    raise not_found(workspace.method, "block", id)


def _end(content: list[Json], place: int) -> int:
    """Where a block's children end."""
    depth = content[place]["depth"]
    following = range(place + 1, len(content))
    return next((at for at in following if content[at]["depth"] <= depth), len(content))


def _place(workspace: Workspace, page: Json, arguments: Json, start: int, end: int) -> int:
    position = arguments.get("position") or {"type": "end"}
    if not isinstance(position, dict):
        raise failed(workspace.method, "body.position", "should be an object")
    if after := arguments.get("after"):
        position = {"type": "after_block", "after_block": {"id": after}}
    if position.get("type") == "start":
        return start
    if position.get("type") != "after_block":
        return end
    beside = position.get("after_block")
    wanted = beside.get("id") if isinstance(beside, dict) else None
    id = workspace.uuid(wanted, "body.position.after_block.id")
    for place in range(start, end):
        if page["content"][place]["id"] == id:
            return _end(page["content"], place)
    raise not_found(workspace.method, "block", id)


def _answered(workspace: Workspace, page: Json, place: int) -> Json:
    content = page["content"]
    one = content[place]
    what, data = _data(one["text"])
    return {
        "object": "block",
        "id": one["id"],
        "parent": _parent(page, place),
        "type": what,
        what: data,
        "has_children": _end(content, place) > place + 1,
        "created_time": minute(one["created_at"]),
        "created_by": user(one["created_by"]),
        "last_edited_time": minute(one["created_at"]),
        "last_edited_by": user(one["created_by"]),
        "in_trash": page["in_trash"],
    }


def _parent(page: Json, place: int) -> Json:
    depth = page["content"][place]["depth"]
    above = (one for one in reversed(page["content"][:place]) if one["depth"] < depth)
    holder = next(above, None) if depth else None
    return (
        {"type": "block_id", "block_id": holder["id"]}
        if holder
        else {"type": "page_id", "page_id": page["id"]}
    )


def _data(text: str) -> tuple[str, Json]:
    """A block's type and content, from its Markdown."""
    what = kind(text)
    if text == "<empty-block/>":
        return "paragraph", {"rich_text": [], "color": "default"}
    if what == "divider":
        return what, {}
    if what == "raw":
        return "unsupported", {"block_type": "unsupported"}
    if what == "code":
        first, *rest = text.split("\n")
        code = runs.answered([runs.run("\n".join(rest[:-1]))])
        return what, {"rich_text": code, "caption": [], "language": first[3:].strip() or "plain text"}
    *before, rest_of_line = parts(text)
    data: Json = {"rich_text": runs.answered(inline.parse(rest_of_line)), "color": "default"}
    if what == "to_do":
        data["checked"] = before[0] == "x"
    if what == "heading":
        return f"heading_{len(before[0])}", data | {"is_toggleable": False}
    return what, data
