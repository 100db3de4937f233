"""The one way from YAML to data: built from libyaml's events, with the place of every key and value.

Working on events refuses what must never be composed while it streams by: depth, aliases, tags, double
keys. A file is read to its end where that is possible, so that all of it is said at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from yaml._yaml import CParser
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.errors import Location, Problem
from reconciler.incident.finding import Finding, Path
from reconciler.incident.shown import quoted
from reconciler.repo.scalars import Scalar, kind, resolve
from reconciler.repo.source import Unreadable, decode, hidden
from reconciler.repo.syntax import end, explain, within

DEPTH = 50
VALUES = 20_000
PROBLEMS = 100  # after so many the rest of a file is not read
_OPENS = (MappingStartEvent, SequenceStartEvent)
_CLOSES = (MappingEndEvent, SequenceEndEvent)

Positions = Mapping[Path, tuple[int, int]]


class Document(NamedTuple):
    """A file's data, and where each value and key of it stands: line and column, counted from 1."""

    path: str
    data: Any
    positions: Positions  # of the values
    keys: Positions
    spelled: Mapping[Path, str]  # how the file writes each value that is no text

    def problem(self, finding: Finding) -> Problem:
        """The finding at its place, or at the place of its nearest parent that the file has."""
        path = finding.path
        places = self.keys if finding.at_key and path in self.keys else self.positions
        while path and path not in places:
            path = path[:-1]
        return Problem(
            Location(self.path, *places.get(path, (1, 1))), finding.message, finding.hint, finding.level
        )


class Composed(NamedTuple):
    """What a file gave: its document, unless nothing can be made of it, and what was refused on the way."""

    document: Document | None
    problems: tuple[Problem, ...]
    unsound: frozenset[Path] = frozenset()  # values that stand for something refused


def compose(content: bytes, path: str) -> Composed:
    """Read YAML bytes; never raises, whatever they are."""
    try:
        text = decode(content, path)
    except Unreadable as stopped:
        return Composed(None, (stopped.problem,))
    composer = _Composer(text, path)
    try:
        document = composer.document()
    except Unreadable as stopped:
        return Composed(None, (*composer.problems, stopped.problem))
    except YAMLError as error:
        return Composed(None, (*composer.problems, explain(error, text, path)))
    return Composed(document, tuple(composer.problems), frozenset(composer.unsound))


class _Composer:
    """One pass over one file's events."""

    def __init__(self, text: str, path: str):
        self._path, self._end = path, end(text)
        self._parser = CParser(text)
        self._positions: dict[Path, tuple[int, int]] = {}
        self._keys: dict[Path, tuple[int, int]] = {}
        self._spelled: dict[Path, str] = {}
        self.problems: list[Problem] = []
        self.unsound: set[Path] = set()

    def document(self) -> Document:
        self._next()  # the stream's start
        start = self._next()
        if isinstance(start, DocumentStartEvent) and (start.version or start.tags):
            self._refuse(start, "directives (`%…`) are not allowed", "the file without this line")
        root = self._next() if isinstance(start, DocumentStartEvent) else start
        if not isinstance(root, MappingStartEvent):
            raise Unreadable(self._not_a_mapping(root))
        data = self._node(root, ())
        self._next()  # the document's end
        end = self._next()
        if not isinstance(end, StreamEndEvent):
            self._refuse(end, "a second document begins here", "one document in a file")
        return Document(self._path, data, self._positions, self._keys, self._spelled)

    def _node(self, event: Event, path: Path) -> Any:
        self._positions[path] = self._place(event)
        if len(self._positions) > VALUES:
            raise Unreadable(self._problem(event, f"this file holds more than {VALUES:,} values"))
        self._plain_node(event)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, AliasEvent):
            self.unsound.add(path)
            return None
        if len(path) >= DEPTH:
            raise self._too_deep(event)
        return self._mapping(path) if isinstance(event, MappingStartEvent) else self._sequence(path)

    def _plain_node(self, event: Event) -> None:
        """Refuse what would let a value mean something that does not stand in its place."""
        if isinstance(event, NodeEvent) and event.anchor:
            kinds, sign = ("aliases", "*") if isinstance(event, AliasEvent) else ("anchors", "&")
            mark = f"{sign}{event.anchor}"
            self._refuse(
                event, f"{kinds} (`{mark}`) are not allowed", f'the value itself, or "{mark}" as text'
            )
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag:
            self._refuse(event, f"tags (`{event.tag}`) are not allowed", "the value alone")

    def _scalar(self, event: ScalarEvent, path: Path) -> Scalar:
        value = _value(event)
        if not isinstance(value, str):
            self._spelled[path] = event.value
        elif character := hidden(value):
            words = f"this text holds the character {character}, which cannot be seen"
            self._refuse(event, words, "the text without it")
            self.unsound.add(path)
        return value

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        table: dict[str, Any] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._key(event, path, table)
            if key is None:
                self._skip(self._next(), len(path) + 1)
            else:
                self._keys[(*path, key)] = self._place(event)
                table[key] = self._node(self._next(), (*path, key))
        return table

    def _key(self, event: Event, path: Path, table: Mapping[str, Any]) -> str | None:
        """The key, or None when it was refused and its value is to be passed over."""
        self._plain_node(event)
        if not isinstance(event, ScalarEvent):
            self._skip(event, len(path) + 1)
            self._refuse(event, "a key must be one word", "`key: value`")
            return None
        key = _value(event)
        if not isinstance(key, str):
            self._refuse(event, f"the key {quoted(event.value)} is {kind(key)}", f'"{event.value}": as text')
        elif hidden(key):
            self._refuse(event, f"this key holds the character {hidden(key)}", "the key without it")
        elif key == "<<" and event.implicit[0]:
            self._refuse(event, "merge keys (`<<`) are not allowed", "the keys and values themselves")
        elif key in table:
            first = self._keys[(*path, key)][0]
            self._refuse(
                event, f"{quoted(key)} stands here again; it is already in line {first}", "one of the two"
            )
        else:
            return key
        return None

    def _skip(self, event: Event, depth: int) -> None:
        """Pass over the node that begins with `event`, `depth` levels below the root."""
        level = depth
        while True:
            level += isinstance(event, _OPENS) - isinstance(event, _CLOSES)
            if level > DEPTH:
                raise self._too_deep(event)
            if level == depth:
                return
            event = self._next()

    def _too_deep(self, event: Event) -> Unreadable:
        return Unreadable(self._problem(event, f"this is nested more than {DEPTH} deep"))

    def _next(self) -> Event:
        event = self._parser.get_event()
        assert event is not None, "libyaml ends every stream with an event of its own"
        return event

    def _not_a_mapping(self, event: Event) -> Problem:
        if isinstance(event, SequenceStartEvent):
            return self._problem(event, "this file is a list, not keys with values", "`key: value` lines")
        if isinstance(event, ScalarEvent) and event.value:
            return self._problem(event, "this file is text, not keys with values", "`key: value` lines")
        if isinstance(event, AliasEvent):
            return self._problem(event, "this file is an alias, not keys with values", "`key: value` lines")
        return Problem(Location(self._path), "this file is empty", "`key: value` lines")

    def _refuse(self, event: Event, message: str, hint: str) -> None:
        self.problems.append(self._problem(event, message, hint))
        if len(self.problems) >= PROBLEMS:
            raise Unreadable(self._problem(event, "so much is wrong up to here that the rest was not read"))

    def _problem(self, event: Event, message: str, hint: str = "") -> Problem:
        return Problem(Location(self._path, *self._place(event)), message, hint)

    def _place(self, event: Event) -> tuple[int, int]:
        """Line and column of an event, from 1."""
        mark = event.start_mark
        assert mark is not None, "libyaml marks every event"
        return within((mark.line + 1, mark.column + 1), self._end)


def _value(event: ScalarEvent) -> Scalar:
    return resolve(event.value) if event.implicit[0] else str(event.value)
