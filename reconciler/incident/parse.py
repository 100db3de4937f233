"""From data that was found valid to the models: texts become times, defaults are filled in.

Nothing is judged here. Data that the schema and the checks did not pass makes these raise KeyError,
TypeError or ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from reconciler.incident.finding import Path
from reconciler.incident.links import pagerduty_id
from reconciler.incident.model import Adopted, Escalation, Incident, Status, TimelineNote, Update
from reconciler.incident.moments import parse_duration, parse_time
from reconciler.incident.properties import NOTION_PROPERTIES
from reconciler.incident.rules import RuleSettings
from reconciler.incident.settings import (
    Bookmark,
    DrillSettings,
    GitSettings,
    HelperSettings,
    NotionSettings,
    PagerDutySettings,
    Person,
    Service,
    Settings,
    Severity,
    SlackSettings,
    Team,
)

Positions = Mapping[Path, tuple[int, int]]
Default = TypeVar("Default", timedelta, None)
Value = TypeVar("Value")


def parse_incident(data: Mapping[str, Any], id: str, path: str, positions: Positions) -> Incident:
    """The incident that valid data describes; lists become tuples and times aware moments in UTC."""
    return Incident(
        id=id,
        title=data["title"],
        severity=data["severity"],
        status=Status(data["status"]),
        declared_at=parse_time(data["declared_at"]),
        path=path,
        reporter=data.get("reporter"),
        summary=data.get("summary"),
        services=tuple(data.get("services", ())),
        roles=MappingProxyType(dict(data.get("roles", {}))),
        responders=tuple(data.get("responders", ())),
        page=tuple(data.get("page", ())),
        bridge=data.get("bridge"),
        times=MappingProxyType({name: parse_time(text) for name, text in data.get("times", {}).items()}),
        updates=tuple(_update(update) for update in data.get("updates", ())),
        postmortem=data.get("postmortem"),
        timeline=tuple(_note(note) for note in data.get("timeline", ())),
        escalations=tuple(_escalation(one) for one in data.get("escalations", ())),
        adopt=_adopted(data.get("adopt", {})),
        private=data.get("private", False),
        drill=data.get("drill", False),
        paused=data.get("paused", False),
        formerly=tuple(data.get("formerly", ())),
        positions=positions,
    )


def parse_settings(data: Mapping[str, Any], name: str, path: str, positions: Positions) -> Settings:
    """The settings that valid data describes, every default filled in; `name` is the instance's own."""
    severities = data["severities"]
    return Settings(
        name=data.get("name", name),
        severities=tuple(_severity(severity) for severity in severities),
        teams=_frozen({name: _team(name, team) for name, team in data.get("teams", {}).items()}),
        services=_frozen({name: _service(name, one) for name, one in data.get("services", {}).items()}),
        slack=_slack(data.get("slack", {})),
        pagerduty=_pagerduty(data.get("pagerduty", {})),
        notion=_notion(data.get("notion", {})),
        people=_frozen({address: Person(**person) for address, person in data.get("people", {}).items()}),
        git=GitSettings(**data.get("git", {})),
        drill=DrillSettings(**{key: tuple(names) for key, names in data.get("drill", {}).items()}),
        helper=HelperSettings(**{key: tuple(names) for key, names in data.get("helper", {}).items()}),
        rules=RuleSettings(**data.get("rules", {})),
        private_allowed=data.get("private", {}).get("allow", False),
        path=path,
        positions=positions,
    )


def _update(data: Mapping[str, Any]) -> Update:
    return Update(at=parse_time(data["at"]), text=data["text"], by=data.get("by"))


def _note(data: Mapping[str, Any]) -> TimelineNote:
    return TimelineNote(
        at=parse_time(data["at"]), text=data["text"], by=data.get("by"), link=data.get("link")
    )


def _escalation(data: Mapping[str, Any]) -> Escalation:
    return Escalation(at=parse_time(data["at"]), team=data["team"], by=data.get("by"), why=data.get("why"))


def _adopted(data: Mapping[str, Any]) -> Adopted:
    """Addresses are cut to the ids that they end with: `https://acme.pagerduty.com/incidents/Q1ABC`."""
    pages = {team: pagerduty_id(given) for team, given in data.get("pagerduty", {}).items()}
    return Adopted(pagerduty=_frozen(pages))


def _severity(data: Mapping[str, Any]) -> Severity:
    return Severity(
        name=data["name"],
        description=data.get("description", ""),
        urgency=data.get("urgency", "high"),
        priority=data.get("priority"),
        page=tuple(data.get("page", ())),
        announce=tuple(data.get("announce", ())),
        invite=tuple(data.get("invite", ())),
        update_every=_duration(data, "update_every", None),
    )


def _team(name: str, data: Mapping[str, Any]) -> Team:
    return Team(
        name=name,
        pagerduty_service=data["pagerduty_service"],
        escalation_policy=data.get("escalation_policy"),
        invite=tuple(data.get("invite", ())),
    )


def _service(name: str, data: Mapping[str, Any]) -> Service:
    return Service(name=name, team=data.get("team"), bookmarks=_bookmarks(data))


def _slack(data: Mapping[str, Any]) -> SlackSettings:
    default = SlackSettings()
    return SlackSettings(
        channel_prefix=data.get("channel_prefix", default.channel_prefix),
        archive_after=_duration(data, "archive_after", default.archive_after),
        bookmarks=_bookmarks(data),
    )


def _pagerduty(data: Mapping[str, Any]) -> PagerDutySettings:
    default = PagerDutySettings()
    return PagerDutySettings(
        from_address=data.get("from"),
        when_resolved=data.get("when_resolved", default.when_resolved),
        late_after=_duration(data, "late_after", default.late_after),
    )


def _notion(data: Mapping[str, Any]) -> NotionSettings:
    return NotionSettings(
        database=data.get("database"),
        private_database=data.get("private_database"),
        template=data.get("template"),
        properties=_frozen({**NOTION_PROPERTIES, **data.get("properties", {})}),
    )


def _bookmarks(data: Mapping[str, Any]) -> tuple[Bookmark, ...]:
    return tuple(Bookmark(title=one["title"], url=one["url"]) for one in data.get("bookmarks", ()))


def _duration(data: Mapping[str, Any], key: str, default: Default) -> timedelta | Default:
    return parse_duration(data[key]) if key in data else default


def _frozen(table: dict[str, Value]) -> Mapping[str, Value]:
    return MappingProxyType(table)
