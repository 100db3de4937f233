"""Writing and reading properties in the sandbox's Notion; each test is one fact about the API."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.targets.seam import Refused
from tests.support.documents import changed, found, machine, made, plain, refused, rich, source


def test_a_property_that_the_database_does_not_have_is_refused_by_name() -> None:
    """Properties are checked against the database; the error names what does not exist."""
    workspace, _ = machine()
    words = refused(lambda: made(workspace, Impact={"rich_text": rich("x")}, Cost={"number": 1}))
    assert words == "Impact is not a property that exists. Cost is not a property that exists."
    assert found(workspace) == []


def test_a_value_of_the_wrong_type_is_refused_with_the_right_one() -> None:
    """The error says which type the property has."""
    workspace, _ = machine()
    words = refused(
        lambda: made(workspace, Status={"select": {"name": "Closed"}}, Slack={"rich_text": rich("x")})
    )
    assert words == "Status is expected to be status. Slack is expected to be url."


def test_a_status_takes_only_the_options_that_it_has() -> None:
    """A status's options are not made by writing them, unlike a select's."""
    workspace, _ = machine()
    page = made(workspace, Status={"status": {"name": "Identified"}})
    assert page["properties"]["Status"]["status"]["name"] == "Identified"
    words = refused(lambda: changed(workspace, page["id"], Status={"status": {"name": "Burning"}}))
    assert 'Status option "Burning" does not exist' in words


def test_a_status_is_never_empty() -> None:
    """Left out or null, a status is the first option."""
    workspace, _ = machine()
    page = made(workspace)
    assert page["properties"]["Status"]["status"]["name"] == "Investigating"
    changed(workspace, page["id"], Status={"status": {"name": "Closed"}})
    after = changed(workspace, page["id"], Status={"status": None})
    assert after["Status"]["status"]["name"] == "Investigating"


def test_writing_a_new_name_to_a_select_makes_an_option() -> None:
    """A select's options grow by use; the same name is the same option."""
    workspace, _ = machine()
    first = made(workspace, "a", Severity={"select": {"name": "sev1"}})
    second = made(workspace, "b", Severity={"select": {"name": "sev1"}})
    option = first["properties"]["Severity"]["select"]
    assert second["properties"]["Severity"]["select"] == option
    schema = workspace.call("GET /v1/data_sources/{data_source_id}", data_source_id=source(workspace))
    assert [one["name"] for one in schema["properties"]["Severity"]["select"]["options"]] == ["sev1"]
    assert changed(workspace, first["id"], Severity={"select": None})["Severity"]["select"] is None
    assert "commas" in refused(lambda: made(workspace, Severity={"select": {"name": "bad, worse"}}))
    made(workspace, "c", Severity={"select": {"name": "x" * 100}})
    assert "≤ `100`" in refused(lambda: made(workspace, Severity={"select": {"name": "x" * 101}}))
    for bad in ("sev1", {}, {"name": 1}):
        words = refused(lambda bad=bad: made(workspace, Severity={"select": bad}))  # type: ignore[misc]
        assert "Severity.select.name should be defined" in words


def test_rich_text_comes_back_split_as_notion_likes() -> None:
    """Text over 2,000 characters comes back in several items, however it was cut when it was sent."""
    workspace, _ = machine()
    pieces = ["a" * 1500, "b" * 1500, "c" * 10]
    items = made(workspace, Description={"rich_text": rich(*pieces)})["properties"]["Description"][
        "rich_text"
    ]
    assert [len(item["plain_text"]) for item in items] == [2000, 1010]
    assert "".join(item["text"]["content"] for item in items) == "".join(pieces)


def test_rich_text_keeps_its_links_and_looks() -> None:
    """Each item has plain_text, href and annotations; a link is both text.link.url and href."""
    workspace, _ = machine()
    link = {"text": {"content": "wiki", "link": {"url": "https://wiki.example.com"}}}
    bold = {"text": {"content": " now"}, "annotations": {"bold": True}}
    items = made(workspace, Commander={"rich_text": [link, bold]})["properties"]["Commander"]["rich_text"]
    assert [item["href"] for item in items] == ["https://wiki.example.com", None]
    assert items[0]["text"]["link"] == {"url": "https://wiki.example.com"}
    assert [item["annotations"]["bold"] for item in items] == [False, True]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            {"rich_text": rich("x" * 2001)},
            "rich_text[0].text.content.length should be ≤ `2000`, instead was `2001`",
        ),
        ({"rich_text": rich("🔥" * 1001)}, "rich_text[0].text.content.length should be ≤ `2000`"),
        ({"rich_text": rich(*"x" * 101)}, "rich_text.length should be ≤ `100`, instead was `101`"),
        (
            {"rich_text": [{"text": {"content": "x", "link": {"url": "https://" + "x" * 2000}}}]},
            "rich_text[0].text.link.url.length should be ≤ `2000`, instead was `2008`",
        ),
        ({"rich_text": [{"text": {"content": "x"}, "colour": "red"}]}, "colour should be not present"),
        ({"rich_text": "x"}, "rich_text should be an array"),
        ({"rich_text": [{"text": "x"}]}, "text.content should be a string"),
        ({"rich_text": [{"type": "mention"}]}, "rich_text[0].text should be defined"),
        ({"richtext": []}, "body.properties.Description.richtext should be not present"),
    ],
)
def test_the_limits_of_rich_text_are_told_with_path_and_limit(value: dict[str, Any], words: str) -> None:
    """An item holds 2,000 characters, an array 100 items, a link 2,000 characters."""
    workspace, _ = machine()
    assert words in refused(lambda: made(workspace, Description=value))


def test_a_url_has_2000_characters_at_most_and_is_not_empty() -> None:
    """An empty address is null, not an empty text."""
    workspace, _ = machine()
    fits = "https://example.com/".ljust(2000, "x")
    assert made(workspace, Slack={"url": fits})["properties"]["Slack"]["url"] == fits
    made(workspace, Commander={"rich_text": [{"text": {"content": "x", "link": {"url": fits}}}]})
    assert "≤ `2000`, instead was `2001`" in refused(lambda: made(workspace, Slack={"url": fits + "x"}))
    assert "Slack.url" in refused(lambda: made(workspace, Slack={"url": ""}))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21T16:45:00Z", "2026-11-21T16:45:00.000+00:00"),
        ("2026-11-21T16:45:59+01:00", "2026-11-21T16:45:00.000+01:00"),
    ],
)
def test_a_time_comes_back_to_the_minute_with_milliseconds_and_offset(sent: str, kept: str) -> None:
    """Notion writes times with milliseconds and an offset; its dates are kept to the minute."""
    workspace, _ = machine()
    date = made(workspace, Declared={"date": {"start": sent}})["properties"]["Declared"]["date"]
    assert date == {"start": kept, "end": None, "time_zone": None}


def test_a_date_may_have_an_end_and_is_emptied_by_null() -> None:
    """`date: null` clears the property."""
    workspace, _ = machine()
    span = {"start": "2026-11-21", "end": "2026-11-22"}
    page = made(workspace, Declared={"date": span})
    assert page["properties"]["Declared"]["date"]["end"] == "2026-11-22"
    assert changed(workspace, page["id"], Declared={"date": None})["Declared"]["date"] is None


def test_a_date_that_is_none_is_refused() -> None:
    """`start` is an ISO 8601 date."""
    workspace, _ = machine()
    assert "Declared.date.start" in refused(
        lambda: made(workspace, Declared={"date": {"start": "yesterday"}})
    )
    assert "start should be defined" in refused(lambda: made(workspace, Declared={"date": {}}))


def test_an_update_leaves_the_other_properties_alone() -> None:
    """Only what is sent is set."""
    workspace, clock = machine()
    page = made(workspace, Slack={"url": "https://example.com/c"})
    clock.sleep(60)
    after = changed(workspace, page["id"], Commander={"rich_text": rich("Bo")})
    assert (plain(after["Commander"]), after["Slack"]["url"]) == ("Bo", "https://example.com/c")
    assert after["Name"]["title"][0]["plain_text"] == "Checkout is down"


def test_a_refused_update_changes_nothing() -> None:
    """One misfit among several properties refuses them all."""
    workspace, _ = machine()
    page = made(workspace)
    before = workspace.snapshot()
    good, bad = {"select": {"name": "sev2"}}, {"status": {"name": "Burning"}}
    refused(lambda: changed(workspace, page["id"], Severity=good, Status=bad))
    assert workspace.snapshot() == before


def test_a_value_that_is_no_object_is_refused() -> None:
    """A property's value is an object with its type as key."""
    workspace, _ = machine()
    bare: dict[str, Any] = {"Slack": "https://example.com"}
    assert "body.properties.Slack should be an object" in refused(lambda: made(workspace, **bare))


def test_two_equal_creates_make_two_pages() -> None:
    """Creates have no idempotency key."""
    workspace, _ = machine()
    assert made(workspace)["id"] != made(workspace)["id"]
    assert found(workspace) == ["one", "one"]


def test_times_are_shown_to_the_minute_and_say_who() -> None:
    """created_time and last_edited_time are rounded down to the minute, so two pages may be equally old."""
    workspace, clock = machine()
    page = made(workspace)
    clock.sleep(20)
    other = made(workspace)
    assert page["created_time"] == other["created_time"] == "2026-11-21T16:45:00.000Z"
    clock.sleep(60)
    changed(workspace, page["id"], Severity={"select": {"name": "sev2"}})
    after = workspace.call("GET /v1/pages/{page_id}", page_id=page["id"])
    assert (after["created_time"], after["last_edited_time"]) == (
        "2026-11-21T16:45:00.000Z",
        "2026-11-21T16:46:00.000Z",
    )
    assert after["created_by"] == after["last_edited_by"]
    assert after["created_by"]["id"] == workspace.call("GET /v1/users/me")["id"]


def test_a_page_s_address_is_its_id_without_dashes() -> None:
    """Pages open at notion.so under their bare id."""
    workspace, _ = machine()
    page = made(workspace)
    assert page["url"] == "https://www.notion.so/" + page["id"].replace("-", "")


def test_properties_can_be_added_renamed_and_removed() -> None:
    """PATCH of a data source: a configuration adds, a name renames, null removes; values follow the id."""
    workspace, _ = machine()
    page = made(workspace, Severity={"select": {"name": "sev1"}})
    workspace.call(
        "PATCH /v1/data_sources/{data_source_id}",
        data_source_id=source(workspace),
        properties={"Cost": {"number": {}}, "Severity": {"name": "Level"}, "PagerDuty": None},
    )
    after = changed(workspace, page["id"], Cost={"number": 12})
    assert (after["Cost"]["number"], after["Level"]["select"]["name"]) == (12, "sev1")
    assert not {"PagerDuty", "Severity"} & after.keys()
    wrong: list[dict[str, Any]] = [{"Nothing": None}, {"Name": None}]
    for change in [*wrong, {"Second": {"title": {}}}, {"Odd": {"button": {}}}]:
        with pytest.raises(Refused, match="validation_error"):
            workspace.call(
                "PATCH /v1/data_sources/{data_source_id}", data_source_id=source(workspace), properties=change
            )


def test_other_types_of_properties_check_their_values_too() -> None:
    """multi_select holds up to 100 options, checkbox a boolean, number a number, email 200 characters."""
    workspace, _ = machine()
    columns: dict[str, Any] = {
        "Tags": {"multi_select": {}},
        "Drill": {"checkbox": {}},
        "Cost": {"number": {}},
        "To": {"email": {}},
    }
    workspace.call(
        "PATCH /v1/data_sources/{data_source_id}", data_source_id=source(workspace), properties=columns
    )
    tags = [{"name": f"t{number}"} for number in range(101)]
    page = made(workspace, Tags={"multi_select": tags[:100]}, Drill={"checkbox": True}, Cost={"number": 1.5})
    assert [one["name"] for one in page["properties"]["Tags"]["multi_select"]] == [
        t["name"] for t in tags[:100]
    ]
    assert (page["properties"]["Drill"]["checkbox"], page["properties"]["Cost"]["number"]) == (True, 1.5)
    bad: list[dict[str, Any]] = [
        {"Tags": {"multi_select": tags}},
        {"Drill": {"checkbox": "yes"}},
        {"Cost": {"number": True}},
        {"To": {"email": "x" * 201}},
    ]
    for value in bad:
        refused(lambda value=value: made(workspace, **value))  # type: ignore[misc]
