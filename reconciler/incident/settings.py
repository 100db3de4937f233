"""The settings as pure data: what `reconciler.yaml` says, with every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from reconciler.errors import Location
from reconciler.incident.properties import NOTION_PROPERTIES
from reconciler.incident.rules import RuleSettings

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A link in the bar of an incident's channel."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Severity:
    """One severity; the settings list them the worst first."""

    name: str
    description: str = ""
    urgency: str = "high"
    priority: str | None = None
    page: tuple[str, ...] = ()
    announce: tuple[str, ...] = ()
    invite: tuple[str, ...] = ()
    update_every: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """Whom `page:` names: a PagerDuty service, and who is invited with it."""

    name: str
    pagerduty_service: str
    escalation_policy: str | None = None
    invite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """What `services:` names: the team that owns it and its bookmarks."""

    name: str
    team: str | None = None
    bookmarks: tuple[Bookmark, ...] = ()


@dataclass(frozen=True, slots=True)
class SlackSettings:
    channel_prefix: str = "incd-"
    archive_after: timedelta = timedelta(days=7)
    bookmarks: tuple[Bookmark, ...] = ()


@dataclass(frozen=True, slots=True)
class PagerDutySettings:
    from_address: str | None = None  # the key `from`
    when_resolved: str = "report"  # in PagerDuty while the file is open: "report" or "reopen"
    late_after: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class NotionSettings:
    database: str | None = None  # None: Notion is off
    private_database: str | None = None
    template: str | None = None  # a Markdown file of the repository; None: the package's own
    properties: Mapping[str, str] = field(default_factory=lambda: NOTION_PROPERTIES)


@dataclass(frozen=True, slots=True)
class Person:
    """An exception to "one address everywhere"."""

    slack: str | None = None
    pagerduty: str | None = None
    notion: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class DrillSettings:
    """What a drill may wake: nothing, unless named."""

    page: tuple[str, ...] = ()
    announce: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HelperSettings:
    """Who may do what in Slack: addresses, `@groups` and `#channels`. None: every member, and no guest."""

    aliases: tuple[str, ...] = ()
    declare: tuple[str, ...] | None = None
    lead: tuple[str, ...] | None = None
    close: tuple[str, ...] | None = None
    private: tuple[str, ...] = ()  # beside the people whom a private incident names itself


@dataclass(frozen=True, slots=True)
class GitSettings:
    remote: str = "origin"
    branch: str = "main"
    state: str = "reconciler-state"
    web: str | None = None  # https://host/owner/repository; None: derived from the remote
    protected: bool | None = None  # commits go in by pull requests; None: where the host refuses a push


@dataclass(frozen=True, slots=True)
class Settings:
    """`reconciler.yaml` of one revision."""

    name: str
    severities: tuple[Severity, ...]
    teams: Mapping[str, Team] = field(default_factory=lambda: MappingProxyType({}))
    services: Mapping[str, Service] = field(default_factory=lambda: MappingProxyType({}))
    slack: SlackSettings = SlackSettings()
    pagerduty: PagerDutySettings = PagerDutySettings()
    notion: NotionSettings = field(default_factory=NotionSettings)
    people: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    git: GitSettings = GitSettings()
    drill: DrillSettings = DrillSettings()
    helper: HelperSettings = HelperSettings()
    rules: RuleSettings = field(default_factory=RuleSettings)
    private_allowed: bool = False
    path: str = "reconciler.yaml"
    positions: Mapping[Path, tuple[int, int]] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )

    def severity(self, name: str) -> Severity:
        """The severity of that name; KeyError when the settings have none."""
        for severity in self.severities:
            if severity.name == name:
                return severity
        raise KeyError(name)

    def where(self, *path: str | int) -> Location:
        """The place of a key in the settings, or of its nearest parent that the file has."""
        while path and path not in self.positions:
            path = path[:-1]
        line, column = self.positions.get(path, (1, 1))
        return Location(self.path, line, column)
