"""What an edit of the settings changes, key by key: what counts for the incidents still to come. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from reconciler.errors import Location
from reconciler.incident.settings import Settings

Path = tuple[str | int, ...]

#: What is no key of the file, and what is told by the names in it.
_LEFT_OUT = frozenset({"path", "positions", "name"})
#: Keys that are called otherwise in the file.
_CALLED = {"from_address": "from", "private_allowed": "private.allow"}


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


def changes(before: Settings, after: Settings) -> list[SettingChanged]:
    """Every key that differs, in the order of the settings as they are now, then what is gone."""
    was, now = dict(_flat(before)), dict(_flat(after))
    return [
        SettingChanged(".".join(key), was.get(key), now.get(key), _place(after, key))
        for key in (*now, *(key for key in was if key not in now))
        if was.get(key) != now.get(key)
    ]


def _flat(settings: Settings) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each key with its value; a severity, a team, a service or a person is one more level."""
    yield ("name",), settings.name
    yield ("severities",), [one.name for one in settings.severities]
    for key, value in _keys(settings):
        if key == "severities":
            tables: Mapping[str, Any] = {one.name: one for one in settings.severities}
        else:
            tables = value if isinstance(value, Mapping) else {}
        for name, one in tables.items():
            if not is_dataclass(one):
                yield (key, name), _plain(one)
                continue
            yield (key, name), "listed"
            yield from (
                ((key, name, inner), _plain(own)) for inner, own in _keys(one) if not _default(one, inner)
            )
        if key == "severities" or isinstance(value, Mapping):
            continue
        if is_dataclass(value):
            for inner, own in _keys(value):
                if isinstance(own, Mapping):
                    yield from (((key, inner, name), _plain(one)) for name, one in own.items())
                else:
                    yield (key, inner), _plain(own)
        else:
            yield (key,), _plain(value)


def _keys(of: Any) -> Iterator[tuple[str, Any]]:
    for one in fields(of):
        if one.name not in _LEFT_OUT:
            yield _CALLED.get(one.name, one.name), getattr(of, one.name)


def _default(of: Any, key: str) -> bool:
    """True where a key of a table is as if it were not there."""
    for one in fields(of):
        if _CALLED.get(one.name, one.name) == key:
            return one.default is not MISSING and getattr(of, one.name) == one.default
    return False


def _plain(value: Any) -> Any:
    """A value as data."""
    if isinstance(value, timedelta):
        return _duration(value)
    if is_dataclass(value):
        return {key: _plain(own) for key, own in _keys(value)}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _duration(value: timedelta) -> str:
    """As the file writes it: `30m`, `7d`."""
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _place(settings: Settings, key: tuple[str, ...]) -> Location:
    names = [one.name for one in settings.severities]
    path: list[str | int] = list(key)
    if key[0] == "severities" and len(key) > 1:
        path = ["severities", names.index(key[1]), *key[2:]] if key[1] in names else ["severities"]
    return settings.where(*path)
