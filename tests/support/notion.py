"""Incidents and their documents: a scene with Notion alone, and short ways to look into its workspace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.plan.world import Sightings
from reconciler.run.reconcile import Applied, Situation
from reconciler.sandbox.notion.example import SOURCE
from reconciler.sandbox.notion.people import People
from reconciler.sandbox.notion.schema import column
from reconciler.targets.case import Case
from reconciler.targets.notion.properties import read
from reconciler.targets.seam import Answer, Api
from tests.support.scene import ID, SETTINGS, Scene

DATABASE = str(SETTINGS.notion.database)
TEMPLATE = "templates/ours.md"
KEY = "2026-11-21 16:45:00 UTC"


@dataclass
class Documents(Scene):
    """A scene with Notion alone; `template` is the user's own, `known` what a cache says."""

    off: set[str] = field(default_factory=lambda: {"slack", "pagerduty"})
    template: str | None = None
    known: Sightings = field(default_factory=dict)

    def case(self, id: str) -> Case:
        case = super().case(id)
        return case if self.template is None else replace(case, files={TEMPLATE: self.template})

    def situation(self, writes: bool = True, deep: bool = True) -> Situation:
        return replace(super().situation(writes, deep), known=self.known)

    def apply(self) -> Applied:
        """What `reconciler apply` would do; memory and cache are kept for the next run."""
        applied = super().apply()
        self.known = {one: applied.world[one] for one in self.known}
        return applied

    # the database ------------------------------------------------------------------------------

    def notion_settings(self, **fields: Any) -> None:
        """Change the settings below `notion:`."""
        self.settings = replace(self.settings, notion=replace(self.settings.notion, **fields))

    def named(self, **properties: str) -> None:
        """Say in the settings what properties are called."""
        self.notion_settings(properties={**self.settings.notion.properties, **properties})

    def own_template(self, text: str) -> None:
        """Use a Markdown file of the repository."""
        self.template = text
        self.notion_settings(template=TEMPLATE)

    def column(self, name: str, kind: str, *options: str) -> None:
        """Give the database a property, in the place of one of that name."""
        columns = self.notion.data["data_sources"][SOURCE]["properties"]
        id = "title" if kind == "title" else f"{name}-{len(self.notion.data['pages'])}-{kind}"
        columns[name] = column(id, name, kind, list(options))

    def cached(self) -> None:
        """From now on the database's shape is known from a cache, as it is at this moment."""
        seen = self.apply().world
        shared = ("source", "schema")
        self.known = {one: seen[one] for one in seen if one.thing.startswith(shared)}

    # the documents -----------------------------------------------------------------------------

    def all_pages(self) -> list[dict[str, Any]]:
        """Every page, those in the trash too, in the order in which they were made."""
        return list(self.notion.data["pages"].values())

    def raw(self, id: str = ID) -> dict[str, Any]:
        """The only page with that Incident ID that is not in the trash, as Notion answers it."""
        live = [one["id"] for one in self.all_pages() if not one["in_trash"]]
        pages = [dict(self.notion.call("GET /v1/pages/{page_id}", page_id=one)) for one in live]
        fitting = [page for page in pages if read(page["properties"]["Incident ID"]) == id]
        assert len(fitting) == 1, f"{len(fitting)} documents for {id}"
        return fitting[0]

    def says(self, id: str = ID) -> dict[str, str | None]:
        """The document's properties as text, without empty ones."""
        properties = self.raw(id)["properties"].items()
        return {name: read(value) for name, value in properties if read(value) is not None}

    def text(self, id: str = ID) -> str:
        """The document's Markdown, as Notion gives it."""
        return self.text_of(self.raw(id)["id"])

    def text_of(self, page: str) -> str:
        """A page's Markdown."""
        return str(self.notion.call("GET /v1/pages/{page_id}/markdown", page_id=page)["markdown"])

    def section(self, id: str = ID) -> list[str]:
        """The lines below the heading Timeline, in the document that the package's own template makes."""
        return self.text(id).split("## Timeline\n")[1].split("\n## Root cause")[0].split("\n")

    @property
    def person(self) -> People:
        """Somebody of the workspace."""
        return People(self.notion)

    def person_edits(self, old: str, new: str) -> None:
        """Somebody replaces a piece of the document's text."""
        self.person.edit_markdown(self.raw()["id"], old, new)

    def notes(self) -> list[str]:
        """What an apply a minute later has to tell beside changes."""
        self.later(minutes=1)
        return [note.text for note in self.apply().report.after.notes]

    def methods(self) -> list[str]:
        """The calls made since `forget_calls`, by their methods."""
        return [one.method for one in self.calls]


@dataclass
class Slugs:
    """Notion with addresses as it really gives them: the page's title, then its id."""

    api: Api

    def call(self, method: str, /, **arguments: Any) -> Answer:
        answer = self.api.call(method, **arguments)
        results = [_slugged(one) for one in answer.get("results", ())]
        return {**_slugged(answer), **({"results": results} if results else {})}


def _slugged(raw: Mapping[str, Any]) -> dict[str, Any]:
    title = read(raw.get("properties", {}).get("Name") or {})
    if raw.get("object") != "page" or not title:
        return dict(raw)
    slug = re.sub(r"\W+", "-", title)
    return {**raw, "url": str(raw["url"]).replace(".so/", f".so/{slug}-")}


def declared(**fields: Any) -> Documents:
    """A scene in which an incident was declared and has its document."""
    scene = Documents()
    scene.edit(**fields)
    assert scene.apply().report.exit_code == 0
    return scene
