"""What an incident and its channel are called.

Ids are drawn by a hash of the request, so that a request that is delivered twice names one incident.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from hashlib import sha256

from reconciler.errors import Failure
from reconciler.incident.words import ADJECTIVES, ANIMALS

#: Slack: names are at most 80 characters, of lower-case letters, digits, hyphens and underscores.
CHANNEL_LIMIT = 80
RESOLVED = "-resolved"

_DRAWS = 1000
_NOT_IN_CHANNEL = re.compile(r"[^a-z0-9_-]")


def new_id(day: date, request: str, taken: Callable[[str], bool]) -> str:
    """`YYYYMMDD-adjective-animal` for this request on this day; the next draw where `taken` says so.

    Failure when a thousand draws were all taken, which only a `taken` that is wrong can bring about.
    """
    for draw in range(_DRAWS):
        number = int.from_bytes(sha256(f"{request}\n{draw}".encode()).digest()[:8])
        rest, adjective = divmod(number, len(ADJECTIVES))
        name = f"{day:%Y%m%d}-{ADJECTIVES[adjective]}-{ANIMALS[rest % len(ANIMALS)]}"
        if not taken(name):
            return name
    raise Failure(
        f"no free incident id for {day:%Y-%m-%d}: {_DRAWS} draws were all taken",
        next="write the file by hand with a name of your own: incidents/YYYY/MM/<id>.yaml",
    )


def channel_name(prefix: str, id: str, *, resolved: bool = False, follow_up: int = 0) -> str:
    """The Slack channel's name; `follow_up` n ≥ 1 adds `-n`, `resolved` adds `-resolved`.

    The first part stays the same for life: the longest later form, `-9-resolved`, fits as well.
    Where something is cut off or replaced, six digits of a hash keep two incidents apart.
    """
    number = f"-{follow_up}" if follow_up else ""
    room = CHANNEL_LIMIT - len(RESOLVED) - max(len("-9"), len(number))
    return _fitted(prefix, id, room) + number + (RESOLVED if resolved else "")


def _fitted(prefix: str, id: str, room: int) -> str:
    name = _clean(prefix) + _clean(id)
    if len(name) <= room and _clean(id) == id:
        return name
    digits = sha256(f"{prefix}{id}".encode()).hexdigest()[:6]
    return f"{name[: room - len(digits) - 1].rstrip('-')}-{digits}"


def _clean(text: str) -> str:
    return _NOT_IN_CHANNEL.sub("-", text.lower())
