"""Who somebody is, as Slack knows them; remembered for some minutes, so that a form does not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from reconciler.clock import Clock
from reconciler.helper.rights import Groups, Person
from reconciler.incident.text import one_line
from reconciler.targets.seam import Api, CallError

_FRESH = timedelta(minutes=10)
Value = TypeVar("Value")


@dataclass
class People:
    """Answers of Slack that do not change from one minute to the next. Threads may share it."""

    api: Api
    clock: Clock
    _known: dict[str, tuple[datetime, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, id: str, team: str = "") -> Person:
        """Somebody by their member id; `team` is the workspace that the app is in. Raises CallError."""
        user = self._kept(f"user {id}", lambda: self.api.call("users.info", user=id)["user"])
        return person_of(user, team)

    def addresses(self, ids: Collection[str]) -> dict[str, str]:
        """The addresses of people, where Slack shows them. Raises CallError."""
        return {id: self.find(id).address for id in ids}

    def names(self, ids: Collection[str]) -> dict[str, str]:
        """What to call people; who cannot be looked up is left out."""
        found: dict[str, str] = {}
        for id in ids:
            try:
                found[id] = self.find(id).name
            except CallError:
                continue
        return found

    def channel(self, id: str) -> str:
        """What a channel is called. Raises CallError."""
        return self._kept(
            f"channel {id}",
            lambda: str(self.api.call("conversations.info", channel=id)["channel"].get("name", "")),
        )

    def groups(self, handles: Collection[str]) -> Groups:
        """The members of user groups, by their handles with @. Raises CallError."""
        if not handles:
            return {}
        listed = self._kept("groups", lambda: self.api.call("usergroups.list")["usergroups"])
        ids = {f"@{group['handle']}": str(group["id"]) for group in listed}
        return {handle: self._members(ids[handle]) for handle in handles if handle in ids}

    def _members(self, group: str) -> Collection[str]:
        def ask() -> list[str]:
            return list(self.api.call("usergroups.users.list", usergroup=group)["users"])

        return self._kept(f"group {group}", ask)

    def _kept(self, key: str, ask: Callable[[], Value]) -> Value:
        now = self.clock.now()
        with self._lock:
            known = self._known.get(key)
        if known and now - known[0] < _FRESH:
            value: Value = known[1]
            return value
        fresh = ask()
        with self._lock:
            self._known[key] = (now, fresh)
        return fresh


def person_of(user: Mapping[str, Any], team: str = "") -> Person:
    """A person from Slack's record of them."""
    profile = user.get("profile") or {}
    names = (user.get("real_name"), profile.get("real_name"), profile.get("display_name"), user.get("name"))
    name = next((str(name) for name in names if name), "")
    guest = any(user.get(flag) for flag in ("is_restricted", "is_ultra_restricted", "is_stranger"))
    return Person(
        id=str(user.get("id", "")),
        name=one_line(name.replace("<", "").replace(">", ""), 60),
        address=str(profile.get("email") or ""),
        guest=guest or _elsewhere(user, team),
        gone=bool(user.get("deleted") or user.get("is_bot")),
    )


def _elsewhere(user: Mapping[str, Any], team: str) -> bool:
    """True for somebody of another workspace; those of one organisation belong to all of its workspaces."""
    own = user.get("team_id")
    company = (user.get("enterprise_user") or {}).get("teams") or ()
    return bool(team and own and own != team and team not in company)
