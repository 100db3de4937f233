"""A company for tests of the shell: a real remote with clones, and the sandbox's three services at the seam.

    company = Company.at(tmp_path)
    ana = company.clone("ana")
    company.commit(ana, {PATH: incident()})
    report = company.apply(ana)

Time stands still until somebody waits. Git is real; between the run and the services are no sockets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.clock import VirtualClock
from reconciler.plan.plan import Plan, Report
from reconciler.repo.lease import Acquired, Lease
from reconciler.repo.repository import Repository
from reconciler.repo.state import State, StateStore
from reconciler.run.shell import Options, Shell
from reconciler.sandbox.machine import Machine
from reconciler.sandbox.notion.machine import NotionMachine
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.targets.connect import VARIABLES
from reconciler.targets.seam import Answer, Api, is_read
from tests.support import repositories
from tests.support.repositories import Clone, Content, Remote

START = datetime(2026, 11, 21, 16, 45, tzinfo=UTC)
ID = "20261121-honest-rhinoceros"
PATH = f"incidents/2026/11/{ID}.yaml"
STATE, LEASE = "refs/heads/reconciler-state", "refs/reconciler/lease"
TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-sample",
    "PAGERDUTY_API_TOKEN": "sample-key",
    "NOTION_TOKEN": "ntn_sample",
}

SETTINGS = """\
name: acme
severities:
  - {name: sev1, urgency: high, priority: P1, page: [primary], announce: ["#incidents"]}
  - {name: sev3, urgency: low, announce: ["#incidents"]}
teams:
  primary: {pagerduty_service: PSVC001}
  payments: {pagerduty_service: PSVC002}
services:
  checkout: {team: payments}
pagerduty: {from: incidents@example.com}
notion: {database: 8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d}
git: {web: "https://git.example.com/acme/incidents"}
"""


def incident(
    title: str = "Checkout fails", *, severity: str = "sev1", status: str = "investigating", more: str = ""
) -> str:
    """An incident's file, declared at START."""
    declared = "2026-11-21T16:45:00Z"
    return f"title: {title}\nseverity: {severity}\nstatus: {status}\ndeclared_at: {declared}\n{more}"


def path_of(id: str) -> str:
    """Where the file of an incident lies."""
    return f"incidents/2026/11/{id}.yaml"


class Waiting(VirtualClock):
    """A clock at whose next sleep something happens, once."""

    def __init__(self, start: datetime):
        super().__init__(start)
        self.meanwhile: list[Callable[[], object]] = []

    def sleep(self, seconds: float) -> None:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        super().sleep(seconds)


@dataclass
class Watched:
    """An Api that notes each call with the moment, and may do something before it goes on."""

    api: Api
    target: str
    company: Company

    def call(self, method: str, /, **arguments: Any) -> Answer:
        self.company.calls.append((self.target, method))
        for meanwhile in self.company.meanwhile.pop(method, []):
            meanwhile()
        return self.api.call(method, **arguments)


@dataclass
class Company:
    """See the module. `meanwhile` is done once, before the next call of a method is carried out."""

    hub: Remote | None
    machines: dict[str, Machine]
    clock: Waiting
    environ: dict[str, str] = field(default_factory=lambda: dict(TOKENS))
    calls: list[tuple[str, str]] = field(default_factory=list)
    meanwhile: dict[str, list[Callable[[], object]]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    wrapped: dict[str, Api] = field(default_factory=dict)
    patience: float = 30.0

    @classmethod
    def at(cls, folder: Path, files: Mapping[str, Content] | None = None, *, remote: bool = True) -> Company:
        """A new one, with its settings committed, beside these files."""
        begun = {"reconciler.yaml": SETTINGS, **(files or {})}
        hub = repositories.remote(folder, begun, at=START - timedelta(days=30)) if remote else None
        return cls.around(hub, Waiting(START))

    @classmethod
    def around(cls, hub: Remote | None, clock: Waiting) -> Company:
        """The company of a remote that there is already; its services are as nobody has used them."""
        machines: dict[str, Machine] = {
            "slack": SlackMachine.example(clock.now),
            "pagerduty": PagerDutyMachine.example(clock.now),
            "notion": NotionMachine.example(clock.now),
        }
        vars(machines["pagerduty"])["from_address"] = "incidents@example.com"
        return cls(hub, machines, clock)

    @property
    def remote(self) -> Remote:
        """The bare repository that everybody pushes to."""
        assert self.hub is not None
        return self.hub

    # Git

    def clone(self, name: str = "ana", *, depth: int | None = None) -> Clone:
        """Somebody's clone of the remote."""
        return self.remote.clone(name, depth=depth)

    def commit(self, clone: Clone, files: Mapping[str, Content], *, push: bool = True) -> str:
        """Commit files now, and push them."""
        made = clone.commit(files, at=self.clock.now())
        if push:
            clone.push()
        return made

    def later(self, **time: float) -> None:
        """Let time pass."""
        self.clock.sleep(timedelta(**time).total_seconds())

    def kept(self, clone: Clone) -> State:
        """What is remembered, as this clone would read it."""
        shell = self.shell(clone)
        return StateStore(shell.repo, shell.git_settings(), self.clock).load()

    def state_log(self, show: str = "%B") -> list[str]:
        """The messages of the state's commits at the remote, the newest first."""
        if not self.remote.tip(STATE):
            return []
        return [
            one.strip() for one in self.remote.git("log", "-z", f"--format={show}", STATE).split("\0") if one
        ]

    def spoil(self, path: str, content: Content) -> None:
        """Somebody edits the state by hand, and pushes that."""
        folder = self.remote.folder.with_name("spoiler")
        clone = Clone(folder) if folder.exists() else self.clone("spoiler")
        clone.git("fetch", "--quiet", "origin", STATE)
        clone.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
        clone.commit({path: content})
        clone.git("push", "--quiet", "origin", f"HEAD:{STATE}")

    # Runs

    def connect(self, environ: Mapping[str, str], settings: object, **_: object) -> dict[str, Api]:
        """The services that have a token, each watched."""
        on = [name for name, names in VARIABLES.items() if environ.get(names.token)]
        return {name: Watched(self.wrapped.get(name, self.machines[name]), name, self) for name in on}

    def shell(self, clone: Clone | Path, **more: Any) -> Shell:
        """What somebody types in, in front of a clone."""
        folder = clone.folder if isinstance(clone, Clone) else clone
        shell = Shell(
            Repository.open(folder),
            self.environ,
            self.clock,
            self.connect,
            told=self.told.append,
            patience=self.patience,
        )
        return replace(shell, **more)

    def plan(self, clone: Clone, **options: Any) -> Plan:
        """What `reconciler plan` finds."""
        return self.shell(clone).plan(Options(**options))

    def apply(self, clone: Clone, **options: Any) -> Report:
        """What `reconciler apply` does."""
        return self.shell(clone).apply(self.options(**{"holder": clone.folder.name, **options}))

    def options(self, **options: Any) -> Options:
        """What is asked of a run; it waits for the lease for no more than 5 seconds."""
        return Options(**{"wait": 5.0, **options})

    def held(self, clone: Clone, holder: str = "CI job 7") -> Lease:
        """The lease, taken by somebody else."""
        shell = self.shell(clone)
        lease = Lease(shell.repo, shell.git_settings(), self.clock, holder)
        assert isinstance(lease.acquire(wait=0), Acquired)
        return lease

    # Services

    @property
    def slack(self) -> Machine:
        return self.machines["slack"]

    @property
    def pagerduty(self) -> Machine:
        return self.machines["pagerduty"]

    @property
    def notion(self) -> Machine:
        return self.machines["notion"]

    def writes(self) -> list[tuple[str, str]]:
        """The writes since the calls were cleared last."""
        return [(target, method) for target, method in self.calls if not is_read(method)]

    def snapshot(self) -> dict[str, Any]:
        """All that the services hold."""
        return {name: machine.snapshot() for name, machine in self.machines.items()}

    def pages(self) -> dict[str, str]:
        """The pages by their keys without the instance, and how they stand."""
        listed = self.machines["pagerduty"].call("GET /incidents", date_range="all", limit=100)["incidents"]
        return {one["incident_key"].removeprefix("acme/"): one["status"] for one in listed}

    def channels(self) -> list[str]:
        """The names of the incidents' channels."""
        kinds = {"types": "public_channel,private_channel", "exclude_archived": False, "limit": 999}
        listed = self.machines["slack"].call("conversations.list", **kinds)["channels"]
        return sorted(raw["name"] for raw in listed if raw["name"].startswith("incd-"))

    def topic(self, id: str = ID) -> str:
        """The topic of an incident's channel."""
        listed = self.machines["slack"].call("conversations.list", limit=999)["channels"]
        return next(str(raw["topic"]["value"]) for raw in listed if raw["name"] == f"incd-{id}")

    def documents(self) -> int:
        """How many postmortem documents there are."""
        notion, database = self.machines["notion"], "8a1c0e1e7d3b4c0f9d3f6f1e2a3b4c5d"
        source = notion.call("GET /v1/databases/{database_id}", database_id=database)
        id = source["data_sources"][0]["id"]
        found = notion.call("POST /v1/data_sources/{data_source_id}/query", data_source_id=id)
        return len(found["results"])


def refs(clone: Clone | Remote) -> str:
    """Every ref with its value, and everything that the object store holds."""
    return clone.git("for-each-ref") + "\n" + clone.git("count-objects", "-v")
