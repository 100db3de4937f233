"""One object in full, as the service holds it: what the page renders, and shows as raw JSON."""

from __future__ import annotations

import re
from typing import Any

from reconciler.sandbox.machine import copied
from reconciler.sandbox.notion import content, inline
from reconciler.sandbox.notion.example import BOT
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.notion.pages import answered
from reconciler.sandbox.page.feed import Json
from reconciler.sandbox.world import World

_CELLS = re.compile(r"<td>(.*?)</td>", re.DOTALL)


def detail(world: World, service: str, id: str) -> Json | None:
    """The object of that id; None where there is none."""
    machine = world.machines[service]
    if isinstance(machine, NotionMachine):
        return _document(machine, id)
    kept = {"slack": "channels", "pagerduty": "incidents"}[service]
    with machine.lock:
        found: Json | None = copied(machine.data[kept].get(id))
        return found


def _document(machine: NotionMachine, id: str) -> Json | None:
    with machine.lock:
        page = machine.data["pages"].get(id)
        if page is None:
            return None
        shown, blocks = copied([answered(machine.workspace(BOT), page), page["content"]])
        return {"page": shown, "people": copied(machine.data["people"]), "content": [*map(_block, blocks)]}


def _block(block: Json) -> Json:
    """A block as it is kept, and taken apart for showing."""
    text = block["text"]
    kind = content.kind(text)
    shown: dict[str, Any] = {"kind": kind}
    if text == "<empty-block/>":
        shown = {"kind": "paragraph", "runs": []}
    elif text.startswith("<table"):
        rows = [_CELLS.findall(row) for row in text.split("</tr>")]
        shown = {"kind": "table", "rows": [[inline.parse(cell) for cell in row] for row in rows if row]}
    elif kind == "code":
        shown |= {"runs": [{"text": "\n".join(text.split("\n")[1:-1]), "url": None, "marks": []}]}
    elif kind == "raw":
        shown |= {"runs": [{"text": text, "url": None, "marks": []}]}
    elif kind != "divider":
        *before, rest = content.parts(text)
        shown |= {"marker": "".join(before), "runs": inline.parse(rest)}
    return block | shown
