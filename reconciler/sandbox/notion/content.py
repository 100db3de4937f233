"""A page's content: lines of Notion's Markdown, one block a line, as Notion gives them back.

What is sent as Markdown does not come back as it was: blank lines are gone, blocks are parted by one newline,
children are indented by tabs, and special characters carry backslashes.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from reconciler.sandbox.notion import inline
from reconciler.sandbox.notion.workspace import Workspace

Json = dict[str, Any]
Line = tuple[int, str]

_STARTS = {
    "heading": re.compile(r"(#{1,6})\s+(.*)"),
    "divider": re.compile(r"(?:-{3,}|\*{3,}|_{3,})()$"),
    "to_do": re.compile(r"[-*+] \[([ xX])\](?: (.*)|$)"),
    "bulleted_list_item": re.compile(r"[-*+](?: (.*)|$)"),
    "numbered_list_item": re.compile(r"(\d+)[.)](?: (.*)|$)"),
    "quote": re.compile(r">\s?(.*)"),
}
#: blocks of several lines: how they begin, and how they end
_LONG = {"```": "```", "$$": "$$", "<table": "</table>"}
_TAG = re.compile(
    r"</?(?:empty-block|details|summary|callout|columns?|page|database|unknown|table_of_contents)\b.*>"
)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)\s]+\)")
_ROW = re.compile(r"\|.*\|\s*$")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+\s*$")


def kind(text: str) -> str:
    """What a block is, by its Markdown: a type of Notion's, or `raw` for what is kept as it is."""
    if text.startswith(("```", "$$", "<table")) or _TAG.fullmatch(text) or _IMAGE.fullmatch(text):
        return "code" if text.startswith("```") else "raw"
    return next((name for name, start in _STARTS.items() if start.match(text)), "paragraph")


def parts(text: str) -> tuple[str, ...]:
    """What follows a block's marker: level, tick or number where it has one, and the rest of the line."""
    found = _STARTS[kind(text)].match(text) if kind(text) in _STARTS else None
    return tuple(part or "" for part in found.groups()) if found else (text,)


def lines(markdown: str) -> list[Line]:
    """The blocks of a Markdown text: how deep each lies, and its Markdown as Notion gives it back."""
    result: list[Line] = []
    waiting = deque(markdown.replace("\r\n", "\n").split("\n"))
    while waiting:
        line = waiting.popleft()
        if line.strip():
            indent = line[: len(line) - len(line.lstrip())]
            deepest = result[-1][0] + 1 if result else 0
            depth = min(indent.count("\t") + indent.count(" ") // 2, deepest)
            result.append((depth, _block(line.strip(), waiting, indent)))
    return result


def _block(line: str, waiting: deque[str], indent: str) -> str:
    """The canonical Markdown of the block that begins with the line; takes the rest of it from `waiting`."""
    for start, end in _LONG.items():
        if line.startswith(start) and not line.startswith("<table_"):
            return "\n".join([line, *_until(end, waiting, indent)])
    if _ROW.match(line) and waiting and _RULE.match(waiting[0].strip()):
        waiting.popleft()
        rows = [line]
        while waiting and _ROW.match(waiting[0].strip()):
            rows.append(waiting.popleft())
        return _table(rows)
    return canonical(line)


def _until(end: str, waiting: deque[str], indent: str) -> Iterator[str]:
    while waiting:
        line = waiting.popleft().removeprefix(indent)
        yield line
        if line.strip().startswith(end):
            return


def _table(rows: list[str]) -> str:
    cells = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]
    marked = ["<tr>\n" + "\n".join(f"<td>{cell}</td>" for cell in row) + "\n</tr>" for row in cells]
    return "\n".join(['<table header-row="true">', *marked, "</table>"])


def canonical(line: str) -> str:
    """One line of Markdown as Notion writes it."""
    what = kind(line)
    if what in ("raw", "code"):
        return line
    if what == "divider":
        return "---"
    *before, rest = parts(line)
    text = inline.render(inline.parse(rest)).strip()
    if what == "heading":
        return f"{'#' * min(len(before[0]), 4)} {text}"
    if what == "to_do":
        return f"- [{'x' if before[0] in 'xX' else ' '}] {text}".rstrip()
    if what == "numbered_list_item":
        return f"{before[0]}. {text}".rstrip()
    marker = {"bulleted_list_item": "- ", "quote": "> "}.get(what, "")
    return f"{marker}{text}".rstrip() if marker else literal(text)


def literal(text: str) -> str:
    """A paragraph's Markdown, guarded where it would be taken for something else."""
    if kind(text) == "paragraph":
        return text or "<empty-block/>"
    if kind(text) == "numbered_list_item":
        return re.sub(r"^(\d+)", r"\1\\", text)
    return f"\\{text}"


def markdown(blocks: list[Json]) -> str:
    """The page's text as Notion gives it back."""
    return "\n".join("\t" * block["depth"] + line for block in blocks for line in block["text"].split("\n"))


def written(workspace: Workspace, page: Json, text: str) -> None:
    """Replace the page's content by this Markdown; blocks that stay the same keep their ids."""
    old, new = page["content"], lines(text)
    before = [(block["depth"], block["text"]) for block in old]
    content: list[Json] = []
    for what, first, last, start, end in SequenceMatcher(None, before, new, autojunk=False).get_opcodes():
        if what == "equal":
            content += old[first:last]
        else:
            content += [block(workspace, *line) for line in new[start:end]]
    page["content"] = content
    workspace.touch(page)


def block(workspace: Workspace, depth: int, text: str) -> Json:
    """A new block."""
    return {
        "id": workspace.identity(),
        "depth": depth,
        "text": text,
        "created_at": workspace.stamp,
        "created_by": workspace.agent,
    }
