"""Who may, and what who may not is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.helper.asked import Asked
from reconciler.helper.people import person_of
from reconciler.helper.rights import Person, hidden, refusal
from reconciler.helper.verbs import Right, Wish, right_of
from reconciler.incident.model import Incident, Status
from reconciler.incident.settings import HelperSettings, Settings, Severity
from reconciler.incident.settings import Person as Known

ANA = Person("U1", "Ana", "ana@example.com")
GUEST = Person("U2", "Gil", "gil@example.com", guest=True)
IN_CHANNEL = Asked("U1", "r", channel="C1", channel_name="incidents")
SETTINGS = Settings("acme", (Severity("sev1"),))
GROUPS = {"@leads": ["U1"]}


def settings(**helper: tuple[str, ...]) -> Settings:
    return replace(SETTINGS, helper=HelperSettings(**helper))


def may(person: Person, known: Settings, asked: Asked = IN_CHANNEL) -> bool:
    return not refusal(person, Right.LEAD, asked, known, GROUPS)


@pytest.mark.parametrize(
    ("named", "member"),
    [
        (None, True),
        ((), False),
        (("ana@example.com",), True),
        (("ANA@example.com",), True),
        (("bo@example.com",), False),
        (("@leads",), True),
        (("@others",), False),
        (("#incidents",), True),
        (("#general",), False),
        (("C1",), True),
    ],
)
def test_a_member_may_when_named_or_when_nobody_is(named: tuple[str, ...] | None, member: bool) -> None:
    known = SETTINGS if named is None else settings(lead=named)
    assert may(ANA, known) is member


def test_a_guest_may_only_when_named_and_a_channel_names_no_guest() -> None:
    assert not may(GUEST, SETTINGS)
    assert not may(GUEST, settings(lead=("#incidents",)))
    assert may(GUEST, settings(lead=("gil@example.com",)))
    assert not may(GUEST, settings(declare=("gil@example.com",)))


def test_who_is_gone_may_nothing() -> None:
    assert not may(replace(ANA, gone=True), settings(lead=("ana@example.com",)))


def test_the_settings_know_who_has_another_address() -> None:
    known = replace(settings(lead=("ana@acme.test",)), people={"ana@acme.test": Known(slack="U1")})
    assert may(ANA, known)


def test_a_refusal_says_who_can() -> None:
    words = refusal(ANA, Right.CLOSE, IN_CHANNEL, settings(close=("@others", "bo@example.com", "C2")), GROUPS)
    assert "You may not close or cancel incidents" in words
    assert "Who can: @others, bo@example.com, whoever asks in <#C2>." in words


@pytest.mark.parametrize(
    ("named", "person", "seen"),
    [
        ({}, ANA, False),
        ({"reporter": "ana@example.com"}, ANA, True),
        ({"roles": {"commander": "ana@example.com"}}, ANA, True),
        ({"responders": ("ana@example.com",)}, ANA, True),
        ({"responders": ("bo@example.com",)}, ANA, False),
    ],
)
def test_a_private_incident_is_seen_by_those_it_names(
    named: dict[str, object], person: Person, seen: bool
) -> None:
    assert (not hidden(person, private(**named), IN_CHANNEL, SETTINGS, GROUPS)) is seen


def test_a_private_incident_is_seen_by_those_whom_the_settings_name() -> None:
    assert not hidden(ANA, private(), IN_CHANNEL, settings(private=("@leads",)), GROUPS)
    words = hidden(ANA, private(), IN_CHANNEL, settings(private=("@others",)), GROUPS)
    assert words == "20261121-x is private. Who can see it: the people whom it names, and @others."


def test_nobody_without_an_address_is_named_by_an_empty_one() -> None:
    nobody = replace(ANA, address="")
    assert hidden(nobody, private(reporter=None), IN_CHANNEL, SETTINGS, {})
    assert not may(nobody, settings(lead=()))


def test_closing_by_status_is_closing() -> None:
    assert right_of(Wish("status", values={"status": "closed"})) is Right.CLOSE
    assert right_of(Wish("status", values={"status": "Canceled"})) is Right.CLOSE
    assert right_of(Wish("status", values={"status": "resolved"})) is Right.LEAD


@pytest.mark.parametrize(
    ("record", "guest", "gone"),
    [
        ({"team_id": "T1"}, False, False),
        ({"team_id": "T2"}, True, False),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T1", "T2"]}}, False, False),
        ({"team_id": "T1", "is_restricted": True}, True, False),
        ({"team_id": "T1", "is_ultra_restricted": True}, True, False),
        ({"team_id": "T1", "is_stranger": True}, True, False),
        ({"team_id": "T1", "deleted": True}, False, True),
        ({"team_id": "T1", "is_bot": True}, False, True),
    ],
)
def test_slack_s_record_says_who_is_a_guest(record: dict[str, object], guest: bool, gone: bool) -> None:
    person = person_of({"id": "U1", "name": "ana", "profile": {}, **record}, "T1")
    assert (person.guest, person.gone) == (guest, gone)


def private(**more: object) -> Incident:
    at = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
    one = Incident("20261121-x", "Secret", "sev1", Status.INVESTIGATING, at, "x.yaml", private=True)
    return replace(one, **more)  # type: ignore[arg-type]
