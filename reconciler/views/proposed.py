"""What is said of an edit that waits for a review: where it waits, and what is done before it is merged."""

from __future__ import annotations

from reconciler.repo.propose import Proposed

ONLY_PAGES = "until it is merged, the teams that it names are paged, and nothing else is done"
NOTHING = "until it is merged, nothing of it is done: nobody is paged or told because of it"


def waits(proposed: Proposed) -> str:
    """Where it waits; empty where a note says that already."""
    if proposed.pull is None:
        return ""
    return f"pull request #{proposed.pull.number} waits for review: {proposed.pull.url}"


def meanwhile(proposed: Proposed) -> str:
    """What is done before it is merged."""
    return ONLY_PAGES if proposed.new else NOTHING


def proposed_lines(proposed: Proposed) -> list[str]:
    """Both, a line each."""
    return [line for line in (waits(proposed), meanwhile(proposed)) if line]
