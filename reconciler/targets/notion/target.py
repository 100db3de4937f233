"""Notion as a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.errors import Location, Trouble
from reconciler.plan.change import Change, Note
from reconciler.plan.resource import Resource
from reconciler.plan.world import EMPTY, Present, Sightings, World
from reconciler.targets import advice
from reconciler.targets.base import Ended, Look
from reconciler.targets.case import Case
from reconciler.targets.notion import apply, desired, document, observe
from reconciler.targets.seam import Api, CallError

ADVICE: advice.Advice = {
    "unauthorized": ("the token is not valid", "set NOTION_TOKEN to a valid token"),
    "restricted_resource": ("the connection may not do this", "give it read, update and insert content"),
    "object_not_found": (
        "it is not there, or not shared with the connection",
        "share the database with the connection in Notion, or correct `notion: database`",
    ),
    "validation_error": ("Notion does not take the request", "correct the property that it names"),
    "invalid_json": ("Notion could not read the request", "report this: it is a defect"),
    "invalid_request_url": ("the id is no id", "correct `notion: database` in the settings"),
    "missing_version": ("the request named no version", "report this: it is a defect"),
}


class Notion:
    """The postmortem document."""

    name = desired.NAME
    leased = True

    def resources(self, case: Case, world: World) -> list[Resource]:
        return desired.resources(case, world)

    def looks(self, case: Case, world: World, *, deep: bool) -> list[Look]:
        return list(observe.looks(case, world))

    def read(self, api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
        return observe.read(api, look, cases, world)

    def apply(self, api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
        return apply.carry_out(api, changes, case, world)

    def explain(self, attempted: str, error: CallError, location: Location | None) -> Trouble:
        return advice.trouble(attempted, "Notion", error, ADVICE, location)

    def permanent(self, error: CallError) -> bool:
        return advice.permanent(error, ADVICE)

    def notes(self, case: Case, world: World) -> list[Note]:
        base = desired.database(case)
        known = world.present(desired.schema(base)) if base else None
        notes = (
            [Note(case.at(self.name, "page"), text) for text in desired.missing_properties(case, known)]
            if known
            else []
        )
        raw = world[desired.text(case)]
        if isinstance(raw, Present) and document.section(raw.extra.get("markdown", "")) is None:
            text = "the document has no heading with the word Timeline: no lines are added"
            notes.append(Note(case.at(self.name, "timeline"), text))
        return notes

    def facts(self, case: Case, world: World) -> Mapping[str, Any]:
        return EMPTY
