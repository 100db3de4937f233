"""What a modal may consist of: a title, buttons, blocks and what the app remembers with it."""

from __future__ import annotations

import json
from typing import Any

from reconciler.sandbox.slack.arguments import invalid
from reconciler.sandbox.slack.content import complaint_of, kept_blocks
from reconciler.sandbox.slack.elements import INPUTS, LONGEST_ID, Complaints, complaints, text_object, text_of
from reconciler.sandbox.slack.workspace import No, Record, Workspace

LARGEST = 250_000
MOST_BLOCKS = 100
TITLE_LENGTH = 24
METADATA_LENGTH = 3_000

_KEYS = {
    "type", "title", "blocks", "submit", "close", "private_metadata", "callback_id", "external_id",
    "clear_on_close", "notify_on_close", "submit_disabled",
}  # fmt: skip
_FLAGS = ("clear_on_close", "notify_on_close", "submit_disabled")
_IN_MESSAGES_ONLY = {"markdown", "table", "file"}
_LABEL_LENGTH = 2_000
_INPUT_KEYS = {"type", "block_id", "label", "element", "hint", "optional", "dispatch_action"}


def checked_view(slack: Workspace, view: Any) -> Record:
    """A view as Slack keeps it; raises No where it is none, or too large."""
    if not isinstance(view, dict):
        raise invalid("must provide an object [json-pointer:/view]")
    if len(json.dumps(view)) > LARGEST:
        raise No("view_too_large")
    found = [*_outside(view), *_inside(view)]
    if found:
        raise invalid(*(f"{words} [json-pointer:/view{at}]" for at, words in found))
    empty: Record = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "submit": None,
        "close": None,
    }
    flags = dict.fromkeys(_FLAGS, False)
    return {**empty, **flags, **view, "blocks": kept_blocks(slack, view["blocks"])}


def _outside(view: Record) -> Complaints:
    yield from (("", f"invalid additional property: {key}") for key in sorted(view.keys() - _KEYS))
    if view.get("type") != "modal":
        yield "/type", f"unsupported type: {view.get('type')}"
    yield from text_object(view.get("title"), TITLE_LENGTH, "/title", ("plain_text",))
    for part in ("submit", "close"):
        if part in view:
            yield from text_object(view[part], TITLE_LENGTH, f"/{part}", ("plain_text",))
    for part, longest in (
        ("private_metadata", METADATA_LENGTH), ("callback_id", LONGEST_ID), ("external_id", LONGEST_ID),
    ):  # fmt: skip
        if view.get(part):
            yield from text_of(view[part], longest, f"/{part}")


def _inside(view: Record) -> Complaints:
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        yield "/blocks", "must provide an array"
        return
    if len(blocks) > MOST_BLOCKS:
        yield "/blocks", f"no more than {MOST_BLOCKS} items allowed"
    for number, block in enumerate(blocks):
        yield from _block(block, f"/blocks/{number}")
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    if "input" in kinds and "submit" not in view:
        yield "/submit", "missing required field: submit"
    ids = [block["block_id"] for block in blocks if isinstance(block, dict) and "block_id" in block]
    yield from (
        ("/blocks", f"block_id {one} already exists") for one in {one for one in ids if ids.count(one) > 1}
    )


def _block(block: Any, at: str) -> Complaints:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind == "input":
        yield from input_block(block, at)
    elif kind in _IN_MESSAGES_ONLY:
        yield at, f"unsupported type: {kind}"
    elif words := complaint_of(block):
        yield at, words


def input_block(block: Record, at: str) -> Complaints:
    """What is wrong with an input."""
    yield from ((at, f"invalid additional property: {key}") for key in sorted(block.keys() - _INPUT_KEYS))
    yield from text_of(block.get("block_id", "-"), LONGEST_ID, f"{at}/block_id")
    yield from text_object(block.get("label"), _LABEL_LENGTH, f"{at}/label", ("plain_text",))
    if "hint" in block:
        yield from text_object(block["hint"], _LABEL_LENGTH, f"{at}/hint", ("plain_text",))
    yield from complaints(block.get("element"), INPUTS, f"{at}/element")
