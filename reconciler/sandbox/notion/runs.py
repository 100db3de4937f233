"""Formatted text as runs: what Notion's rich text and its Markdown both are, so that one becomes the other.

A run is `{"text", "url", "marks"}`; neighbours that look alike are one run. Its form as rich text comes back
split where an item would hold too much, whatever the pieces were that it was sent in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.sandbox.notion.refusals import failed, too_long, unexpected

Json = dict[str, Any]
Run = dict[str, Any]

MOST_ITEMS = 100
MOST_TEXT = 2000
MOST_URL = 2000

MARKS = ("bold", "italic", "strikethrough", "underline", "code")


def run(text: str, url: str | None = None, marks: Iterable[str] = ()) -> Run:
    """One run."""
    return {"text": text, "url": url, "marks": sorted(marks)}


def joined(runs: Iterable[Run]) -> list[Run]:
    """The runs without empty ones, neighbours of one look made one."""
    result: list[Run] = []
    for one in runs:
        if result and (result[-1]["url"], result[-1]["marks"]) == (one["url"], one["marks"]):
            result[-1] = result[-1] | {"text": result[-1]["text"] + one["text"]}
        elif one["text"]:
            result.append(one)
    return result


def plain(runs: Iterable[Run]) -> str:
    """The text alone."""
    return "".join(one["text"] for one in runs)


def answered(runs: Iterable[Run]) -> list[Json]:
    """The runs as rich text, in items of no more than 2,000 characters."""
    return [
        _item(one, one["text"][start : start + MOST_TEXT])
        for one in runs
        for start in range(0, len(one["text"]), MOST_TEXT)
    ]


def _item(one: Run, text: str) -> Json:
    link = {"url": one["url"]} if one["url"] else None
    annotations = {mark: mark in one["marks"] for mark in MARKS}
    return {
        "type": "text",
        "text": {"content": text, "link": link},
        "annotations": annotations | {"color": "default"},
        "plain_text": text,
        "href": one["url"],
    }


def taken(method: str, items: Any, path: str) -> list[Run]:
    """The runs of rich text that a caller sent; only text, since nothing else is needed here."""
    if not isinstance(items, list):
        raise failed(method, path, "should be an array")
    if len(items) > MOST_ITEMS:
        raise too_long(method, path, MOST_ITEMS, len(items))
    return joined(_run(method, item, f"{path}[{place}]") for place, item in enumerate(items))


def _run(method: str, item: Any, path: str) -> Run:
    if not isinstance(item, dict) or item.get("type", "text") != "text" or "text" not in item:
        raise failed(method, f"{path}.text", "should be defined, instead was `undefined`")
    for key in item.keys() - {"type", "text", "annotations", "plain_text", "href"}:
        raise unexpected(method, f"{path}.{key}", item[key])
    text = item["text"]
    if not isinstance(text, dict) or not isinstance(text.get("content"), str):
        raise failed(method, f"{path}.text.content", "should be a string")
    if (length := units(text["content"])) > MOST_TEXT:
        raise too_long(method, f"{path}.text.content", MOST_TEXT, length)
    annotations = item.get("annotations")
    marks = [mark for mark in MARKS if isinstance(annotations, dict) and annotations.get(mark)]
    return run(text["content"], link(method, text.get("link"), f"{path}.text.link.url"), marks)


def link(method: str, given: Any, path: str) -> str | None:
    """The address of a link that a caller sent."""
    address = given.get("url") if isinstance(given, dict) else None
    if address is not None and not isinstance(address, str):
        raise failed(method, path, "should be a string")
    if address and units(address) > MOST_URL:
        raise too_long(method, path, MOST_URL, units(address))
    return address or None


def units(text: str) -> int:
    """The length of a text as Notion's own language counts it: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
