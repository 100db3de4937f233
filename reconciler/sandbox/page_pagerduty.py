"""PagerDuty on the sandbox's page: each incident with what it says of itself, its notes and its timeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.sandbox.machine import Machine
from reconciler.sandbox.markup import Html, Shown, link, tag

Json = dict[str, Any]


def incidents(pagerduty: Machine) -> Iterator[Shown]:
    """The incidents, the last opened first."""
    for incident in reversed(pagerduty.snapshot()["incidents"].values()):
        shown = incident["shown"]
        anchor = f"pagerduty-{shown['id']}"
        title = f"#{shown['incident_number']} {shown['service']['summary']}"
        mark = str(shown["incident_key"]).split("/")
        yield Shown(anchor, title, mark[1] if len(mark) == 3 else "", _incident(incident, anchor))


def _incident(incident: Json, anchor: str) -> Html:
    shown, bridge = incident["shown"], (incident["hidden"]["conference_bridge"] or {}).get("conference_url")
    people = ", ".join(one["assignee"]["summary"] for one in shown["assignments"])
    facts = {
        "Service": shown["service"]["summary"],
        "Urgency": shown["urgency"],
        "Priority": (shown["priority"] or {}).get("summary", "none"),
        "Assigned to": people or "nobody",
        "Key": shown["incident_key"],
        "Bridge": link(bridge, bridge) if bridge else "none",
    }
    return tag(
        "article",
        tag("h3", shown["summary"], tag("span", shown["status"], class_=f"flag {shown['status']}")),
        tag("dl", *_facts(facts)),
        *_list("Notes", [one["content"] for one in incident["notes"]]),
        *_list("Timeline", [f"{one['created_at']} {one['summary']}" for one in incident["log_entries"]]),
        id=anchor,
    )


def _facts(facts: dict[str, str]) -> Iterator[Html]:
    for name, value in facts.items():
        yield tag("div", tag("dt", name), tag("dd", value))


def _list(title: str, lines: list[str]) -> Iterator[Html]:
    if lines:
        items = [tag("li", line) for line in lines]
        yield tag("details", tag("summary", f"{title} ({len(lines)})"), tag("ul", *items))
