"""The state as tests keep it: a few words an incident, loaded and saved in one breath."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.clock import VirtualClock
from reconciler.incident.settings import GitSettings
from reconciler.repo.repository import Repository
from reconciler.repo.state import Saved, StateStore
from tests.support.repositories import START, Clone, Remote


def store(here: Clone | Remote, ref: str = "reconciler-state") -> StateStore:
    return StateStore(Repository.open(here.folder), GitSettings(state=ref), VirtualClock(START))


def saved(here: Clone, *lines: str, readme: str | None = None, **incidents: Any) -> Saved:
    """Load, remember these incidents too, and save; `_` in a keyword stands for `-` in an id."""
    keeper = store(here)
    state = keeper.load()
    documents = {f"20261121-{name}": {"about": about} for name, about in incidents.items()}
    new = replace(state, incidents={**state.incidents, **documents})
    return keeper.save(new, lines or ["create slack:x/channel"], run="run 7", readme=readme)


def incidents(here: Clone) -> dict[str, Any]:
    return {id.removeprefix("20261121-"): data["about"] for id, data in store(here).load().incidents.items()}
