"""Modals: opened by a trigger, changed while they are open, at most three upon each other."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.slack import triggers
from reconciler.sandbox.slack.arguments import invalid
from reconciler.sandbox.slack.modals import checked_view
from reconciler.sandbox.slack.workspace import No, Record, Workspace

HIGHEST = 3


def open_(slack: Workspace, trigger_id: str, view: Any = None) -> Record:
    """Open a view for whoever the trigger is of; what they had open is gone."""
    trigger = triggers.valid(slack, trigger_id)
    checked, user = _new(slack, view), trigger["user"]
    trigger["used"] = True
    for old in [id for id, one in slack.live["views"].items() if one["user"] == user]:
        del slack.live["views"][old]
    return {"view": shown(slack, opened(slack, user, checked))}


def push(slack: Workspace, trigger_id: str, view: Any = None) -> Record:
    """Lay a view upon the one in which the trigger arose."""
    trigger = triggers.valid(slack, trigger_id)
    below = room_upon(slack, found(slack, trigger["view"]))
    checked = _new(slack, view)
    trigger["used"] = True
    return {"view": shown(slack, opened(slack, below["user"], checked, below))}


def update(
    slack: Workspace, view: Any = None, view_id: str = "", external_id: str = "", hash: str = ""
) -> Record:
    """Change a view that is open, if it is still the one that `hash` names."""
    if not (view_id or external_id):
        raise invalid("missing required field: view_id")
    named = (id for id, one in slack.live["views"].items() if one["view"]["external_id"] == external_id)
    record = found(slack, view_id or next(named, ""))
    if hash and hash != record["hash"]:
        raise No("hash_conflict")
    changed(slack, record, _new(slack, view, record))
    return {"view": shown(slack, record)}


def _new(slack: Workspace, view: Any, instead: Record | None = None) -> Record:
    named = view.get("external_id") if isinstance(view, dict) else None
    others = (one for one in slack.live["views"].values() if one is not instead)
    if named and any(one["view"]["external_id"] == named for one in others):
        raise No("duplicate_external_id")
    return checked_view(slack, view)


def found(slack: Workspace, id: str) -> Record:
    """A view that is open."""
    record: Record | None = slack.live["views"].get(id)
    if record is None:
        raise No("not_found")
    return record


def opened(slack: Workspace, user: str, view: Record, below: Record | None = None) -> Record:
    """A checked view, now open."""
    # As in Slack no view ever had this id before, were the sandbox begun anew: apps know requests by it.
    id = f"V{round(slack.now.timestamp() * 1000):X}{slack.new_id('')}"
    root, previous = (below["root"], below["id"]) if below else (id, None)
    record = {"id": id, "user": user, "root": root, "previous": previous, "hash": _hash(slack), "view": view}
    slack.live["views"][id] = record
    return record


def room_upon(slack: Workspace, below: Record) -> Record:
    """The same view, if there is room upon it."""
    if len([one for one in slack.live["views"].values() if one["root"] == below["root"]]) >= HIGHEST:
        raise No("push_limit_reached")
    return below


def changed(slack: Workspace, record: Record, view: Record) -> None:
    """Show another checked view in an open one's place."""
    record["view"], record["hash"] = view, _hash(slack)


def closed(slack: Workspace, id: str, *, all_of_them: bool = False) -> None:
    """Close a view and what lies upon it, or the whole pile."""
    record = slack.live["views"].get(id)
    if record is None:
        return
    pile = [one for one in slack.live["views"].values() if one["root"] == record["root"]]
    start = 0 if all_of_them else pile.index(record)
    for one in pile[start:]:
        del slack.live["views"][one["id"]]


def shown(slack: Workspace, record: Record, state: Record | None = None) -> Record:
    """A view as Slack shows it to the app; `state` is what was filled in."""
    team, app = slack.data["team"]["id"], slack.data["app"]
    return {
        "id": record["id"],
        "team_id": team,
        **record["view"],
        "state": {"values": state or {}},
        "hash": record["hash"],
        "previous_view_id": record["previous"],
        "root_view_id": record["root"],
        "app_id": app["id"],
        "bot_id": app["bot_id"],
        "app_installed_team_id": team,
    }


def _hash(slack: Workspace) -> str:
    return f"{slack.seconds}.{slack.new_id('h')}"
