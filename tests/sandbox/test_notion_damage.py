"""Whatever is sent to the sandbox's Notion, it answers as Notion would, and never breaks."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from reconciler.targets.seam import CallError
from tests.support import anything
from tests.support.documents import machine, made, rich

_PAGE, _SOURCE = "00000000-0000-4000-9000-000000000001", "2f6b9d34-51c8-4e07-8a9b-0d4c7e1f3a52"
_VALUES: dict[str, Any] = {
    "Name": {"title": rich("x")},
    "Incident ID": {
        "rich_text": [{"text": {"content": "x", "link": {"url": "y"}}, "annotations": {"bold": True}}]
    },
    "Status": {"status": {"name": "Closed"}},
    "Severity": {"select": {"name": "sev1"}},
    "Declared": {"date": {"start": "2026-11-21", "end": "2026-11-22T10:00:00Z", "time_zone": None}},
    "Slack": {"url": "https://example.com"},
}
_BLOCKS = [
    {
        "paragraph": {
            "rich_text": rich("x"),
            "children": [{"to_do": {"rich_text": rich("y"), "checked": True}}],
        }
    },
    {"type": "code", "code": {"rich_text": rich("x"), "language": "python"}},
    {"divider": {}},
]
_AFTER = {"type": "after_block", "after_block": {"id": _PAGE}}
_FILTER = {
    "and": [
        {"property": "Name", "title": {"contains": "x"}},
        {"or": [{"property": "Status", "status": {"equals": "Closed"}}]},
        {"property": "Declared", "date": {"before": "2026-11-22"}},
        {"timestamp": "created_time", "created_time": {"after": "2026-11-20"}},
    ]
}
_SORTS = [
    {"timestamp": "created_time", "direction": "ascending"},
    {"property": "Name", "direction": "descending"},
]
_UPDATES = [{"old_str": "a", "new_str": "b", "replace_all_matches": True}]
_TEXT = "PATCH /v1/pages/{page_id}/markdown"
_QUERY = "POST /v1/data_sources/{data_source_id}/query"
_CHANGES = {
    "Tags": {"multi_select": {"options": [{"name": "x"}]}},
    "Slack": {"name": "Chat"},
    "Severity": None,
}
_CALLS: list[anything.Call] = [
    (
        "POST /v1/pages",
        {"parent": {"data_source_id": _SOURCE}, "properties": _VALUES, "markdown": "# x\n\n- y"},
    ),
    ("POST /v1/pages", {"parent": {"page_id": _PAGE}, "properties": {}, "children": _BLOCKS, "icon": None}),
    ("PATCH /v1/pages/{page_id}", {"page_id": _PAGE, "properties": _VALUES, "in_trash": True}),
    (_TEXT, {"page_id": _PAGE, "type": "update_content", "update_content": {"content_updates": _UPDATES}}),
    (
        _TEXT,
        {"page_id": _PAGE, "type": "insert_content", "insert_content": {"content": "x", "after": "a...b"}},
    ),
    (_TEXT, {"page_id": _PAGE, "type": "replace_content", "replace_content": {"new_str": "x"}}),
    (
        _TEXT,
        {
            "page_id": _PAGE,
            "type": "replace_content_range",
            "replace_content_range": {"content": "x", "content_range": "a"},
        },
    ),
    (_QUERY, {"data_source_id": _SOURCE, "filter": _FILTER, "sorts": _SORTS, "page_size": 5}),
    ("POST /v1/search", {"query": "x", "filter": {"property": "object", "value": "page"}, "page_size": 5}),
    (
        "PATCH /v1/data_sources/{data_source_id}",
        {"data_source_id": _SOURCE, "properties": _CHANGES, "title": rich("x")},
    ),
    ("PATCH /v1/blocks/{block_id}/children", {"block_id": _PAGE, "children": _BLOCKS, "position": _AFTER}),
    ("GET /v1/blocks/{block_id}/children", {"block_id": _PAGE, "page_size": 5, "start_cursor": _PAGE}),
    ("GET /v1/pages/{page_id}", {"page_id": _PAGE}),
]


@settings(max_examples=400, deadline=None)
@given(anything.damaged(_CALLS))
def test_whatever_is_sent_nothing_but_the_seam_s_errors_comes_back(call: anything.Call) -> None:
    """A refused call is an error of the service and leaves everything as it was; it never breaks."""
    workspace, _ = machine()
    page = workspace.data["pages"].pop(made(workspace, markdown="- a\n\t- b\nc")["id"])
    workspace.data["pages"][_PAGE] = page | {"id": _PAGE}
    before = workspace.snapshot()
    try:
        workspace.call(call[0], **call[1])
    except CallError:
        assert workspace.snapshot() == before
