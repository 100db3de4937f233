"""A declare in Slack: the channel and all that belongs to it, each once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.incident.model import Status
from reconciler.incident.settings import Bookmark, Person
from reconciler.plan.plan import State
from tests.support.recording import slack_says
from tests.support.scene import CHANNEL, ID, SETTINGS, Scene


def declared(**fields: Any) -> Scene:
    """An incident that was declared and applied."""
    scene = Scene(off={"notion"})
    scene.edit(**fields)
    report = scene.apply().report
    assert (report.exit_code, report.converged) == (0, True), report.after
    assert {outcome.state for outcome in report.outcomes} == {State.APPLIED}
    return scene


def test_the_channel_bears_the_incidents_id_and_its_purpose_the_mark() -> None:
    channel = declared().channel(CHANNEL)
    assert channel["is_private"] is False
    assert channel["purpose"]["value"].startswith(f"[acme/{ID}] ")


def test_the_topic_says_how_bad_where_it_stands_who_commands_and_what_it_is() -> None:
    topic = declared().channel(CHANNEL)["topic"]["value"]
    assert topic == "SEV1 · investigating · IC Ana · Checkout returns HTTP 500 for a third of requests"


def test_without_a_commander_the_topic_says_so() -> None:
    topic = declared(roles={}).channel(CHANNEL)["topic"]["value"]
    assert topic.startswith("SEV1 · investigating · no commander · ")


def test_the_longest_channel_name_fits_slack_with_every_later_suffix() -> None:
    scene = Scene(off={"notion"})
    id = "20261121-" + "very-long-words-" * 6
    scene.edit(id)
    scene.apply()
    scene.edit(id, status=Status.RESOLVED)
    assert scene.apply().report.exit_code == 0
    [name] = [raw["name"] for raw in scene.slack.data["channels"].values() if raw["name"].startswith("incd-")]
    assert name.endswith("-resolved")
    assert len(name) <= 80


def test_the_card_is_pinned_once_and_says_everything() -> None:
    scene = declared()
    card = scene.card()
    for said in (
        "SEV1 · Checkout returns HTTP 500 for a third of requests",
        "*Status:* investigating",
        "*Severity:* sev1 Unusable for most customers",
        "*Services:* checkout",
        "Since release 412, card payments fail when the basket holds a voucher.",
        "*Commander:* Ana",
        "*Technical:* Bo",
        "|primary>* paged, not acknowledged",
        "|payments>* paged, not acknowledged",
        f"/incidents/2026/11/{ID}.yaml|File in Git>",
        "<https://zoom.us/j/123456|Bridge>",
    ):
        assert said in card
    assert scene.page("primary")["html_url"] in card
    assert len(scene.posts()) == 1


def test_the_card_links_the_document() -> None:
    scene = Scene()
    scene.edit()
    assert scene.apply().report.exit_code == 0
    assert f"<{scene.document()['url']}|Document>" in scene.card()


def test_bookmarks_come_from_the_settings_and_the_services() -> None:
    assert declared().bookmarks() == [
        ("Incident handbook", "https://wiki.example.com/incidents"),
        ("Runbook", "https://wiki.example.com/checkout"),
    ]


def test_a_bookmark_that_settings_and_service_share_is_added_once() -> None:
    scene = Scene(off={"notion"})
    shared = Bookmark("Runbook", "https://wiki.example.com/checkout")
    scene.settings = replace(SETTINGS, slack=replace(SETTINGS.slack, bookmarks=(shared,)))
    scene.edit()
    scene.apply()
    assert scene.bookmarks() == [("Runbook", "https://wiki.example.com/checkout")]


def test_reporter_roles_responders_and_the_people_of_team_and_severity_are_invited() -> None:
    """Ana and Bo are the group of the severity, Chen that of the payments team, the VP is named."""
    scene = declared(reporter="bo@example.com", roles={"commander": "ana@example.com"})
    assert scene.people() == [f"{who}@example.com" for who in ("ana", "bo", "chen", "dee", "vp")]


def test_all_are_invited_in_one_call() -> None:
    scene = declared()
    assert [one.method for one in scene.calls].count("conversations.invite") == 1


def test_a_person_is_found_by_the_id_in_the_settings_without_asking_slack() -> None:
    scene = Scene(off={"notion"})
    dee = scene.slack.person("dee@example.com").id
    scene.settings = replace(SETTINGS, people={"dee@corp.example": Person(slack=dee, name="Dee Dee")})
    scene.edit(responders=("dee@corp.example",))
    assert scene.apply().report.exit_code == 0
    assert "dee@example.com" in scene.people()
    asked = [one.arguments["email"] for one in scene.calls if one.method == "users.lookupByEmail"]
    assert "dee@corp.example" not in asked


def test_each_channel_of_the_severity_is_told_once_with_a_link_to_the_incidents() -> None:
    scene = declared()
    id = scene.channel(CHANNEL)["id"]
    for place in ("general", "incidents"):
        [told] = scene.messages(place)
        assert told == (
            "*SEV1* · investigating · Checkout returns HTTP 500 for a third of requests\n"
            f"IC Ana · <#{id}>\n"
            "Since release 412, card payments fail when the basket holds a voucher."
        )


def test_channels_may_be_named_by_their_ids() -> None:
    scene = Scene(off={"notion"})
    general = scene.channel("general")["id"]
    severity = replace(SETTINGS.severities[0], announce=(general,))
    scene.settings = replace(SETTINGS, severities=(severity, *SETTINGS.severities[1:]))
    scene.edit()
    assert scene.apply().report.exit_code == 0
    assert (len(scene.messages("general")), scene.messages("incidents")) == (1, [])
    assert scene.quiet()


def test_a_drill_says_so_everywhere_and_tells_only_those_that_the_settings_name() -> None:
    scene = Scene(off={"notion"})
    drill = replace(SETTINGS.drill, announce=("#incidents",))
    scene.settings = replace(SETTINGS, drill=drill)
    scene.edit(drill=True)
    assert scene.apply().report.exit_code == 0
    assert scene.channel(CHANNEL)["topic"]["value"].startswith("DRILL · SEV1")
    assert scene.card().startswith("[DRILL] SEV1")
    assert scene.messages("incidents")[0].startswith("[DRILL] *SEV1*")
    assert scene.messages("general") == []
    assert "vp@example.com" not in scene.people()


def test_what_waits_for_nobody_is_made_although_an_address_is_unknown() -> None:
    scene = Scene(off={"notion"})
    scene.edit(responders=("nobody@example.com",))
    for attempt in ("the first run", "the second run"):
        report = scene.apply().report
        [blocked] = report.after.blocked
        assert str(blocked.address) == f"slack:{ID}/invite/nobody@example.com", attempt
        assert blocked.reason == "no Slack user has the address nobody@example.com"
        assert report.exit_code == 0, "a missing guest is told, and nothing that on-call needs is missing"
    assert "ana@example.com" in scene.people()
    assert scene.plan().blocked == (blocked,)


def test_a_user_group_that_slack_does_not_have_is_told() -> None:
    scene = Scene(off={"notion"})
    severity = replace(SETTINGS.severities[0], invite=("@nobody",))
    scene.settings = replace(SETTINGS, severities=(severity,))
    scene.edit(severity="sev1")
    [blocked] = scene.apply().report.after.blocked
    assert blocked.reason == "Slack has no user group @nobody"


def test_a_workspace_whose_plan_has_no_user_groups_costs_only_these() -> None:
    scene = Scene(off={"notion"})
    scene.fails("slack", "usergroups.list", slack_says("plan_upgrade_required"))
    scene.edit()
    report = scene.apply().report
    told = [blocked.reason for blocked in report.after.blocked]
    assert told == ["Slack has no user group @incident-leads", "Slack has no user group @payments-oncall"]
    assert report.after.unreadable == ()
    assert scene.people() == [f"{who}@example.com" for who in ("ana", "bo", "dee", "vp")]


def test_two_incidents_keep_their_own_channels_and_announcements_apart() -> None:
    scene = Scene(off={"notion"})
    other = "20261121-humble-heron"
    scene.edit()
    scene.edit(other, title="Search is slow", severity="sev2", services=())
    assert scene.apply().report.exit_code == 0
    assert sorted(text.split(" · ")[2].split("\n")[0] for text in scene.messages("incidents")) == [
        "Checkout returns HTTP 500 for a third of requests",
        "Search is slow",
    ]
    assert scene.channel(f"incd-{other}")["topic"]["value"].startswith("SEV2")
    scene.memories.clear()
    assert scene.quiet()
