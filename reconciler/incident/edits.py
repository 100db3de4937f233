"""What a verb asks of a file, as data: which key gets which value. The editor interprets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from reconciler.incident.model import Path

Scalar: TypeAlias = str | bool | datetime
Value: TypeAlias = "Scalar | Mapping[str, Value] | Sequence[Value]"

#: The order in which keys are written; a new one goes after its nearest predecessor in the file.
ORDER = (
    *("title", "severity", "status", "private", "drill", "paused", "formerly", "declared_at", "reporter"),
    *("summary", "services", "roles", "responders", "page", "adopt", "bridge", "times"),
    *("updates", "escalations", "timeline"),
)


@dataclass(frozen=True, slots=True)
class Set:
    """Give the key at `path` this value; parents that are missing are made."""

    path: Path
    value: Scalar


@dataclass(frozen=True, slots=True)
class Remove:
    """Take the key at `path` away, and its parent when that was its last key."""

    path: Path


@dataclass(frozen=True, slots=True)
class Append:
    """Add an item at the end of the list at `path`; the list is made if there is none."""

    path: Path
    value: str | Mapping[str, Scalar]


Edit: TypeAlias = Set | Remove | Append


def plain(value: Value) -> Any:
    """The value as a loaded file shows it: times as text, containers as dict and list."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, str | bool):
        return value
    return [plain(item) for item in value]


def moment(at: datetime) -> str:
    """A time as the file writes it: UTC, with a fraction only where there is one."""
    text = at.astimezone(UTC).isoformat()
    return text.replace("+00:00", "Z")


def applied(data: Any, edit: Edit) -> Any:
    """The data with exactly this edit; LookupError, TypeError or AttributeError where it cannot be."""
    fresh = deepcopy(data)
    if isinstance(edit, Set):
        _parent(fresh, edit.path)[edit.path[-1]] = plain(edit.value)
    elif isinstance(edit, Append):
        _append(_parent(fresh, edit.path), edit)
    elif _holds(fresh, edit.path):
        _remove(fresh, edit.path)
    return fresh


def _parent(data: Any, path: Path) -> Any:
    for key in path[:-1]:
        if isinstance(key, str) and data.get(key) is None:
            data[key] = {}
        data = data[key]
    return data


def _append(parent: Any, edit: Append) -> None:
    if parent.get(edit.path[-1]) is None:
        parent[edit.path[-1]] = []
    parent[edit.path[-1]].append(plain(edit.value))


def _holds(data: Any, path: Path) -> bool:
    for key in path:
        if not isinstance(data, dict) or key not in data:
            return False
        data = data[key]
    return True


def _remove(data: Any, path: Path) -> None:
    parent = _parent(data, path)
    del parent[path[-1]]
    if not parent and len(path) > 1:
        _remove(data, path[:-1])
