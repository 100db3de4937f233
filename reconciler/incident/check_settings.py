"""What the settings' schema cannot say: names that must fit one another, and words that would do harm.

Like the incident's checks these look at plain data that need not fit the schema.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from reconciler.incident.finding import HINTED, Finding, Path, nearest
from reconciler.incident.moments import parse_duration
from reconciler.incident.properties import NOTION_PROPERTIES
from reconciler.incident.shown import quoted

_MOST = 100  # unknown names that are told


def check_settings(data: Any) -> list[Finding]:
    """Everything that is wrong with the settings' data beyond their schema."""
    if not isinstance(data, Mapping):
        return []
    return [
        *_severity_names(data),
        *_team_names(data),
        *_durations(data),
        *_properties(data),
        *_template(data),
        *_sender(data),
        *_state(data),
    ]


def _severity_names(data: Mapping[str, Any]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for path, severity in _severities(data):
        name = severity.get("name")
        if isinstance(name, str):
            if name.casefold() in seen:
                words = f"there is already a severity {quoted(seen[name.casefold()])}"
                yield Finding((*path, "name"), words, "another name")
            seen[name.casefold()] = name


def _team_names(data: Mapping[str, Any]) -> Iterator[Finding]:
    teams = _table(data, "teams")
    named = ((path, name) for path, name in _named_teams(data) if isinstance(name, str) and name)
    unknown = [(path, name) for path, name in named if name not in teams]
    for number, (path, name) in enumerate(unknown[:_MOST]):
        near = nearest(name, teams) if number < HINTED else None
        hint = near or f"a name from `teams`, or add {quoted(name)} there"
        yield Finding(path, f"there is no team {quoted(name)}", hint)


def _named_teams(data: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for path, severity in _severities(data):
        yield from _each((*path, "page"), severity.get("page"))
    for name, service in _table(data, "services").items():
        if isinstance(service, Mapping):
            yield ("services", name, "team"), service.get("team")
    yield from _each(("drill", "page"), _table(data, "drill").get("page"))


def _durations(data: Mapping[str, Any]) -> Iterator[Finding]:
    places: list[tuple[Path, Any]] = [
        (("pagerduty", "late_after"), _table(data, "pagerduty").get("late_after")),
        *(((*path, "update_every"), severity.get("update_every")) for path, severity in _severities(data)),
    ]
    for path, text in places:
        if isinstance(text, str) and _is_nothing(text):
            yield Finding(path, f"`{path[-1]}` must be longer than nothing", "30m")


def _is_nothing(text: str) -> bool:
    try:
        return parse_duration(text) == timedelta()
    except ValueError:
        return False


def _properties(data: Mapping[str, Any]) -> Iterator[Finding]:
    own = _table(_table(data, "notion"), "properties")
    meanings = {name: meaning for meaning, name in NOTION_PROPERTIES.items() if meaning not in own}
    for meaning, name in own.items():
        if isinstance(name, str) and meanings.setdefault(name, meaning) != meaning:
            words = f"{quoted(meaning)} and {quoted(meanings[name])} would write to the same property"
            yield Finding(("notion", "properties", meaning), words, "a property of its own")


def _template(data: Mapping[str, Any]) -> Iterator[Finding]:
    template = _table(data, "notion").get("template")
    if isinstance(template, str) and ".." in template.split("/"):
        words = "the template must lie inside the repository"
        yield Finding(("notion", "template"), words, "templates/postmortem.md")


def _sender(data: Mapping[str, Any]) -> Iterator[Finding]:
    if _table(data, "teams") and "from" not in _table(data, "pagerduty"):
        words = "teams are to be paged, but PagerDuty refuses a page without `pagerduty.from`"
        hint = "pagerduty: {from: incidents@example.com}, with the address of one of its users"
        yield Finding(("teams",), words, hint, level="warning", at_key=True)


def _state(data: Mapping[str, Any]) -> Iterator[Finding]:
    git = _table(data, "git")
    branch, state = git.get("branch", "main"), git.get("state", "reconciler-state")
    if isinstance(state, str) and state.removeprefix("refs/heads/") == branch:
        key = "state" if "state" in git else "branch"
        words = (
            f"`git.state` and `git.branch` are both {quoted(state)}: the state would overwrite the incidents"
        )
        yield Finding(("git", key), words, "reconciler-state" if key == "state" else "main")


def _severities(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for path, severity in _each(("severities",), data.get("severities")):
        if isinstance(severity, Mapping):
            yield path, severity


def _each(path: Path, items: Any) -> Iterator[tuple[Path, Any]]:
    return (((*path, number), item) for number, item in enumerate(items if isinstance(items, list) else ()))


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}
