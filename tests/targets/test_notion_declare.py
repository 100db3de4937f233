"""A declared incident's document: properties by the database's types, and text from a template."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.plan.plan import State
from reconciler.targets.seam import Answer, Api
from tests.support.notion import DATABASE, KEY, Documents, declared
from tests.support.recording import slack_says
from tests.support.scene import ID, START, Scene

CREATE = "POST /v1/pages"


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


def test_the_page_waits_for_the_channel_and_no_longer() -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    rounds = {one.method: one.round for one in reversed(scene.calls) if one.run == 1}
    assert rounds["conversations.create"] < rounds[CREATE]
    assert "PATCH /v1/pages/{page_id}" not in {one.method for one in scene.calls if one.run > 1}
