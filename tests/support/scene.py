"""A whole world at the seam: an incident file with its history, the three services, a clock and a memory.

A scene is driven as users drive the tool (`edit`, then `plan` or `apply`), and its services are then looked
at as people would. No Git and no sockets: those have tests of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.clock import VirtualClock
from reconciler.incident.adoption import takers
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
from reconciler.run.caches import Caches, kept, known
from reconciler.run.engine import Connected
from reconciler.run.gates import Open
from reconciler.run.holding import BUDGET, Bounds
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
from reconciler.targets.seam import Api, CallError, ReadOnly
from reconciler.targets.slack.target import Slack
from tests.support.recording import Called, Failing, Record, Recorder

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
ID = "20261121-honest-rhinoceros"
CHANNEL = f"incd-{ID}"

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
        "checkout": Service(
            "checkout", "payments", (Bookmark("Runbook", "https://wiki.example.com/checkout"),)
        )
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
class Scene:
    """See the module. `wrapped` is what stands between the targets and a service, `off` has no token."""

    settings: Settings = SETTINGS
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START))
    versions: dict[str, list[Version]] = field(default_factory=dict)
    memories: dict[str, Memory] = field(default_factory=dict)
    record: Record = field(default_factory=Record)
    wrapped: dict[str, Api] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)
    allow_late_pages: bool = False
    alone: bool = True
    caches: Caches = field(default_factory=dict)
    budget: float = BUDGET

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

    def fails(
        self, target: str, method: str | None, error: CallError, times: int = 1_000_000, done: bool = False
    ) -> None:
        """From now on calls of a method fail; with `done` after they were carried out."""
        behind = self.wrapped.get(target, getattr(self, target))
        self.wrapped[target] = Failing(behind, method, error, times, done)

    def heals(self) -> None:
        """From now on nothing fails."""
        self.wrapped.clear()

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
            takers=takers(listed[-1].incident for listed in self.versions.values() if listed[-1].incident),
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
                api: Api = Recorder(self.wrapped.get(name, machine), name, self.record)
                connected.append(Connected(target, api if writes else ReadOnly(api)))
        return connected

    def situation(self, writes: bool = True, deep: bool = True) -> Situation:
        cases = {id: self.case(id) for id in self.versions if not self._settled(id)}
        return Situation(
            "c0ffee",
            cases,
            self.targets(writes),
            self.record.pool,
            deep=lambda _: deep,
            bounds=Bounds(self.clock, self.clock.now() + timedelta(seconds=self.budget)),
            known=known(self.caches, self.clock.now(), lambda target: target),
        )

    def _settled(self, id: str) -> bool:
        memory = self.memories.get(id)
        return memory is not None and memory.settled and memory.blob == f"{id}-{len(self.versions[id])}"

    def plan(self, deep: bool = True) -> Plan:
        """What `reconciler plan` would say."""
        return plan_all(self.situation(writes=False, deep=deep))[0]

    def apply(self) -> Applied:
        """What `reconciler apply` would do; the memory is kept for the next run."""
        applied = apply_all(self.situation(), Open(self.alone))
        for id, memory in applied.memories.items():
            self.memories[id] = Memory.from_json(memory.to_json())
        return applied

    def learn(self, applied: Applied) -> None:
        """Remember what rarely changes too (people, groups), as a run with a state ref does."""
        self.caches = kept(self.caches, applied.world, self.clock.now(), lambda target: target)

    # looking -----------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Called]:
        """The calls made since `forget_calls`."""
        return self.record.calls

    def forget_calls(self) -> None:
        """Count from here."""
        self.record = Record()

    def writes(self) -> list[tuple[str, str]]:
        """The writes made so far, as (target, method)."""
        return [(one.target, one.method) for one in self.calls if one.writes]

    def quiet(self) -> bool:
        """True when another apply writes nothing and has nothing left to say."""
        self.forget_calls()
        report = self.apply().report
        assert not self.writes(), f"not quiet: {self.writes()}"
        assert not report.outcomes, report.outcomes
        return report.converged

    def page(self, team: str, id: str = ID) -> dict[str, Any]:
        """The team's page in PagerDuty; fails unless there is exactly one."""
        key = f"acme/{id}/{team}"
        listed = self.pagerduty.call("GET /incidents", date_range="all", incident_key=key)["incidents"]
        assert len(listed) == 1, f"{len(listed)} pages with the key {key}"
        return dict(listed[0])

    def page_in_full(self, team: str, id: str = ID) -> dict[str, Any]:
        """The same with its bridge, its body and its notes, the oldest first."""
        record = self.pagerduty.data["incidents"][self.page(team, id)["id"]]
        notes = [note["content"] for note in record["notes"]]
        return {**record["shown"], **record["hidden"], "notes": notes}

    def pages(self) -> list[str]:
        """The keys of all pages ever sent, sorted."""
        return sorted(raw["shown"]["incident_key"] for raw in self.pagerduty.data["incidents"].values())

    def channel(self, name: str) -> dict[str, Any]:
        """A channel by its name; fails unless there is exactly one."""
        types = "public_channel,private_channel"
        listed = self.slack.call("conversations.list", limit=999, types=types)["channels"]
        fitting = [raw for raw in listed if raw["name"] == name]
        assert len(fitting) == 1, f"{len(fitting)} channels named {name}: {[raw['name'] for raw in listed]}"
        return dict(fitting[0])

    def channel_names(self) -> list[str]:
        """The names of the incidents' channels, sorted, whoever made them."""
        names = [raw["name"] for raw in self.slack.data["channels"].values()]
        return sorted(name for name in names if name.startswith("incd-"))

    def posts(self, name: str = CHANNEL) -> list[dict[str, Any]]:
        """The bot's own messages as the channel shows them, oldest first; archived channels too."""
        record = self.slack.data["channels"][self.channel(name)["id"]]
        listed = [raw for raw in record["messages"].values() if raw.get("bot_id")]
        shown = ("", "thread_broadcast")
        return [raw for raw in listed if "parent_user_id" not in raw or raw.get("subtype") in shown]

    def messages(self, name: str = CHANNEL) -> list[str]:
        """The texts of the bot's own messages in a channel, oldest first, threads not included."""
        return [raw["text"] for raw in self.posts(name)]

    def thread(self, name: str) -> list[str]:
        """The bot's replies below its first message in a channel, oldest first."""
        record = self.slack.data["channels"][self.channel(name)["id"]]
        replies = record["threads"].get(self.posts(name)[0]["ts"], [])
        return [record["messages"][ts]["text"] for ts in replies if record["messages"][ts].get("bot_id")]

    def card(self, name: str = CHANNEL) -> str:
        """All that the channel's pinned card says."""
        record = self.slack.data["channels"][self.channel(name)["id"]]
        [pinned] = [record["messages"][pin["ts"]] for pin in record["pins"]]
        return "\n".join(block["text"]["text"] for block in pinned["blocks"])

    def people(self, name: str = CHANNEL) -> list[str]:
        """The addresses of the people in a channel, sorted."""
        record = self.slack.data["channels"][self.channel(name)["id"]]
        users = self.slack.data["users"]
        return sorted(users[id]["email"] for id in record["members"] if users[id]["email"])

    def bookmark_ids(self, name: str = CHANNEL) -> list[str]:
        """The ids of the links in a channel's bar, in their order."""
        return list(self.slack.data["channels"][self.channel(name)["id"]]["bookmarks"])

    def bookmarks(self, name: str = CHANNEL) -> list[tuple[str, str]]:
        """The titles and links in a channel's bar, in their order."""
        record = self.slack.data["channels"][self.channel(name)["id"]]
        return [(raw["title"], raw["link"]) for raw in record["bookmarks"].values()]

    def document(self) -> dict[str, Any]:
        """The incident's only page in Notion, with its text as `markdown`."""
        source = self.notion.call(
            "GET /v1/databases/{database_id}", database_id=self.settings.notion.database
        )["data_sources"][0]["id"]
        found = self.notion.call("POST /v1/data_sources/{data_source_id}/query", data_source_id=source)[
            "results"
        ]
        assert len(found) == 1, f"{len(found)} documents"
        text = self.notion.call("GET /v1/pages/{page_id}/markdown", page_id=found[0]["id"])["markdown"]
        return {**found[0], "markdown": text}
