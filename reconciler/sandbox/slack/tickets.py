"""Tickets: a bot asks for an address, and may open one connection there within half a minute."""

from __future__ import annotations

import secrets

from reconciler.sandbox.slack.workspace import Record, Workspace

VALID = 30.0
LINK = "/link"


def issue(slack: Workspace) -> Record:
    """The address of a new connection. By it is known where the app reaches Slack."""
    now, known = slack.now.timestamp(), slack.live["tickets"]
    for old in [one for one, at in known.items() if at < now - VALID]:
        del known[old]
    ticket = secrets.token_hex(16)
    known[ticket] = now
    slack.live["origin"] = slack.origin
    app = slack.data["app"]["id"]
    return {"url": f"{slack.origin.replace('http', 'ws', 1)}/slack{LINK}?ticket={ticket}&app_id={app}"}


def redeemed(slack: Workspace, ticket: str) -> bool:
    """Whether the ticket holds good; it does so once."""
    at = slack.live["tickets"].pop(ticket, None)
    return at is not None and slack.now.timestamp() - at <= VALID
