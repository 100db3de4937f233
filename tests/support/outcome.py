"""The services' state as people see it, without ids and times: what two runs are compared by."""

from __future__ import annotations

from typing import Any, Protocol

from reconciler.sandbox.machine import Machine

Seen = dict[str, Any]

#: The id of the property with the incident's id in the example's database.
INCIDENT = "inD"


class Services(Protocol):
    """Whatever has the three services: a scene, a company."""

    @property
    def slack(self) -> Machine: ...

    @property
    def pagerduty(self) -> Machine: ...

    @property
    def notion(self) -> Machine: ...


def world_of(scene: Services) -> Seen:
    """All that there is, by names that do not depend on the order of calls."""
    names = names_of(scene)
    seen = {"slack": _slack(scene), "pagerduty": _pagerduty(scene), "notion": _notion(scene)}
    return {service: named(state, names) for service, state in seen.items()}


def names_of(scene: Services) -> dict[str, str]:
    """What the services' ids are called instead."""
    names = {id: f"#{raw['name']}" for id, raw in scene.slack.data["channels"].items()}
    names |= {id: raw["shown"]["incident_key"] for id, raw in scene.pagerduty.data["incidents"].items()}
    pages = scene.notion.data["pages"]
    for number, id in enumerate(sorted(pages, key=lambda id: _place(pages[id]))):
        names |= {id: f"page {number}", id.replace("-", ""): f"page {number}"}
    return names


def _place(page: Seen) -> tuple[str, bool]:
    """By incident; the one that is kept of several comes first, whichever was made first."""
    return str(page["properties"].get(INCIDENT)), page["in_trash"]


def named(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: named(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [named(item, names) for item in value]
    if isinstance(value, str):
        for id, name in names.items():
            value = value.replace(id, name)
    return value


def _slack(scene: Services) -> Seen:
    return {raw["name"]: _channel(scene, raw) for raw in scene.slack.data["channels"].values()}


def _channel(scene: Services, raw: Seen) -> Seen:
    users = scene.slack.data["users"]
    ours = [message for message in raw["messages"].values() if message.get("bot_id")]
    return {
        "archived": raw["is_archived"],
        "private": raw["is_private"],
        "topic": raw["topic"]["value"],
        "purpose": raw["purpose"]["value"],
        "people": sorted(users[id]["email"] for id in raw["members"]),
        "bookmarks": sorted((mark["title"], mark["link"]) for mark in raw["bookmarks"].values()),
        "pinned": sorted(raw["messages"][pin["ts"]]["text"] for pin in raw["pins"]),
        "messages": sorted(_message(raw, message) for message in ours),
    }


def _message(channel: Seen, message: Seen) -> tuple[str, ...]:
    parent = channel["messages"].get(message.get("thread_ts", ""), {}).get("text", "")
    blocks = "\n".join(block["text"]["text"] for block in message.get("blocks", ()))
    return (message["metadata"]["event_payload"]["thing"], parent, message["text"], blocks)


def _pagerduty(scene: Services) -> list[Seen]:
    listed = []
    for record in scene.pagerduty.data["incidents"].values():
        shown, hidden = record["shown"], record["hidden"]
        body = (hidden["body"] or {}).get("details", "")
        listed.append(
            {name: shown[name] for name in ("incident_key", "title", "status", "urgency")}
            | {
                "priority": (shown["priority"] or {}).get("summary"),
                "service": shown["service"]["id"],
                "policy": shown["escalation_policy"]["id"],
                "bridge": hidden["conference_bridge"],
                "details": _without_links(body),
                "notes": sorted(note["content"] for note in record["notes"]),
            }
        )
    return sorted(listed, key=lambda one: str(one["incident_key"]))


def _without_links(text: str) -> list[str]:
    """What is people's once it is made has the links that there were then."""
    links = ("Slack: ", "Document: ", "Channel: ")
    return [line for line in text.split("\n") if not line.startswith(links)]


def _notion(scene: Services) -> list[Seen]:
    listed = []
    for id, raw in scene.notion.data["pages"].items():
        shown = scene.notion.call("GET /v1/pages/{page_id}", page_id=id)
        text = scene.notion.call("GET /v1/pages/{page_id}/markdown", page_id=id)["markdown"]
        values = {name: _value(value) for name, value in shown["properties"].items()}
        listed.append({"trash": raw["in_trash"], "properties": values, "text": _without_links(text)})
    return listed


def _value(value: Any) -> Any:
    """A property without the service's own ids."""
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items() if key != "id"}
    return [_value(item) for item in value] if isinstance(value, list) else value


def difference(before: Any, after: Any, path: str = "") -> list[str]:
    """Where two states differ, a line each, to be read by whoever broke it."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted({*before, *after}, key=str)
        return [
            line
            for key in keys
            for line in difference(before.get(key, "nothing"), after.get(key, "nothing"), f"{path}/{key}")
        ]
    if isinstance(before, list) and isinstance(after, list):
        missing = [f"{path}: missing {item!r}" for item in before if item not in after]
        surplus = [f"{path}: too much {item!r}" for item in after if item not in before]
        twice = [f"{path}: {len(after)} instead of {len(before)}"] if len(before) != len(after) else []
        return missing + surplus + twice
    return [] if before == after else [f"{path}: {after!r} instead of {before!r}"]
