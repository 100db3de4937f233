"""What `doctor` says of Notion, what it mends, and what it leaves as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.incident.settings import Settings
from reconciler.plan.diagnosis import Diagnosis, Sign
from reconciler.sandbox.notion import NotionMachine, People
from reconciler.sandbox.notion.example import DATABASE, SOURCE
from reconciler.sandbox.notion.schema import column
from reconciler.targets.notion.doctor import diagnoses
from tests.support.documents import machine
from tests.support.examined import Breaking, assert_each_failing_call_is_a_line, found, only, texts
from tests.support.scene import SETTINGS

SPEC = "notion" if "RECONCILER_SPECS" in os.environ else ""
NEVER_KNOWN = "whether the connection may insert and update content cannot be known without writing"
PATCH = "PATCH /v1/data_sources/{data_source_id}"


@pytest.fixture
def workspace() -> NotionMachine:
    return machine()[0]


def look(workspace: NotionMachine, settings: Settings = SETTINGS) -> list[Diagnosis]:
    return found(Breaking(workspace, spec=SPEC), lambda api: diagnoses(api, settings))


def mended(workspace: NotionMachine) -> list[Diagnosis]:
    return list(diagnoses(Breaking(workspace, spec=SPEC), SETTINGS, fix=True))


def columns(workspace: NotionMachine) -> dict[str, Any]:
    found: dict[str, Any] = workspace.data["data_sources"][SOURCE]["properties"]
    return found


def notion(settings: Settings, **fields: Any) -> Settings:
    return replace(settings, notion=replace(settings.notion, **fields))


def test_where_all_is_well_only_what_nobody_can_know_is_not_good(workspace: NotionMachine) -> None:
    told = look(workspace)
    assert texts(told, Sign.BAD) == []
    assert texts(told, Sign.KNOW) == [NEVER_KNOWN]
    good = texts(told, Sign.GOOD)
    assert good[:3] == [
        "the connection is valid: Incident Reconciler in Example",
        "the database “Incidents” is shared with the connection",
        "property Name is there (title)",
    ]
    assert len(good) == 2 + len(SETTINGS.notion.properties)


def test_a_token_that_opens_nothing_is_one_line(workspace: NotionMachine) -> None:
    workspace.key = "bad"
    [line] = look(workspace)
    assert "the token is not valid" in line.text
    assert line.remedy == (
        "set NOTION_TOKEN to the connection's token: https://www.notion.so/developers/connections"
    )


def test_a_database_that_is_not_shared(workspace: NotionMachine) -> None:
    People(workspace).share(DATABASE, False)
    line = only(look(workspace))
    assert line.text == "the database is not there, or not shared with the connection"
    assert (
        line.remedy == "in Notion open it, ••• › Connections, and add Incident Reconciler; or correct the id"
    )


def test_the_private_database_is_looked_at_too(workspace: NotionMachine) -> None:
    private = "1b2c3d4e5f60718293a4b5c6d7e8f901"
    line = only(look(workspace, notion(SETTINGS, private_database=private)))
    assert line.text == "the private database is not there, or not shared with the connection"
    without = look(workspace, replace(SETTINGS, private_allowed=True))
    assert "the settings name no private database: private incidents get no document" in texts(
        without, Sign.KNOW
    )


def test_without_a_database_there_is_little_to_look_at(workspace: NotionMachine) -> None:
    told = look(workspace, notion(SETTINGS, database=None))
    assert "the settings name no database: incidents get no document" in texts(told, Sign.KNOW)
    assert not texts(told, Sign.BAD)


@pytest.mark.parametrize(
    ("name", "loss", "kind"),
    [
        ("Incident ID", "no document can be made", "rich_text"),
        ("Status", "the status is left out", "select"),
        ("Slack", "the slack is left out", "url"),
        ("Declared", "the declared is left out", "date"),
    ],
)
def test_a_missing_property_is_named_and_added_when_asked(
    workspace: NotionMachine, name: str, loss: str, kind: str
) -> None:
    People(workspace).delete_property(DATABASE, name)
    line = only(look(workspace))
    assert line.text == f"property {name} is missing: {loss}"
    assert line.remedy == f"`reconciler doctor --fix` adds it, as {kind}"
    told = mended(workspace)
    assert not texts(told, Sign.BAD)
    assert f"property {name} is added ({kind})" in texts(told, Sign.GOOD)
    assert columns(workspace)[name]["type"] == kind
    assert not texts(look(workspace), Sign.BAD)


def test_an_empty_database_gets_all_it_needs_in_one_request_and_only_once(workspace: NotionMachine) -> None:
    for name in [name for name in columns(workspace) if name != "Name"]:
        People(workspace).delete_property(DATABASE, name)
    for writes in (1, 0):
        api = Breaking(workspace, spec=SPEC)
        assert not texts(diagnoses(api, SETTINGS, fix=True), Sign.BAD)
        assert api.calls.count(PATCH) == writes
    options = [one["name"] for one in columns(workspace)["Status"]["select"]["options"]]
    assert options == ["Investigating", "Identified", "Mitigated", "Resolved", "Closed", "Canceled"]
    assert [one["name"] for one in columns(workspace)["Severity"]["select"]["options"]] == [
        "Sev1",
        "Sev2",
        "Sev3",
    ]


def test_a_property_of_another_type_is_told_and_never_changed(workspace: NotionMachine) -> None:
    columns(workspace)["Declared"] = column("decl", "Declared", "number")
    before = workspace.snapshot()
    line = only(mended(workspace))
    assert line.text == (
        "property Declared is of type number, not date or rich_text: the declared is left out"
    )
    assert line.remedy == (
        "make it date or rich_text in Notion, or name another one under `notion: {properties: …}`"
    )
    assert workspace.snapshot() == before


def test_the_title_cannot_be_added(workspace: NotionMachine) -> None:
    title = columns(workspace).pop("Name")
    columns(workspace)["Task"] = title | {"name": "Task"}
    line = only(mended(workspace))
    assert line.text == "property Name is missing: no document can be made"
    assert line.remedy == "write `notion: {properties: {title: Task}}`, or rename Task in Notion"


def test_a_status_needs_its_options(workspace: NotionMachine) -> None:
    columns(workspace)["Status"] = column("st", "Status", "status", ["Investigating", "Resolved"])
    line = only(mended(workspace))
    assert line.text == (
        "property Status has no option Identified, Mitigated, Closed, Canceled: the status is left out"
    )
    assert line.remedy == "add them in Notion, which lets only people do so"


def test_an_addition_that_is_refused_is_told(workspace: NotionMachine) -> None:
    People(workspace).delete_property(DATABASE, "Slack")
    workspace.key = "read-only"
    told = mended(workspace)
    wrong: Mapping[str, str] = {one.text: one.remedy for one in told if one.sign is Sign.BAD}
    assert wrong == {
        "property Slack is missing: the slack is left out": "`reconciler doctor --fix` adds it, as url",
        "what was added to the database is not known: Notion answered restricted_resource: "
        "the connection may not do this": "give it read, update and insert content",
    }


def test_whatever_befalls_a_call_is_a_line(workspace: NotionMachine) -> None:
    assert assert_each_failing_call_is_a_line(workspace, lambda api: diagnoses(api, SETTINGS)) >= 18
