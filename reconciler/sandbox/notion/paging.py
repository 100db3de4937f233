"""Notion's lists: a cursor in, a cursor out, and pages as small as the service pleases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.sandbox.notion.refusals import failed
from reconciler.sandbox.notion.workspace import Workspace
from reconciler.targets.seam import Answer

Json = dict[str, Any]

LARGEST = 100
MOST_ROWS = 10_000


def page_of(workspace: Workspace, items: Sequence[Json], arguments: Json, kind: str) -> Answer:
    """One page of the items, each an object with an id; nothing comes after the ten-thousandth."""
    size = _size(workspace, arguments.get("page_size", LARGEST))
    start = _start(workspace, items, arguments.get("start_cursor"))
    reachable = items[:MOST_ROWS]
    end = start + min(size, workspace.largest)
    more = end < len(reachable)
    answer: Json = {
        "object": "list",
        "results": list(reachable[start:end]),
        "next_cursor": reachable[end]["id"] if more else None,
        "has_more": more,
        "type": kind,
        kind: {},
    }
    if not more and len(items) > MOST_ROWS:
        reason = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
        answer["request_status"] = reason
    return answer


def _size(workspace: Workspace, given: Any) -> int:
    where = "path.page_size" if workspace.method.startswith("GET") else "body.page_size"
    try:
        size = int(given)
    except (TypeError, ValueError):
        raise failed(workspace.method, where, "should be a number") from None
    if not 1 <= size <= LARGEST:
        raise failed(workspace.method, where, f"should be ≤ `{LARGEST}` and ≥ `1`, instead was `{size}`")
    return size


def _start(workspace: Workspace, items: Sequence[Json], cursor: Any) -> int:
    if cursor is None:
        return 0
    id = workspace.uuid(cursor, "body.start_cursor")
    for place, item in enumerate(items):
        if item["id"] == id:
            return place
    raise workspace.invalid(f"The start_cursor provided is invalid: {cursor}")
