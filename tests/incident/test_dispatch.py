"""What comes from outside is an incident, or a list of what is wrong in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import Failure
from reconciler.incident.dispatch import FIELDS, dispatched, request_of
from reconciler.incident.verbs import Declare

NOW = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_a_form_and_a_dispatch_say_the_same_in_words_and_in_json() -> None:
    form = {
        "title": " Down ",
        "severity": "sev1",
        "services": "checkout, login,",
        "private": "false",
        "drill": "true",
    }
    sent = {
        "title": "Down",
        "severity": "sev1",
        "services": ["checkout", "login"],
        "private": None,
        "drill": True,
    }
    said = Declare("Down", "sev1", NOW, services=("checkout", "login"), drill=True, summary="")
    assert dispatched(form, NOW) == dispatched(sent, NOW) == (said, "")


def test_every_field_is_taken() -> None:
    given = dict.fromkeys(FIELDS, "1") | {"private": True, "drill": "True"}
    said = Declare("1", "1", NOW, "1", "1", ("1",), {}, ("1",), ("1",), "1", private=True, drill=True)
    assert dispatched(given, NOW) == (said, "1")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, ["title: is needed", "severity: is needed"]),
        ({"title": " ", "severity": "sev1"}, ["title: is needed"]),
        ({"title": ["x"], "severity": {}}, ["title: has to be a text", "severity: has to be a text"]),
        ({"title": True, "severity": "s"}, ["title: has to be a text"]),
        ({"title": "x", "severity": "s", "privat": True}, ["`privat`: is not known; write private"]),
        ({"title": "x", "severity": "s", "private": "yes"}, ["private: has to be true or false"]),
        ({"title": "x", "severity": "s", "services": [[1]]}, ["services: has to be a text"]),
        ({"title": "\ud800", "severity": "s"}, ["title: holds what is no text in UTF-8"]),
    ],
)
def test_all_that_is_wrong_is_told_at_once(given: dict[str, Any], wrong: list[str]) -> None:
    with pytest.raises(Failure) as failed:
        dispatched(given, NOW)
    assert failed.value.detail.splitlines() == wrong


def test_many_unknown_fields_are_counted() -> None:
    with pytest.raises(Failure) as failed:
        dispatched({f"zz{number}": 1 for number in range(50_000)}, NOW)
    assert "and 49990 more that are not known" in failed.value.detail


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(), anything, max_size=5))
@settings(max_examples=200, deadline=None)
def test_whatever_is_sent_is_an_incident_or_refused(payload: dict[str, Any]) -> None:
    try:
        said, key = dispatched(json.loads(json.dumps(payload)), NOW)
    except Failure:
        return
    assert said.title
    assert said.severity
    assert isinstance(key, str)


def test_a_key_stands_for_a_request_of_one_form() -> None:
    hostile = "a\nIncident: other\x00 \u202e" + "x" * 10_000
    assert len(request_of(hostile)) == len(request_of("a")) == 36
    assert request_of("a") != request_of("a ") != request_of("b")
    assert request_of("a").isprintable()
