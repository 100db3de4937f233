"""What an edit of the settings changes, key by key: what counts for the incidents still to come. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from reconciler.errors import Location
from reconciler.incident.settings import Settings

Key = tuple[str, ...]

#: What is no key of the file.
_LEFT_OUT = frozenset({"path", "positions"})
#: Keys that are called otherwise in the file.
_CALLED = {"from_address": ("from",), "private_allowed": ("private", "allow")}
#: Stands for a team, a service or a person that there is.
LISTED = "listed"


class SettingChanged(NamedTuple):
    """One key before and after; None where there is none."""

    key: str
    before: Any
    after: Any
    location: Location

    def to_json(self) -> dict[str, Any]:
        """As data."""
        return {
            "key": self.key,
            "before": self.before,
            "after": self.after,
            "location": str(self.location),
        }


class _Value(NamedTuple):
    value: Any
    default: bool  # as if it were not in the file


def changes(before: Settings, after: Settings) -> list[SettingChanged]:
    """Every key that differs, in the order of the settings as they are now, then what is gone.

    Of a new severity, team, service or person only what is not the default.
    """
    was, now = dict(_flat((), before)), dict(_flat((), after))
    found = []
    for key in (*now, *(key for key in was if key not in now)):
        one, other = was.get(key), now.get(key)
        there = one or other
        alone = one is None or other is None
        if one != other and there is not None and not (alone and there.default):
            values = (one.value if one else None, other.value if other else None)
            if values[0] != values[1]:
                found.append(SettingChanged(".".join(key), *values, _place(after, key)))
    return found


def _flat(key: Key, value: Any, default: bool = False) -> Iterator[tuple[Key, _Value]]:
    """Each key below this one, with its value."""
    if key == ("severities",):
        yield key, _Value([one.name for one in value], False)
        for one in value:
            yield from _flat((*key, one.name), one)
    elif is_dataclass(value):
        for one in fields(value):
            own = getattr(value, one.name)
            if one.name not in _LEFT_OUT and not (key and one.name == "name" and own == key[-1]):
                yield from _flat((*key, *_CALLED.get(one.name, (one.name,))), own, own == one.default)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if is_dataclass(one):
                yield (*key, name), _Value(LISTED, False)
            yield from _flat((*key, name), one)
    else:
        yield key, _Value(_plain(value), default)


def _plain(value: Any) -> Any:
    """A value as data."""
    if isinstance(value, timedelta):
        return _duration(value)
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _duration(value: timedelta) -> str:
    """As the file writes it: `30m`, `7d`."""
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _place(settings: Settings, key: Key) -> Location:
    names = [one.name for one in settings.severities]
    path: list[str | int] = list(key)
    if key[0] == "severities" and len(key) > 1:
        path = ["severities", names.index(key[1]), *key[2:]] if key[1] in names else ["severities"]
    return settings.where(*path)
