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
_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(\.[0-9]*)?|(\.[0-9]+))([eE][-+]?[0-9]+)?")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DIGITS = 80  # an integer of more becomes a float, as in other readers


def resolve(word: str) -> Scalar:
    """The value of an unquoted scalar."""
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in "+-.0123456789":
        return word
    number = _NUMBER.fullmatch(word)
    if number:
        return float(word) if any(number.groups()) or len(word) > _DIGITS else int(word)
    return int(word, 0) if len(word) <= _DIGITS and _BASED.fullmatch(word) else word


def kind(value: object) -> str:
    """What a person would call the value of a scalar."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, int | float) else "text"
