"""What an incident's timeline holds: log entries and notes, written by whoever changes the incident."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.pagerduty.account import Account, Json, as_flag, reference, written
from reconciler.sandbox.pagerduty.paging import page
from reconciler.targets.seam import Answer

MOST_NOTES = 2000

_OVERVIEW = {
    f"{what}_log_entry" for what in ("trigger", "acknowledge", "unacknowledge", "resolve", "escalate")
}


def log(account: Account, incident: Json, what: str, channel: str, **more: Any) -> Json:
    """Write one log entry and return it; `what` is its type without `_log_entry`."""
    identity = account.identity("R")
    shown = incident["shown"]
    entry = {
        "id": identity,
        "type": f"{what}_log_entry",
        "summary": f"{what.capitalize().replace('_', ' ')} through {channel}",
        "self": f"https://api.pagerduty.com/log_entries/{identity}?incident_id={shown['id']}",
        "html_url": f"{shown['html_url']}/log_entries/{identity}",
        "created_at": account.stamp,
        "agent": account.agent,
        "channel": {"type": channel},
        "service": shown["service"],
        "incident": reference(shown),
        "teams": [],
        "contexts": [],
    } | more
    incident["log_entries"].append(entry)
    return entry


def list_log_entries(account: Account, incident: Json, arguments: Json) -> Answer:
    """The incident's log entries, the newest first."""
    entries = list(reversed(incident["log_entries"]))
    if as_flag(arguments.get("is_overview")):
        entries = [entry for entry in entries if entry["type"] in _OVERVIEW]
    if arguments.get("since"):
        entries = [
            entry for entry in entries if entry["created_at"] >= written(account.time(arguments["since"]))
        ]
    if arguments.get("until"):
        entries = [
            entry for entry in entries if entry["created_at"] < written(account.time(arguments["until"]))
        ]
    return page(account, "log_entries", entries, arguments)


def list_notes(incident: Json) -> Answer:
    """The incident's notes, the newest first."""
    return {"notes": list(reversed(incident["notes"]))}


def edit_note(account: Account, incident: Json, arguments: Json) -> Answer:
    """Put another text in a note's place."""
    note = next((one for one in incident["notes"] if one["id"] == arguments.get("note_id")), None)
    if note is None:
        raise account.not_found()
    note |= {"content": _content(account, arguments), "updated_at": account.stamp}
    return {"note": note}


def delete_note(account: Account, incident: Json, arguments: Json) -> Answer:
    """Take a note away."""
    left = [one for one in incident["notes"] if one["id"] != arguments.get("note_id")]
    if len(left) == len(incident["notes"]):
        raise account.not_found()
    incident["notes"][:] = left
    return {}


def add_note(account: Account, incident: Json, arguments: Json) -> Answer:
    """Add a note; two equal ones are two notes."""
    content = _content(account, arguments)
    if len(incident["notes"]) >= MOST_NOTES:
        raise account.impossible(f"An incident can have at most {MOST_NOTES} notes")
    note = {
        "id": account.identity("N"),
        "user": account.agent,
        "channel": {"summary": "The PagerDuty website or APIs"},
        "content": content,
        "created_at": account.stamp,
        "updated_at": account.stamp,
    }
    incident["notes"].append(note)
    log(account, incident, "annotate", "note", note=content)
    return {"note": note}


def _content(account: Account, arguments: Json) -> str:
    given = arguments.get("note")
    content = given.get("content") if isinstance(given, dict) else None
    if not isinstance(content, str) or not content.strip():
        raise account.invalid("Content cannot be empty.")
    return content
