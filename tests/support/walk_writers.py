"""Steps of a walk that people take in Notion, and what they may count on afterwards."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from reconciler.sandbox.machine import copied
from reconciler.sandbox.notion.people import People as Writers
from tests.support.scene import ID
from tests.support.walk_ends import Record
from tests.support.walking import Walk, step

CHEN = "chen@example.com"


def _document(walk: Walk) -> Record:
    """The first document; KeyError where there is none."""
    listed = list(walk.scene.notion.data["pages"].values())
    if not listed:
        raise KeyError("no document")
    found: Record = listed[0]
    return found


def _text(found: Record) -> list[str]:
    return [block["text"] for block in found["content"]]


@step("chen writes in the document")
def write_in_document(walk: Walk) -> None:
    found, words = _document(walk), f"The cache was cold, {walk.next()}."
    if found["in_trash"]:
        raise KeyError("nobody writes in the trash")
    Writers(walk.scene.notion, CHEN).edit_markdown(found["id"], "## Root cause", f"## Root cause\n{words}")
    walk.promise(f"text: {words}", lambda: words in _text(found))
    walk.promise(f"document: {found['id']}", lambda: not found["in_trash"])


@step("chen removes a line of the timeline")
def remove_line(walk: Walk) -> None:
    found = _document(walk)
    line = [text for text in _text(found) if " UTC · " in text][-1]
    Writers(walk.scene.notion, CHEN).edit_markdown(found["id"], f"{line}\n", "")
    key, memory = line[2:25], walk.scene.memories.get(ID)
    if memory is not None and f"notion:timeline/{key}" in memory.things:
        walk.promise(
            f"removed from the timeline: {key}", lambda: not any(key in text for text in _text(found))
        )


@step("chen sets a property of ours")
def set_ours(walk: Walk) -> None:
    Writers(walk.scene.notion, CHEN).set_property(_document(walk)["id"], "Commander", "Val")


@step("chen sets the document's id")
def set_id(walk: Walk) -> None:
    Writers(walk.scene.notion, CHEN).set_property(_document(walk)["id"], "Incident ID", "20261121-other")


@step("chen puts the document into the trash")
def trash(walk: Walk) -> None:
    found = _document(walk)
    Writers(walk.scene.notion, CHEN).trash(found["id"])
    walk.release(f"document: {found['id']}")
    walk.promise(f"trashed: {found['id']}", lambda: bool(found["in_trash"]))


@step("chen takes the document out of the trash")
def restore(walk: Walk) -> None:
    found = _document(walk)
    if not found["in_trash"]:
        raise KeyError("not there")
    Writers(walk.scene.notion, CHEN).restore(found["id"])
    walk.release(f"trashed: {found['id']}")


@step("chen makes a copy of the document")
def copy_document(walk: Walk) -> None:
    """As Notion's Duplicate does: with all its properties, made and edited by her."""
    found, data = _document(walk), walk.scene.notion.data
    chen = {address: id for id, address in data["people"].items()}[CHEN]
    now = walk.scene.clock.now().isoformat(timespec="microseconds")
    copy = copied(found) | {
        "id": str(uuid5(NAMESPACE_OID, str(walk.next()))),
        "created_at": now,
        "edited_at": now,
    }
    data["pages"][copy["id"]] = copy | {"created_by": chen, "edited_by": chen, "in_trash": False}
    walk.promise(f"copy: {copy['id']}", lambda: not data["pages"][copy["id"]]["in_trash"])


@step("chen deletes the property Commander")
def delete_property(walk: Walk) -> None:
    Writers(walk.scene.notion, CHEN).delete_property(str(walk.scene.settings.notion.database), "Commander")


@step("Notion's lists lag")
def lag(walk: Walk) -> None:
    walk.scene.notion.query_lag = 600.0
