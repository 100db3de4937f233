"""The last calls, for the page: a line each in a list, one in full on demand, and no token in either."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.page.feed import Json
from reconciler.sandbox.routes import TOKENS
from reconciler.sandbox.world import Called, World
from reconciler.targets.seam import is_read

HIDDEN = "(token)"

_TOKEN = re.compile("|".join([*map(re.escape, TOKENS.values()), r"xox[a-z]-[\w-]+", r"xapp-[\w-]+"]))


def listed(world: World, since: int = 0) -> Json:
    """The calls after the one of that number, the oldest first."""
    return {"calls": [_line(one) for one in world.lately() if one.number > since]}


def _line(one: Called) -> Json:
    return {
        "number": one.number,
        "at": one.at.isoformat(),
        "service": one.service,
        "method": hidden(one.method),
        "error": hidden(one.error),
        "person": one.person,
        "read": not one.person and is_read(one.method),
    }


def in_full(world: World, number: int) -> Json | None:
    """One call with its arguments and its answer; None when it is forgotten."""
    found = next((one for one in world.lately() if one.number == number), None)
    if found is None:
        return None
    return _line(found) | {"arguments": hidden(found.arguments), "answer": hidden(found.answer)}


def hidden(value: Any) -> Any:
    """The same with its tokens covered."""
    if isinstance(value, str):
        return _TOKEN.sub(HIDDEN, value)
    if isinstance(value, Mapping):
        return {key: HIDDEN if key == "token" else hidden(one) for key, one in value.items()}
    return [hidden(one) for one in value] if isinstance(value, list | tuple) else value
