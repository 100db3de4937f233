"""What a document's text and properties say: templates, other people's words, and the limits of a request."""

from __future__ import annotations

import json

import pytest

from reconciler.incident.model import Status
from tests.support.notion import KEY, Documents, declared
from tests.support.scene import ID, update

HOSTILE = (
    "# not a heading\n- not a list\n+ nor this\n1. nor this\n2) nor this\n---\n===\n> not a quote\n"
    "```\nnot code\n```\n$$\nx\n$$\n| a | b |\n|---|---|\n**bold** *it* _it_ ~~gone~~ `code` $x$ ^up^\n"
    '[link](https://evil.example.com) ![image](https://evil.example.com/x.png) \\* {{title}} {color="red"}\n'
    '<page url="https://evil.example.com">p</page> <table><tr><td>x</td></tr></table> <details> <br>\n'
    '<script>alert(1)</script> <!-- gone --> <mention-user url="u"/> # mid - line 1. end'
)


def plain_text(scene: Documents) -> list[str]:
    """What a person reads: each block's text without formatting, with its type."""
    blocks = scene.notion.call("GET /v1/blocks/{block_id}/children", block_id=scene.raw()["id"])["results"]
    return [
        f"{block['type']}: "
        + "".join(item["plain_text"] for item in block[block["type"]].get("rich_text", ()))
        for block in blocks
    ]


# templates --------------------------------------------------------------------------------------


def test_the_user_s_own_template_is_filled_in() -> None:
    scene = Documents()
    scene.own_template(
        "{{id}} {{ title }} {{severity}} {{status}} {{declared}} {{commander}}\n\n> {{summary}}\n\n"
        "{{channel}} {{file}} {{nobody}}\n\n# 🕒 Timeline of events\n{{timeline}}\n"
    )
    scene.edit(title="A * title", summary="Short.")
    scene.apply()
    lines = scene.text().split("\n")
    assert lines[0] == f"{ID} A \\* title sev1 investigating {KEY} Ana"
    assert lines[1:] == [
        "> Short.",
        f"none [incidents/2026/11/{ID}.yaml]({scene.case(ID).url}) \\{{\\{{nobody\\}}\\}}",
        "# 🕒 Timeline of events",
        f"- {KEY} · declared as sev1 by Ana",
    ]
    assert scene.quiet()


def test_a_placeholder_that_stands_for_nothing_is_told_once() -> None:
    scene = Documents()
    scene.own_template("{{Summary}} {{title}}\n## Timeline\n{{timeline}}")
    scene.edit()
    assert scene.notes() == ["the template's {{Summary}} stands for nothing"]
    assert scene.notes() == []


def test_a_template_from_windows_is_read_as_any_other() -> None:
    scene = Documents()
    scene.own_template("\ufeff## Timeline\r\n{{timeline}}\r\n## Impact\r\n")
    scene.edit()
    scene.apply()
    assert scene.text() == f"## Timeline\n- {KEY} · declared as sev1 by Ana\n## Impact"


def test_an_empty_template_makes_an_empty_document() -> None:
    scene = Documents()
    scene.own_template("")
    scene.edit()
    scene.apply()
    assert scene.text() == ""
    assert scene.quiet()


def test_a_template_without_a_timeline_gets_no_lines_and_that_is_said_once() -> None:
    scene = Documents()
    scene.own_template("## Impact\nNone.")
    scene.edit()
    told = "the document has no heading with the word Timeline: no lines are added"
    assert [note.text for note in scene.plan().notes] == [told]
    assert scene.notes() == [told]
    scene.later(minutes=5)
    scene.edit(status=Status.IDENTIFIED, updates=(update("Found it."),))
    assert scene.notes() == []
    assert scene.text() == "## Impact\nNone."
    assert scene.quiet()


def test_a_template_with_the_heading_and_no_placeholder_gets_its_lines_all_the_same() -> None:
    scene = Documents()
    scene.own_template("## Timeline\n\n* All times are UTC.\n\n## Impact\n")
    scene.edit()
    assert scene.apply().report.converged
    lines = ["## Timeline", "- All times are UTC.", f"- {KEY} · declared as sev1 by Ana", "## Impact"]
    assert scene.text().split("\n") == lines
    assert scene.quiet()


# other people's words ---------------------------------------------------------------------------


def test_hostile_words_are_shown_as_they_are_in_the_text() -> None:
    scene = declared(summary=HOSTILE)
    shown = plain_text(scene)
    start = shown.index("heading_2: Description") + 1
    expected = [f"paragraph: {line}" for line in HOSTILE.split("\n")]
    assert shown[start : start + len(expected)] == expected
    assert scene.quiet()


def test_hostile_words_are_shown_as_they_are_in_the_properties() -> None:
    scene = declared(summary=HOSTILE, title=HOSTILE)
    assert scene.says()["Description"] == HOSTILE
    assert scene.says()["Name"] == HOSTILE.replace("\n", " ")
    assert all(item["href"] is None for item in scene.raw()["properties"]["Description"]["rich_text"])


def test_hostile_words_are_one_line_of_the_timeline() -> None:
    scene = declared()
    scene.later(minutes=20)
    scene.edit(updates=(update(HOSTILE, by="<page>@example.com"),))
    scene.apply()
    shown = [line for line in plain_text(scene) if line.startswith("bulleted_list_item: 2026")]
    words = HOSTILE.replace("\n", " ")
    assert shown[1:] == [f"bulleted_list_item: 2026-11-21 16:58:00 UTC · <page>: {words}"]
    assert scene.quiet()


def test_a_path_cannot_break_out_of_its_link() -> None:
    scene = declared(path="incidents/a](https://evil.example.com) b/x_y.yaml")
    assert [line for line in plain_text(scene) if line.startswith("paragraph: File")] == [
        "paragraph: File: incidents/a](https://evil.example.com) b/x_y.yaml"
    ]
    assert "](https://github.com/example/incidents/blob/main/incidents/a%5D%28https://evil" in scene.text()


@pytest.mark.parametrize("word", ["word ", "语", "🔥", "\\", "|"])
def test_the_limits_of_a_request_are_kept_for_very_long_words(word: str) -> None:
    long = (word * 40_000)[:40_000]
    updates = tuple(update(long, minutes) for minutes in range(8))
    scene = declared(title=long, summary=long, updates=updates)
    assert 9_990 <= len(str(scene.says()["Description"])) <= 10_000
    assert 1_990 <= len(str(scene.says()["Name"])) <= 2_000
    assert len(scene.section()) == 8
    assert max(len(json.dumps(one.arguments)) for one in scene.calls) < 500_000
    assert scene.quiet()


def test_the_timeline_of_a_long_import_is_added_in_portions_the_service_takes() -> None:
    updates = tuple(update("語" * 900, minutes) for minutes in range(60))
    scene = declared(updates=updates)
    assert len(scene.section()) == 60
    assert scene.section() == sorted(scene.section())
    assert len([method for method in scene.methods() if method.startswith("PATCH")]) > 1
    assert scene.quiet()
