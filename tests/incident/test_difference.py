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
    "another kind of value": ({"roles": "x"}, {"roles": {"a": "b"}}, [("roles", "x", {"a": "b"})]),
}


@pytest.mark.parametrize("case", CASES)
def test_every_difference_is_told_once(case: str) -> None:
    before, after, expected = CASES[case]
    assert fields_changed(before, after) == [FieldChanged(*one) for one in expected]
