"""The marks live in other people's services: they are written down in docs/marks.md, and frozen here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.scene import ID, SETTINGS, Scene, update

MARKS = (Path(__file__).parents[2] / "docs" / "marks.md").read_text(encoding="utf-8")


def _declared() -> Scene:
    scene = Scene()
    scene.edit(updates=(update("Rolling back."),))
    scene.apply()
    return scene


def _things(scene: Scene, channel: str) -> list[str]:
    id = scene.channel(channel)["id"]
    listed = scene.slack.call("conversations.history", channel=id, limit=999, include_all_metadata=True)
    found = []
    for raw in listed["messages"]:
        replies = scene.slack.call(
            "conversations.replies", channel=id, ts=raw["ts"], include_all_metadata=True
        )
        found += [one["metadata"] for one in replies["messages"] if one.get("metadata")]
    for metadata in found:
        assert metadata["event_type"] == "incident_reconciler"
        assert metadata["event_payload"].keys() == {"instance", "incident", "thing", "digest"}
        assert (metadata["event_payload"]["instance"], metadata["event_payload"]["incident"]) == ("acme", ID)
    return sorted(metadata["event_payload"]["thing"] for metadata in found)


def test_the_channel_is_marked_in_its_name_and_purpose() -> None:
    channel = _declared().channel(f"incd-{ID}")
    assert channel["purpose"]["value"].startswith(f"[acme/{ID}]")


def test_every_message_says_in_its_metadata_what_it_is() -> None:
    scene = _declared()
    assert _things(scene, f"incd-{ID}") == ["card", "update/2026-11-21T16:58:00Z"]
    assert _things(scene, "incidents") == ["announcement", "update/2026-11-21T16:58:00Z"]


def test_a_page_is_marked_by_its_key_and_its_note_by_the_first_line() -> None:
    scene = _declared()
    page = scene.page("payments")
    assert page["incident_key"] == f"acme/{ID}/payments"
    notes = scene.pagerduty.call("GET /incidents/{id}/notes", id=page["id"])["notes"]
    assert notes[0]["content"].splitlines()[0] == f"[acme/{ID}/payments/links]"


def test_the_document_is_marked_by_its_incident_id_and_its_lines_by_their_times() -> None:
    document = _declared().document()
    assert document["properties"]["Incident ID"]["rich_text"][0]["plain_text"] == ID
    assert "- 2026-11-21 16:45:00 UTC · declared" in document["markdown"]


def test_the_page_of_marks_names_every_one_of_them() -> None:
    for mark in (
        "<prefix><id>", "[<name>/<id>]", "incident_reconciler", "{instance, incident, thing, digest}",
        "<name>/<id>/<team>", "[<name>/<id>/<team>/links]", "Incident ID", "YYYY-MM-DD HH:MM:SS UTC",
        "`card`", "`announcement`", "`update/<time>`", "`ending/<n>`", "`reopening/<n>`",
    ):  # fmt: skip
        assert mark in MARKS


def test_a_place_that_the_settings_spell_in_another_way_is_not_told_a_second_time() -> None:
    scene = _declared()
    before = scene.messages("incidents")
    first, *others = SETTINGS.severities
    respelled = replace(first, announce=(scene.channel("incidents")["id"], "#general"))
    scene.settings = replace(SETTINGS, severities=(respelled, *others))
    scene.apply()
    assert scene.messages("incidents") == before
    assert scene.thread("incidents") == scene.thread("general")
