"""Pages to on-call: sent once, at once, with all that on-call needs, and kept in line while they are open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.incident.model import Status
from reconciler.plan.change import Cause, Kind
from reconciler.sandbox.pagerduty.people import People
from tests.support.recording import pagerduty_says, slack_says
from tests.support.scene import CHANNEL, ID, SETTINGS, Scene

TITLE = "Checkout returns HTTP 500 for a third of requests"


@pytest.fixture
def scene() -> Scene:
    """An incident that was declared and applied."""
    scene = Scene(off={"notion"})
    scene.edit()
    assert scene.apply().report.exit_code == 0
    return scene


def test_each_team_of_severity_services_and_file_is_paged_once() -> None:
    scene = Scene(off={"notion"})
    scene.edit(page=("payments", "primary"))
    scene.apply()
    assert scene.pages() == [f"acme/{ID}/payments", f"acme/{ID}/primary"]
    assert [scene.page(team)["service"]["id"] for team in ("primary", "payments")] == ["PSVC001", "PSVC002"]


def test_urgency_and_priority_come_from_the_severity_and_the_policy_from_the_team(scene: Scene) -> None:
    page = scene.page("payments")
    assert page["title"] == f"[SEV1] {TITLE}"
    assert (page["urgency"], page["priority"]["summary"]) == ("high", "P1")
    assert page["escalation_policy"]["id"] == "PESC002"


def test_the_body_tells_what_is_known_and_the_bridge_is_set(scene: Scene) -> None:
    page = scene.page_in_full("primary")
    told = page["body"]["details"].split("\n")
    for line in (
        "Since release 412, card payments fail when the basket holds a voucher.",
        "Status: investigating",
        "commander: Ana, technical: Bo",
        "Services: checkout",
        "Bridge: https://zoom.us/j/123456",
        f"File: https://github.com/example/incidents/blob/main/incidents/2026/11/{ID}.yaml",
    ):
        assert line in told
    assert page["conference_bridge"]["conference_url"] == "https://zoom.us/j/123456"


def test_the_links_that_came_later_are_noted_on_each_page_once() -> None:
    scene = Scene()
    scene.edit()
    assert scene.apply().report.exit_code == 0
    channel, document = scene.channel(CHANNEL)["id"], scene.document()["url"]
    for team in ("primary", "payments"):
        assert scene.page_in_full(team)["notes"] == [
            f"[acme/{ID}/{team}/links]\n"
            f"Slack: https://slack.com/app_redirect?channel={channel}\nDocument: {document}"
        ]
    assert scene.quiet()


def test_a_link_that_was_missing_is_noted_when_it_is_there() -> None:
    scene = Scene()
    scene.fails("slack", "conversations.create", slack_says("restricted_action"))
    scene.edit()
    assert scene.apply().report.exit_code == 3
    [note] = scene.page_in_full("primary")["notes"]
    assert "Slack:" not in note
    scene.heals()
    scene.later(hours=2)
    assert scene.apply().report.exit_code == 0
    [note] = scene.page_in_full("primary")["notes"]
    assert "Slack:" in note
    assert scene.quiet()


def test_a_note_that_a_person_deleted_stays_deleted(scene: Scene) -> None:
    scene.pagerduty.data["incidents"][scene.page("primary")["id"]]["notes"].clear()
    assert scene.quiet()


def test_a_note_that_a_person_deleted_is_not_made_again_when_the_links_change() -> None:
    scene = Scene()
    scene.fails("slack", "conversations.create", slack_says("restricted_action"))
    scene.edit()
    scene.apply()
    scene.pagerduty.data["incidents"][scene.page("primary")["id"]]["notes"].clear()
    scene.heals()
    scene.later(hours=2)
    assert scene.apply().report.exit_code == 0
    assert scene.page_in_full("primary")["notes"] == []
    assert scene.quiet()


def test_title_urgency_and_priority_follow_the_file(scene: Scene) -> None:
    scene.edit(title="Checkout fails", severity="sev3")
    assert scene.apply().report.exit_code == 0
    page = scene.page("primary")
    assert (page["title"], page["urgency"], page["status"]) == ("[SEV3] Checkout fails", "low", "triggered")
    assert scene.quiet()


def test_a_lowered_severity_withdraws_no_page(scene: Scene) -> None:
    scene.edit(severity="sev3", services=())
    scene.apply()
    assert {scene.page(team)["status"] for team in ("primary", "payments")} == {"triggered"}
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    assert {scene.page(team)["status"] for team in ("primary", "payments")} == {"resolved"}


def test_what_a_person_changed_on_a_page_is_restored(scene: Scene) -> None:
    People(scene.pagerduty).change_priority(scene.page("primary")["id"], "P5", "ana@example.com")
    [change] = scene.plan().changes
    assert (change.kind, change.cause) == (Kind.RESTORE, Cause.DRIFTED)
    scene.apply()
    assert scene.page("primary")["priority"]["summary"] == "P1"


def test_a_priority_that_pagerduty_does_not_have_is_left_out_and_told() -> None:
    scene = Scene(off={"notion"})
    severity = replace(SETTINGS.severities[0], priority="P9")
    scene.settings = replace(SETTINGS, severities=(severity,))
    scene.edit()
    report = scene.apply().report
    assert scene.page("primary")["priority"] is None
    assert [note.text for note in report.after.notes] == [
        "PagerDuty has no priority named P9: pages go without"
    ]
    assert report.exit_code == 0
    assert scene.quiet()


def test_an_account_without_priorities_is_paged_all_the_same() -> None:
    scene = Scene(off={"notion"})
    scene.fails("pagerduty", "GET /priorities", pagerduty_says(402, "Payment Required"))
    scene.edit()
    assert scene.apply().report.exit_code == 0
    assert scene.page("primary")["priority"] is None


def test_a_bridge_that_pagerduty_refuses_is_left_out_and_told() -> None:
    scene = Scene(off={"notion"})
    scene.edit(bridge="zoom:123")
    outcomes = {str(one.change.address): one for one in scene.apply().report.outcomes}
    page = outcomes[f"pagerduty:{ID}/primary"]
    assert page.note.startswith("sent without its conference bridge (")
    assert scene.page_in_full("primary")["conference_bridge"] is None
    assert scene.quiet()


@pytest.mark.parametrize(
    ("words", "left_out"),
    [("Priority not found", "priority"), ("Conference URL is invalid.", "conference bridge")],
)
def test_whatever_optional_part_a_refusal_names_is_left_out(words: str, left_out: str) -> None:
    scene = Scene(off={"notion"})
    said = pagerduty_says(400, "Invalid Input Provided", words)
    scene.fails("pagerduty", "POST /incidents", said, times=1)
    scene.edit(services=())
    [page] = [one for one in scene.apply().report.outcomes if one.change.address.thing == "primary"]
    assert page.note == f"sent without its {left_out} (Invalid Input Provided: {words} (2001))"
    assert scene.pages() == [f"acme/{ID}/primary"]


def test_a_refused_page_is_told_and_holds_up_no_other_team() -> None:
    scene = Scene(off={"notion"})
    team = replace(SETTINGS.teams["payments"], pagerduty_service="PSVC9")
    scene.settings = replace(SETTINGS, teams={**SETTINGS.teams, "payments": team})
    scene.edit()
    report = scene.apply().report
    assert report.exit_code == 3
    assert scene.pages() == [f"acme/{ID}/primary"]
    assert ":x: *payments* not paged" in scene.card()
    assert "Service not found" in next(one.trouble.answer for one in report.outcomes if one.trouble)


def test_a_key_that_is_taken_means_that_the_page_was_sent() -> None:
    """A run that sent the page and lost the answer, while this run had looked before."""
    scene = Scene(off={"notion"})
    scene.edit(services=())
    twin = Scene(off={"notion", "slack"})
    twin.pagerduty = scene.pagerduty
    twin.edit(services=())

    class Late:
        """Lets the twin page first, after the look and before the create."""

        def call(self, method: str, /, **arguments: object) -> object:
            if method == "POST /incidents" and not scene.pages():
                twin.apply()
            return scene.pagerduty.call(method, **arguments)

    scene.wrapped["pagerduty"] = Late()  # type: ignore[assignment]
    report = scene.apply().report
    assert report.exit_code == 0
    assert scene.pages() == [f"acme/{ID}/primary"]
    assert "was already sent" in [one.note for one in report.outcomes]


@pytest.mark.parametrize("memory", ["kept", "lost"])
@pytest.mark.parametrize("state", ["open", "resolved in PagerDuty"])
def test_a_page_once_sent_is_never_sent_again(scene: Scene, memory: str, state: str) -> None:
    if state != "open":
        People(scene.pagerduty).resolve(scene.page("primary")["id"], "ana@example.com")
    if memory == "lost":
        scene.memories.clear()
    scene.later(days=400)
    scene.apply()
    assert scene.pages() == [f"acme/{ID}/payments", f"acme/{ID}/primary"]


def test_a_page_of_another_instance_or_a_longer_id_is_not_ours(scene: Scene) -> None:
    service = {"id": "PSVC001", "type": "service_reference"}
    for key in (f"other/{ID}/primary", f"acme/{ID}x/primary", f"acme/{ID}", "alert-1"):
        incident = {"type": "incident", "title": "theirs", "service": service, "incident_key": key}
        scene.pagerduty.call("POST /incidents", incident=incident)
    scene.memories.clear()
    assert scene.quiet()
    scene.edit(status=Status.RESOLVED)
    scene.apply()
    theirs = [raw["shown"] for raw in scene.pagerduty.data["incidents"].values()]
    assert {raw["status"] for raw in theirs if raw["title"] == "theirs"} == {"triggered"}


def test_an_account_that_does_not_know_a_remembered_page_is_asked_for_its_key(scene: Scene) -> None:
    for key, thing in scene.memories[ID].things.items():
        if key == "pagerduty:primary":
            things = {**scene.memories[ID].things, key: replace(thing, id="QGONE")}
    scene.memories[ID] = replace(scene.memories[ID], things=things)
    People(scene.pagerduty).resolve(scene.page("primary")["id"], "ana@example.com")
    report = scene.apply().report
    assert report.after.unreadable == ()
    assert scene.pages() == [f"acme/{ID}/payments", f"acme/{ID}/primary"]


def test_a_drill_pages_only_the_teams_that_the_settings_name() -> None:
    scene = Scene(off={"notion"})
    scene.settings = replace(SETTINGS, drill=replace(SETTINGS.drill, page=("payments",)))
    scene.edit(drill=True)
    scene.apply()
    assert scene.pages() == [f"acme/{ID}/payments"]
    assert scene.page("payments")["title"].startswith("[DRILL] [SEV1] ")


def test_a_paused_incident_is_paged_all_the_same() -> None:
    scene = Scene(off={"notion"})
    scene.edit(paused=True)
    scene.apply()
    assert len(scene.pages()) == 2
    assert all(target == "pagerduty" for target, _ in scene.writes())
