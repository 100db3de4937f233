"""Who may do what in the sandbox's PagerDuty, and what else its account holds; each test is one fact."""

from __future__ import annotations

import json

import pytest

from reconciler.sandbox.pagerduty import PagerDutyMachine
from reconciler.targets.seam import RateLimited, Refused, Unanswered
from tests.support.paging import START, listed, machine, opened


@pytest.mark.parametrize(
    ("address", "number"),
    [(None, 2016), ("", 2016), ("incidents", 1028), ("stranger@example.com", 1008)],
)
def test_a_write_needs_the_address_of_a_user_of_the_account(address: str | None, number: int) -> None:
    """The From header must be a valid account user's e-mail address; reads do without it."""
    account, _ = machine()
    account.from_address = address
    with pytest.raises(Refused) as caught:
        opened(account)
    assert (caught.value.code, caught.value.answer["error"]["code"]) == ("400", number)
    assert listed(account) == []


def test_a_bad_key_may_do_nothing() -> None:
    """401 for a key that is none."""
    account, _ = machine()
    account.key = "bad"
    for method in ("GET /incidents", "POST /incidents"):
        with pytest.raises(Refused) as caught:
            account.call(method)
        assert caught.value.code == "401"


def test_a_read_only_key_may_look_and_not_write() -> None:
    """403 for a write with a read-only key."""
    account, _ = machine()
    account.key = "read-only"
    assert listed(account) == []
    with pytest.raises(Refused, match="Access Denied") as caught:
        opened(account)
    assert caught.value.code == "403"


def test_priorities_are_listed_the_most_severe_first() -> None:
    """GET /priorities orders them from most to least severe."""
    account, _ = machine()
    names = [one["name"] for one in account.call("GET /priorities")["priorities"]]
    assert names == ["P1", "P2", "P3", "P4", "P5"]


def test_a_plan_without_priorities_answers_402_and_knows_none() -> None:
    """Priorities are not part of every plan: 402 for the list, and no id is known."""
    account, _ = machine()
    account.data["abilities"].remove("priorities")
    with pytest.raises(Refused) as caught:
        account.call("GET /priorities")
    assert caught.value.code == "402"
    with pytest.raises(Refused, match="Priority not found"):
        opened(account, priority={"id": "PPRI001", "type": "priority_reference"})
    assert "priorities" not in account.call("GET /abilities")["abilities"]


def test_searching_users_and_services_is_by_part_of_a_name() -> None:
    """`query` matches a part of a name or address, so an exact match is the caller's to find."""
    account, _ = machine()
    found = account.call("GET /users", query="N@EXAMPLE.com")["users"]
    assert [one["email"] for one in found] == ["chen@example.com"]
    assert len(account.call("GET /users", query="@example.com")["users"]) == 5
    named = account.call("GET /services", query="a")["services"]
    assert [one["name"] for one in named] == ["Primary", "Payments"]
    assert [one["id"] for one in account.call("GET /services", name="Payments")["services"]] == ["PSVC002"]


def test_each_service_has_a_policy_of_its_own() -> None:
    """A service names its escalation policy; an unknown service is 404."""
    account, _ = machine()
    service = account.call("GET /services/{id}", id="PSVC002")["service"]
    assert service["escalation_policy"]["id"] == "PESC002"
    policies = account.call("GET /escalation_policies")["escalation_policies"]
    assert [one["id"] for one in policies] == ["PESC001", "PESC002", "PESC003"]
    with pytest.raises(Refused, match="404"):
        account.call("GET /services/{id}", id="PSVC009")


def test_too_many_calls_a_minute_are_429_whatever_they_ask() -> None:
    """960 calls a minute for a key, over all methods; nothing is done by the one that is refused."""
    account, clock = machine()
    account.limits["*"] = 2
    listed(account)
    account.call("GET /priorities")
    with pytest.raises(RateLimited) as caught:
        opened(account)
    clock.sleep(caught.value.retry_after)
    assert listed(account) == []


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (500, Unanswered), (503, Unanswered)])
def test_errors_can_be_ordered_for_the_next_calls(status: int, kind: type[Exception]) -> None:
    """A 5xx says nothing about what was done; here nothing was."""
    account, _ = machine()
    account.next_errors = [status]
    with pytest.raises(kind):
        opened(account)
    opened(account)


def test_a_method_that_the_sandbox_does_not_have_is_not_found() -> None:
    """An unknown path is 404."""
    account, _ = machine()
    with pytest.raises(Refused, match="404"):
        account.call("DELETE /incidents/{id}", id="Q1")


def test_the_state_is_json_and_another_machine_goes_on_from_it() -> None:
    """What the sandbox keeps between two starts is its data."""
    account, clock = machine()
    page = opened(account)
    again = PagerDutyMachine(clock.now, json.loads(json.dumps(account.snapshot())))
    assert listed(again) == [page["incident_key"]]
    assert PagerDutyMachine(lambda: START).call("GET /services")["services"] == []
