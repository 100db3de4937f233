"""What was asked for and is not answered yet, on disk: Slack hears "understood" before there is a commit.

A process that is killed between the two would lose what somebody asked for. Its next start finds it here and
carries it out, by the same request, so that what was committed after all is not committed again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.helper.asked import Asked
from reconciler.helper.verbs import Wish

#: What is older is not carried out any more: by now somebody has helped themselves.
STALE = timedelta(hours=1)
_AT = "$at"


@dataclass(frozen=True, slots=True)
class Entry:
    """A wish, when it was heard, and where its answer stands: the `channel` and `ts` of a message."""

    asked: Asked
    wish: Wish
    at: datetime
    place: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The entry as it is written down."""
        return {
            "asked": asdict(self.asked),
            "wish": _plain(asdict(self.wish)),
            "at": self.at.isoformat(),
            "place": dict(self.place),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        """The entry again. Raises KeyError, TypeError and ValueError."""
        known = {one.name for one in fields(Asked)}
        asked = Asked(**{key: str(value) for key, value in data["asked"].items() if key in known})
        return cls(
            asked, Wish(**_read(data["wish"])), datetime.fromisoformat(data["at"]), dict(data["place"])
        )


@dataclass(frozen=True)
class Inbox:
    """A folder with a file an entry, which only its owner may read: a wish may be private."""

    folder: Path

    def keep(self, entry: Entry) -> None:
        """Write an entry down, in place of what there is of its request. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = self._file(entry.asked.request)
        beside = whole.with_suffix(".new")
        with open(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            json.dump(entry.to_json(), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, whole)

    def placed(self, request: str, place: Mapping[str, Any]) -> None:
        """The answer stands there now; nothing where the entry is gone. Raises OSError."""
        entry = _entry(self._file(request))
        if entry is not None:
            self.keep(Entry(entry.asked, entry.wish, entry.at, place))

    def done(self, request: str) -> None:
        """The request needs no more. Raises OSError."""
        self._file(request).unlink(missing_ok=True)

    def left(self) -> list[Entry]:
        """What an earlier process left, the oldest first; what cannot be read is no entry."""
        found: Iterable[Path] = self.folder.glob("*.json") if self.folder.is_dir() else ()
        return sorted(filter(None, map(_entry, found)), key=lambda one: one.at)

    def _file(self, request: str) -> Path:
        return self.folder / f"{hashlib.sha256(request.encode()).hexdigest()[:20]}.json"


def _entry(file: Path) -> Entry | None:
    with suppress(OSError, KeyError, TypeError, ValueError, AttributeError):
        return Entry.from_json(json.loads(file.read_text(encoding="utf-8")))
    return None


def _plain(value: Any) -> Any:
    """The same of what JSON knows; times are marked."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return {_AT: value.isoformat()} if isinstance(value, datetime) else value


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {_AT}:
        return datetime.fromisoformat(value[_AT])
    return {key: _read(one) for key, one in value.items()}
