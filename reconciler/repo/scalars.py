"""What an unquoted YAML word is: YAML 1.2's core schema, and text in every case of doubt.

`no`, `on`, `16:45`, `1_000` and `2026-11-21` are text. So is `0123`, which three generations of YAML
readers take for three different numbers.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{f"{sign}{word}": float(f"{sign}inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_BASES = {"0o": 8, "0x": 16}
_DIGITS = {8: re.compile(r"[0-7]{1,80}"), 16: re.compile(r"[0-9a-fA-F]{1,80}")}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,80})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MAYBE_NUMBER = frozenset("+-.0123456789")


def resolve(word: str) -> Scalar:
    """The value of an unquoted scalar; an integer of more than 81 digits becomes a float."""
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in _MAYBE_NUMBER:
        return word
    base = _BASES.get(word[:2])
    if base is not None:
        return int(word[2:], base) if _DIGITS[base].fullmatch(word, 2) else word
    if _INTEGER.fullmatch(word):
        return int(word)
    return float(word) if _FLOAT.fullmatch(word) else word


def kind(value: object) -> str:
    """What a person would call the value of a scalar."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, int | float) else "text"
