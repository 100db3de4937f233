"""A Slack, a PagerDuty and a Notion that have everything that the files name: for what is only supposed.

`plan --base` has the base carried out in them, by the code that carries out everything, and then looks at
what is left to do for the head. They are the sandbox's machines, in memory: no call leaves this process.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.clock import Clock
from reconciler.incident.model import Incident
from reconciler.incident.settings import Settings
from reconciler.sandbox.machine import Machine
from reconciler.sandbox.notion.example import BOT, blank
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.notion.schema import column
from reconciler.sandbox.pagerduty.account import identified, reference
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.slack.workspace import user
from reconciler.targets.notion.properties import KINDS
from reconciler.targets.seam import Api

#: What stands for a link that only what is really made will have.
LINK = "(its link)"

#: Ids begin here: none is that of a thing in a sandbox, which the files may name.
_FIRST = 90_000_000
_ON_CALL = "PONCALL"
_MADE = "2026-01-01T00:00:00.000000+00:00"
_STATUSES = ["Investigating", "Identified", "Mitigated", "Resolved", "Closed", "Canceled"]
_NAMESPACE = uuid.UUID("5a1d0b0c-0000-4000-8000-000000000001")


class Ideal:
    """The three services, as the files would have them; nothing in them is missing, slow or refused."""

    def __init__(self, clock: Clock):
        self.slack = SlackMachine(clock.now)
        self.pagerduty = PagerDutyMachine(clock.now)
        self.notion = NotionMachine(clock.now, blank())
        self.slack.data["team"]["url"] = "https://slack.invalid/"
        self.slack.data["counters"] = dict.fromkeys("CUS", _FIRST)
        for machine in (self.pagerduty, self.notion):
            machine.data["identities"] = _FIRST
        self._machines: Mapping[str, Machine] = {
            "slack": self.slack,
            "pagerduty": self.pagerduty,
            "notion": self.notion,
        }

    def connect(self, environ: Mapping[str, str], settings: Settings, **_: Any) -> dict[str, Api]:
        """All three; pages are sent in the name that the settings give, or in none."""
        self.pagerduty.from_address = settings.pagerduty.from_address
        return dict(self._machines)

    def furnish(self, settings: Settings, incidents: Iterable[Incident]) -> None:
        """Make what the settings and the incidents name, where it is not there yet."""
        listed = list(incidents)
        self._people(settings, listed)
        self._channels(settings)
        self._account(settings)
        for one in listed:
            self._alerts(settings, one)
        for database in (settings.notion.database, settings.notion.private_database):
            if database:
                self._database(database, settings)

    def nameless(self, text: str) -> str:
        """The text without links to what exists only here."""
        return nameless(self._machines, text)

    # Slack

    def _people(self, settings: Settings, incidents: Iterable[Incident]) -> None:
        users = self.slack.data["users"]
        known = {one["email"] for one in users.values()}
        for address in dict.fromkeys(_addresses(settings, incidents)):
            if address.startswith("@"):
                self._group(address.removeprefix("@"))
            elif address not in known:
                exception = settings.people.get(address)
                id = exception.slack if exception is not None else None
                name = address.partition("@")[0]
                if id is None:
                    self.slack.seed_user(address, name)
                else:
                    users[id] = user(id, name, name, address)

    def _group(self, handle: str) -> None:
        groups = self.slack.data["usergroups"].values()
        if all(one["handle"] != handle for one in groups):
            member = self.slack.seed_user(f"{handle}@slack.invalid", handle)
            self.slack.seed_usergroup(handle, [member])

    def _channels(self, settings: Settings) -> None:
        channels = self.slack.data["channels"]
        places = [place for severity in settings.severities for place in severity.announce]
        for place in dict.fromkeys([*places, *settings.drill.announce]):
            name = place.removeprefix("#")
            if place in channels or any(one["name"] == name for one in channels.values()):
                continue
            id = self.slack.seed_channel(name.lower())
            if not place.startswith("#"):
                channels[place] = {**channels.pop(id), "id": place}

    # PagerDuty

    def _account(self, settings: Settings) -> None:
        data, sender = self.pagerduty.data, settings.pagerduty.from_address
        data["users"].setdefault(_ON_CALL, _user(_ON_CALL, "oncall@pagerduty.invalid"))
        if sender and self.pagerduty.user(sender) is None:
            id = f"PUSR{len(data['users'])}"
            data["users"][id] = _user(id, sender)
        for team in settings.teams.values():
            policy = team.escalation_policy or f"P{team.pagerduty_service}"
            data["escalation_policies"].setdefault(policy, _policy(policy, data["users"][_ON_CALL]))
            default = data["escalation_policies"][policy]
            data["services"].setdefault(team.pagerduty_service, _service(team.pagerduty_service, default))
        for priority in {one.priority for one in settings.severities if one.priority}:
            if all(one["name"] != priority for one in data["priorities"].values()):
                id = f"PPRI{len(data['priorities'])}"
                about = {"name": priority, "description": ""}
                data["priorities"][id] = identified("priority", id, priority) | about

    def _alerts(self, settings: Settings, incident: Incident) -> None:
        """What the incident takes over, open, as others would have made it."""
        known = self.pagerduty.data["incidents"]
        for team, page in incident.adopt.pagerduty.items():
            if page in known or team not in settings.teams or not settings.pagerduty.from_address:
                continue
            self.pagerduty.from_address = settings.pagerduty.from_address
            service = {"id": settings.teams[team].pagerduty_service, "type": "service_reference"}
            given = {"type": "incident", "title": page, "service": service}
            made = self.pagerduty.call("POST /incidents", incident=given)["incident"]["id"]
            known[page] = known.pop(made)
            known[page]["shown"] |= identified("incident", page, page)

    # Notion

    def _database(self, given: str, settings: Settings) -> None:
        id = str(uuid.UUID(given))
        source = str(uuid.uuid5(_NAMESPACE, id))
        data = self.notion.data
        common = {"created_at": _MADE, "created_by": BOT, "shared": True}
        data["databases"].setdefault(id, common | {"id": id, "title": "Incidents", "source": source})
        data["data_sources"].setdefault(
            source, common | {"id": source, "title": "Incidents", "database": id, "properties": {}}
        )
        columns = data["data_sources"][source]["properties"]
        for meaning, name in settings.notion.properties.items():
            kind = KINDS[meaning][0]
            columns.setdefault(
                name, column(f"id-{meaning}", name, kind, _STATUSES if kind == "status" else None)
            )


def nameless(machines: Mapping[str, Machine], text: str) -> str:
    """The text without links to what these services hold."""
    kept = (("slack", "channels"), ("pagerduty", "incidents"), ("notion", "pages"))
    made = [id for service, kind in kept for id in machines[service].data[kind]]
    ids = "|".join(re.escape(one) for id in made for one in dict.fromkeys((id, id.replace("-", ""))))
    return re.sub(rf"https?://[^\s<>|]*(?:{ids})[^\s<>|]*", LINK, text) if ids and "://" in text else text


def _addresses(settings: Settings, incidents: Iterable[Incident]) -> Iterator[str]:
    """Everybody whom the files name, groups with @."""
    yield from settings.people
    for severity in settings.severities:
        yield from severity.invite
    for team in settings.teams.values():
        yield from team.invite
    for one in incidents:
        yield from filter(None, (one.reporter, *one.roles.values(), *one.responders))


def _user(id: str, address: str) -> dict[str, Any]:
    about = {"name": address, "email": address, "time_zone": "UTC", "role": "user", "teams": []}
    return identified("user", id, address) | about


def _policy(id: str, who: dict[str, Any]) -> dict[str, Any]:
    rules = [{"id": f"{id}L1", "escalation_delay_in_minutes": 30, "targets": [reference(who)]}]
    about = {"name": id, "escalation_rules": rules, "num_loops": 0, "services": [], "teams": []}
    return identified("escalation_policy", id, id) | about


def _service(id: str, policy: dict[str, Any]) -> dict[str, Any]:
    return identified("service", id, id) | {
        "name": id,
        "description": "",
        "status": "active",
        "auto_resolve_timeout": None,
        "acknowledgement_timeout": None,
        "created_at": "2026-01-01T00:00:00Z",
        "escalation_policy": reference(policy),
        "teams": [],
        "integrations": [],
        "alert_creation": "create_alerts_and_incidents",
    }
