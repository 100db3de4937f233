"""What a service does to its incidents by itself in time: end an acknowledgement or a snooze, resolve.

Nothing runs in the background. Before each call, whatever has fallen due since the last one is made up for,
in its order and with the times at which it was due.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.sandbox.pagerduty.account import Account, Json, read, reference, written
from reconciler.sandbox.pagerduty.lifecycle import resolve, trigger


def catch_up(account: Account) -> None:
    """Carry out everything that fell due until now."""
    for incident in account.data["incidents"].values():
        while (due := _next(account, incident)) is not None and due[0] <= account.now:
            moment, action = due
            service = account.data["services"][incident["shown"]["service"]["id"]]
            itself = replace(account, now=moment, agent=reference(service))
            if action == "resolve":
                resolve(itself, incident, "timeout")
            else:
                trigger(itself, incident, "timeout")


def pending(account: Account, incident: Json) -> list[Json]:
    """What will happen to the incident by itself, as PagerDuty shows it."""
    return [{"type": action, "at": written(moment)} for moment, action in sorted(_due(account, incident))]


def _next(account: Account, incident: Json) -> tuple[datetime, str] | None:
    return min(_due(account, incident), default=None)


def _due(account: Account, incident: Json) -> list[tuple[datetime, str]]:
    shown = incident["shown"]
    service = account.data["services"][shown["service"]["id"]]
    due = []
    if service["auto_resolve_timeout"] and shown["status"] != "resolved":
        after = timedelta(seconds=service["auto_resolve_timeout"])
        due.append((read(incident["opened_at"]) + after, "resolve"))
    if shown["status"] == "acknowledged" and incident.get("snoozed_until"):
        due.append((read(incident["snoozed_until"]), "unacknowledge"))
    elif service["acknowledgement_timeout"] and shown["status"] == "acknowledged":
        after = timedelta(seconds=service["acknowledgement_timeout"])
        due.append((read(shown["last_status_change_at"]) + after, "unacknowledge"))
    return due
