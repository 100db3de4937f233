"""What is typed, pressed and filled in for an incident: one commit, of only the intended lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.company import ID, PATH, incident
from tests.support.helping import Office, shown

CHANNEL = f"incd-{ID}"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """One open incident with its channel, in which Ana, Bo and the bot are."""
    return opened(tmp_path)


def opened(folder: Path, settings: str = "", more: str = "") -> Office:
    office = Office.at(folder, settings, {PATH: incident(more=more)})
    machine = office.slack.machine
    people = [office.id(who) for who in ("ana", "bo", "chen")]
    machine.seed_channel(CHANNEL, members=people)
    return office


def changed(office: Office) -> list[str]:
    """The lines that the last commit added and took away."""
    diff = office.company.remote.git("show", "-U0", "--format=", "main").splitlines()
    return [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")]


#: What is typed → what the commit is called, and the lines that it changes.
COMMANDS = {
    "update Rolling back": """update
+updates:
+  - at: 2026-11-21T16:45:00Z
+    by: ana@example.com
+    text: Rolling back""",
    "status identified": """status identified
-status: investigating
+status: identified""",
    "severity sev3": """severity sev3
-severity: sev1
+severity: sev3""",
    "title Search is down": """set title
-title: Checkout fails
+title: Search is down""",
    "role commander <@UBO|bo>": """commander bo@example.com
+roles:
+  commander: bo@example.com""",
    "role technical <mailto:chen@example.com|chen@example.com>": """technical chen@example.com
+roles:
+  technical: chen@example.com""",
    "note It began at noon": """note
+timeline:
+  - at: 2026-11-21T16:45:01Z
+    by: ana@example.com
+    text: It began at noon""",
    "escalate payments nobody knows why": """escalate payments
+escalations:
+  - at: 2026-11-21T16:45:00Z
+    team: payments
+    by: ana@example.com
+    why: nobody knows why""",
    "resolve": """resolve
-status: investigating
+status: resolved
+times:
+  resolved: 2026-11-21T16:45:00Z""",
    "cancel": """cancel
-status: investigating
+status: canceled""",
}


@pytest.mark.parametrize("typed", COMMANDS)
def test_a_command_changes_its_lines_alone(office: Office, typed: str) -> None:
    office.types("ana", "/incident", typed.replace("UBO", office.id("bo")), CHANNEL)
    said, *lines = COMMANDS[typed].splitlines()
    assert changed(office) == lines
    assert office.hub_log == [f"{ID}: {said}"]


def test_in_its_channel_an_incident_shows_how_it_stands(office: Office) -> None:
    office.types("bo", "/incident", "", CHANNEL)
    card = office.answered[-1][1]
    assert card["response_type"] == "ephemeral"
    assert "*SEV1 · Checkout fails*" in card["blocks"][0]["text"]["text"]
    pressed = [one["value"] for one in card["blocks"][-1]["elements"]]
    assert set(pressed) == {ID}


def test_elsewhere_its_id_comes_first(office: Office) -> None:
    office.types("ana", "/incident", f"status {ID} identified", "general")
    assert office.hub_log == [f"{ID}: status identified"]


def test_without_an_id_elsewhere_the_open_ones_are_named(office: Office) -> None:
    office.types("ana", "/incident", "resolve", "general")
    assert "which incident?" in office.told
    assert ID in office.told
    assert "`/incident resolve ID`" in office.told
    assert office.hub_log == []


def test_a_button_opens_a_form_with_what_the_file_says(office: Office) -> None:
    form = office.presses("severity", ID, "bo", CHANNEL)
    assert shown(form) == {"severity": "sev1"}
    assert office.sends(form, "bo", severity="sev3") == {}
    assert office.hub_log == [f"{ID}: severity sev3"]
    assert office.company.remote.git("log", "-1", "--format=%ae", "main") == "bo@example.com"


def test_the_second_of_two_who_set_the_same_hears_what_the_first_did(office: Office) -> None:
    first, second = (office.presses("status", ID, who, CHANNEL) for who in ("ana", "bo"))
    office.sends(first, "ana", status="identified")
    office.sends(second, "bo", status="mitigated")
    assert office.hub_log == [f"{ID}: status identified"]
    assert "Ana" in office.told
    assert "identified" in office.told


def test_the_second_of_two_who_give_the_same_role_hears_of_the_first(office: Office) -> None:
    first, second = (office.presses("role", ID, who, CHANNEL) for who in ("ana", "bo"))
    office.sends(first, "ana", role="commander", person=office.id("chen"))
    office.sends(second, "bo", role="commander", person=office.id("dee"))
    assert office.hub_log == [f"{ID}: commander chen@example.com"]
    assert "chen@example.com" in office.told


def test_two_who_set_different_things_are_both_heard(office: Office) -> None:
    first, second = (
        office.presses("status", ID, "ana", CHANNEL),
        office.presses("severity", ID, "bo", CHANNEL),
    )
    office.sends(first, "ana", status="identified")
    office.sends(second, "bo", severity="sev3")
    assert office.hub_log == [f"{ID}: severity sev3", f"{ID}: status identified"]


def test_what_cannot_be_is_told_at_its_field(office: Office) -> None:
    form = office.presses("update", ID, "ana", CHANNEL)
    answer = office.sends(form, "ana", text="  \n ")
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {"text"}
    assert office.sends(form, "ana", text="Now it is right") == {}
    assert office.hub_log == [f"{ID}: update"]


def test_an_unknown_word_is_told_with_what_was_meant(office: Office) -> None:
    for typed, meant in (
        ("udpate It is back", "/incident update"),
        ("severity sev9", "sev9"),
        ("frobnicate", "/incident help"),
    ):
        office.types("ana", "/incident", typed, CHANNEL)
        assert meant in office.told
    assert office.hub_log == []


def test_a_team_that_was_paged_is_paged_again_only_by_a_second_word(office: Office) -> None:
    office.company.apply(office.clone)
    form = office.types("ana", "/incident", "escalate primary it is worse", CHANNEL)
    assert shown(form) == {"team": "primary", "why": "it is worse"}
    words = [block["text"]["text"] for block in form["blocks"] if block["type"] == "section"] if form else []
    assert words == [
        ":pager: *primary* is paged already, not acknowledged yet. Sent again, they are notified again."
    ]
    office.sends(form, "ana")
    assert office.hub_log == [f"{ID}: escalate primary"]


def test_the_channel_is_known_by_its_id_however_it_is_called(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "", {PATH: incident()})
    office.company.apply(office.clone)
    office.helper.clerk.books.fetch(state=True)
    machine = office.slack.machine
    channel = machine.channel_id(CHANNEL)
    machine.data["channels"][channel]["name"] = "war-room"
    office.types("ana", "/incident", "status identified", "war-room")
    assert office.hub_log == [f"{ID}: status identified"]
