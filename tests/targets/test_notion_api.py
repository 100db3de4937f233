"""notion_client over real HTTP: nobody can tell the wire from the machine behind the seam."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.sandbox.notion.example import DATABASE
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.targets.notion.api import VERSION, connect
from reconciler.targets.seam import Api, RateLimited, Refused, Unanswered
from tests.support.alike import Twins, twins
from tests.support.openapi import check_request, needs_specs
from tests.support.server import serving

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)


def machine() -> NotionMachine:
    made = NotionMachine.example(VirtualClock(START).now)
    made.version = VERSION
    return made


@pytest.fixture
def notion() -> Iterator[Twins]:
    with twins("notion", machine(), machine(), connect) as made:
        yield made


def both(notion: Twins) -> list[NotionMachine]:
    """The machine and its twin, for setting their switches."""
    machines = [notion.direct, notion.world.machines["notion"]]
    return [one for one in machines if isinstance(one, NotionMachine)]


def text(words: str) -> dict[str, Any]:
    return {"rich_text": [{"text": {"content": words}}]}


def life(api: Api) -> str:
    """An incident's document from its creation to its end; its id."""
    source = api.call("GET /v1/databases/{database_id}", database_id=DATABASE)["data_sources"][0]["id"]
    api.call("GET /v1/data_sources/{data_source_id}", data_source_id=source)
    mine = {"property": "Incident ID", "rich_text": {"equals": "20261121-honest-rhinoceros"}}
    query = {"data_source_id": source, "filter": mine, "page_size": 2}
    api.call("POST /v1/data_sources/{data_source_id}/query", **query)
    page = api.call(
        "POST /v1/pages",
        parent={"type": "data_source_id", "data_source_id": source},
        properties={
            "Name": {"title": [{"text": {"content": "Checkout fails · 支払い 🔥"}}]},
            "Incident ID": text("20261121-honest-rhinoceros"),
            "Status": {"status": {"name": "Identified"}},
            "Slack": {"url": "https://example.slack.com/a?b=c&d=e"},
            "Declared": {"date": {"start": "2026-11-21T16:45:00.000Z"}},
        },
        markdown="## Impact\n\nA third of *all*\n\n## Timeline\n\n- 2026-11-21 16:45:00 UTC declared\n",
    )
    id = str(page["id"])
    api.call("POST /v1/data_sources/{data_source_id}/query", **query)
    api.call("PATCH /v1/pages/{page_id}", page_id=id, properties={"Slack": {"url": None}})
    api.call("GET /v1/pages/{page_id}", page_id=id)
    api.call("GET /v1/pages/{page_id}/markdown", page_id=id)
    edits = [{"old_str": "## Timeline", "new_str": "## Timeline\n- 2026-11-21 16:58:00 UTC rolled back"}]
    update = {"type": "update_content", "update_content": {"content_updates": edits}}
    api.call("PATCH /v1/pages/{page_id}/markdown", page_id=id, **update)
    api.call("GET /v1/blocks/{block_id}/children", block_id=id, page_size=2)
    return id


def test_a_whole_life_is_the_same_over_http(notion: Twins) -> None:
    life(notion.api)
    assert notion.world.machines["notion"].snapshot() == notion.direct.snapshot()


def test_pages_of_a_list_are_followed_alike(notion: Twins) -> None:
    id = life(notion.api)
    kinds: list[str] = []
    more: dict[str, Any] = {}
    while True:
        answer = notion.api.call("GET /v1/blocks/{block_id}/children", block_id=id, page_size=2, **more)
        kinds += [block["type"] for block in answer["results"]]
        if not answer["has_more"]:
            break
        more = {"start_cursor": answer["next_cursor"]}
    assert kinds == ["heading_2", "paragraph", "heading_2", "bulleted_list_item", "bulleted_list_item"]


@pytest.mark.parametrize(
    ("code", "status", "method", "arguments"),
    [
        ("object_not_found", 404, "GET /v1/pages/{page_id}", {"page_id": "0" * 32}),
        ("validation_error", 400, "GET /v1/pages/{page_id}", {"page_id": "no id"}),
        ("validation_error", 400, "POST /v1/pages", {"parent": {"data_source_id": "0" * 32}, "color": "red"}),
        ("invalid_request_url", 400, "GET /v1/imagined", {}),
    ],
)
def test_a_refusal_has_notions_code_words_and_status(
    notion: Twins, code: str, status: int, method: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        notion.api.call(method, **arguments)
    assert (refused.value.code, refused.value.status, refused.value.answer["code"]) == (code, status, code)
    assert refused.value.detail == refused.value.answer["message"]


def test_an_argument_that_the_sdk_does_not_know_is_sent_all_the_same(notion: Twins) -> None:
    """The SDK's own helpers drop unknown members; here they arrive, and the service says what it thinks."""
    with pytest.raises(Refused, match="allow_async"):
        notion.api.call("POST /v1/pages", parent={"page_id": "0" * 32}, allow_async=True)


@pytest.mark.parametrize("id", ["..", "../users", "a/../b", "%2e%2e"])
def test_an_id_that_climbs_out_of_its_path_is_refused(notion: Twins, id: str) -> None:
    with serving(notion.world) as url, pytest.raises(Refused):
        connect("ntn_sandbox", url=f"{url}/notion").call("GET /v1/pages/{page_id}", page_id=id)


def test_a_wrong_token_is_refused(notion: Twins) -> None:
    with serving(notion.world) as url, pytest.raises(Refused) as refused:
        connect("ntn_sample", url=f"{url}/notion").call("GET /v1/users/me")
    assert (refused.value.code, refused.value.status) == ("unauthorized", 401)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 529])
def test_a_service_in_trouble_says_how_long_to_leave_it_alone(notion: Twins, status: int) -> None:
    for one in both(notion):
        one.next_errors = [status]
    with pytest.raises(Unanswered) as unanswered:
        notion.api.call("GET /v1/users/me")
    assert (unanswered.value.status, unanswered.value.retry_after) == (status, 30)
    assert unanswered.value.message.startswith(f"{status} ")


def test_too_many_calls_end_in_the_wait_that_notion_asks_for(notion: Twins) -> None:
    for one in both(notion):
        one.next_errors = [429]
    with pytest.raises(RateLimited) as limited:
        notion.api.call("GET /v1/users/me")
    assert limited.value.retry_after == 30


def test_a_conflict_is_a_refusal(notion: Twins) -> None:
    for one in both(notion):
        one.next_errors = [409]
    with pytest.raises(Refused) as refused:
        notion.api.call("GET /v1/users/me")
    assert refused.value.code == "conflict_error"


def test_eight_threads_make_pages_at_once_and_each_gets_its_own(notion: Twins) -> None:
    with serving(notion.world) as url, ThreadPoolExecutor(8) as pool:
        api = connect("ntn_sandbox", url=f"{url}/notion")
        source = api.call("GET /v1/databases/{database_id}", database_id=DATABASE)["data_sources"][0]["id"]

        def made(number: int) -> str:
            properties = {"Incident ID": text(f"incident-{number}")}
            page = api.call("POST /v1/pages", parent={"data_source_id": source}, properties=properties)
            return str(page["properties"]["Incident ID"]["rich_text"][0]["plain_text"])

        assert list(pool.map(made, range(24))) == [f"incident-{number}" for number in range(24)]
    assert len(notion.world.machines["notion"].data["pages"]) == 24


@needs_specs
def test_every_call_of_a_life_is_one_that_notion_describes(notion: Twins) -> None:
    life(notion.api)
    assert len(notion.direct.log) > 8
    for call in notion.direct.log:
        check_request("notion", call.method, call.arguments)
