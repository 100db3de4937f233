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
from reconciler.incident.links import pagerduty_id
from reconciler.incident.moments import TIME, parse_time
from reconciler.incident.place import check_id
from reconciler.incident.shown import quoted

_ROLES = ("commander", "technical", "communications", "scribe")
_MOST = 100  # names in a list: the schema allows no more, and more are not looked up
#: Lists whose items are told apart by their `at`, and what one of them is called.
_DATED = {"updates": "update", "escalations": "escalation", "timeline": "note"}
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
        found += [*_times(data), *_keyed(data), *_updates(data), *_roles(data), *_formerly(data, id)]
        found += list(_adopted(data))
        if names is not None:
            found += [*_known(data, names), *_private(data, names)]
    return found


def _known(data: Mapping[str, Any], names: Names) -> Iterator[Finding]:
    severity = data.get("severity")
    if isinstance(severity, str) and severity and severity not in names.severities:
        hint = meant(severity, names.severities)
        yield Finding(("severity",), f"{names.path} has no severity {quoted(severity)}", hint)
    services = _texts(data, "services")
    yield from _unknown(services, "service", "services", names.services, names.path)
    for places in (_texts(data, "page"), _teams(data)):
        yield from _unknown(places, "team", "teams", names.teams, names.path)


def _unknown(
    texts: list[tuple[Path, str]], kind: str, table: str, known: tuple[str, ...], path: str
) -> Iterator[Finding]:
    unknown = [(place, name) for place, name in texts if name and name not in known]
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
    told: set[datetime] = set()
    for path, at in _dated(data, "updates"):
        if begin is not None and at < begin and at not in told:
            words = "this update is earlier than the incident's beginning"
            yield Finding(path, words, "the time when it was said", level="warning")
        told.add(at)


def _keyed(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Items that the same time cannot tell apart."""
    for key, name in _DATED.items():
        seen: dict[datetime, int] = {}
        for path, at in _dated(data, key):
            if at in seen:
                other = f"{name} {seen[at] + 1} has the same `at`, which is what tells {name}s apart"
                yield Finding(path, other, "the time to the second")
            seen.setdefault(at, int(path[1]))


def _dated(data: Mapping[str, Any], key: str) -> Iterator[tuple[Path, datetime]]:
    """The moments in a list, each with its path."""
    for number, item in enumerate(_items(data, key)):
        at = _moment(item.get("at")) if isinstance(item, Mapping) else None
        if at is not None:
            yield (key, number, "at"), at


def _adopted(data: Mapping[str, Any]) -> Iterator[Finding]:
    """One PagerDuty incident that is to be the page of two teams."""
    seen: dict[str, str] = {}
    for team, given in _table(_table(data, "adopt"), "pagerduty").items():
        try:
            page = pagerduty_id(given) if isinstance(given, str) else None
        except ValueError:
            continue
        if page in seen:
            words = f"{page} is the page of {quoted(seen[page])} already"
            yield Finding(("adopt", "pagerduty", team), words, "another PagerDuty incident, or one team")
        elif page is not None:
            seen[page] = team


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
    """The incident's own times, those of its lists left out, by their keys."""
    moments = ((path, _moment(text)) for path, text in _time_texts(data) if path[0] not in _DATED)
    return {str(path[-1]): moment for path, moment in moments if moment is not None}


def _time_texts(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    times = data.get("times")
    places: list[tuple[Path, Any]] = [(("declared_at",), data.get("declared_at"))]
    if isinstance(times, Mapping):
        places += [(("times", name), times.get(name)) for name in _COURSE]
    for key in _DATED:
        listed = enumerate(_items(data, key))
        places += [((key, number, "at"), one.get("at")) for number, one in listed if isinstance(one, Mapping)]
    return ((path, text) for path, text in places if isinstance(text, str))


def _moment(text: object) -> datetime | None:
    try:
        return parse_time(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _items(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    return value if isinstance(value, list) else []


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _teams(data: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """The teams that escalations and adopted pages name, each with its path."""
    items = enumerate(_items(data, "escalations")[:_MOST])
    named: list[tuple[Path, Any]] = [
        (("escalations", number, "team"), item.get("team"))
        for number, item in items
        if isinstance(item, Mapping)
    ]
    named += [(("adopt", "pagerduty", team), team) for team in _table(_table(data, "adopt"), "pagerduty")]
    return [(path, name) for path, name in named if isinstance(name, str)]


def _texts(data: Mapping[str, Any], key: str) -> list[tuple[Path, str]]:
    """The texts in the list below a key, each with its path; whatever is no text is passed over."""
    return [((key, n), item) for n, item in enumerate(_items(data, key)[:_MOST]) if isinstance(item, str)]
