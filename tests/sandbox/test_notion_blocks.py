"""Pages as blocks in the sandbox's Notion; each test is one fact about the API."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.notion import NotionMachine
from tests.support.documents import machine, made, refused, rich, source, text


def children(workspace: NotionMachine, id: str, **query: Any) -> list[dict[str, Any]]:
    return list(workspace.call("GET /v1/blocks/{block_id}/children", block_id=id, **query)["results"])


def appended(workspace: NotionMachine, id: str, *blocks: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    method = "PATCH /v1/blocks/{block_id}/children"
    return list(workspace.call(method, block_id=id, children=list(blocks), **more)["results"])


def paragraph(words: str, *below: dict[str, Any]) -> dict[str, Any]:
    nested = {"children": list(below)} if below else {}
    return {"type": "paragraph", "paragraph": {"rich_text": rich(words)} | nested}


def test_markdown_can_be_read_as_blocks() -> None:
    """Every block has a type, its rich text, an id and its parent."""
    workspace, _ = machine()
    page = made(
        workspace,
        markdown="# A\n### C\n- [x] done\n- item\n1. first\n> said\n---\n`x` [y](https://z.example.com)",
    )
    blocks = children(workspace, page["id"])
    assert [block["type"] for block in blocks] == [
        *("heading_1", "heading_3", "to_do", "bulleted_list_item", "numbered_list_item", "quote", "divider"),
        "paragraph",
    ]
    assert blocks[2]["to_do"]["checked"] is True
    assert blocks[6]["divider"] == {}
    assert blocks[2]["to_do"]["rich_text"][0]["plain_text"] == "done"
    assert [item["href"] for item in blocks[-1]["paragraph"]["rich_text"]] == [
        None,
        None,
        "https://z.example.com",
    ]
    assert {block["parent"]["page_id"] for block in blocks} == {page["id"]}


def test_code_is_literal() -> None:
    """A fenced block is one block; nothing in it is formatting."""
    workspace, _ = machine()
    page = made(workspace, markdown="```python\nx = [1]\n\n# no heading\n```")
    (block,) = children(workspace, page["id"])
    assert (block["type"], block["code"]["language"]) == ("code", "python")
    assert block["code"]["rich_text"][0]["plain_text"] == "x = [1]\n\n# no heading"


def test_children_are_read_a_level_at_a_time() -> None:
    """has_children says where to look further; a child's parent is its block."""
    workspace, _ = machine()
    page = made(workspace, markdown="- a\n\t- b\n\t\t- c\n- d")
    first, last = children(workspace, page["id"])
    assert (first["has_children"], last["has_children"]) == (True, False)
    (below,) = children(workspace, first["id"])
    assert below["parent"] == {"type": "block_id", "block_id": first["id"]}
    assert [one["has_children"] for one in children(workspace, below["id"])] == [False]


def test_appending_twice_is_there_twice() -> None:
    """Appends have no idempotency; the answer has the new blocks with their ids."""
    workspace, _ = machine()
    page = made(workspace, markdown="start")
    first = appended(workspace, page["id"], paragraph("end"))
    second = appended(workspace, page["id"], paragraph("end"))
    assert first[0]["id"] != second[0]["id"]
    assert text(workspace, page["id"]) == "start\nend\nend"


def test_an_append_counts_as_an_edit_of_the_page() -> None:
    """The page's last_edited_time is that of its newest block."""
    workspace, clock = machine()
    page = made(workspace)
    clock.sleep(60)
    (block,) = appended(workspace, page["id"], paragraph("end"))
    after = workspace.call("GET /v1/pages/{page_id}", page_id=page["id"])
    assert after["last_edited_time"] == block["created_time"] == "2026-11-21T16:46:00.000Z"


def test_blocks_go_where_the_position_says() -> None:
    """`position` is start, end or after_block; `after` is its older form. Children stay with their block."""
    workspace, _ = machine()
    page = made(workspace, markdown="- a\n\t- b\n- c")
    first, _ = children(workspace, page["id"])
    after = {"type": "after_block", "after_block": {"id": first["id"]}}
    appended(workspace, page["id"], paragraph("1"), position=after)
    appended(workspace, page["id"], paragraph("2"), after=first["id"])
    appended(workspace, page["id"], paragraph("0"), position={"type": "start"})
    appended(workspace, first["id"], paragraph("below"))
    assert text(workspace, page["id"]) == "0\n- a\n\t- b\n\tbelow\n2\n1\n- c"


def test_blocks_are_written_as_markdown_that_means_them() -> None:
    """Text in a block is text: what looks like Markdown in it is guarded."""
    workspace, _ = machine()
    page = made(workspace)
    todo = {"to_do": {"rich_text": rich("# x"), "checked": True}}
    appended(
        workspace,
        page["id"],
        paragraph("# no heading"),
        paragraph("- no *list*\nnext"),
        todo,
        {"divider": {}},
    )
    assert text(workspace, page["id"]) == "\\# no heading\n\\- no \\*list\\*<br>next\n- [x] # x\n---"
    assert [block["type"] for block in children(workspace, page["id"])] == [
        *("paragraph", "paragraph", "to_do", "divider")
    ]


def test_an_array_of_blocks_has_a_hundred_at_most() -> None:
    """children.length is limited to 100, in creates and appends; 1,000 blocks a request."""
    workspace, _ = machine()
    parent = {"data_source_id": source(workspace)}
    many = [paragraph("x")] * 101
    words = "body.children.length should be ≤ `100`, instead was `101`"
    assert words in refused(
        lambda: workspace.call("POST /v1/pages", parent=parent, properties={}, children=many)
    )
    page = workspace.call("POST /v1/pages", parent=parent, properties={}, children=many[:100])
    assert words in refused(lambda: appended(workspace, page["id"], *many))
    appended(workspace, page["id"], *[paragraph("x", *[paragraph("y")] * 19)] * 50)
    wide = [paragraph("x", *[paragraph("y")] * 20)] * 50
    assert "`1000`" in refused(lambda: appended(workspace, page["id"], *wide))


def test_blocks_nest_two_levels_deep_at_most() -> None:
    """A request's blocks may have children and grandchildren, no more."""
    workspace, _ = machine()
    page = made(workspace)
    deep = paragraph("1", paragraph("2", paragraph("3")))
    appended(workspace, page["id"], deep)
    assert text(workspace, page["id"]) == "1\n\t2\n\t\t3"
    words = refused(lambda: appended(workspace, page["id"], paragraph("0", deep)))
    assert "children[0].paragraph.children should be not present" in words


def test_a_block_s_text_has_the_limits_of_rich_text() -> None:
    """The error's path leads to the block."""
    workspace, _ = machine()
    page = made(workspace)
    words = refused(lambda: appended(workspace, page["id"], paragraph("ok"), paragraph("x" * 2001)))
    assert "body.children[1].paragraph.rich_text[0].text.content.length should be ≤ `2000`" in words
    assert text(workspace, page["id"]) == ""
    refused(lambda: appended(workspace, page["id"], {"paragraph": {}, "quote": {}}))
    refused(lambda: appended(workspace, page["id"], {"embed": {"url": "https://example.com"}}))


def test_untouched_blocks_keep_their_ids_when_the_text_is_edited() -> None:
    """A replacement makes new blocks only where the text differs."""
    workspace, _ = machine()
    page = made(workspace, markdown="a\nb\nc")
    before = [block["id"] for block in children(workspace, page["id"])]
    workspace.call(
        "PATCH /v1/pages/{page_id}/markdown",
        page_id=page["id"],
        type="update_content",
        update_content={"content_updates": [{"old_str": "b", "new_str": "b\nb2"}]},
    )
    after = [block["id"] for block in children(workspace, page["id"])]
    assert (after[:2], after[3:]) == (before[:2], before[2:])


def test_children_come_in_pages() -> None:
    """page_size is 100 at most; next_cursor leads on."""
    workspace, _ = machine()
    page = made(workspace, markdown="\n".join("abc"))
    first = workspace.call("GET /v1/blocks/{block_id}/children", block_id=page["id"], page_size=2)
    assert (len(first["results"]), first["has_more"]) == (2, True)
    rest = children(workspace, page["id"], start_cursor=first["next_cursor"])
    assert [block["paragraph"]["rich_text"][0]["plain_text"] for block in rest] == ["c"]
