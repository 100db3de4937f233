"""Answers in no documented shape: what in an answer was looked at at all, and what may stand there instead.

Only what the caller looks at can be garbled so that it matters: `Noted` remembers that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

#: A key for each level; "*" stands for every item of a list.
Path = tuple[str, ...]

#: What stands in the place of a value, by the kind of value; "missing" takes its key away.
INSTEAD: Mapping[type, Mapping[str, Any]] = {
    dict: {"missing": ..., "null": None, "empty": {}, "a list": []},
    list: {
        "missing": ...,
        "null": None,
        "an object": {},
        "a list of null": [None],
        "a list of text": ["garbled"],
        "a list of empty objects": [{}],
    },
    object: {"missing": ..., "null": None, "an object": {}},
}


class Garbling(NamedTuple):
    """One way to spoil an answer. The empty path is the whole answer."""

    path: Path
    word: str
    instead: Any

    @property
    def name(self) -> str:
        return f"{'.'.join(self.path) or 'all of it'} {self.word}"

    @property
    def depth(self) -> int:
        return sum(key != "*" for key in self.path)

    def of(self, answer: Any) -> Any:
        """A copy of the answer, spoiled."""
        return _spoiled(answer, self.path, self.instead)


def _spoiled(value: Any, path: Path, instead: Any) -> Any:
    if not path:
        return instead
    key, rest = path[0], path[1:]
    if isinstance(value, list):
        return [_spoiled(item, rest, instead) for item in value]
    if not isinstance(value, Mapping) or key not in value:
        return value
    copy = dict(value)
    if not rest and instead is ...:
        del copy[key]
    else:
        copy[key] = _spoiled(copy[key], rest, instead)
    return copy


def garblings(answer: Mapping[str, Any], paths: set[Path]) -> Iterator[Garbling]:
    """Every way to spoil what was looked at in the answer."""
    yield Garbling((), "empty", {})
    for path in sorted(paths):
        value = _first(answer, path)
        if value is ...:
            continue
        kind = next(kind for kind in INSTEAD if isinstance(value, kind))
        for word, instead in INSTEAD[kind].items():
            if path[-1] != "*" or instead is not ...:
                yield Garbling(path, word, instead)


def _first(value: Any, path: Path) -> Any:
    """The value at a path; of a list the first item that has one."""
    for number, key in enumerate(path):
        if key == "*":
            found = (_first(item, path[number + 1 :]) for item in value)
            return next((one for one in found if one is not ...), ...)
        if not isinstance(value, Mapping) or key not in value:
            return ...
        value = value[key]
    return value


class Noted(dict[str, Any]):
    """An answer, or an object in it, that notes which of its keys are looked at."""

    def __init__(self, content: Mapping[str, Any], paths: set[Path], at: Path = ()):
        super().__init__({key: _noted(value, paths, (*at, key)) for key, value in content.items()})
        self._paths, self._at = paths, at

    def _note(self, *keys: Any) -> None:
        self._paths.update((*self._at, key) for key in keys)

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._note(*super().keys())
        return super().__iter__()

    def items(self) -> Any:
        self._note(*super().keys())
        return super().items()

    def values(self) -> Any:
        self._note(*super().keys())
        return super().values()


def _noted(value: Any, paths: set[Path], at: Path) -> Any:
    if isinstance(value, dict):
        return Noted(value, paths, at)
    if isinstance(value, list):
        return [_noted(item, paths, (*at, "*")) for item in value]
    return value
