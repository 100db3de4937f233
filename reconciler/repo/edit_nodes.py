"""Where every value of a YAML text begins and ends, in characters: what an edit needs to touch nothing else.

libyaml's events carry exact places for scalars and for `[…]` and `{…}`; a block collection ends where its
last child does, and a block scalar before the blank lines that belong to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

#: What ends a line: the loader refuses texts in which anything else would, to libyaml.
BREAKS = "\r\n"


@dataclass(slots=True)
class Node:
    """One value: `text[start:end]`. For a mapping, `keys[i]` names `items[i]`; a list has no keys."""

    kind: str  # "scalar", "list" or "mapping"
    start: int
    end: int
    style: str = ""  # scalar: "", "'", '"', "|" or ">"; collection: "flow" or "block"
    value: str = ""
    keys: list[Node] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)

    @property
    def folded(self) -> bool:
        """True for a block scalar: a header such as `|-` and indented lines."""
        return self.style in ("|", ">")

    @property
    def quote(self) -> str:
        """The quote of a quoted scalar, else nothing."""
        return self.style if self.style in ("'", '"') else ""

    @property
    def blank(self) -> bool:
        """True for a value that stands for nothing yet: not written, `~`, `null`, `[]` or `{}`."""
        if self.kind == "scalar":
            return not self.style and self.value.lower() in ("", "~", "null")
        return not self.items

    @property
    def last_leaf(self) -> Node:
        """The scalar or the `[…]` that is written last in here."""
        node = self
        while node.style == "block":
            node = node.items[-1]
        return node

    def find(self, key: str | int) -> Node | None:
        """The value under a mapping's key or at a list's index; None when there is none."""
        if self.kind == "list":
            return self.items[key] if isinstance(key, int) and key < len(self.items) else None
        index = self.index(key)
        return None if index is None else self.items[index]

    def index(self, key: str | int) -> int | None:
        """The place of a mapping's key among its keys; None when it has no such key."""
        return next((index for index, node in enumerate(self.keys) if node.value == key), None)

    def entry(self, index: int) -> tuple[int, int]:
        """Where an item begins and ends, a mapping's key included."""
        item = self.items[index]
        if self.kind == "list":
            return item.start, item.end
        return self.keys[index].start, max(self.keys[index].end, item.end)


@dataclass(frozen=True, slots=True)
class Source:
    """A YAML text without byte order mark, and its top value."""

    text: str
    top: Node

    def line_start(self, index: int) -> int:
        """Where the line of that character begins."""
        while index and self.text[index - 1] not in BREAKS:
            index -= 1
        return index

    def line_end(self, index: int) -> int:
        """Where the line of that character ends, before its line end."""
        while index < len(self.text) and self.text[index] not in BREAKS:
            index += 1
        return index

    def next_line(self, index: int) -> int:
        """Where the line after that character's begins; the text's end after the last."""
        end = self.line_end(index)
        return end + (2 if self.text.startswith("\r\n", end) else min(1, len(self.text) - end))

    def column(self, index: int) -> int:
        """How many characters stand before that one on its line."""
        return index - self.line_start(index)

    def newline(self, index: int) -> str:
        """The line end of that character's line; in a last line without one, that of the first line."""
        for place in (index, 0):
            found = self.text[self.line_end(place) : self.next_line(place)]
            if found:
                return found
        return "\n"


def read(text: str) -> Source:
    """The values of a text that holds one valid document without anchors."""
    events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            return Source(text, _node(next(events), events, text))
    raise ValueError("no document")


def _node(event: yaml.Event, events: Iterator[yaml.Event], text: str) -> Node:
    start, end = _place(event)
    if isinstance(event, yaml.ScalarEvent):
        node = Node("scalar", start, end, event.style or "", event.value)
        if node.folded:
            node.end = _content_end(text, node)
        return node
    assert isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent)
    kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "list"
    return _children(Node(kind, start, end, "flow" if event.flow_style else "block"), events, text)


def _place(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


def _children(node: Node, events: Iterator[yaml.Event], text: str) -> Node:
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            node.end = _place(event)[1] if node.style == "flow" else node.items[-1].end
            break
        if node.kind == "mapping":
            node.keys.append(_node(event, events, text))
            event = next(events)
        node.items.append(_node(event, events, text))
    return node


def _content_end(text: str, node: Node) -> int:
    """The end of a block scalar's last line; blank lines after it are its own only if its value has them."""
    body = text[node.start : node.end]
    kept = "+" in body.split("#")[0].splitlines()[0] or node.value.rstrip("\n").endswith((" ", "\t"))
    if not kept:
        return node.start + len(body.rstrip(" \t" + BREAKS))
    return node.end - (2 if body.endswith("\r\n") else int(body.endswith(tuple(BREAKS))))
