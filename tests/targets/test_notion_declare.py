"""A declared incident's document: properties by the database's types, and text from a template."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.plan.plan import State
from reconciler.targets.seam import Answer, Api
from tests.support.notion import DATABASE, KEY, Documents
from tests.support.recording import slack_says
from tests.support.scene import ID, START, Scene, update

CREATE = "POST /v1/pages"
HOSTILE = (
    "# not a heading\n- not a list\n+ nor this\n1. nor this\n2) nor this\n---\n===\n> not a quote\n"
    "```\nnot code\n```\n$$\nx\n$$\n| a | b |\n|---|---|\n**bold** *it* _it_ ~~gone~~ `code` $x$ ^up^\n"
    '[link](https://evil.example.com) ![image](https://evil.example.com/x.png) \\* {{title}} {color="red"}\n'
    '<page url="https://evil.example.com">p</page> <table><tr><td>x</td></tr></table> <details> <br>\n'
    '<script>alert(1)</script> <!-- gone --> <mention-user url="u"/> # mid - line 1. end'
)


def declared(**fields: Any) -> Documents:
    scene = Documents()
    scene.edit(**fields)
    assert scene.apply().report.exit_code == 0
    return scene


def plain_text(scene: Documents) -> list[str]:
    """What a person reads: each block's text without formatting, with its type."""
    blocks = scene.notion.call("GET /v1/blocks/{block_id}/children", block_id=scene.raw()["id"])["results"]
    return [
        f"{block['type']}: "
        + "".join(item["plain_text"] for item in block[block["type"]].get("rich_text", ()))
        for block in blocks
    ]


def test_the_document_says_what_the_file_says() -> None:
    scene = declared()
    assert scene.says() == {
        "Name": "Checkout returns HTTP 500 for a third of requests",
        "Incident ID": ID,
        "Status": "Investigating",
        "Severity": "Sev1",
        "Declared": "2026-11-21T16:45:00+00:00",
        "Commander": "Ana",
        "Description": "Since release 412, card payments fail when the basket holds a voucher.",
    }
    assert scene.quiet()


def test_the_document_has_every_section_of_a_postmortem() -> None:
    headings = [line for line in declared().text().split("\n") if line.startswith("#")]
    assert headings == [
        "## Description",
        "## Impact",
        "## Timeline",
        "## Root cause",
        "## What went well",
        "## What slowed us down",
        "## Mitigation tasks",
    ]


def test_the_document_s_text_has_the_summary_the_links_and_the_first_line_of_the_timeline() -> None:
    scene = declared()
    text = scene.text()
    assert "Since release 412, card payments fail when the basket holds a voucher." in text
    assert f"](https://github.com/example/incidents/blob/main/incidents/2026/11/{ID}.yaml)" in text
    assert scene.section() == [f"- {KEY} · declared as sev1 by Ana"]


def test_the_document_links_to_slack_and_pagerduty_after_one_apply() -> None:
    scene = Documents(off=set())
    scene.edit()
    scene.apply()
    says = scene.says()
    assert str(says["Slack"]).endswith(scene.channel(f"incd-{ID}")["id"])
    assert says["PagerDuty"] in {scene.page("primary")["html_url"], scene.page("payments")["html_url"]}
    assert f"Channel: [Slack]({says['Slack']})" in scene.text()
    assert scene.raw()["url"] in str(scene.slack.data), "the channel does not link to the document"
    assert scene.quiet()


def test_without_a_channel_the_text_says_where_its_link_will_be() -> None:
    scene = Documents(off={"pagerduty"})
    scene.fails("slack", "conversations.create", slack_says("restricted_action"))
    scene.edit()
    scene.apply()
    assert "Channel: see the properties above" in scene.text()
    scene.heals()
    scene.memories[ID] = replace(scene.memories[ID], blocked={})
    scene.apply()
    assert str(scene.says()["Slack"]).startswith("https://")
    assert "Channel: none" in declared().text(), "where Slack is off there is none"


@pytest.mark.parametrize(
    ("name", "kind", "options", "read"),
    [
        ("Status", "status", ["To do", "INVESTIGATING"], "INVESTIGATING"),
        ("Status", "select", [], "Investigating"),
        ("Status", "select", ["investigating"], "investigating"),
        ("Status", "rich_text", [], "investigating"),
        ("Severity", "select", ["SEV1", "SEV2"], "SEV1"),
        ("Severity", "status", ["sev1"], "sev1"),
        ("Severity", "rich_text", [], "sev1"),
        ("Commander", "select", [], "Ana"),
        ("Declared", "rich_text", [], "2026-11-21T16:45:00+00:00"),
    ],
)
def test_a_property_is_written_as_the_type_that_the_database_gives_it(
    name: str, kind: str, options: list[str], read: str
) -> None:
    scene = Documents()
    scene.column(name, kind, *options)
    scene.edit()
    assert scene.apply().report.exit_code == 0
    assert scene.says()[name] == read
    assert scene.quiet()


def test_links_may_lie_in_rich_text_and_can_be_followed_there() -> None:
    scene = Documents(off={"pagerduty"})
    scene.column("Slack", "rich_text")
    scene.edit()
    scene.apply()
    [item] = scene.raw()["properties"]["Slack"]["rich_text"]
    assert item["href"] == item["plain_text"] == scene.says()["Slack"]
    assert scene.quiet()


def test_the_incident_id_may_be_the_title() -> None:
    scene = Documents()
    scene.named(id="Name", title="Name")
    scene.edit()
    scene.apply()
    assert scene.all_pages()[0]["properties"]["title"][0]["text"] == ID
    scene.memories.clear()
    assert scene.quiet(), "it is found by its title"
    assert len(scene.all_pages()) == 1


class People:
    """Notion with a database whose Commander is of the type people, which the sandbox does not have."""

    def __init__(self, api: Api):
        self.api = api

    def call(self, method: str, /, **arguments: Any) -> Answer:
        answer = self.api.call(method, **arguments)
        if method != "GET /v1/data_sources/{data_source_id}":
            return answer
        people = {"id": "comm", "name": "Commander", "type": "people", "people": {}}
        return {**answer, "properties": {**answer["properties"], "Commander": people}}


def test_a_property_of_a_type_that_is_not_written_is_left_out_and_that_is_told_once() -> None:
    scene = Documents()
    scene.wrapped["notion"] = People(scene.notion)
    scene.column("Description", "checkbox")
    scene.edit()
    assert sorted(scene.notes()) == [
        "the property Commander is of type people, not rich_text or select: the commander is left out",
        "the property Description is of type checkbox, not rich_text: the summary is left out",
    ]
    assert "Commander" not in scene.says()
    assert scene.notes() == []
    scene.edit(status=Status.IDENTIFIED)
    assert scene.notes() == []


def test_a_missing_property_is_left_out_and_that_is_told_once_for_each_incident() -> None:
    scene = Documents()
    scene.person.delete_property(DATABASE, "Severity")
    scene.edit()
    told = ["the database has no property Severity: the severity is left out"]
    assert [note.text for note in scene.plan().notes] == told
    assert scene.notes() == told
    assert scene.notes() == []
    scene.later(minutes=1)
    scene.edit("20261121-other-bear")
    assert scene.notes() == told
    assert scene.says()["Status"] == "Investigating"


def test_a_status_option_that_nobody_has_made_is_left_out_and_told_and_filled_in_once_it_is_there() -> None:
    scene = Documents()
    scene.column("Status", "status", "Open", "Done")
    scene.edit()
    told = "the property Status has no option Investigating: it is left out until somebody adds it"
    assert scene.notes() == [told]
    assert scene.says()["Status"] == "Open", "Notion's own default"
    assert scene.quiet()
    scene.column("Status", "status", "Open", "Investigating", "Done")
    scene.apply()
    assert scene.says()["Status"] == "Investigating"


@pytest.mark.parametrize(
    ("meaning", "name", "kind", "step"),
    [
        ("id", "Incident ID", None, "write `properties: {id: its name}` below `notion:`"),
        ("id", "Incident ID", "number", "write `properties: {id: its name}` below `notion:`"),
        ("title", "Name", "renamed", "write `properties: {title: Task}` below `notion:`"),
    ],
)
def test_without_a_title_or_an_id_nothing_is_made_and_the_remedy_is_told(
    meaning: str, name: str, kind: str | None, step: str
) -> None:
    scene = Documents()
    scene.settings = replace(scene.settings, positions={("notion", "properties", meaning): (7, 3)})
    if kind == "number":
        scene.column(name, "number")
    else:
        scene.person.delete_property(DATABASE, name)
    if kind == "renamed":
        scene.column("Task", "title")
    scene.edit()
    [blocked] = scene.apply().report.after.blocked
    assert f"the database has no property {name} of type" in blocked.reason
    assert step in blocked.next
    assert str(blocked.location) == "reconciler.yaml:7:3"
    assert not scene.all_pages()
    assert not scene.writes()
    assert not [method for method in scene.methods() if method.endswith("/query")], "it cannot be asked for"


def test_once_the_property_is_there_the_document_is_made() -> None:
    scene = Documents()
    scene.person.delete_property(DATABASE, "Incident ID")
    scene.edit()
    scene.apply()
    scene.column("Incident ID", "rich_text")
    assert [one.state for one in scene.apply().report.outcomes] == [State.APPLIED]
    assert scene.quiet()


def test_a_drill_is_tagged() -> None:
    assert declared(drill=True).says()["Name"] == "[DRILL] Checkout returns HTTP 500 for a third of requests"


def test_an_imported_incident_that_is_closed_gets_no_document() -> None:
    scene = declared(status=Status.CLOSED)
    assert not scene.all_pages()
    assert scene.memories[ID].settled
    scene.forget_calls()
    scene.apply()
    assert not scene.calls


def test_times_with_seconds_are_in_line_although_notion_keeps_minutes() -> None:
    scene = declared(declared_at=START + timedelta(seconds=42, microseconds=5))
    assert scene.says()["Declared"] == "2026-11-21T16:45:00+00:00"
    assert scene.quiet()


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
    scene.own_template("## Timeline\nAll times are UTC.\n## Impact")
    scene.edit()
    assert scene.apply().report.converged
    lines = ["## Timeline", "All times are UTC.", f"- {KEY} · declared as sev1 by Ana", "## Impact"]
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


def test_the_page_waits_for_the_channel_and_no_longer() -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    rounds = {one.method: one.round for one in reversed(scene.calls) if one.run == 1}
    assert rounds["conversations.create"] < rounds[CREATE]
    assert "PATCH /v1/pages/{page_id}" not in {one.method for one in scene.calls if one.run > 1}
