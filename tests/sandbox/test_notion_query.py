"""Finding pages in the sandbox's Notion; each test is one fact about the API."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.notion import NotionMachine, People
from tests.support.documents import changed, found, machine, made, refused, rich, source

QUERY = "POST /v1/data_sources/{data_source_id}/query"
OLDEST_FIRST = [{"timestamp": "created_time", "direction": "ascending"}]


def three() -> NotionMachine:
    """Pages a, b and c, a minute apart."""
    workspace, clock = machine()
    made(workspace, "a", Status={"status": {"name": "Closed"}}, Severity={"select": {"name": "sev1"}})
    clock.sleep(60)
    made(workspace, "b", Severity={"select": {"name": "sev2"}}, Slack={"url": "https://example.com/b"})
    clock.sleep(60)
    made(workspace, "c", Declared={"date": {"start": "2026-11-21T10:00:00Z"}})
    return workspace


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"property": "Incident ID", "rich_text": {"equals": "b"}}, ["b"]),
        ({"property": "Incident ID", "rich_text": {"contains": ""}}, ["a", "b", "c"]),
        ({"property": "Incident ID", "rich_text": {"does_not_equal": "b"}}, ["a", "c"]),
        ({"property": "Name", "title": {"starts_with": "Checkout"}}, ["a", "b", "c"]),
        ({"property": "title", "title": {"equals": "Checkout"}}, []),
        ({"property": "Severity", "select": {"equals": "sev1"}}, ["a"]),
        ({"property": "Severity", "select": {"is_empty": True}}, ["c"]),
        ({"property": "Status", "status": {"equals": "Investigating"}}, ["b", "c"]),
        ({"property": "Status", "status": {"does_not_equal": "Investigating"}}, ["a"]),
        ({"property": "Slack", "url": {"is_not_empty": True}}, ["b"]),
        ({"property": "Declared", "date": {"before": "2026-11-22"}}, ["c"]),
        ({"property": "Declared", "date": {"after": "2026-11-22"}}, []),
        ({"property": "Declared", "date": {"equals": "2026-11-21T10:00:00Z"}}, ["c"]),
        ({"property": "Declared", "date": {"before": "2026-11-21T10:00:00Z"}}, []),
        ({"property": "Declared", "date": {"after": "2026-11-21T10:00:00Z"}}, []),
        ({"property": "Declared", "date": {"on_or_before": "2026-11-21T10:00:00Z"}}, ["c"]),
        ({"property": "Declared", "date": {"on_or_after": "2026-11-21T10:00:00Z"}}, ["c"]),
        ({"property": "Declared", "date": {"is_empty": True}}, ["a", "b"]),
        ({"property": "Slack", "url": {"does_not_contain": "/b"}}, ["a", "c"]),
        ({"property": "Slack", "url": {"ends_with": "/b"}}, ["b"]),
        ({"property": "Incident ID", "rich_text": {"contains": "B"}}, []),
        ({"timestamp": "created_time", "created_time": {"on_or_after": "2026-11-21T16:46:00Z"}}, ["b", "c"]),
    ],
)
def test_a_filter_has_the_property_its_type_and_a_condition(wanted: dict[str, Any], ids: list[str]) -> None:
    """Text, choices, dates and the two times can be asked for."""
    assert found(three(), filter=wanted, sorts=OLDEST_FIRST) == ids


def test_filters_are_joined_by_and_and_or() -> None:
    """Compound filters nest two levels deep."""
    workspace = three()
    a, b = ({"property": "Incident ID", "rich_text": {"equals": id}} for id in "ab")
    sev1 = {"property": "Severity", "select": {"equals": "sev1"}}
    assert found(workspace, filter={"or": [a, b]}, sorts=OLDEST_FIRST) == ["a", "b"]
    assert found(workspace, filter={"and": [{"or": [a, b]}, sev1]}) == ["a"]
    refused(lambda: found(workspace, filter={"and": [{"or": [{"and": [a]}]}]}))
    assert found(workspace, filter={"or": [b] * 100}) == ["b"]
    refused(lambda: found(workspace, filter={"or": [b] * 101}))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            {"property": "Impact", "rich_text": {"equals": "x"}},
            "Could not find property with name or id: Impact",
        ),
        ({"property": "Status", "select": {"equals": "x"}}, "property status does not match filter select"),
        ({"property": "Name", "title": {"like": "x"}}, "one condition of equals"),
        ({"property": "Name", "title": {}}, "one condition"),
        ({"property": "Declared", "date": {"before": "soon"}}, "ISO 8601"),
        ({"property": "Name", "title": {"equals": 5}}, "should be a string"),
        ({"timestamp": "read_time", "read_time": {}}, "should be created_time"),
        (["Name"], "should be an object"),
    ],
)
def test_a_filter_that_does_not_fit_is_refused(wanted: Any, words: str) -> None:
    """Filters are checked against the database as values are."""
    empty, _ = machine()
    assert words in refused(lambda: found(three(), filter=wanted))
    assert words in refused(lambda: found(empty, filter=wanted))


def test_rows_are_sorted_by_times_and_properties() -> None:
    """The first sort leads."""
    workspace = three()
    assert found(workspace, sorts=OLDEST_FIRST) == ["a", "b", "c"]
    assert found(workspace, sorts=[{"timestamp": "created_time", "direction": "descending"}]) == [
        "c",
        "b",
        "a",
    ]
    by_date = [{"property": "Declared", "direction": "ascending"}, *OLDEST_FIRST]
    assert found(workspace, sorts=by_date) == ["c", "a", "b"]
    by_id = [{"property": "Incident ID", "direction": "descending"}]
    assert found(workspace, sorts=[{"property": "Name", "direction": "ascending"}, *by_id]) == ["c", "b", "a"]
    refused(lambda: found(workspace, sorts=[{"property": "Impact", "direction": "ascending"}]))
    refused(lambda: found(workspace, sorts=[{"property": "Name"}]))


def test_pages_of_one_minute_are_in_no_order_that_means_anything() -> None:
    """Times are to the minute, so a sort by them leaves open which of two pages was made first."""
    workspace, _ = machine()
    ids = [made(workspace, str(number))["id"] for number in range(8)]
    answer = workspace.call(QUERY, data_source_id=source(workspace), sorts=OLDEST_FIRST)
    listed = [page["id"] for page in answer["results"]]
    assert sorted(listed) == sorted(ids)
    assert listed != ids


def test_a_page_of_rows_has_a_hundred_at_most_and_a_cursor_leads_on() -> None:
    """page_size is 100 at most; next_cursor is null at the end."""
    workspace = three()
    arguments = {"data_source_id": source(workspace), "sorts": OLDEST_FIRST, "page_size": 2}
    first = workspace.call(QUERY, **arguments)
    second = workspace.call(QUERY, **arguments, start_cursor=first["next_cursor"])
    assert [len(page["results"]) for page in (first, second)] == [2, 1]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)
    for size in (101, 0, "many"):
        refused(lambda size=size: found(workspace, page_size=size))  # type: ignore[misc]
    refused(lambda: found(workspace, start_cursor="8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d"))


def test_notion_may_give_smaller_pages_than_were_asked_for() -> None:
    """A short page is not the last one: has_more decides."""
    workspace = three()
    workspace.largest_page = 1
    answer = workspace.call(QUERY, data_source_id=source(workspace), page_size=100)
    assert (len(answer["results"]), answer["has_more"]) == (1, True)


def test_a_query_ends_at_the_ten_thousandth_row_and_says_so() -> None:
    """Beyond 10,000 rows has_more is false, and request_status is incomplete."""
    workspace, _ = machine()
    page = workspace.data["pages"][made(workspace)["id"]]
    for number in range(10_000):
        id = f"00000000-0000-4000-9000-{number:012}"
        workspace.data["pages"][id] = page | {"id": id}
    last = "00000000-0000-4000-9000-000000009999"
    answer = workspace.call(QUERY, data_source_id=source(workspace), start_cursor=last)
    assert (len(answer["results"]), answer["has_more"]) == (1, False)
    assert answer["request_status"]["type"] == "incomplete"


def test_pages_in_the_trash_are_left_out() -> None:
    """A query does not see the trash; the page itself is still there."""
    workspace, _ = machine()
    page = made(workspace)
    People(workspace).trash(page["id"])
    assert found(workspace) == []
    assert workspace.call("GET /v1/pages/{page_id}", page_id=page["id"])["in_trash"] is True
    People(workspace).restore(page["id"])
    assert found(workspace) == ["one"]


def test_a_query_may_lag_behind_a_create() -> None:
    """There is no promise that a query sees what was just made; the page itself can be read at once."""
    workspace, clock = machine()
    workspace.query_lag = 30
    page = made(workspace)
    assert found(workspace) == []
    assert workspace.call("GET /v1/pages/{page_id}", page_id=page["id"])["id"] == page["id"]
    clock.sleep(30)
    assert found(workspace) == ["one"]


def test_the_search_lags_and_looks_at_titles() -> None:
    """Search finds pages and data sources by a part of their title, new ones only after a while."""
    workspace, clock = machine()
    page = made(workspace)
    search = "POST /v1/search"
    assert workspace.call(search, query="checkout")["results"] == []
    clock.sleep(60)
    assert [one["id"] for one in workspace.call(search, query="checkout")["results"]] == [page["id"]]
    assert workspace.call(search, query="one")["results"] == []
    changed(workspace, page["id"], Name={"title": rich("Incidents")})
    kinds = [one["object"] for one in workspace.call(search, query="incident")["results"]]
    assert sorted(kinds) == ["data_source", "page"]
    only = workspace.call(search, filter={"property": "object", "value": "page"})["results"]
    assert [one["id"] for one in only] == [page["id"]]
