"""A query's filters: conditions on properties and on the two times, joined by `and` and `or`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from reconciler.sandbox.notion import runs
from reconciler.sandbox.notion.refusals import failed
from reconciler.sandbox.notion.values import KINDS, default
from reconciler.sandbox.notion.workspace import Workspace, minute

Json = dict[str, Any]

DEEPEST = 2
MOST = 100

_TEXT: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda text, wanted: text == wanted,
    "does_not_equal": lambda text, wanted: text != wanted,
    "contains": lambda text, wanted: wanted in text,
    "does_not_contain": lambda text, wanted: wanted not in text,
    "starts_with": lambda text, wanted: text.startswith(wanted),
    "ends_with": lambda text, wanted: text.endswith(wanted),
}
_DATE: dict[str, Callable[[datetime, datetime], bool]] = {
    "equals": lambda moment, wanted: moment == wanted,
    "before": lambda moment, wanted: moment < wanted,
    "after": lambda moment, wanted: moment > wanted,
    "on_or_before": lambda moment, wanted: moment <= wanted,
    "on_or_after": lambda moment, wanted: moment >= wanted,
}
_CHOICE = ("equals", "does_not_equal")
_TEXTUAL = ("title", "rich_text", "url", "email", "phone_number")


def matches(workspace: Workspace, page: Json, columns: Json, wanted: Any, depth: int = 0) -> bool:
    """Whether the page fits the filter."""
    if not isinstance(wanted, dict):
        raise failed(workspace.method, "body.filter", "should be an object")
    for word, decide in (("and", all), ("or", any)):
        if word in wanted:
            if depth == DEEPEST or not isinstance(wanted[word], list) or len(wanted[word]) > MOST:
                problem = f"should be an array of at most {MOST} filters, {DEEPEST} levels deep"
                raise failed(workspace.method, f"body.filter.{word}", problem)
            return decide([matches(workspace, page, columns, one, depth + 1) for one in wanted[word]])
    if "timestamp" in wanted:
        return _timestamp(workspace, page, wanted)
    return _property(workspace, page, columns, wanted)


def _timestamp(workspace: Workspace, page: Json, wanted: Json) -> bool:
    times = {"created_time": "created_at", "last_edited_time": "edited_at"}
    name = wanted["timestamp"]
    if name not in times or not isinstance(wanted.get(name), dict):
        raise failed(workspace.method, "body.filter.timestamp", "should be created_time or last_edited_time")
    return _date(workspace, minute(page[times[name]]), wanted[name])


def _property(workspace: Workspace, page: Json, columns: Json, wanted: Json) -> bool:
    name = wanted.get("property")
    found = [one for one in columns.values() if name in (one["name"], one["id"])]
    if not found:
        raise workspace.invalid(f"Could not find property with name or id: {name}")
    column, kinds = found[0], [key for key in wanted if key not in ("property", "type")]
    if kinds != [column["type"]] or not isinstance(wanted[kinds[0]], dict):
        given = kinds[0] if kinds else "undefined"
        raise workspace.invalid(f"database property {column['type']} does not match filter {given}")
    return _condition(workspace, page["properties"].get(column["id"]), column, wanted[kinds[0]])


def _condition(workspace: Workspace, value: Any, column: Json, wanted: Json) -> bool:
    if value is None and column["type"] == "status":
        value = default(column)
    if len(wanted) != 1:
        raise failed(workspace.method, "body.filter", "should have one condition for each property")
    if "is_empty" in wanted or "is_not_empty" in wanted:
        return ("is_empty" in wanted) is not bool(value)
    if column["type"] in _TEXTUAL:
        text = runs.plain(value or []) if isinstance(value, list) else value or ""
        return _applied(workspace, _TEXT, text, wanted)
    if column["type"] in ("select", "status"):
        chosen = KINDS["select"].show(value, column) or {}
        choices = {word: _TEXT[word] for word in _CHOICE}
        return _applied(workspace, choices, chosen.get("name", ""), wanted)
    if column["type"] == "date":
        return _date(workspace, value["start"] if value else None, wanted)
    return _applied(workspace, {"equals": lambda kept, other: kept == other}, value, wanted)


def _date(workspace: Workspace, text: str | None, wanted: Json) -> bool:
    if text is None:
        return False
    try:
        other = _moment(str(next(iter(wanted.values()))))
    except ValueError:
        raise failed(workspace.method, "body.filter", "should be a valid ISO 8601 date string") from None
    return _applied(workspace, _DATE, _moment(text), {next(iter(wanted)): other})


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _applied(
    workspace: Workspace, tests: dict[str, Callable[[Any, Any], bool]], kept: Any, wanted: Json
) -> bool:
    word, other = next(iter(wanted.items()))
    if word not in tests:
        raise failed(workspace.method, f"body.filter.{word}", f"should be one of {', '.join(tests)}")
    return tests[word](kept, other)
