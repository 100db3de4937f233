"""One document an incident, whatever is lost, late or made twice; and what finding it costs."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.plan.change import Kind
from reconciler.plan.plan import State
from reconciler.sandbox.notion.example import SOURCE
from reconciler.targets.seam import Answer, Api, Unanswered
from tests.support.notion import Documents, declared
from tests.support.recording import notion_says
from tests.support.scene import ID, Scene, update

CREATE = "POST /v1/pages"
QUERY = "POST /v1/data_sources/{data_source_id}/query"
UPDATE = "PATCH /v1/pages/{page_id}"
HOUR = 3600.0


def trashed(scene: Documents) -> list[str]:
    return [page["id"] for page in scene.all_pages() if page["in_trash"]]


# look before create -----------------------------------------------------------------------------


def test_a_page_that_already_has_the_incident_s_id_is_its_document() -> None:
    scene = Documents()
    text = {"rich_text": [{"type": "text", "text": {"content": ID}}]}
    scene.notion.call(CREATE, parent={"data_source_id": SOURCE}, properties={"Incident ID": text})
    scene.edit()
    [outcome] = [one for one in scene.apply().report.outcomes if one.change.address.thing == "page"]
    assert outcome.change.kind is Kind.UPDATE
    assert scene.says()["Status"] == "Investigating"
    assert scene.quiet()


@pytest.mark.parametrize("done", [True, False])
def test_a_lost_answer_to_a_create_makes_one_page_in_the_same_run(done: bool) -> None:
    scene = Documents()
    scene.edit()
    scene.fails("notion", CREATE, Unanswered(CREATE, "the connection was dropped"), times=1, done=done)
    report = scene.apply().report
    assert report.exit_code == 0
    assert {one.state for one in report.outcomes} == {State.APPLIED}
    assert len(scene.all_pages()) == 1
    assert scene.quiet()


def test_a_lost_answer_and_a_list_that_lags_are_repaired_by_the_next_run() -> None:
    scene = Documents()
    scene.notion.query_lag = 60
    scene.edit()
    scene.fails("notion", CREATE, Unanswered(CREATE, "the connection was dropped"), times=1, done=True)
    scene.apply()
    scene.later(minutes=2)
    scene.apply()
    first, second = (page["id"] for page in scene.all_pages())
    assert trashed(scene) == [second]
    assert scene.raw()["id"] == first
    assert scene.quiet()


def test_a_list_that_lags_makes_no_second_page_while_the_id_is_remembered() -> None:
    scene = Documents()
    scene.notion.query_lag = HOUR
    scene.edit()
    scene.apply()
    scene.later(minutes=5)
    scene.edit(status=Status.IDENTIFIED, updates=(update("a"),))
    scene.apply()
    assert len(scene.all_pages()) == 1
    assert scene.says()["Status"] == "Identified"
    assert len(scene.section()) == 3
    assert scene.quiet()


# many, and in small pieces ----------------------------------------------------------------------


def test_small_pages_of_a_list_are_read_to_their_end() -> None:
    scene = Documents()
    scene.notion.largest_page = 1
    ids = [f"2026112{number}-calm-bear" for number in range(5)]
    for id in ids:
        scene.edit(id)
    scene.apply()
    scene.memories.clear()
    assert scene.quiet()
    assert scene.methods().count(QUERY) == len(ids)
    assert len(scene.all_pages()) == len(ids)


class Answers:
    """Notion that gives other answers to queries."""

    def __init__(self, api: Api, **more: Any):
        self.api, self.more = api, more

    def call(self, method: str, /, **arguments: Any) -> Answer:
        arguments.pop("start_cursor", None)
        answer = self.api.call(method, **arguments)
        return {**answer, **self.more} if method == QUERY else answer


@pytest.mark.parametrize(
    "more",
    [
        {"results": [], "request_status": {"type": "incomplete"}},
        {"results": [], "has_more": True, "next_cursor": SOURCE},
    ],
)
def test_a_list_that_is_not_complete_never_leads_to_a_create(more: dict[str, Any]) -> None:
    scene = declared()
    scene.memories.clear()
    scene.wrapped["notion"] = Answers(scene.notion, **more)
    scene.forget_calls()
    report = scene.apply().report
    assert report.exit_code == 3
    assert not scene.writes()
    assert len(scene.all_pages()) == 1
    assert len(scene.calls) < 60


def test_a_hundred_and_twenty_open_incidents_are_found_by_three_queries() -> None:
    scene = Documents()
    for number in range(120):
        scene.edit(f"20261121-calm-bear-{number:03}")
    assert scene.apply().report.exit_code == 0
    assert len(scene.all_pages()) == 120
    assert scene.quiet()
    assert scene.methods().count(QUERY) == 3
    assert len(scene.calls) == 5, "the database, its properties, and the queries"


# what it costs ----------------------------------------------------------------------------------


def created_in(scene: Scene) -> int:
    return next(one.round for one in scene.calls if one.method == CREATE)


def test_a_cold_declare_makes_the_document_in_the_fourth_round_of_calls() -> None:
    scene = Scene()
    scene.edit()
    scene.apply()
    assert created_in(scene) <= 4
    alone = Documents()
    alone.edit()
    alone.apply()
    assert created_in(alone) == 4
    assert alone.methods()[:4] == [
        "GET /v1/databases/{database_id}",
        "GET /v1/data_sources/{data_source_id}",
        QUERY,
        CREATE,
    ]


def test_a_declare_that_knows_the_database_makes_the_document_by_the_third_round() -> None:
    scene = Documents(off=set())
    scene.edit("20261121-other-bear")
    scene.cached()
    scene.forget_calls()
    scene.edit()
    scene.apply()
    assert created_in(scene) <= 3
    assert f"Channel: [Slack]({scene.says()['Slack']})" in scene.text(), "it has waited for the channel"


def test_a_converged_run_is_one_query_and_a_settled_one_nothing() -> None:
    scene = declared(updates=(update("a"),))
    scene.cached()
    scene.quiet()
    assert scene.methods() == [QUERY]
    scene.later(minutes=5)
    scene.edit(status=Status.CLOSED)
    scene.apply()
    scene.forget_calls()
    scene.apply()
    assert scene.methods() == []


def test_a_database_without_a_data_source_is_unreadable() -> None:
    class Empty(Answers):
        def call(self, method: str, /, **arguments: Any) -> Answer:
            return {**self.api.call(method, **arguments), "data_sources": []}

    scene = Documents()
    scene.wrapped["notion"] = Empty(scene.notion)
    scene.edit()
    assert scene.apply().report.exit_code == 3
    assert not scene.all_pages()


def test_a_failed_query_says_so_and_creates_nothing() -> None:
    scene = Documents()
    scene.edit()
    scene.fails("notion", QUERY, notion_says(403, "restricted_resource", method=QUERY))
    report = scene.apply().report
    assert report.exit_code == 3
    assert all("restricted_resource" in one.reason for one in report.after.unreadable)
    assert not scene.all_pages()
