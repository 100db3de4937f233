"""What the page knows of everything: short entries by key, each with the version at which it changed last.

Who asks says which version it has, and gets what is newer. An entry is made anew only when what it depends on
(its stamp) differs, so that to ask again costs little however much there is.
"""

from __future__ import annotations

import marshal
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from threading import Lock
from typing import Any, NamedTuple
from zlib import crc32

Json = dict[str, Any]


class Item(NamedTuple):
    """Something that is there: its key, what its entry depends on, and how that is made."""

    key: str
    stamp: object
    entry: Callable[[], Json]


Source = Callable[[], Iterable[Item]]


def fingerprint(data: Any) -> int:
    """A number that differs where plain data differs."""
    return crc32(marshal.dumps(data, 2))  # the second format writes no references: equal data, equal bytes


class Feed:
    """The entries of all sources; `run` names this one, whose versions mean nothing to another."""

    def __init__(self, sources: Mapping[str, Source]):
        self.run = secrets.token_hex(8)
        self._sources = sources
        self._keys: dict[str, set[str]] = {name: set() for name in sources}
        self._stamps: dict[str, object] = {}
        self._entries: dict[str, Json] = {}
        self._gone: dict[str, int] = {}
        self._version = 0
        self._lock = Lock()

    def refresh(self, names: Collection[str] | None = None) -> int:
        """Look at the sources of these names, or at all of them; the version afterwards."""
        with self._lock:
            for name in self._sources if names is None else names:
                seen = set()
                for item in self._sources[name]():
                    seen.add(item.key)
                    self._take(item)
                for key in self._keys[name] - seen:
                    self._drop(key)
                self._keys[name] = seen
            return self._version

    def _take(self, item: Item) -> None:
        if item.key in self._stamps and self._stamps[item.key] == item.stamp:
            return
        self._version += 1
        self._stamps[item.key] = item.stamp
        self._entries[item.key] = item.entry() | {"rev": self._version}
        self._gone.pop(item.key, None)

    def _drop(self, key: str) -> None:
        self._version += 1
        del self._stamps[key], self._entries[key]
        self._gone[key] = self._version

    def since(self, version: int = 0, run: str = "") -> Json:
        """What is newer than a version of this feed; everything where it is another's."""
        known = version if run == self.run else 0
        with self._lock:
            newer = {key: entry for key, entry in self._entries.items() if entry["rev"] > known}
            gone = [key for key, at in self._gone.items() if at > known] if known else []
            return {"run": self.run, "version": self._version, "entries": newer, "gone": gone}

    def newer(self, version: int, kinds: Collection[str]) -> dict[str, Json]:
        """What of these kinds is newer than a version: the entry, or nothing in it where it is gone."""
        with self._lock:
            found = {key: entry for key, entry in self._entries.items() if entry["rev"] > version}
            gone: dict[str, Json] = {key: {} for key, at in self._gone.items() if at > version}
            return {key: one for key, one in (found | gone).items() if key.partition("/")[0] in kinds}
