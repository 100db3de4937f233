"""What writers do in Notion to each property, and to the document around them; see `drifting`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from reconciler.plan.drift import ITSELF
from reconciler.sandbox.notion.example import SOURCE
from reconciler.sandbox.notion.people import People as Writers
from tests.support.drifting import SECOND, Drifting, Key, blocked
from tests.support.scene import ID, Scene


def document(scene: Scene) -> dict[str, Any]:
    """The first document's record."""
    return dict(next(iter(scene.notion.data["pages"].values())))


def documents(scene: Scene) -> list[bool]:
    """The documents that there are, in the trash or not."""
    return [raw["in_trash"] for raw in scene.notion.data["pages"].values()]


def text(scene: Scene) -> str:
    """The document's text, but for the line of the second update."""
    answer = scene.notion.call("GET /v1/pages/{page_id}/markdown", page_id=document(scene)["id"])
    return "\n".join(line for line in str(answer["markdown"]).split("\n") if SECOND.text not in line)


def rewording(old: str, new: str) -> Callable[[Scene], None]:
    return lambda scene: Writers(scene.notion).edit_markdown(document(scene)["id"], old, new)


def value_of(name: str) -> Callable[[Scene], object]:
    return lambda scene: document(scene)["properties"].get(
        scene.notion.data["data_sources"][SOURCE]["properties"][name]["id"]
    )


def fill_in(name: str, value: str) -> Callable[[Scene], None]:
    return lambda scene: Writers(scene.notion).set_property(document(scene)["id"], name, value)


def add_a_column(scene: Scene) -> None:
    columns = scene.notion.data["data_sources"][SOURCE]["properties"]
    columns["Cost"] = {**columns["Description"], "id": "cost", "name": "Cost"}
    fill_in("Cost", "Much")(scene)


def cost(scene: Scene) -> object:
    return document(scene)["properties"].get("cost")


def record(**fields: Any) -> Callable[[Scene], None]:
    return lambda scene: next(iter(scene.notion.data["pages"].values())).update(**fields)


def move(scene: Scene) -> None:
    """Into a database that is not the settings'; the next query knows nothing of the page."""
    found = next(iter(scene.notion.data["pages"].values()))
    found["parent"] = {**found["parent"], "database_id": "1b2c3d4e5f60718293a4b5c6d7e8f901"}


def second(scene: Scene, touched: bool) -> None:
    """A second document for the incident: as a race makes it, or with a person's words in it."""
    title = {"title": [{"text": {"content": "Checkout"}}]}
    mark = {"rich_text": [{"text": {"content": ID}}]}
    made = scene.notion.call(
        "POST /v1/pages",
        parent={"type": "data_source_id", "data_source_id": SOURCE},
        properties={"Name": title, "Incident ID": mark},
        markdown=text(scene),
    )
    if touched:
        Writers(scene.notion).edit_markdown(made["id"], "## Root cause", "## Root cause\nThe cache.")


_OTHERWISE = {
    "title": ("Name", "Nonsense"),
    "id": ("Incident ID", "20261121-other-animal"),
    "status": ("Status", "Mitigated"),
    "severity": ("Severity", "Sev9"),
    "slack": ("Slack", "https://lunch.example.com"),
    "pagerduty": ("PagerDuty", "https://lunch.example.com"),
    "declared": ("Declared", "2026-11-20"),
    "resolved": ("Resolved", "2026-11-22"),
    "commander": ("Commander", "Val"),
    "summary": ("Description", "Nonsense"),
}
NOTION: dict[Key, Drifting] = {
    ("notion", "page", ITSELF): Drifting(
        lambda scene: Writers(scene.notion).share(document(scene)["id"], False),
        lambda scene: (document(scene)["shared"], documents(scene)),
        news=blocked("no longer shared with the connection"),
    ),
    ("notion", "page", "trashed"): Drifting(
        lambda scene: Writers(scene.notion).trash(document(scene)["id"]),
        documents,
        news=blocked("restore it in Notion"),
    ),
    ("notion", "page", "moved"): Drifting(
        move,
        lambda scene: document(scene)["parent"]["database_id"],
        news=blocked("not in the settings' database"),
    ),
    **{
        ("notion", "page", meaning): Drifting(fill_in(name, value), value_of(name))
        for meaning, (name, value) in _OTHERWISE.items()
    },
    ("notion", "page", "other properties"): Drifting(add_a_column, cost),
    ("notion", "page", "icon, cover, lock"): Drifting(
        record(is_locked=True, icon={"type": "emoji", "emoji": "🔥"}),
        lambda scene: (document(scene)["is_locked"], document(scene)["icon"]),
    ),
    ("notion", "page", "text"): Drifting(rewording("## Root cause", "## Why\nThe cache."), text),
    ("notion", "timeline", ITSELF): Drifting(
        lambda scene: rewording(text(scene).split("## Timeline\n")[1].split("\n")[0] + "\n", "")(scene), text
    ),
    ("notion", "timeline", "text"): Drifting(rewording("Rolling back.", "Went back to 411."), text),
    ("notion", "duplicate", ITSELF): Drifting(
        partial(second, touched=False), lambda scene: documents(scene).count(False)
    ),
    ("notion", "people's documents", ITSELF): Drifting(partial(second, touched=True), documents),
}
