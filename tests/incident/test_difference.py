"""What changed between two versions of a file, as a person would tell it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.incident.difference import FieldChanged, fields_changed

FIRST = {"at": "16:50", "text": "One"}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[tuple[str, Any, Any]]]] = {
    "nothing": ({"a": 1, "b": [1]}, {"b": [1], "a": 1}, []),
    "a value": ({"status": "a"}, {"status": "b"}, [("status", "a", "b")]),
    "a new key": ({}, {"status": "b"}, [("status", None, "b")]),
    "a key that went": ({"bridge": "x"}, {}, [("bridge", "x", None)]),
    "one role": (
        {"roles": {"commander": "a", "technical": "c"}},
        {"roles": {"commander": "b", "technical": "c"}},
        [("roles.commander", "a", "b")],
    ),
    "the first role": ({}, {"roles": {"commander": "a"}}, [("roles.commander", None, "a")]),
    "the last time": ({"times": {"closed": "x"}}, {}, [("times.closed", "x", None)]),
    "a list": ({"page": ["a", "b"]}, {"page": ["b", "c"]}, [("page", "a", None), ("page", None, "c")]),
    "a new update": (
        {"updates": [FIRST]},
        {"updates": [FIRST, {"at": "16:58", "text": "Two"}]},
        [("updates 16:58", None, "Two")],
    ),
    "an edited update": (
        {"updates": [FIRST]},
        {"updates": [FIRST | {"text": "Uno"}]},
        [("updates 16:50", "One", "Uno")],
    ),
    "who said an update": (
        {"updates": [FIRST]},
        {"updates": [FIRST | {"by": "ana"}]},
        [("updates 16:50.by", None, "ana")],
    ),
    "an update that went": (
        {"updates": [FIRST | {"by": "ana"}]},
        {},
        [("updates 16:50", "One", None), ("updates 16:50.by", "ana", None)],
    ),
    "a call for a team": (
        {},
        {"escalations": [{"at": "17:00", "team": "payments", "why": "Cards"}]},
        [("escalations 17:00.team", None, "payments"), ("escalations 17:00.why", None, "Cards")],
    ),
    "a note's link": (
        {"timeline": [FIRST | {"link": "a"}]},
        {"timeline": [FIRST | {"link": "b"}]},
        [("timeline 16:50.link", "a", "b")],
    ),
    "an update with its time alone": ({}, {"updates": [{"at": "16:50"}]}, [("updates 16:50", None, {})]),
    "two updates of one time": (
        {"updates": [FIRST]},
        {"updates": [FIRST, FIRST]},
        [("updates", None, FIRST)],
    ),
    "updates in another order": (
        {"updates": [FIRST, {"at": "17:00"}]},
        {"updates": [{"at": "17:00"}, FIRST]},
        [("updates", [FIRST, {"at": "17:00"}], [{"at": "17:00"}, FIRST])],
    ),
    "a list in another order": ({"page": [1, 2]}, {"page": [2, 1]}, [("page", [1, 2], [2, 1])]),
    "a name that is there twice": ({"page": ["a"]}, {"page": ["a", "a"]}, [("page", None, "a")]),
    "a list that became empty": ({"page": []}, {}, [("page", [], None)]),
    "what hangs two keys deep": (
        {"adopt": {"pagerduty": {"payments": "Q1"}}},
        {"adopt": {"pagerduty": {"payments": "Q2"}, "slack": "C1"}},
        [("adopt.pagerduty.payments", "Q1", "Q2"), ("adopt.slack", None, "C1")],
    ),
    "true instead of 1": ({"drill": 1}, {"drill": True}, [("drill", 1, True)]),
    "another kind of value": ({"roles": "x"}, {"roles": {"a": "b"}}, [("roles", "x", {"a": "b"})]),
}


@pytest.mark.parametrize("case", CASES)
def test_every_difference_is_told_once(case: str) -> None:
    before, after, expected = CASES[case]
    assert fields_changed(before, after) == [FieldChanged(*one) for one in expected]
