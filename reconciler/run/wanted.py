"""What a run asks of a revision beside its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.plan.memory import Memory


@dataclass(frozen=True)
class Wanted:
    """`on` are the targets that can be reached; `lost`: what is remembered may not be all that was made.

    With `prune` incidents without a file are retired, as many as `allow_prunes` says, else a few. `none`:
    what was asked for is not on the branch.
    """

    now: datetime
    memories: Mapping[str, Memory]
    only: frozenset[str] = frozenset()
    allow_late_pages: bool = False
    on: frozenset[str] = frozenset()
    lost: bool = False
    prune: bool = False
    allow_prunes: int | None = None
    none: bool = False
