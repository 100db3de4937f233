"""What somebody changed in a file, in words: every difference is told, and none as a blob of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.incident.difference import FieldChanged, fields_changed
from reconciler.incident.edits import ORDER
from reconciler.views.edits import Edit, edits, value

AT = "2026-11-21T16:58:00Z"
BEFORE = "word34 word35 word36 word37 word38 word39"
AFTER = "word41 word42 word43 word44 word45 word46"
LONG = " ".join(f"word{number}" for number in range(80))
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "a status": (
        {"status": "investigating"},
        {"status": "mitigated"},
        ["~ status: investigating  →  mitigated"],
    ),
    "a new key": ({}, {"bridge": "https://example.com"}, ["+ bridge: https://example.com"]),
    "a key that went": ({"bridge": "https://example.com"}, {}, ["- bridge: https://example.com"]),
    "a role": (
        {"roles": {"commander": "ana@example.com"}},
        {"roles": {"commander": "bo@example.com"}},
        ["~ roles.commander: ana@example.com  →  bo@example.com"],
    ),
    "names that came and went": (
        {"services": ["search", "mail"]},
        {"services": ["mail", "checkout", "web"]},
        ["~ services: added checkout, web; removed search"],
    ),
    "one name": ({"page": ["a"]}, {"page": ["a", "b"]}, ["+ page: added b"]),
    "one name less": ({"page": ["a", "b"]}, {"page": ["a"]}, ["- page: removed b"]),
    "another order": ({"page": ["a", "b"]}, {"page": ["b", "a"]}, ["~ page: in another order"]),
    "a switch": ({"drill": True}, {"drill": False}, ["~ drill: true  →  false"]),
    "an update": (
        {},
        {"updates": [{"at": AT, "by": "ana@example.com", "text": "Rolling back"}]},
        [f"+ update of {AT} by ana@example.com: Rolling back"],
    ),
    "an edited update": (
        {"updates": [{"at": AT, "text": "Rolling back"}]},
        {"updates": [{"at": AT, "text": "Rolled back"}]},
        [f"~ update of {AT}: Rolling back  →  Rolled back"],
    ),
    "an update of somebody else's": (
        {"updates": [{"at": AT, "by": "ana@example.com", "text": "Back"}]},
        {"updates": [{"at": AT, "by": "bo@example.com", "text": "Back"}]},
        [f"~ update of {AT}, by: ana@example.com  →  bo@example.com"],
    ),
    "an update taken out": (
        {"updates": [{"at": AT, "by": "ana@example.com", "text": "Back"}]},
        {"updates": []},
        [f"- update of {AT} by ana@example.com: Back"],
    ),
    "a note with a link": (
        {},
        {"timeline": [{"at": AT, "text": "Seen", "link": "https://example.com/1"}]},
        [f"+ note of {AT}, link https://example.com/1: Seen"],
    ),
    "a call": (
        {},
        {"escalations": [{"at": AT, "team": "payments", "by": "bo@example.com", "why": "Cards"}]},
        [f"+ call of {AT} for payments by bo@example.com: Cards"],
    ),
    "several lines": ({}, {"summary": "One.\nTwo.\n"}, ["+ summary:", "    One.", "    Two."]),
    "other lines": (
        {"summary": "One.\nTwo."},
        {"summary": "One. Two."},
        ["~ summary: One. Two. (in other lines)"],
    ),
    "a word of a long text": (
        {"summary": LONG},
        {"summary": LONG.replace("word40", "another")},
        [f"~ summary: … {BEFORE} word40 {AFTER} …  →  … {BEFORE} another {AFTER} …"],
    ),
    "a page taken over": (
        {},
        {"adopt": {"pagerduty": {"payments": "Q1ABC"}}},
        ["+ adopt.pagerduty.payments: Q1ABC"],
    ),
    "a shape that no file may have": (
        {"title": "A"},
        {"title": {"a": [1, True, None]}},
        ["~ title: A  →  (a 1, true, nothing)"],
    ),
    "an empty text": ({"title": "A"}, {"title": ""}, ["~ title: A  →  empty"]),
}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """As a terminal has it, without colours."""
    return list(_lines(edits(fields_changed(before, after))))


def _lines(listed: Iterator[Edit]) -> Iterator[str]:
    for edit in listed:
        yield f"{edit.sign} {edit.words}"
        yield from (f"    {text}" for text in edit.text)


@pytest.mark.parametrize("case", CASES)
def test_a_difference_is_told_in_words(case: str) -> None:
    before, after, expected = CASES[case]
    assert told(before, after) == expected


def test_a_word_at_the_end_of_the_longest_text_is_told_too() -> None:
    before = "x " * 1400 + "one"
    [line] = told({"summary": before}, {"summary": before.replace("one", "two")})
    assert line == "~ summary: … x x x x x x one  →  … x x x x x x two"


def test_of_a_private_incident_the_field_alone() -> None:
    assert list(_lines(edits([FieldChanged("title", None, None)]))) == ["~ title: (private)"]
    assert list(_lines(edits([FieldChanged("page", None, None)]))) == ["~ page: (private)"]


#: A value of each key, and another one, both as a good file may hold them.
VALUES: dict[str, tuple[Any, Any]] = {
    "title": ("Alpha", "Beta"),
    "severity": ("sev1", "sev2"),
    "status": ("investigating", "resolved"),
    "private": (True, False),
    "drill": (True, False),
    "paused": (True, False),
    "formerly": (["old-one"], ["older-one", "old-one"]),
    "declared_at": (AT, "2026-11-21T17:00:00Z"),
    "reporter": ("ana@example.com", "bo@example.com"),
    "summary": ("Alpha", "Beta"),
    "services": (["alpha"], ["beta"]),
    "roles": ({"commander": "ana@example.com"}, {"commander": "bo@example.com"}),
    "responders": (["ana@example.com"], ["bo@example.com"]),
    "page": (["alpha"], ["beta"]),
    "adopt": ({"pagerduty": {"alpha": "Q1"}}, {"pagerduty": {"alpha": "Q2"}}),
    "bridge": ("https://example.com/a", "https://example.com/b"),
    "times": ({"detected": AT}, {"detected": "2026-11-21T17:00:00Z"}),
    "updates": ([{"at": AT, "text": "Alpha", "by": "a@b.c"}], [{"at": AT, "text": "Beta", "by": "d@e.f"}]),
    "escalations": ([{"at": AT, "team": "alpha", "why": "x"}], [{"at": AT, "team": "beta", "why": "y"}]),
    "timeline": ([{"at": AT, "text": "Alpha", "link": "x"}], [{"at": AT, "text": "Beta", "link": "y"}]),
}


def _leaves(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for part in data.values():
            yield from _leaves(part)
    elif isinstance(data, list):
        for part in data:
            yield from _leaves(part)
    else:
        yield "true" if data is True else "false" if data is False else str(data)


@pytest.mark.parametrize("key", ORDER)
def test_every_key_of_the_file_is_told_when_it_comes_changes_and_goes(key: str) -> None:
    one, other = VALUES[key]
    for before, after in (({}, {key: one}), ({key: one}, {key: other}), ({key: other}, {})):
        text = "\n".join(told(before, after))
        same = set(_leaves(before)) & set(_leaves(after))
        for leaf in {*_leaves(before), *_leaves(after)} - same:
            assert leaf in text
        assert not any(json.dumps(part) in text for part in (one, other) if isinstance(part, dict | list))
        assert '{"' not in text


def test_a_value_has_one_line_and_steers_no_terminal() -> None:
    assert value("a\x1b[31m\nb\u202e") == "a [31m b".replace(" [", "[")
    assert value(datetime(2026, 11, 21, tzinfo=UTC)) == "2026-11-21 00:00:00+00:00"
