"""An unquoted word means what YAML 1.2's core schema says, and is text in every case of doubt."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.repo.loader import load_document

TYPED = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "0": 0, "7": 7, "-7": -7, "+7": 7, "0o17": 15, "0xfF": 255,
    "1.5": 1.5, "-.5": -0.5, "1.": 1.0, "1e3": 1000.0, "2.5E-1": 0.25, "0.0": 0.0,
    ".inf": math.inf, "-.INF": -math.inf, "+.Inf": math.inf,
}  # fmt: skip

TEXT = [
    "no", "No", "NO", "yes", "on", "On", "off", "y", "n", "nULL", "tRUE", "None",
    "16:45", "190:20:30", "1_000", "0123", "-012", "00", "01.5", "0b101", "0o8", "0xg", "0x",
    "1,000", "1.2.3", "2026-11-21", "2026-11-21T16:45:00Z", "2026-11-21 16:45:00", "12e", "1e", "e3", ".",
    "+", "-x", "+-1", ".in", "inf", "nan", "<<", "=", "sev1", "1a", "0x1G", "١٢", "½",
]  # fmt: skip


def value_of(word: str) -> object:
    return load_document(f"key: {word}\n".encode(), "file.yaml").data["key"]


@pytest.mark.parametrize(("word", "value"), TYPED.items())
def test_the_core_schema_s_own_words_are_typed(word: str, value: object) -> None:
    found = value_of(word)
    assert (type(found), found) == (type(value), value)


def test_not_a_number_is_a_number_too() -> None:
    found = value_of(".nan")
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize("word", TEXT)
def test_every_other_word_is_text(word: str) -> None:
    assert value_of(word) == word


@pytest.mark.parametrize("word", [word for word in (*TYPED, *TEXT) if word])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_in_quotes_every_word_is_text(word: str, quote: str) -> None:
    assert value_of(f"{quote}{word}{quote}") == word


@given(st.integers(min_value=-(10**70), max_value=10**70))
def test_an_integer_reads_as_itself(number: int) -> None:
    assert value_of(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_as_itself(number: float) -> None:
    found = value_of(repr(number))
    assert isinstance(found, float)
    assert found == number


@given(st.integers(min_value=0, max_value=2**64))
def test_octal_and_hexadecimal_digits_read_as_their_number(number: int) -> None:
    assert value_of(f"0o{number:o}") == value_of(f"0x{number:x}") == number


def test_an_integer_of_ten_thousand_digits_costs_nothing() -> None:
    assert value_of("9" * 10_000) == math.inf


@given(st.from_regex(r"[a-z][a-z0-9 .@/-]{0,20}[a-z0-9]", fullmatch=True))
def test_a_plain_word_reads_as_itself(word: str) -> None:
    if word not in ("null", "true", "false"):
        assert value_of(word) == word
