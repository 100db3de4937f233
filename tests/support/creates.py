"""What was made in the services, counted by what it is: two of a kind are one too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.machine import Logged
from reconciler.targets.seam import CallError
from tests.support.scene import Scene

#: What was made: by which call, and what it is to people.
Creates = Counter[tuple[str, str]]

_LINES = "PATCH /v1/pages/{page_id}/markdown"


def created(scene: Scene) -> Creates:
    """All that the services say they have made, as far back as their logs reach."""
    counted: Creates = Counter()
    for machine in (scene.pagerduty, scene.slack, scene.notion):
        for logged in machine.log:
            if not isinstance(logged.outcome, CallError):
                counted.update((logged.method, what) for what in _made(scene, logged))
    return counted


def _made(scene: Scene, logged: Logged) -> Iterator[str]:
    given = logged.arguments
    if logged.method == "POST /incidents":
        yield given["incident"]["incident_key"]
    elif logged.method == "PUT /incidents/{id}" and "escalation_level" in given["incident"]:
        yield "notified again"
    elif logged.method == "POST /incidents/{id}/notes":
        yield given["note"]["content"].partition("\n")[0]
    elif logged.method == "conversations.create":
        yield given["name"]
    elif logged.method == "bookmarks.add":
        yield given["link"]
    elif logged.method == "chat.postMessage":
        yield f"{given['metadata']['event_payload']['thing']} in {_place(scene, given['channel'])}"
    elif logged.method == "POST /v1/pages":
        yield "the document"
    elif logged.method == _LINES:
        yield from _lines(given["update_content"]["content_updates"])


def _place(scene: Scene, channel: str) -> str:
    """A channel's name; all of an incident's channels are one place."""
    name = str(scene.slack.data["channels"][channel]["name"])
    return "its channel" if name.startswith("incd-") else name


def _lines(edits: list[Mapping[str, Any]]) -> Iterator[str]:
    for edit in edits:
        before = edit["old_str"].split("\n")
        yield from (line for line in edit["new_str"].split("\n") if line not in before)
