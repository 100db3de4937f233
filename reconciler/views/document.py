"""Data as one JSON document: for programs, and harmless where a person or a CI runner reads it as text."""

from __future__ import annotations

import json
import re

#: What steers a terminal or turns the reading direction, and what begins a command to GitHub's runner.
_ESCAPED = re.compile("#(?=#\\[)|[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def document(data: object, *, readable: bool = False) -> str:
    """The data as JSON; `readable` leaves letters beyond ASCII as they are."""
    text = json.dumps(data, indent=2, ensure_ascii=not readable)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
