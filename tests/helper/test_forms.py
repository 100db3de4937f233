"""Forms: what they ask, what they take, what is wrong at which field, and who is not let in."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.helper import filling, forms
from reconciler.helper.asked import Asked
from reconciler.helper.verbs import VERBS, Wish
from reconciler.incident.settings import Service, Settings, Severity, Team
from reconciler.plan.memory import Memory
from tests.support.company import ID, PATH, incident
from tests.support.helping import Office, shown

ASKED = Asked("U1", "r", channel="C1", url="https://hooks.example.com/1")


def test_a_declaration_needs_two_fields(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    form = office.types("ana", "/incident")
    assert form is not None
    needed = [one["block_id"] for one in form["blocks"] if one["type"] == "input" and not one["optional"]]
    assert needed == ["title", "severity"]


def test_a_severity_has_its_meaning_beside_it() -> None:
    settings = Settings("acme", (Severity("sev1", "Unusable for most customers"), Severity("sev3")))
    view = forms.view(Wish("new"), ASKED, filling.filled(Wish("new"), settings, None, Memory()))
    element = next(block for block in view["blocks"] if block["block_id"] == "severity")["element"]
    assert element["type"] == "radio_buttons"
    assert [one.get("description", {}).get("text") for one in element["options"]] == [
        "Unusable for most customers",
        None,
    ]


def test_many_services_fit_a_menu_and_none_makes_none() -> None:
    many = {f"service-{number:03}": Service(f"service-{number:03}") for number in range(250)}
    for services, groups in ((many, [100, 100, 50]), ({}, None)):
        settings = Settings("acme", (Severity("sev1"),), services=services)
        view = forms.view(Wish("new"), ASKED, filling.filled(Wish("new"), settings, None, Memory()))
        found = [block["element"] for block in view["blocks"] if block.get("block_id") == "services"]
        assert [len(one["options"]) for e in found for one in e["option_groups"]] == (groups or [])


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS.values() if verb.fields and verb.typed])
def test_every_form_fits_slack_s_limits(tmp_path: Path, verb: str) -> None:
    office = Office.at(tmp_path, "private: {allow: true}\n", {PATH: incident("T" * 250)})
    typed = f"{verb} {ID}" if verb != "new" else "new"
    form = office.types("ana", "/incident", typed)  # the fake refuses what Slack refuses
    assert form is not None
    assert form["callback_id"] == f"incident:{verb}"
    assert verb != "title" or shown(form) == {"title": "T" * 250}


def test_everything_that_is_filled_in_is_written(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "private: {allow: true}\n")
    form = office.types("ana", "/incident", "new Checkout is down")
    office.sends(
        form,
        severity="sev3",
        summary="Since release 412\nor so",
        services=["checkout"],
        commander=office.id("bo"),
        responders=[office.id("chen"), office.id("dee")],
        page=["primary"],
        adopt="https://acme.pagerduty.com/incidents/Q1ABCDEF",
        ticks=["drill"],
    )
    (id,) = office.ids()
    assert office.file(id).splitlines()[1:] == [
        "title: Checkout is down",
        "severity: sev3",
        "status: investigating",
        "drill: true",
        "declared_at: 2026-11-21T16:45:00Z",
        "reporter: ana@example.com",
        "summary: |-",
        "  Since release 412",
        "  or so",
        "services: [checkout]",
        "roles:",
        "  commander: bo@example.com",
        "responders: [chen@example.com, dee@example.com]",
        "page: [primary]",
        "adopt:",
        "  pagerduty:",
        "    primary: https://acme.pagerduty.com/incidents/Q1ABCDEF",
    ]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"title": "  "}, "title", "needed"),
        ({"adopt": "https://example.com/alert"}, "adopt", "PagerDuty"),
        (
            {"adopt": "https://acme.pagerduty.com/incidents/Q1ABCDEF", "severity": "sev3"},
            "adopt",
            "nobody is paged",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    tmp_path: Path, values: dict[str, str], field: str, words: str
) -> None:
    office = Office.at(tmp_path)
    form = office.types("ana", "/incident", "new Checkout is down")
    answer = office.sends(form, **{"severity": "sev1", **values})
    assert answer["response_action"] == "errors"
    assert words in answer["errors"][field]
    assert office.hub_log == []


def test_what_nobody_sees_is_left_out(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    form = office.types("ana", "/incident", "new")
    pasted = "\x1b[31mFAIL\x1b[0m\r\n  at 12:00\u2028\ud800end\x00"
    assert office.sends(form, title="Down\x07", severity="sev1", summary=pasted) == {}
    assert "title: Down\n" in office.file(office.ids()[0])
    assert "summary: |-\n  [31mFAIL[0m\n    at 12:00\n  end\n" in office.file(office.ids()[0])


def test_what_could_not_be_written_is_offered_again_with_what_was_typed(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    form = office.types("ana", "/incident", "new Checkout is down")
    office.company.remote.refuse_pushes()
    office.sends(form, severity="sev1", summary="Since release 412", commander=office.id("bo"))
    channel = office.slack.machine.data["channels"][office.slack.machine.channel_id("incidents")]
    (answer,) = channel["messages"].values()
    assert answer["text"].startswith(":x: ")
    offered = answer["blocks"][-1]["elements"][0]
    form = office.presses("again", offered["value"])
    assert shown(form) == {"title": "Checkout is down", "severity": "sev1", "summary": "Since release 412"}


def test_who_may_not_gets_no_form_and_hears_who_can(tmp_path: Path) -> None:
    office = Office.at(tmp_path, 'helper: {declare: ["@incident-leads"], close: [bo@example.com]}\n')
    assert office.types("chen", "/incident", "new") is None
    assert "Who can: @incident-leads." in office.told
    assert office.types("bo", "/incident", "new") is not None


def test_who_may_lead_may_not_close(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "helper: {close: [bo@example.com]}\n", {PATH: incident(status="resolved")})
    for typed in (f"close {ID}", f"status {ID} closed", f"cancel {ID}", f"status {ID} Canceled"):
        office.types("ana", "/incident", typed)
        assert "Who can: bo@example.com." in office.told
    form = office.types("ana", "/incident", f"status {ID}")
    office.sends(form, status="closed")
    assert "Who can: bo@example.com." in office.told
    assert office.hub_log == []
    office.types("bo", "/incident", f"close {ID}")
    assert office.hub_log == [f"{ID}: close"]


def test_a_channel_that_the_settings_name_is_known_to_forms_buttons_and_pins(tmp_path: Path) -> None:
    channel = f"incd-{ID}"
    office = Office.at(tmp_path, f'helper: {{lead: ["#{channel}"]}}\n', {PATH: incident()})
    office.slack.machine.seed_channel(channel, members=[office.id("ana"), office.id("bo")])
    office.types("ana", "/incident", f"status {ID} identified", "general")
    assert f"whoever asks in #{channel}" in office.told
    office.sends(office.types("ana", "/incident", "update", channel), text="Rolling back")
    office.sends(office.presses("severity", ID, "ana", channel), severity="sev3")
    assert office.hub_log == [f"{ID}: severity sev3", f"{ID}: update"]


def test_a_guest_is_refused_before_anything_is_told(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "", {PATH: incident()})
    guest = office.slack.machine.data["users"][office.id("dee")]
    record = {
        "id": guest["id"],
        "team_id": office.team,
        "is_restricted": True,
        "profile": {"email": "dee@example.com"},
    }
    office.slack.instead["users.info"] = lambda **_: {"ok": True, "user": record}
    assert office.types("dee", "/incident", "new") is None
    assert "Every member of this workspace can." in office.told
    for typed in ("list", "", ID, f"show {ID}", "resolve", "update 2026-nothing x"):
        office.types("dee", "/incident", typed)
        assert "Checkout fails" not in office.told
        assert ":no_entry:" in office.told


def test_whose_address_slack_hides_still_declares(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    record = {"id": office.id("ana"), "team_id": office.team, "real_name": "Ana <x>\n", "profile": {}}
    office.slack.instead["users.info"] = lambda **_: {"ok": True, "user": record}
    office.sends(office.types("ana", "/incident", "new Down"), severity="sev1")
    author = office.company.remote.git("log", "-1", "--format=%an <%ae>", "main")
    assert author == f"Ana x <{office.id('ana')}@slack.invalid>"
    assert "reporter" not in office.file(office.ids()[0])


def test_a_form_remembers_no_more_than_slack_keeps(tmp_path: Path) -> None:
    roles = ", ".join(f"role-{number}: ana@example.com" for number in range(90))
    office = Office.at(tmp_path, "", {PATH: incident(more=f"roles: {{{roles}}}\n")})
    form = office.types("ana", "/incident", f"role {ID}")
    assert office.sends(form, role="commander", person=office.id("bo")) == {}
    assert office.hub_log == [f"{ID}: commander bo@example.com"]


def test_a_team_without_a_name_in_the_settings_is_not_offered() -> None:
    settings = Settings("acme", (Severity("sev1"),), teams={"primary": Team("primary", "PSVC001")})
    view = forms.view(Wish("escalate", ID), ASKED, filling.filled(Wish("escalate"), settings, None, Memory()))
    element = next(block for block in view["blocks"] if block["block_id"] == "team")["element"]
    assert [one["value"] for one in element["options"]] == ["primary"]
