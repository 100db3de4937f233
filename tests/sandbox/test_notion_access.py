"""Ids, sharing, errors and people in the sandbox's Notion; each test is one fact about the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.sandbox.notion import NotionMachine, People
from reconciler.targets.seam import RateLimited, Refused, Unanswered
from tests.support.documents import (
    DATABASE,
    START,
    changed,
    found,
    machine,
    made,
    plain,
    refused,
    source,
    text,
)

DATABASES, PAGES = "GET /v1/databases/{database_id}", "GET /v1/pages/{page_id}"


def test_ids_are_taken_with_and_without_dashes() -> None:
    """An id is a uuid in either form; anything else is refused before it is looked up."""
    workspace, _ = machine()
    for id in (DATABASE, DATABASE.replace("-", ""), DATABASE.upper()):
        assert workspace.call(DATABASES, database_id=id)["id"] == DATABASE
    words = refused(lambda: workspace.call(PAGES, page_id="../users"))
    assert words == 'path failed validation: path.page_id should be a valid uuid, instead was `"../users"`.'


def test_a_database_is_a_container_and_its_rows_lie_in_a_data_source() -> None:
    """A database names its data sources, which have the properties; one's id is not good for the other."""
    workspace, _ = machine()
    database = workspace.call(DATABASES, database_id=DATABASE)
    assert "properties" not in database
    (one,) = database["data_sources"]
    schema = workspace.call("GET /v1/data_sources/{data_source_id}", data_source_id=one["id"])
    types = {name: config["type"] for name, config in schema["properties"].items()}
    assert types == {
        "Name": "title",
        "Incident ID": "rich_text",
        "Status": "status",
        "Severity": "select",
        "Slack": "url",
        "PagerDuty": "url",
        "Declared": "date",
        "Resolved": "date",
        "Commander": "rich_text",
        "Description": "rich_text",
    }
    with pytest.raises(Refused, match="Could not find data_source with ID"):
        workspace.call("GET /v1/data_sources/{data_source_id}", data_source_id=DATABASE)


def test_what_does_not_exist_and_what_is_not_shared_are_the_same() -> None:
    """object_not_found (404) for both, with the hint to share it."""
    workspace, _ = machine()
    people, page, rows = People(workspace), made(workspace), source(workspace)
    people.share(page["id"], False)
    assert found(workspace) == [], "a list leaves it out"
    people.share(DATABASE, False)
    calls: list[tuple[str, dict[str, Any]]] = [
        (PAGES, {"page_id": "8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5e"}),
        (PAGES, {"page_id": page["id"]}),
        (DATABASES, {"database_id": DATABASE}),
        ("POST /v1/data_sources/{data_source_id}/query", {"data_source_id": rows}),
        ("POST /v1/pages", {"parent": {"database_id": DATABASE}, "properties": {}}),
        ("GET /v1/blocks/{block_id}/children", {"block_id": page["id"]}),
    ]
    for method, arguments in calls:
        with pytest.raises(Refused, match="shared with your integration") as caught:
            workspace.call(method, **arguments)
        assert (caught.value.code, caught.value.status) == ("object_not_found", 404)
    people.share(DATABASE, True)
    people.share(page["id"], True)
    assert found(workspace) == ["one"]


def test_a_page_lies_in_a_data_source_a_database_or_a_page() -> None:
    """A database with one source stands for it; below a page there is only a title."""
    workspace, _ = machine()
    first = workspace.call("POST /v1/pages", parent={"database_id": DATABASE}, properties={})
    assert first["parent"]["data_source_id"] == source(workspace)
    title = {"title": {"title": [{"text": {"content": "Notes"}}]}}
    below = workspace.call("POST /v1/pages", parent={"page_id": first["id"]}, properties=title)
    assert (below["parent"]["page_id"], list(below["properties"])) == (first["id"], ["title"])
    for parent in (None, {}, {"workspace": True}):
        refused(lambda parent=parent: workspace.call("POST /v1/pages", parent=parent, properties={}))  # type: ignore


def test_members_that_a_method_does_not_know_are_refused() -> None:
    """Bodies are checked: what is unknown is named."""
    workspace, _ = machine()
    page = made(workspace)
    words = refused(lambda: workspace.call("PATCH /v1/pages/{page_id}", page_id=page["id"], colour="red"))
    assert words == 'body failed validation: body.colour should be not present, instead was `"red"`.'


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (409, Refused, "conflict_error"),
        (429, RateLimited, "rate limited, try again after 30 s"),
        (500, Unanswered, "internal_server_error"),
        (502, Unanswered, "bad_gateway"),
        (503, Unanswered, "service_unavailable"),
        (504, Unanswered, "gateway_timeout"),
        (529, Unanswered, "service_overload"),
    ],
)
def test_errors_can_be_ordered_for_the_next_calls(status: int, kind: type[Exception], code: str) -> None:
    """409 conflicts are safe to repeat, 429 and 529 say how long to wait; here none of them does anything."""
    workspace, _ = machine()
    rows = source(workspace)
    workspace.next_errors = [status]
    with pytest.raises(kind, match=code) as caught:
        workspace.call("POST /v1/pages", parent={"data_source_id": rows}, properties={})
    if status in (429, 529):
        assert getattr(caught.value, "retry_after", None) == 30
    assert found(workspace) == []


def test_too_many_calls_a_minute_are_429() -> None:
    """A connection has a budget for each minute, over all methods."""
    workspace, clock = machine()
    workspace.limits["*"] = 1
    workspace.call("GET /v1/users/me")
    with pytest.raises(RateLimited) as caught:
        workspace.call("GET /v1/users/me")
    clock.sleep(caught.value.retry_after)
    workspace.call("GET /v1/users/me")


def test_a_single_method_can_be_limited_too() -> None:
    """Some endpoints have budgets of their own beside the connection's."""
    workspace, _ = machine()
    workspace.limits["POST /v1/pages"] = 1
    made(workspace)
    with pytest.raises(RateLimited):
        made(workspace)
    assert found(workspace) == ["one"]


def test_a_bad_token_is_unauthorized_and_a_reader_may_not_write() -> None:
    """401 unauthorized; 403 restricted_resource without the capability to insert or update."""
    workspace, _ = machine()
    rows = source(workspace)
    workspace.key = "bad"
    with pytest.raises(Refused, match="unauthorized"):
        workspace.call("GET /v1/users/me")
    workspace.key = "read-only"
    workspace.call("POST /v1/search")
    assert found(workspace) == []
    with pytest.raises(Refused, match="restricted_resource"):
        workspace.call("POST /v1/pages", parent={"data_source_id": rows}, properties={})


def test_a_method_that_the_sandbox_does_not_have_is_an_invalid_address() -> None:
    """400 invalid_request_url."""
    workspace, _ = machine()
    with pytest.raises(Refused, match="invalid_request_url"):
        workspace.call("POST /v1/databases/{database_id}/query", database_id=DATABASE)


def test_people_write_in_the_page_under_their_own_name() -> None:
    """Who edited a page last tells whether anybody but the integration wrote in it."""
    workspace, _ = machine()
    page = made(workspace, markdown="## Impact\nMany.")
    people = People(workspace, "bo@example.com")
    people.edit_markdown(page["id"], "Many.", "Few.\n\nReally.")
    people.set_property(page["id"], "Commander", "Bo")
    people.set_property(page["id"], "Severity", "sev3")
    people.set_property(page["id"], "Declared", "2026-11-21")
    people.set_property(page["id"], "Slack", None)
    assert text(workspace, page["id"]) == "## Impact\nFew.\nReally."
    after = workspace.call(PAGES, page_id=page["id"])
    assert plain(after["properties"]["Commander"]) == "Bo"
    assert after["properties"]["Declared"]["date"]["start"] == "2026-11-21"
    assert after["last_edited_by"] != after["created_by"]
    other = made(workspace)["id"]
    people.set_property(other, "Name", "Worse")
    assert workspace.call(PAGES, page_id=other)["last_edited_by"] == after["last_edited_by"]
    with pytest.raises(ValueError, match="0 times"):
        people.edit_markdown(page["id"], "Many.", "")


def test_a_property_that_a_person_deleted_takes_its_values_with_it() -> None:
    """After that, writing it is refused by name."""
    workspace, _ = machine()
    page = made(workspace)
    People(workspace).delete_property(DATABASE, "Severity")
    assert "Severity" not in workspace.call(PAGES, page_id=page["id"])["properties"]
    words = refused(lambda: changed(workspace, page["id"], Severity={"select": {"name": "sev1"}}))
    assert words == "Severity is not a property that exists."


def test_the_state_is_json_and_another_machine_goes_on_from_it() -> None:
    """What the sandbox keeps between two starts is its data."""
    workspace, clock = machine()
    made(workspace, markdown="- a")
    again = NotionMachine(clock.now, json.loads(json.dumps(workspace.snapshot())))
    assert found(again) == ["one"]
    with pytest.raises(Refused, match="object_not_found"):
        NotionMachine(lambda: START).call(DATABASES, database_id=DATABASE)
