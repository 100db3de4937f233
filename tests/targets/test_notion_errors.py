"""Every way in which Notion can say no: what was attempted, on what, what came back, what next, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.incident.model import Status
from reconciler.plan.plan import Outcome, State
from reconciler.targets.seam import CallError, Unanswered, Unreachable
from tests.support.notion import Documents
from tests.support.recording import notion_says
from tests.support.scene import CHANNEL, ID, Scene, update

CREATE = "POST /v1/pages"
UPDATE = "PATCH /v1/pages/{page_id}"
ADD_LINES = "PATCH /v1/pages/{page_id}/markdown"
AGAIN = "run apply again"


def says(status: int, code: str, message: str = "") -> Callable[[str], CallError]:
    return lambda method: notion_says(status, code, message, method)


def unanswered(status: int, code: str) -> Callable[[str], CallError]:
    return lambda method: Unanswered(method, f"{status} {code}", status=status)


ERRORS: list[tuple[Callable[[str], CallError], str, str]] = [
    (says(401, "unauthorized", "API token is invalid."), "the token is not valid", "NOTION_TOKEN"),
    (says(403, "restricted_resource"), "the connection may not do this", "insert content"),
    (says(404, "object_not_found"), "not shared with the connection", "share the database"),
    (
        says(400, "validation_error", "Name is expected to be number."),
        "Name is expected to be number.",
        "correct",
    ),
    (says(409, "conflict_error", "Conflict."), "somebody saved at the same moment", AGAIN),
    (says(400, "invalid_json"), "could not read the request", "report this"),
    (says(400, "invalid_request_url"), "the id is no id", "correct `notion: database`"),
    (says(400, "missing_version"), "named no version", "report this"),
    (says(400, "invalid_request", "This is not supported."), "This is not supported.", AGAIN),
    (says(418, "brand_new_code", "Something new."), "Something new.", AGAIN),
    (unanswered(500, "internal_server_error"), "500 internal_server_error", AGAIN),
    (unanswered(502, "bad_gateway"), "502 bad_gateway", AGAIN),
    (unanswered(503, "service_unavailable"), "503 service_unavailable", AGAIN),
    (unanswered(504, "gateway_timeout"), "504 gateway_timeout", AGAIN),
    (unanswered(529, "service_overload"), "529 service_overload", AGAIN),
    (lambda method: Unanswered(method, "no answer within 30 s"), "no answer within 30 s", AGAIN),
    (
        lambda method: Unreachable(method, "Name or service not known"),
        "could not be reached",
        "check the network",
    ),
]
NAMES = [error("x").message[:40] for error, _, _ in ERRORS]


def located(scene: Scene) -> None:
    """Say where things stand in the files."""
    scene.settings = replace(scene.settings, positions={("notion", "database"): (31, 14)})


def of_document(scene: Scene, outcomes: tuple[Outcome, ...]) -> Outcome:
    [outcome] = [one for one in outcomes if one.change.address == scene.case(ID).at("notion", "page")]
    return outcome


@pytest.mark.parametrize(("error", "answer", "step"), ERRORS, ids=NAMES)
def test_a_document_that_cannot_be_made_is_told_and_the_others_are_done(
    error: Callable[[str], CallError], answer: str, step: str
) -> None:
    scene = Scene(off={"slack"})
    located(scene)
    scene.edit()
    scene.fails("notion", CREATE, error(CREATE))
    report = scene.apply().report
    assert report.exit_code == 3
    outcome = of_document(scene, report.outcomes)
    assert outcome.state in (State.FAILED, State.UNCERTAIN)
    trouble = outcome.trouble
    assert trouble is not None
    assert trouble.attempted.endswith("postmortem document")
    assert "Notion" in trouble.answer
    assert answer in trouble.answer
    assert step in trouble.next
    assert str(trouble.location) == "reconciler.yaml:31:14"
    assert scene.page("primary")["status"] == "triggered"
    assert {one.change.address.target for one in report.of(State.FAILED, State.UNCERTAIN)} == {"notion"}


def test_where_notion_is_down_the_channel_and_the_page_are_there_all_the_same() -> None:
    scene = Scene()
    scene.edit()
    scene.fails("notion", None, Unreachable("", "Name or service not known"))
    report = scene.apply().report
    assert report.exit_code == 3
    assert {one.state for one in report.outcomes} == {State.APPLIED}
    assert scene.page("primary")["status"] == "triggered"
    assert scene.card(CHANNEL)
    scene.heals()
    assert scene.apply().report.exit_code == 0
    assert scene.document()["url"] in str(scene.slack.data)


@pytest.mark.parametrize(("error", "answer", "step"), ERRORS, ids=NAMES)
def test_a_line_that_cannot_be_added_is_told_and_the_properties_follow(
    error: Callable[[str], CallError], answer: str, step: str
) -> None:
    scene = Documents()
    scene.edit()
    scene.apply()
    positions: dict[Any, tuple[int, int]] = {("updates",): (12, 3)}
    scene.later(minutes=9)
    scene.edit(status=Status.IDENTIFIED, updates=(update("Rolling back."),), positions=positions)
    scene.fails("notion", ADD_LINES, error(ADD_LINES))
    report = scene.apply().report
    assert report.exit_code == 3
    assert scene.says()["Status"] == "Identified"
    lines = [one for one in report.outcomes if one.change.address.thing.startswith("timeline/")]
    assert len(lines) == 2
    for outcome in lines:
        trouble = outcome.trouble
        assert trouble is not None
        assert "- 2026-11-21 16:5" in trouble.attempted
        assert answer in trouble.answer or "somebody edits the timeline" in trouble.answer
        assert step in trouble.next or AGAIN in trouble.next
        assert str(trouble.location).endswith(f"{ID}.yaml:12:3")
    scene.heals()
    scene.memories[ID] = replace(scene.memories[ID], blocked={})
    assert scene.apply().report.exit_code == 0
    assert len(scene.section()) == 3


@pytest.mark.parametrize(
    "method", ["GET /v1/databases/{database_id}", "GET /v1/data_sources/{data_source_id}"]
)
@pytest.mark.parametrize(("error", "answer", "step"), ERRORS, ids=NAMES)
def test_what_cannot_be_read_is_told_and_nothing_is_planned_there(
    method: str, error: Callable[[str], CallError], answer: str, step: str
) -> None:
    scene = Documents()
    scene.edit()
    scene.fails("notion", method, error(method))
    report = scene.apply().report
    assert report.exit_code == 3
    assert not scene.writes()
    assert any(answer in one.reason for one in report.after.unreadable)
    scene.heals()
    assert scene.apply().report.exit_code == 0


def test_a_refusal_that_stays_is_not_asked_for_again_within_the_hour() -> None:
    scene = Documents()
    scene.edit()
    scene.fails("notion", CREATE, says(403, "restricted_resource")(CREATE))
    scene.apply()
    scene.forget_calls()
    report = scene.apply().report
    assert not scene.writes()
    assert [one.reason for one in report.after.blocked if one.address.thing == "page"]
    scene.heals()
    scene.later(hours=1, seconds=1)
    assert scene.apply().report.exit_code == 0
    assert scene.document()


@pytest.mark.parametrize("code", ["conflict_error", "brand_new_code"])
def test_a_refusal_that_passes_is_tried_again_by_the_next_run(code: str) -> None:
    scene = Documents()
    scene.edit()
    scene.fails("notion", CREATE, notion_says(409, code, method=CREATE), times=1)
    assert scene.apply().report.exit_code == 3
    assert scene.apply().report.exit_code == 0
    assert len(scene.all_pages()) == 1


def test_a_lost_answer_to_added_lines_adds_them_once() -> None:
    scene = Documents()
    scene.edit()
    scene.apply()
    scene.edit(updates=(update("Rolling back."),))
    scene.fails("notion", ADD_LINES, Unanswered(ADD_LINES, "dropped"), times=1, done=True)
    assert scene.apply().report.exit_code == 0
    assert len(scene.section()) == 2
    assert scene.quiet()


def test_a_lost_answer_to_properties_is_found_to_be_done() -> None:
    scene = Documents()
    scene.edit()
    scene.apply()
    scene.edit(title="Another title")
    scene.fails("notion", UPDATE, Unanswered(UPDATE, "dropped"), times=1, done=True)
    report = scene.apply().report
    assert report.exit_code == 0
    assert [one.note for one in report.outcomes] == ["seen to be done"]
