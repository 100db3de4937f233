"""A whole world at the seam: an incident file with its history, the three services, a clock and a memory.

A scene is driven as users drive the tool (`edit`, then `plan` or `apply`), and its services are then looked
at as people would. No Git and no sockets: those have tests of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.clock import VirtualClock
from reconciler.incident.history import History, Version
from reconciler.incident.model import Incident, Status, Update
from reconciler.incident.settings import (
    Bookmark,
    NotionSettings,
    PagerDutySettings,
    Service,
    Settings,
    Severity,
    SlackSettings,
    Team,
)
from reconciler.plan.memory import Memory
from reconciler.plan.plan import Plan
from reconciler.run.engine import Connected, Open
from reconciler.run.pool import Rounds
from reconciler.run.reconcile import Applied, Situation
from reconciler.run.reconcile import apply as apply_all
from reconciler.run.reconcile import plan as plan_all
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.targets.base import Target
from reconciler.targets.case import Case
from reconciler.targets.notion.target import Notion
from reconciler.targets.pagerduty.target import PagerDuty
from reconciler.targets.seam import Answer, Api, CallError, ReadOnly, is_read
from reconciler.targets.slack.target import Slack

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
ID = "20261121-honest-rhinoceros"

SETTINGS = Settings(
    name="acme",
    severities=(
        Severity(
            "sev1",
            "Unusable for most customers",
            "high",
            "P1",
            page=("primary",),
            announce=("#incidents", "#general"),
            invite=("@incident-leads", "vp@example.com"),
        ),
        Severity("sev2", "Degraded for many", "high", "P2", page=("primary",), announce=("#incidents",)),
        Severity("sev3", "Degraded for few", "low", announce=("#incidents",)),
    ),
    teams={
        "primary": Team("primary", "PSVC001"),
        "payments": Team("payments", "PSVC002", "PESC002", invite=("@payments-oncall",)),
    },
    services={
        "checkout": Service("checkout", "payments", (Bookmark("Runbook", "https://wiki.example.com/checkout"),))
    },
    slack=SlackSettings(bookmarks=(Bookmark("Incident handbook", "https://wiki.example.com/incidents"),)),
    pagerduty=PagerDutySettings(from_address="incidents@example.com"),
    notion=NotionSettings(database="8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d"),
)


def incident(id: str = ID, **fields: Any) -> Incident:
    """The incident that most tests are about, with some fields of their own."""
    base = Incident(
        id=id,
        title="Checkout returns HTTP 500 for a third of requests",
        severity="sev1",
        status=Status.INVESTIGATING,
        declared_at=START,
        path=f"incidents/2026/11/{id}.yaml",
        reporter="ana@example.com",
        summary="Since release 412, card payments fail when the basket holds a voucher.",
        services=("checkout",),
        roles={"commander": "ana@example.com", "technical": "bo@example.com"},
        responders=("dee@example.com",),
        bridge="https://zoom.us/j/123456",
    )
    return replace(base, **fields)


def update(text: str, minutes: int = 13, by: str = "ana@example.com") -> Update:
    """An update so many minutes after the declare."""
    return Update(START + timedelta(minutes=minutes), text, by)


@dataclass
class Recorder:
    """An Api that writes down every call before it passes it on."""

    api: Api
    target: str
    calls: list[tuple[str, str, dict[str, Any]]]

    def call(self, method: str, /, **arguments: Any) -> Answer:
        self.calls.append((self.target, method, arguments))
        return self.api.call(method, **arguments)


@dataclass
class Scene:
    """See the module. `wrap` may put something between the targets and a service."""

    settings: Settings = SETTINGS
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))
    versions: dict[str, list[Version]] = field(default_factory=dict)
    memories: dict[str, Memory] = field(default_factory=dict)
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    wrapped: dict[str, Api] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)
    allow_late_pages: bool = False
    rounds: int = 0

    def __post_init__(self) -> None:
        self.slack = SlackMachine.example(self.clock.now)
        self.pagerduty = PagerDutyMachine.example(self.clock.now)
        self.pagerduty.from_address = "incidents@example.com"
        self.notion = NotionMachine.example(self.clock.now)

    # editing -----------------------------------------------------------------------------------

    def edit(self, id: str = ID, **fields: Any) -> Incident:
        """Commit a version of the file: the last one with these fields changed."""
        before = self.versions.setdefault(id, [])
        last = before[-1].incident if before else incident(id)
        assert last is not None
        now = replace(last, **fields)
        before.append(Version(self.clock.now(), f"c{len(before)}", "Ana", now))
        return now

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.clock.sleep(timedelta(**time).total_seconds())

    # running -----------------------------------------------------------------------------------

    def case(self, id: str) -> Case:
        versions = tuple(self.versions[id])
        newest = versions[-1].incident
        assert newest is not None
        return Case(
            incident=newest,
            settings=self.settings,
            history=History(versions),
            now=self.clock.now(),
            memory=self.memories.get(id, Memory()),
            blob=f"{id}-{len(versions)}",
            url=f"https://github.com/example/incidents/blob/main/{newest.path}",
            allow_late_pages=self.allow_late_pages,
            on=frozenset({"pagerduty", "slack", "notion"} - self.off),
        )

    def targets(self, writes: bool = True) -> list[Connected]:
        services: Mapping[str, tuple[Target, Api]] = {
            "pagerduty": (PagerDuty(), self.pagerduty),
            "slack": (Slack(), self.slack),
            "notion": (Notion(), self.notion),
        }
        connected = []
        for name, (target, machine) in services.items():
            if name not in self.off:
                api: Api = Recorder(self.wrapped.get(name, machine), name, self.calls)
                connected.append(Connected(target, api if writes else ReadOnly(api)))
        return connected

    def situation(self, ids: Iterable[str] | None = None, writes: bool = True, deep: bool = True) -> Situation:
        cases = {id: self.case(id) for id in (ids or self.versions) if not self._settled(id)}
        self.pools: list[Rounds] = []

        def pool() -> Rounds:
            self.pools.append(Rounds())
            return self.pools[-1]

        return Situation("c0ffee", cases, self.targets(writes), pool, deep=lambda _: deep)

    def _settled(self, id: str) -> bool:
        memory = self.memories.get(id)
        return memory is not None and memory.settled and memory.blob == f"{id}-{len(self.versions[id])}"

    def plan(self, deep: bool = True) -> Plan:
        """What `reconciler plan` would say."""
        return plan_all(self.situation(writes=False, deep=deep))[0]

    def apply(self) -> Applied:
        """What `reconciler apply` would do; the memory is kept for the next run."""
        applied = apply_all(self.situation(), Open())
        for id, memory in applied.memories.items():
            self.memories[id] = Memory.from_json(memory.to_json())
        return applied

    # looking -----------------------------------------------------------------------------------

    def writes(self) -> list[tuple[str, str]]:
        """The writes made so far, as (target, method)."""
        return [(target, method) for target, method, _ in self.calls if not is_read(method)]

    def quiet(self) -> bool:
        """True when another apply writes nothing and plans nothing."""
        self.calls.clear()
        report = self.apply().report
        return not self.writes() and not report.outcomes and report.converged

    def page(self, team: str, id: str = ID) -> dict[str, Any]:
        """The team's page in PagerDuty; fails unless there is exactly one."""
        key = f"acme/{id}/{team}"
        listed = self.pagerduty.call("GET /incidents", date_range="all", incident_key=key)["incidents"]
        assert len(listed) == 1, f"{len(listed)} pages with the key {key}"
        return dict(listed[0])

    def channel(self, name: str) -> dict[str, Any]:
        """A channel by its name; fails unless there is exactly one."""
        listed = self.slack.call("conversations.list", limit=999)["channels"]
        fitting = [raw for raw in listed if raw["name"] == name]
        assert len(fitting) == 1, f"{len(fitting)} channels named {name}: {[raw['name'] for raw in listed]}"
        return dict(fitting[0])

    def messages(self, name: str) -> list[str]:
        """The texts of the bot's own messages in a channel, oldest first, threads not included."""
        id = self.channel(name)["id"]
        listed = self.slack.call("conversations.history", channel=id, limit=999)["messages"]
        return [raw["text"] for raw in reversed(listed) if raw.get("bot_id")]

    def thread(self, name: str, first: str) -> list[str]:
        """The replies below the message that begins with `first`."""
        id = self.channel(name)["id"]
        listed = self.slack.call("conversations.history", channel=id, limit=999)["messages"]
        parent = next(raw for raw in listed if first in raw["text"])
        replies = self.slack.call("conversations.replies", channel=id, ts=parent["ts"])["messages"]
        return [raw["text"] for raw in replies[1:]]

    def document(self) -> dict[str, Any]:
        """The incident's only page in Notion, with its text as `markdown`."""
        source = self.notion.call(
            "GET /v1/databases/{database_id}", database_id=self.settings.notion.database
        )["data_sources"][0]["id"]
        found = self.notion.call("POST /v1/data_sources/{data_source_id}/query", data_source_id=source)["results"]
        assert len(found) == 1, f"{len(found)} documents"
        text = self.notion.call("GET /v1/pages/{page_id}/markdown", page_id=found[0]["id"])["markdown"]
        return {**found[0], "markdown": text}


@dataclass
class Failing:
    """An Api that fails the calls of one method, always or the first so many times."""

    api: Api
    method: str
    error: CallError
    times: int = 1_000_000
    done: bool = False

    def call(self, method: str, /, **arguments: Any) -> Answer:
        if method != self.method or self.times <= 0:
            return self.api.call(method, **arguments)
        self.times -= 1
        if self.done:
            self.api.call(method, **arguments)
        raise self.error
