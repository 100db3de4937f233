"""Notion as a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.errors import Location, Trouble
from reconciler.incident.text import one_line
from reconciler.plan.change import Change, Note
from reconciler.plan.resource import Resource
from reconciler.plan.world import Sightings, World
from reconciler.targets import advice
from reconciler.targets.base import Ended, Look
from reconciler.targets.case import Case
from reconciler.targets.notion import apply, desired, observe, remarks
from reconciler.targets.seam import Api, CallError, Refused

ADVICE: advice.Advice = {
    "unauthorized": (
        "the token is not valid",
        "set NOTION_TOKEN to the connection's token: https://www.notion.so/developers/connections",
    ),
    "restricted_resource": ("the connection may not do this", "give it read, update and insert content"),
    "object_not_found": (
        "it is not there, or not shared with the connection",
        "share the database with the connection in Notion, or correct `notion: database`",
    ),
    "validation_error": ("Notion does not take the request", "correct what it names, in Notion or the file"),
    "conflict_error": ("somebody saved at the same moment", advice.AGAIN),
    "invalid_json": ("Notion could not read the request", "report this: it is a defect"),
    "invalid_request_url": ("the id is no id", "correct `notion: database` in the settings"),
    "missing_version": ("the request named no version", "report this: it is a defect"),
}


#: What a refusal of the timeline's lines means: the lines between which they belong have changed.
MOVED = (
    "somebody edits the timeline at this moment",
    "run apply again: it looks first, and adds what is missing",
)
#: Refusals that pass by themselves.
PASSING = ("conflict_error",)


class Notion:
    """The postmortem document."""

    name = desired.NAME

    def leased(self, thing: str) -> bool:
        return True

    def resources(self, case: Case, world: World) -> list[Resource]:
        return desired.resources(case, world)

    def looks(self, case: Case, world: World, desired: Sequence[Resource], *, deep: bool) -> list[Look]:
        return list(observe.looks(case, world))

    def read(self, api: Api, look: Look, cases: Mapping[str, Case], world: World) -> Sightings:
        return observe.read(api, look, cases, world)

    def apply(self, api: Api, changes: Sequence[Change], case: Case, world: World) -> list[Ended]:
        return apply.carry_out(api, changes, case, world)

    def explain(self, attempted: str, error: CallError, location: Location | None) -> Trouble:
        table = dict(ADVICE)
        if _moved(error):
            table["validation_error"] = MOVED
        elif isinstance(error, Refused) and error.code == "validation_error" and error.detail:
            table["validation_error"] = (one_line(error.detail, 300), ADVICE["validation_error"][1])
        return advice.trouble(attempted, "Notion", error, table, location)

    def permanent(self, error: CallError) -> bool:
        passing = isinstance(error, Refused) and error.code in PASSING
        return advice.permanent(error, ADVICE) and not (passing or _moved(error))

    def notes(self, case: Case, world: World) -> list[Note]:
        return remarks.notes(case, world)

    def facts(self, case: Case, world: World) -> Mapping[str, Any]:
        return remarks.facts(case, world)


def _moved(error: CallError) -> bool:
    """Notion: `update_content` refuses where the old text is not found, or found twice."""
    return isinstance(error, Refused) and (error.method, error.code) == (
        apply.UPDATE_TEXT,
        "validation_error",
    )
