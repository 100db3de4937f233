"""What people do with the app: type its commands, press its buttons, fill in its forms.

Each function puts what the app is to hear into the outbox; `settled` is what its acknowledgement, or its
silence, brings about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.slack import filled, manifest, payloads, views, whispers
from reconciler.sandbox.slack.modals import checked_view
from reconciler.sandbox.slack.payloads import Sending
from reconciler.sandbox.slack.text import escaped
from reconciler.sandbox.slack.workspace import No, Record, Workspace

#: What Slack says where the app is not there, or does not answer in time.
NOBODY, SILENCE = "dispatch_failed", "operation_timeout"
TROUBLE = "We had some trouble connecting. Try again?"


_NAMES = re.compile(r"(?<!\S)([@#][\w.-]*\w)")


class Faults(No):
    """A form that is not sent as it is: what is wrong, by block."""

    def __init__(self, errors: Mapping[str, str]):
        super().__init__("invalid_form", errors=dict(errors))
        self.errors = dict(errors)


def command(slack: Workspace, channel: str, text: str) -> Record:
    """Type a slash command into a channel, e.g. `/incident new It is down`."""
    name, _, rest = text.strip().partition(" ")
    if name not in manifest.COMMANDS or "commands" not in slack.data["scopes"]:
        raise No("unknown_command")
    found = slack.open(channel)
    slack.outbox.append(payloads.command(slack, found, name, typed(slack, rest.strip())))
    return {}


def typed(slack: Workspace, text: str) -> str:
    """What was typed as the app gets it (`should_escape` in its manifest): people and channels by id."""
    users = {f"@{one['name']}": f"<@{id}|{one['name']}>" for id, one in slack.data["users"].items()}
    channels = {f"#{one['name']}": f"<#{id}|{one['name']}>" for id, one in slack.data["channels"].items()}
    known = {**users, **channels, **{f"@{name}": f"<!{name}>" for name in ("here", "channel", "everyone")}}
    return "".join(known.get(part) or escaped(part) for part in _NAMES.split(text))


def shortcut(slack: Workspace, callback: str, channel: str = "", ts: str = "") -> Record:
    """Choose an entry of the shortcuts menu, or of the menu of a message."""
    known = manifest.SHORTCUTS.get(callback)
    if known is None or "commands" not in slack.data["scopes"] or known.of_message != bool(ts):
        raise No("unknown_shortcut")
    if not ts:
        slack.outbox.append(payloads.global_shortcut(slack, callback))
        return {}
    found = slack.channel(channel)
    if ts not in found["messages"]:
        raise No("message_not_found")
    slack.outbox.append(payloads.message_shortcut(slack, found, found["messages"][ts], callback))
    return {}


def press(slack: Workspace, channel: str, ts: str, block_id: str, action_id: str, value: Any = "") -> Record:
    """Press a button in a message, or choose from its menu."""
    found = slack.channel(channel)
    secret = whispers.found(slack, channel, ts)
    message = secret or found["messages"].get(ts)
    if message is None:
        raise No("message_not_found")
    action = _action(message.get("blocks", ()), block_id, action_id, value)
    slack.outbox.append(payloads.pressed(slack, found, message, action, secret=secret is not None))
    return {}


def press_in_view(
    slack: Workspace, view_id: str, block_id: str, action_id: str, values: Any = None, value: Any = ""
) -> Record:
    """Press a button in a modal; what is filled in so far goes with it."""
    record = _mine(slack, view_id)
    action = _action(record["view"]["blocks"], block_id, action_id, value)
    state = filled.state_of(record["view"], values or {})
    slack.outbox.append(payloads.pressed_in_view(slack, record, state, action))
    return {}


def submit(slack: Workspace, view_id: str, values: Any = None) -> Record:
    """Send a form. Raises Faults for what the app never hears of."""
    record = _mine(slack, view_id)
    if record["view"]["submit_disabled"]:
        raise No("submit_disabled")
    wrong = filled.faults(record["view"], values or {})
    if wrong:
        raise Faults(wrong)
    state = filled.state_of(record["view"], values or {})
    slack.outbox.append(payloads.submission(slack, record, state))
    return {}


def leave(slack: Workspace, view_id: str, everything: bool = False) -> Record:
    """Close a form without sending it, and with `everything` those below it."""
    record = _mine(slack, view_id)
    if record["view"]["notify_on_close"]:
        slack.outbox.append(payloads.closing(slack, record, cleared=everything))
    views.closed(slack, view_id, all_of_them=everything or record["view"]["clear_on_close"])
    return {}


def _mine(slack: Workspace, view_id: str) -> Record:
    record = views.found(slack, view_id)
    if record["user"] != slack.actor:
        raise No("not_found")
    return record


def _action(blocks: Any, block_id: str, action_id: str, value: Any) -> Record:
    """What the app is told of an element that was used."""
    for block in blocks:
        for element in filled.elements_of(block):
            if (block["block_id"], element.get("action_id")) == (block_id, action_id):
                return {"action_id": action_id, "block_id": block_id, **_told(element, value)}
    raise No("action_not_found")


def _told(element: Record, value: Any) -> Record:
    if element["type"] != "button":
        return filled.chosen(element, value)
    return {key: element[key] for key in ("type", "text", "value", "style") if key in element}


# what comes of it


def settled(slack: Workspace, sending: Sending, payload: Any, error: str) -> Record:
    """What an acknowledgement brings about: for the person, errors by field or one in all."""
    kind = sending.payload.get("type", sending.kind)
    if sending.kind == "slash_commands":
        return _command_settled(slack, sending.payload, payload, error)
    if kind == "view_submission":
        return _submission_settled(slack, sending.payload["view"]["id"], payload, error)
    return {"error": TROUBLE} if error and sending.answers else {}


def _command_settled(slack: Workspace, asked: Record, payload: Any, error: str) -> Record:
    if error:
        channel = slack.data["channels"][asked["channel_id"]]
        words = f"{asked['command']} failed with the error “{error}”"
        whispers.from_slack(slack, channel, asked["user_id"], words)
        return {"error": words}
    if isinstance(payload, dict) and (payload.get("text") or payload.get("blocks")):
        whispers.acknowledged(slack, asked, payload)
    return {}


def _submission_settled(slack: Workspace, view_id: str, payload: Any, error: str) -> Record:
    """The form closes, unless the app says otherwise; what it says wrongly is trouble."""
    record = slack.live["views"].get(view_id)
    if record is None:
        return {}
    if error:
        return {"error": TROUBLE}
    said = payload if isinstance(payload, dict) else {}
    try:
        return _obeyed(slack, record, said.get("response_action"), said)
    except No as no:
        return {"error": TROUBLE, "why": no.error}


def _obeyed(slack: Workspace, record: Record, action: Any, said: Record) -> Record:
    match action:
        case None:
            views.closed(slack, record["id"])
        case "clear":
            views.closed(slack, record["id"], all_of_them=True)
        case "update":
            views.changed(slack, record, checked_view(slack, said.get("view")))
        case "push":
            below = views.room_upon(slack, record)
            views.opened(slack, record["user"], checked_view(slack, said.get("view")), below)
        case "errors":
            return {"errors": _errors(record, said.get("errors"))}
        case _:
            raise No("invalid_response_action")
    return {}


def _errors(record: Record, errors: Any) -> Record:
    """Errors at inputs of the form, and nowhere else."""
    inputs = {block["block_id"] for block in record["view"]["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or errors.keys() - inputs:
        raise No("invalid_errors")
    return {str(block): str(words) for block, words in errors.items()}
