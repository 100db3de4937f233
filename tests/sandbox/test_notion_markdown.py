"""Pages as Markdown in the sandbox's Notion; each test is one fact about the API."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.notion import People, content
from reconciler.targets.seam import Refused
from tests.support.documents import edited, found, machine, made, refused, rich, source, text


def replaced(old: str, new: str, **more: Any) -> dict[str, Any]:
    return {"content_updates": [{"old_str": old, "new_str": new} | more]}


def test_blocks_come_back_one_newline_apart_and_without_blank_lines() -> None:
    """Plain empty lines are stripped; adjacent blocks are parted by a single newline."""
    workspace, _ = machine()
    page = made(workspace, markdown="## Impact\n\nMany.\r\n\r\n\n- [ ] one\n* two\n\n---\n\n1. three\n")
    assert text(workspace, page["id"]) == "## Impact\nMany.\n- [ ] one\n- two\n---\n1. three"


def test_special_characters_come_back_with_backslashes() -> None:
    r"""Outside of code, \ * ~ ` $ [ ] < > { } | ^ are escaped, however they were sent; others are not."""
    workspace, _ = machine()
    page = made(workspace, markdown="a < b, {x}, 5 * 3, \\_under\\_, <!-- mark -->\n```\na < b\n```")
    assert text(workspace, page["id"]) == (
        "a \\< b, \\{x\\}, 5 \\* 3, _under_, \\<!-- mark --\\>\n```\na < b\n```"
    )


def test_formatting_survives() -> None:
    """Bold, italic, strike-through, code, links and line breaks are Markdown in and Markdown out."""
    workspace, _ = machine()
    line = "**bold** *italic* ~~gone~~ `x < y` [wiki](https://wiki.example.com/a_b)<br>***both***"
    page = made(workspace, markdown=line)
    assert text(workspace, page["id"]) == line


def test_children_are_indented_by_tabs() -> None:
    """Child blocks lie one tab deeper than their parent; spaces become tabs."""
    workspace, _ = machine()
    page = made(workspace, markdown="- a\n  - b\n\t\t- c\n- d")
    assert text(workspace, page["id"]) == "- a\n\t- b\n\t\t- c\n- d"


def test_a_table_comes_back_as_tags() -> None:
    """Tables are written as <table>, <tr> and <td>."""
    workspace, _ = machine()
    page = made(workspace, markdown="| a | b |\n|---|---|\n| 1 | 2 |\nafter")
    assert text(workspace, page["id"]).split("\n") == [
        '<table header-row="true">',
        *("<tr>", "<td>a</td>", "<td>b</td>", "</tr>"),
        *("<tr>", "<td>1</td>", "<td>2</td>", "</tr>"),
        "</table>",
        "after",
    ]


def test_what_is_no_plain_text_is_kept_as_it_is() -> None:
    """Empty blocks, images and blocks that Markdown cannot show are tags of Notion's own."""
    workspace, _ = machine()
    lines = [
        "<empty-block/>",
        "![plot](https://example.com/p_1.png)",
        '<unknown url="x" alt="bookmark"/>',
        "$$",
        "a < b",
        "$$",
    ]
    page = made(workspace, markdown="\n".join(lines))
    assert text(workspace, page["id"]).split("\n") == lines
    method = "GET /v1/blocks/{block_id}/children"
    blocks = workspace.call(method, block_id=page["id"])["results"]
    assert [block["type"] for block in blocks] == ["paragraph", *["unsupported"] * 3]
    assert blocks[0]["paragraph"]["rich_text"] == []


_LINES = st.text(alphabet=" \t\n#-*+>|[]()<>`~$\\_.x1!{}^", max_size=60)


@given(_LINES)
def test_what_notion_gives_back_stays_as_it_is_when_it_is_sent_again(sent: str) -> None:
    """Reading is stable: a text that was read can be written, and reads the same."""
    once = content.markdown([{"depth": depth, "text": line} for depth, line in content.lines(sent)])
    again = content.markdown([{"depth": depth, "text": line} for depth, line in content.lines(once)])
    assert again == once


def test_reading_gives_a_page_markdown_object() -> None:
    """The answer has object, id, markdown, truncated and unknown_block_ids."""
    workspace, _ = machine()
    page = made(workspace, markdown="Hello")
    assert workspace.call("GET /v1/pages/{page_id}/markdown", page_id=page["id"]) == {
        "object": "page_markdown",
        "id": page["id"],
        "markdown": "Hello",
        "truncated": False,
        "unknown_block_ids": [],
    }


def test_markdown_and_children_exclude_each_other() -> None:
    """`markdown` cannot be given beside `children` or `content`."""
    workspace, _ = machine()
    parent = {"data_source_id": source(workspace)}
    for other in ("children", "content"):
        body: dict[str, Any] = {"parent": parent, "properties": {}, "markdown": "x", other: []}
        refused(lambda body=body: workspace.call("POST /v1/pages", **body))  # type: ignore[misc]
    assert found(workspace) == []


def test_the_first_heading_is_the_title_where_none_is_given() -> None:
    """Without a title, the first level-1 heading is taken out of the text and becomes it."""
    workspace, _ = machine()
    parent = {"data_source_id": source(workspace)}
    page = workspace.call("POST /v1/pages", parent=parent, markdown="Intro\n# Outage\nText")
    assert page["properties"]["Name"]["title"][0]["plain_text"] == "Outage"
    assert text(workspace, page["id"]) == "Intro\nText"
    titled = made(workspace, markdown="# Outage\nText")
    assert text(workspace, titled["id"]) == "# Outage\nText"


def test_update_content_replaces_a_text_that_is_there_once() -> None:
    """The answer is the whole page after the update."""
    workspace, _ = machine()
    page = made(workspace, markdown="## Timeline\n- a\n## Impact\nMany.")
    after = edited(workspace, page["id"], "update_content", **replaced("- a", "- a\n- b"))
    assert after == "## Timeline\n- a\n- b\n## Impact\nMany."
    assert after == text(workspace, page["id"])


def test_an_edit_of_the_text_counts_as_an_edit_of_the_page() -> None:
    """last_edited_time and last_edited_by follow the text too."""
    workspace, clock = machine()
    page = made(workspace, markdown="a")
    People(workspace).edit_markdown(page["id"], "a", "b")
    clock.sleep(60)
    edited(workspace, page["id"], "replace_content", new_str="c")
    after = workspace.call("GET /v1/pages/{page_id}", page_id=page["id"])
    assert after["last_edited_by"] == after["created_by"]
    assert after["last_edited_time"] > after["created_time"]


@pytest.mark.parametrize(
    ("old", "words"),
    [
        ("- c", "not found"),
        ("- A", "not found"),
        ("- a\n\n- b", "not found"),
        ("same", "2 places"),
        ("", "empty"),
    ],
)
def test_update_content_refuses_a_text_that_is_missing_ambiguous_or_empty(old: str, words: str) -> None:
    """So an edit is a compare-and-set: case and newlines count, and an empty old_str is an error."""
    workspace, _ = machine()
    page = made(workspace, markdown="- a\n- b\n- same\n- same")
    before = workspace.snapshot()
    assert words in refused(lambda: edited(workspace, page["id"], "update_content", **replaced(old, "x")))
    assert workspace.snapshot() == before


def test_all_matches_can_be_replaced_on_request() -> None:
    """replace_all_matches lifts the refusal of several matches."""
    workspace, _ = machine()
    page = made(workspace, markdown="- same\n- same")
    every = replaced("same", "new", replace_all_matches=True)
    assert edited(workspace, page["id"], "update_content", **every) == "- new\n- new"


def test_one_misfit_among_several_replacements_changes_nothing() -> None:
    """The replacements of one call are carried out together or not at all; at most 100."""
    workspace, _ = machine()
    page = made(workspace, markdown="- a")
    updates = [{"old_str": "- a", "new_str": "- b"}, {"old_str": "- z", "new_str": "- y"}]
    refused(lambda: edited(workspace, page["id"], "update_content", content_updates=updates))
    assert text(workspace, page["id"]) == "- a"
    many = [{"old_str": "a", "new_str": "a"}] * 101
    words = refused(lambda: edited(workspace, page["id"], "update_content", content_updates=many))
    assert "content_updates.length should be ≤ `100`, instead was `101`" in words


def test_replace_content_replaces_everything() -> None:
    """The text is gone, the properties stay."""
    workspace, _ = machine()
    page = made(workspace, markdown="old")
    assert edited(workspace, page["id"], "replace_content", new_str="# New\n\ntext") == "# New\ntext"
    assert found(workspace) == ["one"]


def test_insert_content_adds_at_the_start_at_the_end_or_after_a_selection() -> None:
    """`after` selects by its first and last words; position and after exclude each other."""
    workspace, _ = machine()
    page = made(workspace, markdown="## A\none two\n## B")
    edited(workspace, page["id"], "insert_content", content="end")
    edited(workspace, page["id"], "insert_content", content="start", position={"type": "start"})
    after = edited(workspace, page["id"], "insert_content", content="mid", after="## A...two")
    assert after == "start\n## A\none two\nmid\n## B\nend"
    for bad in ({"after": "## C"}, {"after": "## A", "position": {"type": "end"}}):
        refused(lambda bad=bad: edited(workspace, page["id"], "insert_content", content="x", **bad))  # type: ignore


def test_replace_content_range_replaces_a_selection() -> None:
    """`content_range` has the same form as `after`."""
    workspace, _ = machine()
    page = made(workspace, markdown="## A\none\ntwo\n## B")
    after = edited(workspace, page["id"], "replace_content_range", content="three", content_range="one...two")
    assert after == "## A\nthree\n## B"
    whole = edited(workspace, page["id"], "replace_content_range", content="# A", content_range="## A")
    assert whole == "# A\nthree\n## B"
    for bad in ("six", "six...three", "three...six"):
        words = {"content": "x", "content_range": bad}
        refused(lambda words=words: edited(workspace, page["id"], "replace_content_range", **words))  # type: ignore


def test_an_edit_of_an_unknown_kind_is_refused() -> None:
    """`type` names one of four edits."""
    workspace, _ = machine()
    page = made(workspace, markdown="x")
    assert "body.type" in refused(lambda: edited(workspace, page["id"], "delete_content"))


def test_a_page_in_the_trash_can_be_read_and_not_edited() -> None:
    """What is archived must be taken out of the trash first; trashing it again is an error too."""
    workspace, _ = machine()
    page = made(workspace, markdown="x")
    method = "PATCH /v1/pages/{page_id}"
    assert workspace.call(method, page_id=page["id"], in_trash=True)["in_trash"] is True
    assert text(workspace, page["id"]) == "x"
    for act in (
        lambda: edited(workspace, page["id"], "replace_content", new_str="y"),
        lambda: workspace.call(method, page_id=page["id"], properties={"Name": {"title": rich("y")}}),
        lambda: workspace.call(method, page_id=page["id"], in_trash=True),
    ):
        assert "archived" in refused(act)
    assert workspace.call(method, page_id=page["id"], in_trash=False)["in_trash"] is False
    assert edited(workspace, page["id"], "replace_content", new_str="y") == "y"


def test_archived_is_the_word_of_older_versions() -> None:
    """Version 2026-03-11 knows in_trash only; before, archived was taken and answered."""
    workspace, _ = machine()
    page = made(workspace)
    method = "PATCH /v1/pages/{page_id}"
    words = refused(lambda: workspace.call(method, page_id=page["id"], archived=True))
    assert "body.archived should be not present" in words
    assert "archived" not in page
    workspace.version = "2025-09-03"
    after = workspace.call(method, page_id=page["id"], archived=True)
    assert (after["archived"], after["in_trash"]) == (True, True)


def test_a_request_has_half_a_megabyte_at_most() -> None:
    """A payload over 500 KB is refused."""
    workspace, _ = machine()
    assert len(text(workspace, made(workspace, markdown="x" * 400_000)["id"])) == 400_000
    with pytest.raises(Refused, match="too large"):
        made(workspace, markdown="é" * 250_000)
