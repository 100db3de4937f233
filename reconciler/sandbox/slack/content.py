"""What a message may consist of: text, blocks, metadata, each with Slack's limits.

Slack gives blocks back not quite as it got them: each has an id, each text says how it is read, and text is
escaped. Whoever compares blocks has to expect that.
"""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.slack.elements import KEYS, PRESSED, complaints
from reconciler.sandbox.slack.text import escaped_message
from reconciler.sandbox.slack.workspace import No, Record, Workspace

MOST_BLOCKS = 50
MOST_ATTACHMENTS = 100
MOST_FIELDS = 10
SECTION_LENGTH = 3_000
FIELD_LENGTH = 2_000
HEADER_LENGTH = 150
LONGEST_BLOCKS = 13_200

_ELEMENTS = {"context": 10, "actions": 25}
_OTHER_BLOCKS = {"divider", "image", "rich_text", "markdown", "input", "video", "file", "table"}
_READ_AS = {"mrkdwn": {"verbatim": False}, "plain_text": {"emoji": True}}


def content(slack: Workspace, text: str | None, blocks: Any, attachments: Any, metadata: Any) -> Record:
    """The checked parts of a message; those that were not given are left out."""
    if not (text or blocks or attachments):
        raise No("no_text")
    if len(attachments or []) > MOST_ATTACHMENTS:
        raise No("too_many_attachments")
    body: Record = {} if text is None else {"text": escaped_message(text)}
    if metadata:
        body["metadata"] = checked_metadata(metadata)
    if attachments:
        body["attachments"] = attachments
    if blocks:
        body["blocks"] = checked_blocks(slack, blocks)
    return body


def checked_metadata(metadata: Any) -> Record:
    """Metadata as Slack takes it: a type, and a payload of plain values or flat objects of them."""
    if not isinstance(metadata, dict):
        raise No("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if metadata.keys() - {"event_type", "event_payload"} or not (isinstance(kind, str) and kind):
        raise No("invalid_metadata_schema")
    if not isinstance(payload, dict) or not all(_payload_value(value) for value in payload.values()):
        raise No("invalid_metadata_schema")
    return metadata


def _payload_value(value: Any) -> bool:
    return _plain(value) or _flat(value) or (isinstance(value, list) and all(_flat(item) for item in value))


def _flat(value: Any) -> bool:
    return isinstance(value, dict) and all(_plain(item) for item in value.values())


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def checked_blocks(slack: Workspace, blocks: Any) -> list[Record]:
    """Blocks as Slack keeps them, if all of them are sound."""
    if not isinstance(blocks, list):
        raise No("invalid_blocks_format")
    if len(blocks) > MOST_BLOCKS:
        raise _unsound(f"no more than {MOST_BLOCKS} items allowed", "/blocks")
    for index, block in enumerate(blocks):
        complaint = complaint_of(block)
        if complaint:
            raise _unsound(complaint, f"/blocks/{index}")
    return kept_blocks(slack, blocks)


def kept_blocks(slack: Workspace, blocks: list[Record]) -> list[Record]:
    """Sound blocks as Slack keeps them."""
    return [_kept(slack, block) for block in blocks]


def _unsound(complaint: str, pointer: str) -> No:
    messages = [f"[ERROR] {complaint} [json-pointer:{pointer}]"]
    return No("invalid_blocks", response_metadata={"messages": messages})


def complaint_of(block: Any) -> str:
    """What is wrong with a block; empty where nothing is."""
    kind = block.get("type") if isinstance(block, dict) else None
    if kind == "section":
        return _section(block)
    if kind == "header":
        return _text(block.get("text"), HEADER_LENGTH, {"plain_text"})
    if kind in _ELEMENTS:
        elements = block.get("elements") or []
        if not 0 < len(elements) <= _ELEMENTS[kind]:
            return f"between 1 and {_ELEMENTS[kind]} elements are allowed"
        return _pressed(elements) if kind == "actions" else ""
    return "" if kind in _OTHER_BLOCKS else f"unsupported type: {kind}"


def _section(block: Record) -> str:
    fields = block.get("fields") or []
    if "text" not in block and not fields:
        return "missing required field: text"
    if len(fields) > MOST_FIELDS:
        return f"no more than {MOST_FIELDS} items allowed"
    found = [_text(block["text"], SECTION_LENGTH)] if "text" in block else []
    if "accessory" in block and block["accessory"].get("type") != "image":
        found.append(_pressed([block["accessory"]]))
    return next(filter(None, found + [_text(field, FIELD_LENGTH) for field in fields]), "")


def _pressed(elements: list[Any]) -> str:
    """What is wrong with buttons and menus: the first fault of all."""
    for number, element in enumerate(elements):
        for at, words in complaints(element, PRESSED, f"/elements/{number}"):
            return f"{words} [{at}]"
    ids = [element["action_id"] for element in elements if "action_id" in element]
    return "" if len(set(ids)) == len(ids) else "action_id already exists"


def _text(value: Any, longest: int, kinds: set[str] | None = None) -> str:
    if not isinstance(value, dict) or value.get("type") not in (kinds or _READ_AS.keys()):
        return "missing or unsupported text object"
    text = value.get("text")
    if not isinstance(text, str) or not text:
        return "must be more than 0 characters"
    return "" if len(text) <= longest else f"must be less than {longest + 1} characters"


def text_length(value: Any) -> int:
    """How many characters of text there are in blocks."""
    if isinstance(value, dict):
        return sum(
            len(item) if key == "text" and isinstance(item, str) else text_length(item)
            for key, item in value.items()
        )
    return sum(map(text_length, value)) if isinstance(value, list) else 0


def _kept(slack: Workspace, block: Record) -> Record:
    kept: Record = {"block_id": slack.new_id("b"), **_spelled_out(block)}
    for element in (*(kept.get("elements") or ()), kept.get("accessory"), kept.get("element")):
        if isinstance(element, dict) and element.get("type") in KEYS:
            element.setdefault("action_id", slack.new_id("a"))
    return kept


def _spelled_out(value: Any) -> Any:
    """Blocks with their texts escaped and the unsaid said."""
    if isinstance(value, list):
        return [_spelled_out(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _spelled_out(item) for key, item in value.items()}
    if value.get("type") in _READ_AS and isinstance(value.get("text"), str):
        kept["text"] = escaped_message(value["text"])
        return {**_READ_AS[value["type"]], **kept}
    return kept
