"""What `doctor` says of PagerDuty: each check in a world where all is well, and in one where it is not."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from reconciler.incident.settings import PagerDutySettings, Settings, Severity, Team
from reconciler.plan.diagnosis import Diagnosis, Sign
from reconciler.sandbox.pagerduty import PagerDutyMachine
from reconciler.targets.pagerduty.doctor import diagnoses
from tests.support.examined import Breaking, assert_each_failing_call_is_a_line, found, only, texts
from tests.support.paging import machine
from tests.support.scene import SETTINGS

SPEC = "pagerduty" if "RECONCILER_SPECS" in os.environ else ""
NEVER_KNOWN = "whether the token may write cannot be known without writing"


@pytest.fixture
def account() -> PagerDutyMachine:
    return machine()[0]


def look(account: PagerDutyMachine, settings: Settings = SETTINGS) -> list[Diagnosis]:
    return found(Breaking(account, spec=SPEC), lambda api: diagnoses(api, settings))


def test_in_an_account_where_all_is_well_only_what_nobody_can_know_is_not_good(
    account: PagerDutyMachine,
) -> None:
    told = look(account)
    assert texts(told, Sign.BAD) == []
    assert texts(told, Sign.KNOW) == [NEVER_KNOWN]
    assert texts(told, Sign.GOOD) == [
        "the token is valid",
        "pages are sent in the name of incidents@example.com",
        "team primary: Primary (PSVC001)",
        "team payments: Payments (PSVC002)",
        "team payments: escalation policy Payments on call (PESC002)",
        "severity sev1: priority P1",
        "severity sev2: priority P2",
    ]


def test_a_token_that_opens_nothing_is_one_line(account: PagerDutyMachine) -> None:
    account.key = "bad"
    line = only(look(account))
    assert "the token is not valid" in line.text
    assert line.remedy == (
        "set PAGERDUTY_API_TOKEN to a REST API key: in PagerDuty, Integrations › API Access Keys"
    )


@pytest.mark.parametrize(
    ("sender", "text", "remedy"),
    [
        (
            "eve@example.com",
            "no PagerDuty user has the address eve@example.com: every page would be refused",
            "correct `from:`, or add the user to the account",
        ),
        (
            "example.com",  # a search finds many
            "no PagerDuty user has the address example.com: every page would be refused",
            "correct `from:`, or add the user to the account",
        ),
        (
            None,
            "no user is named in whose name pages are sent, and PagerDuty refuses each of them",
            "write `pagerduty: {from: …}` with the address of a user of the account",
        ),
    ],
)
def test_pages_need_a_user(account: PagerDutyMachine, sender: str | None, text: str, remedy: str) -> None:
    line = only(look(account, replace(SETTINGS, pagerduty=PagerDutySettings(from_address=sender))))
    assert (line.text, line.remedy) == (text, remedy)


def test_a_user_who_may_only_read(account: PagerDutyMachine) -> None:
    account.data["users"]["PUSR000"]["role"] = "read_only_user"
    line = only(look(account))
    assert line.text == "incidents@example.com may only read in PagerDuty (role read_only_user)"
    assert line.remedy == "give the user a role that responds, or name another one"


def test_what_is_not_there_is_named_with_what_is(account: PagerDutyMachine) -> None:
    told = look(account, replace(SETTINGS, teams={"search": Team("search", "PSVC9", "PESC9")}))
    wrong = {one.text: one.remedy for one in told if one.sign is Sign.BAD}
    assert wrong == {
        "team search: the token sees no service PSVC9": (
            "correct the id; it sees Primary (PSVC001), Payments (PSVC002), Customer Experience (PSVC003)"
        ),
        "team search: the token sees no escalation policy PESC9": (
            "correct the id; it sees Primary on call (PESC001), Payments on call (PESC002), "
            "Customer Experience on call (PESC003)"
        ),
    }


def test_a_service_that_resolves_or_calls_again_by_itself_is_named(account: PagerDutyMachine) -> None:
    account.data["services"]["PSVC001"] |= {"auto_resolve_timeout": 14_400, "acknowledgement_timeout": 1_800}
    account.data["services"]["PSVC002"] |= {"auto_resolve_timeout": 0, "acknowledgement_timeout": 0}
    told = [one for one in look(account) if one.sign is not Sign.GOOD and one.text != NEVER_KNOWN]
    assert [(one.sign, one.text, one.remedy) for one in told] == [
        (
            Sign.KNOW,
            "Primary (PSVC001) resolves a page by itself 4 hours after it was sent, whether or not the "
            "incident is over: it calls nobody any more, and its file stays open",
            "turn automatic resolution off in the service's settings in PagerDuty, if that is not wanted",
        ),
        (
            Sign.KNOW,
            "Primary (PSVC001) calls again 30 minutes after an acknowledgement, unless the page is resolved",
            "turn the acknowledgement timeout off in the service's settings in PagerDuty, "
            "if that is not wanted",
        ),
    ]


def test_a_disabled_service_and_one_in_maintenance(account: PagerDutyMachine) -> None:
    account.data["services"]["PSVC001"]["status"] = "disabled"
    account.data["services"]["PSVC002"]["status"] = "maintenance"
    told = look(account)
    line = only(told)
    assert line.text == "team primary: Primary (PSVC001) is disabled: a page there is refused"
    assert line.remedy == "enable it"
    assert "Payments (PSVC002) is in maintenance: no page is sent until that ends" in texts(told, Sign.KNOW)


def test_a_policy_that_names_nobody(account: PagerDutyMachine) -> None:
    account.data["escalation_policies"]["PESC002"]["escalation_rules"] = []
    line = only(look(account))
    assert line.text == "team payments: Payments on call (PESC002) names nobody: a page wakes nobody"
    assert line.remedy == "add somebody to it in PagerDuty"


def test_a_priority_that_is_not_there_and_a_plan_without_any(account: PagerDutyMachine) -> None:
    settings = replace(SETTINGS, severities=(Severity("sev1", priority="Urgent"),))
    line = only(look(account, settings))
    assert line.text == "severity sev1: PagerDuty has no priority Urgent: pages go without"
    assert line.remedy == "correct the name; there are: P1, P2, P3, P4, P5"
    account.data["priorities"].clear()
    step = "take `priority:` out of the settings, or switch priorities on in PagerDuty (Incident Priorities)"
    assert only(look(account, settings)).remedy == step
    account.data["abilities"].remove("priorities")
    line = only(look(account, settings))
    assert line.text.startswith("the priorities could not be read: PagerDuty answered 402")
    assert line.remedy == "remove it from the settings, or change the plan"


def test_lists_are_read_to_their_end(account: PagerDutyMachine) -> None:
    """The user is found behind a hundred others whose names hold the address."""
    sender: dict[str, Any] = account.data["users"].pop("PUSR000")
    for number in range(120):
        id = f"PMANY{number:03}"
        account.data["users"][id] = {**sender, "id": id, "email": f"x{number}incidents@example.com"}
    account.data["users"]["PUSR000"] = sender
    assert not texts(look(account), Sign.BAD)


def test_whatever_befalls_a_call_is_a_line(account: PagerDutyMachine) -> None:
    assert assert_each_failing_call_is_a_line(account, lambda api: diagnoses(api, SETTINGS)) >= 36
