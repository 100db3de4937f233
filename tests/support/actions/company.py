"""A company whose repository is at GitHub as `init` writes it, with the sandbox behind its secrets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.sandbox import serve
from reconciler.sandbox.world import World
from reconciler.starter.answers import EXAMPLES
from reconciler.starter.render import render
from reconciler.starter.sources import templates
from tests.support.actions.job import Ended
from tests.support.actions.site import Run, Site, site
from tests.support.repositories import Content
from tests.support.server import serving

FILES = {file.path: file.text for file in render(EXAMPLES, templates()) if "schemas/" not in file.path}
SECRETS = ("SLACK_BOT_TOKEN", "PAGERDUTY_API_TOKEN", "NOTION_TOKEN")
ID = "20261121-honest-rhinoceros"


@dataclass(frozen=True)
class Company:
    """The repository, and what is in the services."""

    site: Site
    world: World

    def pages(self) -> list[str]:
        """The titles of what somebody was paged with."""
        return [str(one["title"]) for one in self._paged()]

    def statuses(self) -> list[str]:
        """How these stand."""
        return [str(one["status"]) for one in self._paged()]

    def _paged(self) -> list[Any]:
        pagerduty = self.world.machines["pagerduty"]
        return list(pagerduty.call("GET /incidents", date_range="all")["incidents"])

    def channels(self) -> list[str]:
        """The channels of incidents."""
        names = [str(one["name"]) for one in self.world.machines["slack"].data["channels"].values()]
        return [name for name in names if name.startswith("incd-")]


@contextmanager
def company(
    folder: Path, files: Mapping[str, Content] = {}, *, without: Collection[str] = ()
) -> Iterator[Company]:
    """What `init` writes, but for some, and these files, on main."""
    world = World.example(lambda: datetime.now(UTC))
    with serving(world) as url:
        env = serve.environment(url)
        addresses = {name: value for name, value in env.items() if name.endswith("_URL")}
        secrets = {name: env[name] for name in SECRETS}
        kept = {path: text for path, text in FILES.items() if path not in without}
        with site(folder, {**kept, **files}, addresses, secrets) as made:
            yield Company(made, world)


def incident(severity: str = "sev2", title: str = "Checkout fails", **more: Any) -> str:
    """An incident's file, declared a minute ago."""
    declared = f"{datetime.now(UTC) - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    lines = [f"{key}: {value}" for key, value in more.items()]
    return "\n".join(
        [
            f"title: {title}",
            f"severity: {severity}",
            "status: investigating",
            f"declared_at: {declared}",
            *lines,
            "",
        ]
    )


def path_of(id: str = ID) -> str:
    """Where the file of an incident lies."""
    return f"incidents/2026/11/{id}.yaml"


def scripts(workflow: Any) -> list[str]:
    """Every `run` of a workflow."""
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


def well(run: Run, *names: str) -> list[Ended]:
    """The jobs of a run that ran, each of which ended well; there is no other."""
    ran = {name: job for name, job in run.items() if job.outcome != "skipped"}
    assert set(ran) == set(names), ran.keys()
    for job in ran.values():
        assert job.outcome == "success", job.log
    return [ran[name] for name in names]
