"""Triggers: each thing that a person does lets the app open one view, for three seconds."""

from __future__ import annotations

from reconciler.sandbox.slack.workspace import No, Record, Workspace

VALID = 3.0
_FORGOTTEN = 60.0


def new(slack: Workspace, view: str = "") -> str:
    """A trigger of the actor's; `view` is the one that they did something in."""
    at = slack.now.timestamp()
    known = slack.live["triggers"]
    for old in [id for id, one in known.items() if one["at"] < at - _FORGOTTEN]:
        del known[old]
    id = f"{round(at * 1000)}.{slack.data['team']['id']}.{slack.new_id('t')}"
    known[id] = {"at": at, "user": slack.actor, "used": False, "view": view}
    return id


def valid(slack: Workspace, trigger_id: str) -> Record:
    """What a trigger stands for, if it may be used; whoever does so sets `used`."""
    found: Record | None = slack.live["triggers"].get(trigger_id)
    if found is None:
        raise No("invalid_trigger_id")
    if found["used"]:
        raise No("exchanged_trigger_id")
    if slack.now.timestamp() - found["at"] > VALID:
        raise No("expired_trigger_id")
    return found
