"""How soon on-call is paged: from what somebody sends off to the page, against the calls that it takes.

    python benchmarks/paging.py [DECLARES] [INCIDENTS]

Each call, to PagerDuty or to the Git host, takes 100 ms. A page takes two rounds of calls, one look and one
page; told is the median of what a declare takes, as a multiple of these two. It must stay below ten, two
seconds, in a repository of 10,000 incidents and 30,000 commits; nothing of it may wait for the push.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reconciler.clock import SystemClock
from reconciler.incident.settings import GitSettings
from reconciler.incident.verbs import Declare
from reconciler.repo.errand import Request
from reconciler.repo.git import Answer, Git
from reconciler.repo.repository import Repository
from reconciler.repo.verbs import Desk
from reconciler.run.page import page
from reconciler.run.shell import Shell
from reconciler.sandbox.pagerduty.machine import PagerDutyMachine

CALL = 0.1
ROUNDS = 2
MOST = 10.0
SETTINGS = """\
name: acme
severities:
  - {name: sev1, urgency: high, priority: P1, page: [primary]}
  - {name: sev2, urgency: low}
teams: {primary: {pagerduty_service: PSVC001}}
pagerduty: {from: incidents@example.com}
"""


class Slow(Git):
    """A Git whose host is 100 ms away."""

    def call(self, *arguments: str, timeout: float) -> Answer:
        time.sleep(CALL)
        return super().call(*arguments, timeout=timeout)


class Account:
    """A PagerDuty that is 100 ms away; `paged` is set when a page has been answered."""

    def __init__(self) -> None:
        self.machine = PagerDutyMachine.example(lambda: datetime.now(UTC))
        self.machine.from_address = "incidents@example.com"
        self.paged = Event()

    def call(self, method: str, /, **arguments: Any) -> Any:
        time.sleep(CALL)
        answer = self.machine.call(method, **arguments)
        if method == "POST /incidents":
            self.paged.set()
        return answer

    def connect(self, environ: Mapping[str, str], _: object, **__: object) -> dict[str, Any]:
        return {"pagerduty": self}


def fixture() -> ModuleType:
    """The neighbour that makes the repository."""
    spec = importlib.util.spec_from_file_location("reading", Path(__file__).with_name("git.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(folder: Path, incidents: int) -> Repository:
    """A clone of a repository with so many incidents."""
    place = folder / "incidents"
    fixture().make(place, incidents)
    (place / "reconciler.yaml").write_text(SETTINGS)
    ana = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    for command in (("add", "."), (*ana, "commit", "--quiet", "--message=Settings")):
        subprocess.run(["git", "-C", str(place), *command], check=True)
    hub = folder / "hub.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(place), str(hub)], check=True)
    subprocess.run(["git", "-C", str(place), "remote", "add", "origin", f"file://{hub}"], check=True)
    subprocess.run(["git", "-C", str(place), "fetch", "--quiet", "origin"], check=True)
    return Repository(Slow(place))


def declare(repo: Repository, number: int) -> tuple[float, float]:
    """Seconds until the page was sent, and until the commit was pushed."""
    account = Account()
    shell = Shell(repo, {"PAGERDUTY_API_TOKEN": "sample-key"}, connect=account.connect)
    threads: list[Thread] = []

    def made(commit: str, path: str) -> None:
        threads.append(Thread(target=page, args=(shell, commit, path)))
        threads[-1].start()

    desk = Desk(repo, GitSettings(), SystemClock(), made)
    request = Request(("Ana", "ana@example.com"), f"request {number}", given=True, via="slack")
    begun = time.perf_counter()
    paged: list[float] = []

    def wait() -> None:
        account.paged.wait(30)
        paged.append(time.perf_counter() - begun)

    waiter = Thread(target=wait)
    waiter.start()
    written = desk.declare(Declare("Checkout fails", "sev1", datetime.now(UTC)), request)
    pushed = time.perf_counter() - begun
    assert written.pushed, written
    for thread in [waiter, *threads]:
        thread.join()
    return paged[0], pushed


def main(declares: int = 9, incidents: int = 10_000) -> int:
    """Measure; 1 when it takes too long."""
    os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    with TemporaryDirectory() as folder:
        repo = make(Path(folder), incidents)
        times = [declare(repo, number) for number in range(declares + 1)][1:]  # the first one warms up
    paged, pushed = (median(column) for column in zip(*times, strict=True))
    ratio = paged / (ROUNDS * CALL)
    print(
        f"a page in a repository of {incidents} incidents: {paged * 1000:.0f} ms, {ratio:.1f} times its "
        f"{ROUNDS} rounds of calls; {MOST:g} allowed (pushed after {pushed * 1000:.0f} ms)"
    )
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
