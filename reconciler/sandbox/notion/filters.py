"""A query's filters: conditions on properties and on the two times, joined by `and` and `or`.

A filter is checked against the database before a row is looked at, so that a wrong one is refused by an empty
database too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from reconciler.sandbox.notion import runs
from reconciler.sandbox.notion.refusals import failed
from reconciler.sandbox.notion.values import KINDS, default
from reconciler.sandbox.notion.workspace import Workspace, minute

Json = dict[str, Any]
Test = Callable[[Json], bool]

DEEPEST = 2
MOST = 100

_TEXT: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda text, wanted: bool(text == wanted),
    "does_not_equal": lambda text, wanted: bool(text != wanted),
    "contains": lambda text, wanted: wanted in text,
    "does_not_contain": lambda text, wanted: wanted not in text,
    "starts_with": lambda text, wanted: bool(text.startswith(wanted)),
    "ends_with": lambda text, wanted: bool(text.endswith(wanted)),
}
_DATE: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda moment, wanted: bool(moment == wanted),
    "before": lambda moment, wanted: bool(moment < wanted),
    "after": lambda moment, wanted: bool(moment > wanted),
    "on_or_before": lambda moment, wanted: bool(moment <= wanted),
    "on_or_after": lambda moment, wanted: bool(moment >= wanted),
}
_SAME = {word: _TEXT[word] for word in ("equals", "does_not_equal")}
_TIMES = {"created_time": "created_at", "last_edited_time": "edited_at"}
_WORDS = {
    **dict.fromkeys(("title", "rich_text", "url", "email", "phone_number"), _TEXT),
    **dict.fromkeys(("select", "status", "number", "checkbox"), _SAME),
    "date": _DATE,
}


def compiled(workspace: Workspace, columns: Json, wanted: Any, depth: int = 0) -> Test:
    """Whether a page fits the filter, as a function of the page."""
    if not isinstance(wanted, dict):
        raise failed(workspace.method, "body.filter", "should be an object")
    for word, decide in (("and", all), ("or", any)):
        if word in wanted:
            if depth == DEEPEST or not isinstance(wanted[word], list) or len(wanted[word]) > MOST:
                problem = f"should be an array of at most {MOST} filters, {DEEPEST} levels deep"
                raise failed(workspace.method, f"body.filter.{word}", problem)
            return _joined(decide, [compiled(workspace, columns, one, depth + 1) for one in wanted[word]])
    return _timestamp(workspace, wanted) if "timestamp" in wanted else _property(workspace, columns, wanted)


def _joined(decide: Callable[[list[bool]], bool], tests: list[Test]) -> Test:
    return lambda page: decide([test(page) for test in tests])


def _timestamp(workspace: Workspace, wanted: Json) -> Test:
    name = str(wanted["timestamp"])
    if name not in _TIMES or not isinstance(wanted.get(name), dict):
        raise failed(workspace.method, "body.filter.timestamp", "should be created_time or last_edited_time")
    test, other = _condition(workspace, "date", wanted[name])
    return lambda page: test(_moment(minute(page[_TIMES[name]])), other)


def _property(workspace: Workspace, columns: Json, wanted: Json) -> Test:
    name = wanted.get("property")
    column = next((one for one in columns.values() if name in (one["name"], one["id"])), None)
    if column is None:
        raise workspace.invalid(f"Could not find property with name or id: {name}")
    kinds = [key for key in wanted if key not in ("property", "type")]
    if kinds != [column["type"]] or not isinstance(wanted[kinds[0]], dict):
        given = kinds[0] if kinds else "undefined"
        raise workspace.invalid(f"database property {column['type']} does not match filter {given}")
    condition = wanted[kinds[0]]
    for word, empty in (("is_empty", True), ("is_not_empty", False)):
        if list(condition) == [word]:
            return lambda page: (not _kept(page, column)) is empty
    test, other = _condition(workspace, column["type"], condition)
    return lambda page: (value := _plain(page, column)) is not None and test(value, other)


def _condition(workspace: Workspace, kind: str, wanted: Json) -> tuple[Callable[[Any, Any], bool], Any]:
    """The one comparison that is asked for, and with what."""
    words = _WORDS.get(kind, {})
    if len(wanted) != 1 or next(iter(wanted)) not in words:
        raise failed(workspace.method, "body.filter", f"should have one condition of {', '.join(words)}")
    word, other = next(iter(wanted.items()))
    if kind == "date":
        try:
            return words[word], _moment(other)
        except (TypeError, ValueError):
            raise failed(workspace.method, "body.filter", "should be a valid ISO 8601 date string") from None
    if kind not in ("number", "checkbox") and not isinstance(other, str):
        raise failed(workspace.method, f"body.filter.{word}", "should be a string")
    return words[word], other


def _kept(page: Json, column: Json) -> Any:
    value = page["properties"].get(column["id"])
    return default(column) if value is None and column["type"] == "status" else value


def _plain(page: Json, column: Json) -> Any:
    """The property's value as it is compared; None is a date that is missing."""
    value = _kept(page, column)
    if column["type"] in ("select", "status"):
        return (KINDS["select"].show(value, column) or {}).get("name", "")
    if column["type"] == "date":
        return _moment(value["start"]) if value else None
    if column["type"] in ("title", "rich_text"):
        return runs.plain(value or [])
    return "" if value is None else value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
