"""How a change is carried out on Notion: the page in one call, all missing timeline lines in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciler.plan.address import Address
from reconciler.plan.change import Change
from reconciler.plan.world import Observed, Present, Sightings, World
from reconciler.targets.base import Ended
from reconciler.targets.case import Case
from reconciler.targets.notion import desired, observe, timeline
from reconciler.targets.notion.desired import LISTED, NAME
from reconciler.targets.notion.properties import Value, write
from reconciler.targets.notion.values import fitting, lacks
from reconciler.targets.seam import Answer, Api, CallError, Refused, wordless

UPDATE = "PATCH /v1/pages/{page_id}"
UPDATE_TEXT = "PATCH /v1/pages/{page_id}/markdown"

Properties = Mapping[str, Any]


def carry_out(api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
    """The changes of one batch; only timeline lines come in more than one."""
    if changes[0].address.thing.startswith("timeline/"):
        return _timeline(api, changes, case)
    return [_tried(api, change, case, world) for change in changes]


def _tried(api: Api, change: Change, case: Case, world: World) -> Ended:
    try:
        return _one(api, change, case, world)
    except CallError as error:
        return Ended(change, error=_told(error, case))


def _told(error: CallError, case: Case) -> CallError:
    return wordless(error) if case.incident.private else error


def _one(api: Api, change: Change, case: Case, world: World) -> Ended:
    if change.address.thing.startswith("duplicate/"):
        api.call(UPDATE, page_id=change.id, in_trash=True)
        return Ended(change, {change.address: Present(id=change.id, live=False)})
    if not change.id:
        return _create(api, change, case)
    before = world.present(change.address)
    raw, learned = _sent(
        api, change, case, lambda properties: api.call(UPDATE, page_id=change.id, properties=properties)
    )
    younger = before.extra.get("younger", ()) if before else ()
    return Ended(change, {change.address: observe.sighting(raw, case, younger), **learned})


def _create(api: Api, change: Change, case: Case) -> Ended:
    markdown = change.body["markdown"]
    raw, learned = _sent(
        api,
        change,
        case,
        lambda properties: api.call(
            "POST /v1/pages",
            parent={"type": "data_source_id", "data_source_id": change.body["shape"].id},
            properties=properties,
            markdown=markdown,
        ),
    )
    seen: dict[Address, Observed] = {change.address: observe.sighting(raw, case)}
    there = timeline.listed(markdown)
    if there is None:
        seen[desired.text(case)] = Present(extra={"markdown": markdown})
    else:
        seen |= {case.at(NAME, f"timeline/{key}"): LISTED for key in there}
    return Ended(change, {**seen, **learned})


def _sent(
    api: Api, change: Change, case: Case, send: Callable[[Properties], Answer]
) -> tuple[Answer, Sightings]:
    """Send the properties that differ; where the database has changed meanwhile, those that it still has."""
    known, values = change.body["shape"], change.body["values"]
    wanted = {field.name: values[field.name] for field in change.fields}
    try:
        return send(_written(known, wanted)), {}
    except Refused as refused:
        if refused.code != "validation_error":
            raise
        fresh = observe.shape(api, known.id)
        if fresh == known or lacks(case, fresh):
            raise
        left = fitting(case, fresh, change.body["meanings"])
        again = {name: value for name, value in left.items() if name in wanted}
        base = str(desired.database(case))
        return send(_written(fresh, again)), {desired.schema(base): fresh}


def _written(known: Present, values: Mapping[str, Value]) -> Properties:
    return {name: write(known.fields[name], value) for name, value in values.items()}


def _timeline(api: Api, changes: Sequence[Change], case: Case) -> list[Ended]:
    """Notion's `update_content` refuses when the old text is not there: nobody's words can be lost."""
    ended: list[Ended] = []
    text, page = changes[0].body["markdown"], changes[0].body["page"]
    by_key = {change.body["entry"].key: change for change in changes}
    for portion in timeline.portions([change.body["entry"] for change in changes]):
        mine = [by_key[entry.key] for entry in portion]
        try:
            text = _added(api, page, text, portion)
            ended += [Ended(change, {change.address: LISTED}) for change in mine]
        except CallError as error:
            ended += [Ended(change, error=_told(error, case)) for change in mine]
    return ended


def _added(api: Api, page: str, text: str, portion: Sequence[timeline.Entry]) -> str:
    """Add lines to a text; returns the text as it is then."""
    if timeline.listed(text) is None:
        raise Refused(UPDATE_TEXT, "validation_error", "the heading is gone")
    old, new = timeline.edit(text, portion)
    answer = api.call(
        UPDATE_TEXT,
        page_id=page,
        type="update_content",
        update_content={"content_updates": [{"old_str": old, "new_str": new}]},
    )
    return observe.markdown_of(answer)
