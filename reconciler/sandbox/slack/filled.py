"""What a person filled in: from plain texts to Slack's `state`, with what Slack itself refuses at a field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.slack.elements import options_of
from reconciler.sandbox.slack.workspace import Record

Given = Mapping[str, Any]

REQUIRED = "Please complete this required field."
_TEXTS = {"plain_text_input", "url_text_input", "email_text_input", "number_input"}
_SELECTED = {
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}
_FORMS = {
    "url_text_input": (re.compile(r"https?://[^\s/]+\S*"), "Enter a valid URL, with https:// before it."),
    "email_text_input": (re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), "Enter a valid email address."),
    "number_input": (re.compile(r"-?\d+(\.\d+)?"), "Enter a number."),
    "datepicker": (re.compile(r"\d{4}-\d\d-\d\d"), "Enter a date."),
    "timepicker": (re.compile(r"\d\d:\d\d"), "Enter a time."),
    "datetimepicker": (re.compile(r"\d{10}"), "Enter a date and a time."),
}


def state_of(view: Record, given: Given) -> Record:
    """`state.values` for what was filled in, by block and action."""
    values: Record = {}
    for block, element in _fillable(view):
        raw = _raw(given, block, element)
        values.setdefault(block["block_id"], {})[element["action_id"]] = chosen(element, raw)
    return values


def faults(view: Record, given: Given) -> dict[str, str]:
    """What Slack says at the fields before the app hears of anything."""
    found = {}
    for block, element in _fillable(view):
        if block["type"] == "input" and (words := _fault(block, element, _raw(given, block, element))):
            found[block["block_id"]] = words
    return found


def chosen(element: Record, raw: Any) -> Record:
    """The value of one element, as Slack tells it."""
    kind = element["type"]
    if kind in _TEXTS:
        return {"type": kind, "value": _one(raw) or None}
    if kind == "datetimepicker":
        return {"type": kind, "selected_date_time": int(_one(raw)) if _one(raw).isdecimal() else None}
    if kind in _SELECTED:
        several = kind.startswith("multi_")
        return {"type": kind, _SELECTED[kind]: _several(raw) if several else _one(raw) or None}
    if kind in ("checkboxes", "multi_static_select"):
        wanted = _several(raw)
        return {
            "type": kind,
            "selected_options": [one for one in _options(element) if one["value"] in wanted],
        }
    named = next((one for one in _options(element) if one["value"] == _one(raw)), None)
    return {"type": kind, "selected_option": named}


def _options(element: Record) -> list[Record]:
    return options_of(element)


def _fillable(view: Record) -> Iterator[tuple[Record, Record]]:
    for block in view["blocks"]:
        for element in elements_of(block):
            if element.get("type") not in ("button", "overflow", "image") and "action_id" in element:
                yield block, element


def elements_of(block: Record) -> list[Record]:
    """What can be pressed or filled in, in a block."""
    listed = block.get("elements") or [] if block["type"] == "actions" else []
    return [one for one in (*listed, block.get("accessory"), block.get("element")) if one]


def _raw(given: Given, block: Record, element: Record) -> Any:
    of_block = given.get(block["block_id"])
    return of_block.get(element["action_id"]) if isinstance(of_block, Mapping) else None


def _one(raw: Any) -> str:
    return raw if isinstance(raw, str) else ""


def _several(raw: Any) -> list[str]:
    return [one for one in raw if isinstance(one, str)] if isinstance(raw, list) else []


def _fault(block: Record, element: Record, raw: Any) -> str:
    kind, text = element["type"], _one(raw)
    told = next(value for key, value in chosen(element, raw).items() if key != "type")
    if not told or (isinstance(told, str) and not told.strip()):
        return "" if block.get("optional") else REQUIRED
    form, words = _FORMS.get(kind, (None, ""))
    if form and not form.fullmatch(text):
        return words
    if len(text) > element.get("max_length", 3_000):
        return f"Enter at most {element.get('max_length', 3_000)} characters."
    least = element.get("min_length", 0)
    return f"Enter at least {least} characters." if len(text) < least else ""
