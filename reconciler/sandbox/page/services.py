"""The three services as entries of the feed: what a list, a search and a look at an incident need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from reconciler.incident.text import cut
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.notion.properties import shown
from reconciler.sandbox.page.feed import Item, Json, fingerprint
from reconciler.sandbox.slack.workspace import BOT
from reconciler.sandbox.world import World
from reconciler.targets.slack.names import EVENT_TYPE

#: How the purpose of a channel names its incident.
_MARK = re.compile(r"\[[^/\[\]]+/([^/\[\]]+)\]")
_LONGEST = 300


def slack(world: World) -> Iterator[Item]:
    """The people and the channels."""
    machine = world.machines["slack"]
    with machine.lock:
        data = machine.data
        people = {"users": data["users"], "usergroups": data["usergroups"]}
        yield Item("people", fingerprint(people), partial(_people, people))
        for id, channel in data["channels"].items():
            yield Item(f"slack/{id}", fingerprint(channel), partial(_channel, channel))


def _people(data: Json) -> Json:
    users = {
        id: {
            "name": cut(one["real_name"], _LONGEST),
            "handle": one["name"],
            "email": one["email"],
            "admin": one["is_admin"],
            "bot": one["is_bot"],
        }
        for id, one in data["users"].items()
    }
    groups = {id: one["handle"] for id, one in data["usergroups"].items()}
    return {"users": users, "groups": groups, "bot": BOT}


def _channel(channel: Json) -> Json:
    told: set[str] = set()
    own = _MARK.search(channel["purpose"]["value"])
    mine = own[1] if own else ""
    for message in channel["messages"].values():
        incident, thing = _marked(message)
        mine = mine or (incident if thing == "card" else "")
        told.add(incident)
    return {
        "id": channel["id"],
        "name": cut(channel["name"], _LONGEST),
        "topic": cut(channel["topic"]["value"], _LONGEST),
        "archived": channel["is_archived"],
        "private": channel["is_private"],
        "direct": channel["members"] if channel.get("is_im") else [],
        "members": len(channel["members"]),
        "messages": len(channel["messages"]),
        "incident": mine,
        "incidents": sorted({*told, mine} - {""}),
        "at": channel["last_ts"],
    }


def _marked(message: Json) -> tuple[str, str]:
    """The incident and the thing that a message is marked with."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") if metadata.get("event_type") == EVENT_TYPE else None
    if not isinstance(payload, dict):
        return "", ""
    return str(payload.get("incident", "")), str(payload.get("thing", ""))


def pagerduty(world: World) -> Iterator[Item]:
    """The incidents."""
    machine = world.machines["pagerduty"]
    with machine.lock:
        for id, incident in machine.data["incidents"].items():
            yield Item(f"pagerduty/{id}", fingerprint(incident), partial(_page, incident))


def _page(incident: Json) -> Json:
    one = incident["shown"]
    mark = str(one["incident_key"]).split("/")
    return {
        "id": one["id"],
        "number": one["incident_number"],
        "title": cut(one["title"], _LONGEST),
        "status": one["status"],
        "urgency": one["urgency"],
        "service": cut(one["service"]["summary"], _LONGEST),
        "priority": (one["priority"] or {}).get("summary", ""),
        "assigned": [cut(each["assignee"]["summary"], _LONGEST) for each in one["assignments"]],
        "at": one["created_at"],
        "incident": mark[1] if len(mark) == 3 else "",
    }


def notion(world: World) -> Iterator[Item]:
    """The databases and the pages."""
    machine = world.machines["notion"]
    assert isinstance(machine, NotionMachine)
    with machine.lock:
        sources = machine.data["data_sources"]
        stamps = {id: fingerprint(source) for id, source in sources.items()}
        for id, source in sources.items():
            yield Item(f"database/{id}", stamps[id], partial(_database, source))
        for id, page in machine.data["pages"].items():
            source = sources.get(page["parent"].get("data_source_id"))
            stamp = (fingerprint(page), stamps[source["id"]] if source else 0)
            yield Item(f"notion/{id}", stamp, partial(_document, page, source))


def _database(source: Json) -> Json:
    columns = [
        {"name": cut(name, _LONGEST), "type": one["type"], "options": _options(one)}
        for name, one in source["properties"].items()
    ]
    return {"id": source["id"], "title": cut(source["title"], _LONGEST), "columns": columns}


def _options(column: Json) -> list[str]:
    held = column[column["type"]]
    return [option["name"] for option in held["options"]] if "options" in held else []


def _document(page: Json, source: Json | None) -> Json:
    schema = source["properties"] if source else {}
    values = {name: value_text(value) for name, value in shown(page, schema).items()}
    title = next((values[name] for name, one in schema.items() if one["type"] == "title"), "")
    return {
        "id": page["id"],
        "database": source["id"] if source else "",
        "title": cut(title, _LONGEST) or "Untitled",
        "values": {cut(name, _LONGEST): cut(value, _LONGEST) for name, value in values.items()},
        "trashed": page["in_trash"],
        "incident": values.get("Incident ID", ""),
        "at": page["edited_at"],
    }


def value_text(value: Json) -> str:
    """A property's value as one line; empty where it holds nothing."""
    held: Any = value.get(value["type"])
    match value["type"]:
        case "title" | "rich_text":
            return "".join(part["plain_text"] for part in held)
        case "select" | "status":
            return str(held["name"]) if held else ""
        case "multi_select" | "people":
            return ", ".join(str(one.get("name", one["id"])) for one in held)
        case "date":
            return " – ".join(str(held[end]) for end in ("start", "end") if held.get(end)) if held else ""
    return "" if held is None else str(held)
