"""Messages that people keep: by the shortcut, by a pin, and as the beginning of an incident."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.helper.asked import of_message
from tests.support.company import ID, PATH, incident
from tests.support.helping import Office, shown

CHANNEL = f"incd-{ID}"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office.at(tmp_path, "", {PATH: incident()})
    office.slack.machine.seed_channel(CHANNEL, members=[office.id("ana"), office.id("bo")])
    return office


def posted(office: Office, text: str, channel: str = CHANNEL) -> str:
    """A message of Bo's; its ts."""
    office.company.later(minutes=1)
    return office.slack.machine.person("bo@example.com").post(channel, text)


def test_a_pinned_message_is_noted_with_its_author_time_and_link(tmp_path: Path) -> None:
    office = Office.at(tmp_path, f'helper: {{lead: ["#{CHANNEL}"]}}\n', {PATH: incident()})
    office.company.apply(office.clone)
    office.helper.clerk.books.fetch(state=True)
    machine = office.slack.machine
    machine.person("bo@example.com").join(CHANNEL)
    ts = posted(office, f"<@{office.id('ana')}> it is the voucher &amp; the basket")
    office.reacts("ana", CHANNEL, ts)
    link = machine.call("chat.getPermalink", channel=machine.channel_id(CHANNEL), message_ts=ts)["permalink"]
    assert office.file(ID).endswith(
        "timeline:\n  - at: 2026-11-21T16:46:00Z\n    by: bo@example.com\n"
        f'    text: "@Ana it is the voucher & the basket"\n    link: {link}\n'
    )
    assert office.company.remote.git("log", "-1", "--format=%ae", "main") == "ana@example.com"


def test_who_may_not_lead_pins_in_vain(tmp_path: Path) -> None:
    office = Office.at(tmp_path, f'helper: {{lead: ["#{CHANNEL}x"]}}\n', {PATH: incident()})
    office.company.apply(office.clone)
    office.helper.clerk.books.fetch(state=True)
    office.slack.machine.person("bo@example.com").join(CHANNEL)
    office.reacts("bo", CHANNEL, posted(office, "It is the voucher"))
    ((who, content),) = office.slack.aside
    assert who == office.id("bo")
    assert f"whoever asks in #{CHANNEL}x" in content["text"]
    assert office.hub_log == []


def test_two_who_keep_the_same_message_note_it_once(tmp_path: Path) -> None:
    office = Office.at(tmp_path, "", {PATH: incident()})
    office.company.apply(office.clone)
    office.helper.clerk.books.fetch(state=True)
    office.slack.machine.person("bo@example.com").join(CHANNEL)
    ts = posted(office, "It is the voucher")
    office.reacts("ana", CHANNEL, ts)
    office.reacts("bo", CHANNEL, ts)
    office.on_message("add_to_timeline", "bo", CHANNEL, ts)
    assert office.hub_log == [f"{ID}: note"]


def test_the_shortcut_notes_a_message(office: Office) -> None:
    office.on_message("add_to_timeline", "ana", CHANNEL, posted(office, "It is the voucher"))
    assert office.hub_log == [f"{ID}: note"]
    assert "    text: It is the voucher\n" in office.file(ID)


def test_other_emoji_and_other_channels_are_nothing(office: Office) -> None:
    office.helper.clerk.books.fetch()
    office.reacts("ana", CHANNEL, posted(office, "It is the voucher"), "eyes")
    office.reacts("ana", "general", posted(office, "Lunch?", "general"))
    assert office.hub_log == []
    assert office.slack.aside == []


def test_elsewhere_the_shortcut_asks_for_which_incident(office: Office) -> None:
    ts = posted(office, "Payments are slow", "general")
    form = office.on_message("add_to_timeline", "ana", "general", ts)
    assert shown(form) == {"text": "Payments are slow"}
    assert office.sends(form, incident=ID) == {}
    request = of_message(office.slack.machine.channel_id("general"), ts)
    assert office.company.remote.git("log", "-1", "--format=%B", "main").endswith(f"Request-Id: {request}")
    assert office.on_message("add_to_timeline", "bo", "general", ts) is not None
    assert office.hub_log == [f"{ID}: note"]
    assert "    by: bo@example.com\n    text: Payments are slow\n    link: https://" in office.file(ID)


def test_where_nothing_is_open_there_is_nothing_to_add_to(tmp_path: Path) -> None:
    office = Office.at(tmp_path)
    assert office.on_message("add_to_timeline", "ana", "general", posted(office, "Lunch?", "general")) is None
    assert "no incident is open" in office.told


def test_a_message_begins_an_incident(office: Office) -> None:
    ts = posted(office, "Checkout is down\nsince <https://ci.example.com/412|release 412>", "general")
    form = office.on_message("declare_from_message", "ana", "general", ts)
    seen = shown(form)
    assert seen["title"] == "Checkout is down"
    assert seen["summary"].startswith(
        "Checkout is down\nsince release 412 (https://ci.example.com/412)\nhttps://"
    )
    assert office.sends(form, severity="sev3") == {}
    assert len(office.ids()) == 2
