"""What people do in Notion without asking the reconciler: the demo's and the tests' other hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reconciler.sandbox.notion import content, pages, properties
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.notion.workspace import Workspace

Json = dict[str, Any]


class People:
    """A person of the workspace, named by e-mail address. What is not there raises KeyError."""

    def __init__(self, machine: NotionMachine, email: str = "ana@example.com"):
        self._machine = machine
        self._id = {address: id for id, address in machine.data["people"].items()}[email]

    def edit_markdown(self, page: str, old: str, new: str) -> None:
        """Replace a piece of the page's text that is there once; ValueError where it is not."""
        with self._working() as workspace:
            found = self._page(page)
            text = content.markdown(found["content"])
            if text.count(old) != 1:
                raise ValueError(f"{old!r} is there {text.count(old)} times")
            content.written(workspace, found, text.replace(old, new))

    def edit_block(self, page: str, block: str, text: str) -> None:
        """Write a block anew, as Markdown; a text of several lines becomes several, an empty one none."""
        with self._working() as workspace:
            found = self._page(page)
            place = _place(found, block)
            found["content"][place : place + 1] = _blocks(workspace, found["content"][place], text)
            workspace.touch(found)

    def add_block(self, page: str, text: str, after: str = "") -> None:
        """Write something new, as Markdown, below a block or at the end."""
        with self._working() as workspace:
            found = self._page(page)
            place = _place(found, after) + 1 if after else len(found["content"])
            found["content"][place:place] = _blocks(workspace, None, text)
            workspace.touch(found)

    def set_property(self, page: str, name: str, text: str | None) -> None:
        """Fill in a property by hand; None empties it. Raises as Notion refuses."""
        with self._working() as workspace:
            found = self._page(page)
            schema = pages.schema_of(workspace, found)
            value = {name: _value(schema[name]["type"], text)}
            properties.keep(found, properties.taken(workspace, value, schema), schema)
            workspace.touch(found)

    def trash(self, page: str) -> None:
        """Put the page into the trash."""
        self._trashed(page, True)

    def restore(self, page: str) -> None:
        """Take the page out of the trash."""
        self._trashed(page, False)

    def delete_property(self, database: str, name: str) -> None:
        """Remove a property of the database, and with it what its pages say there."""
        with self._working() as workspace:
            source = self._machine.data["databases"][workspace.uuid(database, "database")]["source"]
            del self._machine.data["data_sources"][source]["properties"][name]

    def share(self, id: str, shared: bool) -> None:
        """Share a page or a database with the integration, or stop that."""
        with self._working() as workspace:
            found = workspace.uuid(id, "id")
            kind = "pages" if found in self._machine.data["pages"] else "databases"
            self._machine.data[kind][found]["shared"] = shared

    def _trashed(self, page: str, state: bool) -> None:
        with self._working() as workspace:
            found = self._page(page)
            found["in_trash"] = state
            workspace.touch(found)

    @contextmanager
    def _working(self) -> Iterator[Workspace]:
        with self._machine.lock:
            yield self._machine.workspace(self._id)

    def _page(self, id: str) -> Json:
        page: Json = self._machine.data["pages"][self._machine.workspace(self._id).uuid(id, "page")]
        return page


def _place(page: Json, block: str) -> int:
    places = {one["id"]: place for place, one in enumerate(page["content"])}
    return places[block]


def _blocks(workspace: Workspace, before: Json | None, text: str) -> list[Json]:
    """The blocks that a text makes; the first one takes the place of the one before it, and its id."""
    depth = before["depth"] if before else 0
    made = [content.block(workspace, depth + below, line) for below, line in content.lines(text)]
    if before and made:
        made[0] = before | {"text": made[0]["text"]}
    return made


def _value(kind: str, text: str | None) -> Json:
    """What a person types, as a property value."""
    if kind in ("title", "rich_text"):
        return {kind: [{"text": {"content": text}}] if text else []}
    if kind in ("select", "status"):
        return {kind: {"name": text} if text else None}
    if kind == "date":
        return {kind: {"start": text} if text else None}
    return {kind: text}
