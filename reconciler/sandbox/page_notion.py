"""Notion on the sandbox's page: each page with its properties and its text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.sandbox.machine import Machine
from reconciler.sandbox.markup import NOTHING, Html, Shown, link, markdown, tag
from reconciler.sandbox.notion import content
from reconciler.sandbox.notion.example import BOT
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.notion.pages import answered

Json = dict[str, Any]


def pages(notion: Machine) -> Iterator[Shown]:
    """The pages, the last made first; also those that the integration may not see."""
    assert isinstance(notion, NotionMachine)
    with notion.lock:
        workspace, kept = notion.workspace(BOT), notion.data["pages"].values()
        shown = [(answered(workspace, page), _text(page["content"])) for page in kept]
    for page, text in reversed(shown):
        yield _shown(page, text)


def _text(blocks: list[Json]) -> str:
    """Common Markdown of a page's blocks: Notion has no blank lines between them."""
    return "\n\n".join(content.markdown([block]) for block in blocks)


def _shown(page: Json, text: str) -> Shown:
    values = {name: value_text(value) for name, value in page["properties"].items()}
    titles = (value_text(value) for value in page["properties"].values() if value["type"] == "title")
    anchor, title = f"notion-{page['id']}", next(titles) or "Untitled"
    html = tag(
        "article",
        tag("h3", title, tag("span", "in the trash", class_="flag") if page["in_trash"] else NOTHING),
        tag("dl", *(_property(name, value) for name, value in values.items() if value)),
        tag("div", markdown(text, deeper=2), class_="document"),
        id=anchor,
    )
    return Shown(anchor, title, values.get("Incident ID", ""), html)


def _property(name: str, value: str) -> Html:
    return tag("div", tag("dt", name), tag("dd", link(value, value)))


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
