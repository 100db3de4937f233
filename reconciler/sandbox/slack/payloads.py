"""What Slack sends to the app, for each thing that a person does."""

from __future__ import annotations

from typing import Any, NamedTuple

from reconciler.sandbox.slack import shapes, triggers, views, whispers
from reconciler.sandbox.slack.workspace import Record, Workspace

#: Not a secret: an old field, which apps look at no more.
_VERIFICATION = "sandbox"


class Sending(NamedTuple):
    """A payload on its way: of which kind, whether its acknowledgement may say something, and about what."""

    kind: str
    payload: Record
    answers: bool = True


def command(slack: Workspace, channel: Record, name: str, text: str) -> Sending:
    """A slash command; its fields are flat."""
    user = slack.data["users"][slack.actor]
    payload = {
        "token": _VERIFICATION,
        "team_id": slack.data["team"]["id"],
        "team_domain": _domain(slack),
        "channel_id": channel["id"],
        "channel_name": _channel_name(channel),
        "user_id": user["id"],
        "user_name": user["name"],
        "command": name,
        "text": text,
        "api_app_id": slack.data["app"]["id"],
        "is_enterprise_install": "false",
        "response_url": whispers.address(slack, channel["id"]),
        "trigger_id": triggers.new(slack),
    }
    return Sending("slash_commands", payload)


def global_shortcut(slack: Workspace, callback: str) -> Sending:
    """From the menu."""
    return _interactive(
        slack, "shortcut", callback_id=callback, action_ts=_stamp(slack), trigger_id=triggers.new(slack)
    )


def message_shortcut(slack: Workspace, channel: Record, message: Record, callback: str) -> Sending:
    """From a message's menu."""
    return _interactive(
        slack,
        "message_action",
        callback_id=callback,
        action_ts=_stamp(slack),
        trigger_id=triggers.new(slack),
        response_url=whispers.address(slack, channel["id"]),
        message_ts=message["ts"],
        channel=_channel(channel),
        message=shapes.message(message, channel),
    )


def pressed(slack: Workspace, channel: Record, message: Record, action: Record, *, secret: bool) -> Sending:
    """Something in a message was pressed or chosen; of one that only one person sees, nothing is told."""
    told = {} if secret else {"message": shapes.message(message, channel)}
    return _interactive(
        slack,
        "block_actions",
        container={
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel["id"],
            "is_ephemeral": secret,
        },
        trigger_id=triggers.new(slack),
        channel=_channel(channel),
        state={"values": {}},
        response_url=whispers.address(slack, channel["id"], message["ts"]),
        actions=[{**action, "action_ts": _stamp(slack)}],
        **told,
    )


def pressed_in_view(slack: Workspace, record: Record, state: Record, action: Record) -> Sending:
    """Something in a modal was pressed or chosen."""
    return _interactive(
        slack,
        "block_actions",
        container={"type": "view", "view_id": record["id"]},
        trigger_id=triggers.new(slack, record["id"]),
        view=views.shown(slack, record, state),
        actions=[{**action, "action_ts": _stamp(slack)}],
    )


def submission(slack: Workspace, record: Record, state: Record) -> Sending:
    """A modal was sent."""
    view, trigger = views.shown(slack, record, state), triggers.new(slack, record["id"])
    return _interactive(slack, "view_submission", trigger_id=trigger, view=view, response_urls=[])


def closing(slack: Workspace, record: Record, *, cleared: bool) -> Sending:
    """A modal was left; there is nothing to answer."""
    return _interactive(slack, "view_closed", view=views.shown(slack, record), is_cleared=cleared)


def event(slack: Workspace, event: Record) -> Sending:
    """Something happened that the app asked to hear of."""
    team, app = slack.data["team"]["id"], slack.data["app"]
    payload = {
        "token": _VERIFICATION,
        "team_id": team,
        "context_team_id": team,
        "api_app_id": app["id"],
        "event": {**event, "event_ts": _stamp(slack)},
        "type": "event_callback",
        "event_id": slack.new_id("Ev"),
        "event_time": slack.seconds,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": app["user_id"],
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }
    return Sending("events_api", payload, answers=False)


def _interactive(slack: Workspace, kind: str, **more: Any) -> Sending:
    team = slack.data["team"]
    user = slack.data["users"][slack.actor]
    payload = {
        "type": kind,
        "token": _VERIFICATION,
        "team": {"id": team["id"], "domain": _domain(slack)},
        "user": {"id": user["id"], "username": user["name"], "name": user["name"], "team_id": team["id"]},
        "api_app_id": slack.data["app"]["id"],
        "enterprise": None,
        "is_enterprise_install": False,
        **more,
    }
    return Sending("interactive", payload)


def _domain(slack: Workspace) -> str:
    url: str = slack.data["team"]["url"]
    return url.removeprefix("https://").partition(".")[0]


def _channel(channel: Record) -> Record:
    return {"id": channel["id"], "name": _channel_name(channel)}


def _channel_name(channel: Record) -> str:
    if channel.get("is_im"):
        return "directmessage"
    return "privategroup" if channel["is_private"] else str(channel["name"])


def _stamp(slack: Workspace) -> str:
    return f"{slack.now.timestamp():.6f}"
