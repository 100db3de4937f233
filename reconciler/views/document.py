"""Data as one JSON document: for programs, and harmless where a person or a CI runner reads it as text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from reconciler.incident.text import cut

#: What steers a terminal or turns the reading direction, and what begins a command to GitHub's runner.
_ESCAPED = re.compile("#(?=#\\[)|[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


#: The longest text in a document: more than an incident's file may hold, and less than a service may send.
LONGEST = 5000


def document(data: object, *, readable: bool = False) -> str:
    """The data as JSON, longer texts cut; `readable` leaves letters beyond ASCII as they are."""
    text = json.dumps(_bounded(data), indent=2, ensure_ascii=not readable)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _bounded(data: object) -> object:
    if isinstance(data, str):
        return cut(data, LONGEST)
    if isinstance(data, Mapping):
        return {cut(str(key), LONGEST): _bounded(value) for key, value in data.items()}
    return [*map(_bounded, data)] if isinstance(data, list | tuple) else data
