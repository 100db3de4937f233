"""How one value is spelled on one line, so that readers of YAML 1.1 and of YAML 1.2 see the same text.

A word such as `no` or `16:45` is a truth value or a number to one of them: it is quoted, other text is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

from reconciler.errors import Failure
from reconciler.incident.edits import Value, moment

_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<", ""})
_NOT_TEXT = re.compile(
    r"""[-+]?[0-9.][0-9_.:,]*([eE][-+]?[0-9]*)?      # integers, floats, base 60, versions
      | [-+]?0[xXoObB][0-9a-fA-F_]*
      | [-+]?\.(inf|nan)
      | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t][0-9:.,tTzZ+\- \t]*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_AMBIGUOUS = re.compile(r":([ \t]|$)|[ \t]#|\t|^ | $")
_FLOW_ONLY = re.compile(r"[,\[\]{}:?]")
#: What is escaped: line ends of either YAML, the byte order mark.
_ESCAPED = re.compile("[\n\u2028\u2029\ufeff]")
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def spell(value: Value, *, flow: bool = False, quote: str = "") -> str:
    """The value on one line. `flow`: inside `[…]` or `{…}`. `quote`: what a text wears anyway."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return quote + moment(value) + quote
    if isinstance(value, str):
        return _text(value, flow, quote)
    if isinstance(value, Mapping):
        pairs = (
            f"{spell(key, flow=True, quote=quote)}: {spell(item, flow=True, quote=quote)}"
            for key, item in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    return "[" + ", ".join(spell(item, flow=True, quote=quote) for item in value) + "]"


def check_text(text: str) -> None:
    """Refuse what no YAML file may hold: control characters and halves of surrogate pairs."""
    found = _REFUSED.search(text)
    if found:
        raise Failure(
            f"the text holds the control character U+{ord(found.group()):04X}",
            detail=f"at character {found.start() + 1}; a YAML file cannot hold it",
            next="write the text without it",
        )


def literal_lines(text: str) -> list[str] | None:
    """Header and lines of a literal block, not indented; None where only quotes keep the text."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if len(lines) < 2 or body[0] in " \t\n" or body[-1] in " \t\n" or _ESCAPED.search("".join(lines)):
        return None
    return ["|-" if body == text else "|", *lines]


def _text(text: str, flow: bool, quote: str) -> str:
    check_text(text)
    if not quote and not needs_quotes(text, flow=flow):
        return text
    if _ESCAPED.search(text):
        return _double(text)
    if quote == "'" or (quote != '"' and ('"' in text or "\\" in text) and "'" not in text):
        return "'" + text.replace("'", "''") + "'"
    return _double(text)


def needs_quotes(text: str, *, flow: bool = False) -> bool:
    """True when bare `text` would be read as something else, by a reader of YAML 1.1 or of YAML 1.2."""
    if text.lower() in _WORDS or text[0] in _INDICATORS or text.startswith("..."):
        return True
    if _NOT_TEXT.fullmatch(text) or _AMBIGUOUS.search(text) or _ESCAPED.search(text):
        return True
    return flow and bool(_FLOW_ONLY.search(text))


def _double(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)
