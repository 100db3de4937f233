"""The sandbox's Notion held against Notion's own OpenAPI description, and that check tried out."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.notion import People
from tests.support.documents import DATABASE, machine, made, rich, source
from tests.support.openapi import Checked, check_request, check_response, needs_specs

pytestmark = needs_specs

PROPERTIES: dict[str, Any] = {
    "Name": {"title": rich("Checkout is down")},
    "Incident ID": {"rich_text": rich("one", " more")},
    "Status": {"status": {"name": "Identified"}},
    "Severity": {"select": {"name": "sev1"}},
    "Slack": {"url": "https://example.com/c"},
    "Declared": {"date": {"start": "2026-11-21T16:45:00Z"}},
}
EVERY_BLOCK = (
    "# A\n## B\n- [ ] do\n- item\n\t- below\n1. one\n> said\n---\n```python\nx\n```\n| a |\n|---|\n<br>"
)


def test_every_answer_in_the_life_of_a_document_has_the_form_that_notion_describes() -> None:
    workspace, clock = machine()
    api, rows = Checked(workspace, "notion"), source(workspace)
    parent = {"type": "data_source_id", "data_source_id": rows}
    page = api.call("POST /v1/pages", parent=parent, properties=PROPERTIES, markdown=EVERY_BLOCK)["id"]
    api.call("PATCH /v1/pages/{page_id}", page_id=page, properties={"Status": {"status": {"name": "Closed"}}})
    update = {"content_updates": [{"old_str": "- item", "new_str": "- item\n- another"}]}
    method = "PATCH /v1/pages/{page_id}/markdown"
    api.call(method, page_id=page, type="update_content", update_content=update)
    api.call(method, page_id=page, type="insert_content", insert_content={"content": "End."})
    api.call("GET /v1/pages/{page_id}/markdown", page_id=page)
    children = [{"type": "to_do", "to_do": {"rich_text": rich("later"), "checked": False}}]
    api.call("PATCH /v1/blocks/{block_id}/children", block_id=page, children=children)
    blocks = api.call("GET /v1/blocks/{block_id}/children", block_id=page)["results"]
    assert {"code", "unsupported", "quote", "divider", "heading_2"} <= {block["type"] for block in blocks}
    wanted = {"or": [{"property": "Incident ID", "rich_text": {"equals": "one more"}}]}
    sorts = [{"timestamp": "created_time", "direction": "ascending"}]
    query = "POST /v1/data_sources/{data_source_id}/query"
    assert (
        len(api.call(query, data_source_id=rows, filter=wanted, sorts=sorts, page_size=100)["results"]) == 1
    )
    clock.sleep(120)
    assert len(api.call("POST /v1/search", query="")["results"]) == 2
    api.call("PATCH /v1/pages/{page_id}", page_id=page, in_trash=True)
    People(workspace).restore(page)
    api.call("GET /v1/pages/{page_id}", page_id=page)


def test_the_database_is_described_as_notion_describes_it() -> None:
    workspace, _ = machine()
    api, rows = Checked(workspace, "notion"), source(workspace)
    api.call("GET /v1/users/me")
    api.call("GET /v1/databases/{database_id}", database_id=DATABASE)
    columns = {
        "Cost": {"number": {}},
        "Tags": {"multi_select": {"options": [{"name": "a"}]}},
        "Stage": {"status": {}},
    }
    changes = columns | {"Drill": {"checkbox": {}}, "Severity": {"name": "Level"}, "PagerDuty": None}
    api.call("PATCH /v1/data_sources/{data_source_id}", data_source_id=rows, properties=changes)
    api.call("GET /v1/data_sources/{data_source_id}", data_source_id=rows)
    api.call("GET /v1/pages/{page_id}", page_id=made(workspace)["id"])


@pytest.mark.parametrize(
    ("method", "arguments", "problem"),
    [
        ("POST /v1/pages", {"properties": {"Name": {"title": rich("x" * 2001)}}}, "too long|not valid"),
        ("POST /v1/pages", {"properties": {"Name": {"titel": []}}}, "titel|not valid"),
        ("POST /v1/pages", {"children": [{"divider": {}}] * 101}, "too long"),
        ("POST /v1/pages", {"colour": "red"}, "'colour' was unexpected"),
        ("PATCH /v1/pages/{page_id}", {"page_id": "x", "archived": True}, "'archived' was unexpected"),
        ("PATCH /v1/pages/{page_id}", {"in_trash": True}, "page_id is missing"),
        ("POST /v1/data_sources/{data_source_id}/query", {"data_source_id": "x", "limit": 1}, "'limit'"),
        ("PATCH /v1/blocks/{block_id}/children", {"block_id": "x"}, "'children' is a required"),
        ("GET /v1/blocks/{block_id}/children", {"block_id": "x", "limit": 5}, "limit is no parameter"),
    ],
)
def test_a_call_that_notion_does_not_describe_is_found(
    method: str, arguments: dict[str, Any], problem: str
) -> None:
    with pytest.raises(AssertionError, match=problem):
        check_request("notion", method, arguments)


def test_an_answer_that_notion_does_not_describe_is_found() -> None:
    workspace, _ = machine()
    page = made(workspace)
    check_response("notion", "POST /v1/pages", page)
    for wrong in ({"created_time": 5}, {"archived": False}, {"parent": {"type": "block"}}):
        with pytest.raises(AssertionError, match="answer to POST /v1/pages"):
            check_response("notion", "POST /v1/pages", page | wrong)
    value = page["properties"]["Status"] | {"select": None}
    with pytest.raises(AssertionError, match="answer to POST /v1/pages"):
        check_response("notion", "POST /v1/pages", page | {"properties": {"Status": value}})
