"""Notion for tests: the sandbox's machine on a clock that jumps, and the shortest way to a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.sandbox.notion import NotionMachine
from reconciler.targets.seam import Refused

START = datetime(2026, 11, 21, 16, 45, 30, tzinfo=UTC)
DATABASE = "8a1c0e1e-7d3b-4c0f-9d3f-6f1e2a3b4c5d"


def machine() -> tuple[NotionMachine, VirtualClock]:
    """The example workspace, and the clock it lives by."""
    clock = VirtualClock(START)
    return NotionMachine.example(clock.now), clock


def source(workspace: NotionMachine) -> str:
    """The id of the database's only data source."""
    found = workspace.call("GET /v1/databases/{database_id}", database_id=DATABASE)
    return str(found["data_sources"][0]["id"])


def rich(*texts: str) -> list[dict[str, Any]]:
    """Plain texts as rich text, an item each."""
    return [{"type": "text", "text": {"content": text}} for text in texts]


def made(
    workspace: NotionMachine, id: str = "one", markdown: str | None = None, **more: Any
) -> dict[str, Any]:
    """A new page for an incident, with its text and whatever other properties, as Notion answers it."""
    properties = {"Name": {"title": rich("Checkout is down")}, "Incident ID": {"rich_text": rich(id)}}
    body: dict[str, Any] = {"markdown": markdown} if markdown is not None else {}
    parent = {"type": "data_source_id", "data_source_id": source(workspace)}
    page = workspace.call("POST /v1/pages", parent=parent, properties=properties | more, **body)
    return dict(page)


def changed(workspace: NotionMachine, id: str, **properties: Any) -> dict[str, Any]:
    """The page's properties after an update."""
    page = workspace.call("PATCH /v1/pages/{page_id}", page_id=id, properties=properties)
    return dict(page["properties"])


def text(workspace: NotionMachine, id: str) -> str:
    """The page's Markdown."""
    return str(workspace.call("GET /v1/pages/{page_id}/markdown", page_id=id)["markdown"])


def edited(workspace: NotionMachine, id: str, what: str, **edit: Any) -> str:
    """The page's Markdown after one of the four edits."""
    body: dict[str, Any] = {"type": what, what: edit}
    return str(workspace.call("PATCH /v1/pages/{page_id}/markdown", page_id=id, **body)["markdown"])


def found(workspace: NotionMachine, **query: Any) -> list[str]:
    """The incident ids of the pages that a query gives, in its order."""
    method = "POST /v1/data_sources/{data_source_id}/query"
    answer = workspace.call(method, data_source_id=source(workspace), **query)
    return [plain(page["properties"]["Incident ID"]) for page in answer["results"]]


def plain(value: dict[str, Any]) -> str:
    """The text of a rich text property."""
    return "".join(item["plain_text"] for item in value["rich_text"])


def refused(act: Callable[[], object]) -> str:
    """The words with which Notion refuses; a validation error, or the test fails."""
    with pytest.raises(Refused) as caught:
        act()
    assert (caught.value.code, caught.value.status) == ("validation_error", 400)
    assert caught.value.answer["message"] == caught.value.detail
    return caught.value.detail
