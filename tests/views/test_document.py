"""A document for programs: bounded, and harmless where a person reads it as text."""

from __future__ import annotations

import json

from reconciler.views.document import LONGEST, document
from tests.support.hostile import controls


def test_a_text_longer_than_any_file_may_hold_is_cut() -> None:
    told = json.loads(document({"a": ["x" * 10_000_000], "k" * 9_000: 1}))
    assert len(told["a"][0]) == LONGEST
    assert sorted(map(len, told)) == [1, LONGEST]
    whole = {"summary": "x" * LONGEST, "other": [1, None, True, 1.5]}
    assert json.loads(document(whole)) == whole


def test_nothing_in_it_steers_a_terminal_or_a_runner() -> None:
    told = document({"a": "\x1b[31m\u202e##[error]x\n::error::x"}, readable=True)
    assert [controls(line) for line in told.splitlines()] == [[], [], []]
    assert "##[" not in told
    assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]
