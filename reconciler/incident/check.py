"""What an incident's schema cannot say: names that the settings must know, times that must run forward.

The checks look at plain data that need not fit the schema, so that one look finds everything; what
does not fit is passed over here, because the schema's own words come beside these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from reconciler.incident.finding import HINTED, Finding, Path, meant, nearest
from reconciler.incident.moments import TIME, parse_time
from reconciler.incident.place import check_id
from reconciler.incident.shown import quoted

_ROLES = ("commander", "technical", "communications", "scribe")
_MOST = 100  # names in a list: the schema allows no more, and more are not looked up
_COURSE = ("detected", "mitigated", "resolved", "closed")


class Names(NamedTuple):
    """What an incident may name: the part of the settings that the checks need."""

    severities: tuple[str, ...]
    services: tuple[str, ...]
    teams: tuple[str, ...]
    private_allowed: bool
    path: str = "reconciler.yaml"


def check_incident(data: Any, id: str, names: Names | None) -> list[Finding]:
    """Everything wrong with an incident's data; without `names`, what needs the settings is left out."""
    found = check_id(id)
    if isinstance(data, Mapping):
        found += [*_times(data), *_updates(data), *_roles(data), *_formerly(data, id)]
        if names is not None:
            found += [*_known(data, names), *_private(data, names)]
    return found


def _known(data: Mapping[str, Any], names: Names) -> Iterator[Finding]:
    severity = data.get("severity")
    if isinstance(severity, str) and severity and severity not in names.severities:
        hint = meant(severity, names.severities)
        yield Finding(("severity",), f"{names.path} has no severity {quoted(severity)}", hint)
    yield from _unknown(data, "services", "service", "services", names.services, names.path)
    yield from _unknown(data, "page", "team", "teams", names.teams, names.path)


def _unknown(
    data: Mapping[str, Any], key: str, kind: str, table: str, known: tuple[str, ...], path: str
) -> Iterator[Finding]:
    unknown = [(place, name) for place, name in _texts(data, key) if name and name not in known]
    for number, (place, name) in enumerate(unknown):
        near = nearest(name, known) if number < HINTED else None
        hint = near or f"a name from `{table}` in {path}, or add {quoted(name)} there"
        yield Finding(place, f"{path} has no {kind} {quoted(name)}", hint)


def _private(data: Mapping[str, Any], names: Names) -> Iterator[Finding]:
    if data.get("private") is True and not names.private_allowed:
        yield Finding(
            ("private",),
            f"{names.path} does not allow private incidents: whoever reads the repository reads this one",
            f"`private: {{allow: true}}` in {names.path} if that may be",
        )


def _times(data: Mapping[str, Any]) -> Iterator[Finding]:
    for path, text in _time_texts(data):
        if TIME.fullmatch(text) and _moment(text) is None:
            yield Finding(path, f"there is no such day as {text[:10]}", "a day that the calendar has")
    moments = _moments(data)
    course = [name for name in _COURSE if name in moments]
    for before, after in pairwise(course):
        if moments[after] < moments[before]:
            yield _backwards(("times", after), before)
    if "detected" in moments and moments.get("declared_at", moments["detected"]) < moments["detected"]:
        yield _backwards(("declared_at",), "detected")


def _backwards(path: Path, before: str) -> Finding:
    words = f"`{path[-1]}` is earlier than `{before}`: time runs backwards"
    return Finding(path, words, f"a time that is not before `{before}`")


def _updates(data: Mapping[str, Any]) -> Iterator[Finding]:
    moments = _moments(data)
    begin = min((moments[key] for key in ("detected", "declared_at") if key in moments), default=None)
    seen: dict[datetime, int] = {}
    for number, update in enumerate(_items(data, "updates")):
        at = _moment(update.get("at")) if isinstance(update, Mapping) else None
        if at is None:
            continue
        path: Path = ("updates", number, "at")
        if at in seen:
            other = f"update {seen[at] + 1} has the same `at`, which is what tells updates apart"
            yield Finding(path, other, "the time to the second")
        elif begin is not None and at < begin:
            words = "this update is earlier than the incident's beginning"
            yield Finding(path, words, "the time when it was said", level="warning")
        seen.setdefault(at, number)


def _roles(data: Mapping[str, Any]) -> Iterator[Finding]:
    roles = data.get("roles")
    own = set(roles) - set(_ROLES) if isinstance(roles, Mapping) else set()
    for role in sorted(own)[:_MOST]:
        near = nearest(role, _ROLES, likeness=0.85) if role.islower() else None
        if near:
            words = f"the role {quoted(role)} looks like `{near}`"
            yield Finding(("roles", role), words, near, level="warning", at_key=True)


def _formerly(data: Mapping[str, Any], id: str) -> Iterator[Finding]:
    for place, former in _texts(data, "formerly"):
        if former == id:
            yield Finding(place, "this is the file's own name: `formerly` lists those that it had before")


def _moments(data: Mapping[str, Any]) -> dict[str, datetime]:
    """The incident's own times, those of its updates left out, by their keys."""
    moments = ((path, _moment(text)) for path, text in _time_texts(data) if path[0] != "updates")
    return {str(path[-1]): moment for path, moment in moments if moment is not None}


def _time_texts(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    times, updates = data.get("times"), _items(data, "updates")
    places: list[tuple[Path, Any]] = [(("declared_at",), data.get("declared_at"))]
    if isinstance(times, Mapping):
        places += [(("times", name), times.get(name)) for name in _COURSE]
    places += [(("updates", n, "at"), u.get("at")) for n, u in enumerate(updates) if isinstance(u, Mapping)]
    return ((path, text) for path, text in places if isinstance(text, str))


def _moment(text: object) -> datetime | None:
    try:
        return parse_time(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _items(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    return value if isinstance(value, list) else []


def _texts(data: Mapping[str, Any], key: str) -> list[tuple[Path, str]]:
    """The texts in the list below a key, each with its path; whatever is no text is passed over."""
    return [((key, n), item) for n, item in enumerate(_items(data, key)[:_MOST]) if isinstance(item, str)]
