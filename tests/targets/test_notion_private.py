"""A private incident's document: in the private database or nowhere, and nothing of it anywhere else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from reconciler.incident.model import Status
from reconciler.plan.change import Cause
from reconciler.sandbox.notion.example import DATABASE as DASHED
from reconciler.sandbox.notion.example import SOURCE
from tests.support.notion import Documents, Slugs
from tests.support.recording import notion_says
from tests.support.scene import ID, update

PRIVATE = "1b2c3d4e-5f60-4182-93a4-b5c6d7e8f901"
PRIVATE_SOURCE = "7a2f6b9d-51c8-4e07-8a9b-0d4c7e1f3a53"
SECRETS = ("Ana leaves", "Ana-leaves", "Her last day", "signed", "Rolling")


def scene(private_database: bool = True) -> Documents:
    """A scene with two databases of the same form, and settings that allow private incidents."""
    made = Documents()
    data = made.notion.data
    data["databases"][PRIVATE] = data["databases"][DASHED] | {"id": PRIVATE, "source": PRIVATE_SOURCE}
    data["data_sources"][PRIVATE_SOURCE] = json.loads(json.dumps(data["data_sources"][SOURCE])) | {
        "id": PRIVATE_SOURCE,
        "database": PRIVATE,
    }
    made.settings = replace(made.settings, private_allowed=True)
    if private_database:
        made.notion_settings(private_database=PRIVATE)
    return made


def declare(made: Documents, **fields: Any) -> None:
    made.edit(
        private=True, title="Ana leaves", summary="Her last day.", updates=(update("signed"),), **fields
    )


def test_it_lies_in_the_private_database_with_all_that_the_file_says() -> None:
    made = scene()
    declare(made)
    assert made.apply().report.exit_code == 0
    assert made.raw()["parent"]["database_id"] == PRIVATE
    assert made.says()["Name"] == "Ana leaves"
    assert made.says()["Description"] == "Her last day."
    assert "Ana: signed" in made.text()
    assert made.quiet()


def test_without_a_private_database_there_is_none() -> None:
    made = scene(private_database=False)
    declare(made)
    assert made.apply().report.exit_code == 0
    assert made.calls == []


def test_plans_reports_and_memory_show_the_id_only() -> None:
    made = scene()
    made.wrapped["notion"] = Slugs(made.notion)
    declare(made)
    told = [json.dumps(made.plan().to_json())]
    told.append(json.dumps(made.apply().report.to_json()))
    made.later(minutes=20)
    made.person.set_property(made.raw()["id"], "Name", "Ana leaves us")
    made.edit(summary="Her last day is Monday.", updates=(update("signed"), update("Rolling", 15)))
    told.append(json.dumps(made.plan().to_json()))
    told.append(json.dumps(made.apply().report.to_json()))
    told.append(json.dumps(made.memories[ID].to_json()))
    assert [word for text in told for word in SECRETS if word in text] == []
    assert ID in told[0]
    assert made.says()["Name"] == "Ana leaves"
    assert made.says()["Description"] == "Her last day is Monday."
    assert made.quiet()


def test_drift_in_it_is_still_seen() -> None:
    made = scene()
    declare(made)
    made.apply()
    made.person.set_property(made.raw()["id"], "Commander", "Mallory")
    [outcome] = made.apply().report.outcomes
    assert outcome.change.cause is Cause.DRIFTED
    assert made.says()["Commander"] == "Ana"


def test_a_refusal_of_it_does_not_quote_it() -> None:
    made = scene()
    declare(made)
    words = "body.properties.Name: Ana leaves is too long"
    made.fails("notion", "POST /v1/pages", notion_says(400, "validation_error", words, "POST /v1/pages"))
    [outcome] = made.apply().report.outcomes[:1]
    assert outcome.trouble is not None
    assert outcome.trouble.answer == "Notion answered validation_error: Notion does not take the request"


def test_public_incidents_are_not_in_the_private_database_nor_asked_for_there() -> None:
    made = scene()
    declare(made)
    made.edit("20261121-other-bear")
    made.apply()
    assert made.raw("20261121-other-bear")["parent"]["database_id"] == DASHED
    queries = [one.arguments for one in made.calls if one.method.endswith("/query")]
    for query in queries:
        asked = [one["rich_text"]["equals"] for one in query["filter"]["or"]]
        assert asked == ([ID] if query["data_source_id"] == PRIVATE_SOURCE else ["20261121-other-bear"])


def test_an_incident_that_becomes_private_writes_nothing_more_into_its_public_document() -> None:
    for private_database in (True, False):
        made = scene(private_database)
        made.edit()
        made.apply()
        before = made.notion.snapshot()
        made.later(minutes=5)
        made.edit(private=True, title="Ana leaves", status=Status.IDENTIFIED, updates=(update("signed"),))
        [blocked] = made.apply().report.after.blocked
        assert "where private incidents' documents do not belong" in blocked.reason
        assert made.notion.snapshot() == before
        assert made.quiet()
        made.person.trash(made.raw()["id"])
        assert len(made.apply().report.after.blocked) == private_database, "its own would be in the trash"


def test_a_public_document_that_was_moved_to_the_private_database_goes_on() -> None:
    made = scene()
    made.edit()
    made.apply()
    made.edit(private=True, title="Ana leaves")
    made.apply()
    page = made.notion.data["pages"][made.raw()["id"]]
    page["parent"] = {**page["parent"], "data_source_id": PRIVATE_SOURCE, "database_id": PRIVATE}
    assert made.apply().report.exit_code == 0
    assert made.says()["Name"] == "Ana leaves"
    assert len(made.all_pages()) == 1
    assert made.quiet()
