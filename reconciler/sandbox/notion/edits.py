"""The four ways to change a page's Markdown; each finds its place in the text exactly as Notion gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.sandbox.notion.refusals import failed, too_long
from reconciler.sandbox.notion.workspace import Workspace

Json = dict[str, Any]

MOST_UPDATES = 100


def edited(workspace: Workspace, text: str, arguments: Json) -> str:
    """The text after the edit that `type` names."""
    what = arguments.get("type")
    edit = _EDITS.get(str(what))
    if edit is None:
        raise failed(
            workspace.method, "body.type", f"should be one of {', '.join(_EDITS)}, instead was `{what}`"
        )
    given = arguments.get(str(what))
    if not isinstance(given, dict):
        raise failed(workspace.method, f"body.{what}", "should be defined, instead was `undefined`")
    return edit(workspace, text, given)


def _update_content(workspace: Workspace, text: str, given: Json) -> str:
    """Search and replace: a text that is not there, or there twice, refuses the whole edit."""
    where = "body.update_content.content_updates"
    updates = given.get("content_updates")
    if not isinstance(updates, list):
        raise failed(workspace.method, where, "should be an array")
    if len(updates) > MOST_UPDATES:
        raise too_long(workspace.method, where, MOST_UPDATES, len(updates))
    for place, update in enumerate(updates):
        old = _string(workspace, update, "old_str", f"{where}[{place}]")
        new = _string(workspace, update, "new_str", f"{where}[{place}]")
        text = _replaced(workspace, text, old, new, every=update.get("replace_all_matches") is True)
    return text


def _replaced(workspace: Workspace, text: str, old: str, new: str, *, every: bool) -> str:
    matches = text.count(old) if old else 0
    if not old:
        raise workspace.invalid("old_str must not be empty.")
    if not matches:
        raise workspace.invalid(f'old_str was not found in the page: "{old[:200]}"')
    if matches > 1 and not every:
        words = (
            f"old_str matches {matches} places in the page; set replace_all_matches to replace all of them"
        )
        raise workspace.invalid(f'{words}: "{old[:200]}"')
    return text.replace(old, new)


def _replace_content(workspace: Workspace, text: str, given: Json) -> str:
    return _string(workspace, given, "new_str", "body.replace_content")


def _insert_content(workspace: Workspace, text: str, given: Json) -> str:
    """At the start, after the line in which a selection ends, or at the end."""
    new = _string(workspace, given, "content", "body.insert_content")
    position, after = given.get("position"), given.get("after")
    if position and after:
        raise workspace.invalid("Provide either after or position, not both.")
    if isinstance(after, str) and after:
        _, end = _selection(workspace, text, after)
        line = text.find("\n", end)
        return text + "\n" + new if line < 0 else text[:line] + "\n" + new + text[line:]
    if isinstance(position, dict) and position.get("type") == "start":
        return new + "\n" + text
    return text + "\n" + new


def _replace_range(workspace: Workspace, text: str, given: Json) -> str:
    new = _string(workspace, given, "content", "body.replace_content_range")
    selection = _string(workspace, given, "content_range", "body.replace_content_range")
    start, end = _selection(workspace, text, selection)
    return text[:start] + new + text[end:]


def _selection(workspace: Workspace, text: str, selection: str) -> tuple[int, int]:
    """From the first occurrence of the start to the end text after it: `start...end`."""
    first, dots, last = selection.partition("...")
    start = text.find(first)
    end = text.find(last, start + len(first)) if dots else start + len(first) - len(last)
    if start < 0 or end < 0:
        raise workspace.invalid(f'The selection does not match any content in the page: "{selection[:200]}"')
    return start, end + len(last)


def _string(workspace: Workspace, given: Any, name: str, path: str) -> str:
    value = given.get(name) if isinstance(given, dict) else None
    if not isinstance(value, str):
        raise failed(workspace.method, f"{path}.{name}", "should be a string")
    return value


_EDITS: dict[str, Callable[[Workspace, str, Json], str]] = {
    "update_content": _update_content,
    "replace_content": _replace_content,
    "insert_content": _insert_content,
    "replace_content_range": _replace_range,
}
