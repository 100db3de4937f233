"""How a change is carried out on Notion: the page in one call, all missing timeline lines in another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reconciler.plan.address import Address
from reconciler.plan.change import Change
from reconciler.plan.world import Observed, Present, World
from reconciler.targets.base import Ended
from reconciler.targets.case import Case
from reconciler.targets.notion import desired, document
from reconciler.targets.notion.desired import NAME
from reconciler.targets.notion.observe import sighting
from reconciler.targets.notion.properties import write
from reconciler.targets.seam import Api, CallError


def carry_out(api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
    """The changes of one batch; only timeline lines come in more than one."""
    try:
        if changes[0].address.thing.startswith("timeline/"):
            return _timeline(api, changes)
        return [_one(api, change, case) for change in changes]
    except CallError as error:
        return [Ended(change, error=error) for change in changes]


def _one(api: Api, change: Change, case: Case) -> Ended:
    if change.address.thing.startswith("duplicate/"):
        api.call("PATCH /v1/pages/{page_id}", page_id=change.id, in_trash=True)
        return Ended(change, {change.address: Present(id=change.id, live=False)})
    if change.id:
        raw = api.call("PATCH /v1/pages/{page_id}", page_id=change.id, properties=_properties(change))
        return Ended(change, {change.address: sighting(raw)})
    return _create(api, change, case)


def _properties(change: Change) -> dict[str, Any]:
    types = change.body["types"]
    return {field.name: write(types[field.name], field.after) for field in change.fields}


def _create(api: Api, change: Change, case: Case) -> Ended:
    raw = api.call(
        "POST /v1/pages",
        parent={"type": "data_source_id", "data_source_id": change.body["source"]},
        properties=_properties(change),
        markdown=change.body["markdown"],
    )
    seen: dict[Address, Observed] = {change.address: sighting(raw)}
    if document.section(change.body["markdown"]) is None:
        seen[desired.text(case)] = Present(extra={"markdown": ""})
    else:
        seen |= {case.at(NAME, f"timeline/{key}"): _LISTED for key in change.body["entries"]}
    return Ended(change, seen)


_LISTED = Present(fields={"listed": True})


def _timeline(api: Api, changes: Sequence[Change]) -> list[Ended]:
    """Notion's `update_content` refuses when the old text is not there: nobody's words can be lost."""
    body = changes[0].body
    missing = [document.Entry(datetime.fromisoformat(one.body["at"]), one.body["text"]) for one in changes]
    update = {"old_str": body["section"], "new_str": document.with_lines(body["section"], missing)}
    api.call(
        "PATCH /v1/pages/{page_id}/markdown",
        page_id=body["page"],
        type="update_content",
        update_content={"content_updates": [update]},
    )
    return [Ended(change, {change.address: _LISTED}) for change in changes]
