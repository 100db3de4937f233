"""pdpyras over real HTTP: whatever is called, nobody can tell the wire from the machine behind the seam."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from reconciler.clock import VirtualClock
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.targets.pagerduty.api import connect
from reconciler.targets.seam import Api, RateLimited, Refused, Unanswered
from tests.support.alike import Twins, twins
from tests.support.openapi import check_request, needs_specs
from tests.support.server import serving

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
SENDER = "incidents@example.com"


@pytest.fixture
def pagerduty() -> Iterator[Twins]:
    now = VirtualClock(START).now
    machines = PagerDutyMachine.example(now), PagerDutyMachine.example(now)
    with twins("pagerduty", *machines, partial(connect, from_address=SENDER)) as made:
        yield made


def page(**more: Any) -> dict[str, Any]:
    service = {"id": "PSVC001", "type": "service_reference"}
    return {"type": "incident", "title": "Checkout fails · 支払い", "service": service, **more}


def life(api: Api) -> str:
    """A page from its sending to its end; its id."""
    priorities = api.call("GET /priorities")["priorities"]
    incident = page(
        urgency="high",
        incident_key="acme/20261121-honest-rhinoceros/primary",
        priority={"id": priorities[0]["id"], "type": "priority_reference"},
        body={"type": "incident_body", "details": "See https://example.com/a?b=c&d=e"},
        conference_bridge={"conference_url": "https://zoom.us/j/123456"},
    )
    id = str(api.call("POST /incidents", incident=incident)["incident"]["id"])
    api.call("GET /incidents", statuses=["triggered", "acknowledged"], limit=100, offset=0, total=True)
    api.call("GET /incidents", incident_key="acme/20261121-honest-rhinoceros/primary", date_range="all")
    api.call("GET /incidents/{id}", id=id, include=("acknowledgers", "conference_bridge"))
    api.call("POST /incidents/{id}/notes", id=id, note={"content": "acme/20261121-honest-rhinoceros\nlinks"})
    api.call("GET /incidents/{id}/notes", id=id)
    api.call("PUT /incidents/{id}", id=id, incident={"type": "incident_reference", "title": "It is slow"})
    resolved = {"type": "incident_reference", "status": "resolved", "resolution": "Rolled back"}
    api.call("PUT /incidents", incidents=[{"id": id, **resolved}])
    api.call("GET /incidents/{id}/log_entries", id=id, limit=100, is_overview=False)
    api.call("GET /services", query="pay", limit=1)
    return id


def test_a_whole_life_is_the_same_over_http(pagerduty: Twins) -> None:
    life(pagerduty.api)
    assert pagerduty.world.machines["pagerduty"].snapshot() == pagerduty.direct.snapshot()


@pytest.mark.parametrize(
    ("code", "number", "method", "arguments"),
    [
        ("404", 2100, "GET /incidents/{id}", {"id": "Q999"}),
        ("404", 2100, "GET /incidents/{id}", {"id": "../services"}),
        ("400", 2001, "POST /incidents", {"incident": {"type": "incident"}}),
        ("400", 2001, "GET /incidents", {"limit": "many"}),
        ("400", 2002, "GET /incidents", {"limit": 100, "offset": 9950}),
    ],
)
def test_a_refusal_has_the_status_as_its_code_and_pagerdutys_number_in_its_words(
    pagerduty: Twins, code: str, number: int, method: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        pagerduty.api.call(method, **arguments)
    assert refused.value.code == code
    assert refused.value.detail.endswith(f" ({number})")
    assert refused.value.answer["error"]["code"] == number


def test_a_second_page_with_the_same_key_is_refused_with_the_reason(pagerduty: Twins) -> None:
    pagerduty.api.call("POST /incidents", incident=page(incident_key="key"))
    with pytest.raises(Refused, match="matching dedup key"):
        pagerduty.api.call("POST /incidents", incident=page(incident_key="key"))


def test_a_wrong_key_is_refused_without_a_trace_of_it(pagerduty: Twins) -> None:
    with serving(pagerduty.world) as url, pytest.raises(Refused) as refused:
        connect("not-the-right-key", url=f"{url}/pagerduty").call("GET /priorities")
    assert refused.value.code == "401"
    assert "-key" not in str(refused.value)


def test_a_write_without_a_sender_is_refused_and_a_read_is_not(pagerduty: Twins) -> None:
    with serving(pagerduty.world) as url:
        api = connect("pd-sandbox", url=f"{url}/pagerduty")
        assert api.call("GET /priorities")["priorities"]
        with pytest.raises(Refused, match='"From" header'):
            api.call("POST /incidents", incident=page())


def test_each_write_is_made_in_its_own_senders_name(pagerduty: Twins) -> None:
    people = ["ana@example.com", "bo@example.com", "chen@example.com", "dee@example.com"]
    with serving(pagerduty.world) as url, ThreadPoolExecutor(8) as pool:

        def note(number: int) -> tuple[str, str]:
            sender = people[number % len(people)]
            api = connect("pd-sandbox", url=f"{url}/pagerduty", from_address=sender)
            made = api.call("POST /incidents/{id}/notes", id=id, note={"content": sender})["note"]
            return str(made["content"]), str(made["user"]["summary"]).lower()

        api = connect("pd-sandbox", url=f"{url}/pagerduty", from_address=SENDER)
        id = api.call("POST /incidents", incident=page())["incident"]["id"]
        written = list(pool.map(note, range(24)))
    assert dict(written) == {one: one.partition("@")[0] for one in people}
    assert all(content.startswith(user) for content, user in written)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_in_trouble_leaves_the_call_unanswered(pagerduty: Twins, status: int) -> None:
    machines = [pagerduty.direct, pagerduty.world.machines["pagerduty"]]
    for machine in machines:
        assert isinstance(machine, PagerDutyMachine)
        machine.next_errors = [status]
    with pytest.raises(Unanswered) as unanswered:
        pagerduty.api.call("GET /priorities")
    assert (unanswered.value.status, unanswered.value.message) == (status, str(status))


def test_too_many_calls_end_in_the_wait_that_pagerduty_asks_for(pagerduty: Twins) -> None:
    for machine in (pagerduty.direct, pagerduty.world.machines["pagerduty"]):
        assert isinstance(machine, PagerDutyMachine)
        machine.next_errors = [429]
    with pytest.raises(RateLimited) as limited:
        pagerduty.api.call("GET /priorities")
    assert limited.value.retry_after == 30


@needs_specs
def test_every_call_of_a_life_is_one_that_pagerduty_describes(pagerduty: Twins) -> None:
    life(pagerduty.api)
    assert len(pagerduty.direct.log) > 10
    for call in pagerduty.direct.log:
        check_request("pagerduty", call.method, call.arguments)
