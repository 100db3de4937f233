"""A run tells what it is at: the steps, whose turn it is, and what it waits for until when."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from reconciler.errors import Failure
from reconciler.plan.plan import Report
from reconciler.repo import remote
from reconciler.repo.git import Git
from reconciler.run.loop import Told, loop
from reconciler.run.telling import Begun, Idle, Progress, Step, Wait
from reconciler.targets.seam import RateLimited
from tests.support.company import ID, PATH, START, Company, incident
from tests.support.recording import Failing


@pytest.fixture
def told() -> list[Progress]:
    return []


def test_the_steps_of_an_apply_are_told_in_their_order(company: Company, told: list[Progress]) -> None:
    ana = company.clone()
    company.commit(ana, {PATH: incident()})
    company.shell(ana, doing=told.append).apply(company.options())
    assert [one.what for one in told if isinstance(one, Step)] == [
        "fetching the newest commit",
        "reading the files, and what is remembered",
        "bringing 1 incident in line",
        "looking again at 1 incident",
        "remembering what was done",
    ]
    begun = [one for one in told if isinstance(one, Begun)]
    assert Begun("pagerduty", ID, "page primary (high)") in begun
    assert {one.target for one in begun} == {"slack", "pagerduty", "notion"}


def test_a_plan_tells_what_it_looks_at(company: Company, told: list[Progress]) -> None:
    ana = company.clone()
    company.commit(ana, {PATH: incident()})
    company.shell(ana, doing=told.append).plan(company.options())
    assert Step("looking at 1 incident") in told
    assert not any(one.what for one in told if isinstance(one, Begun))


def test_a_rate_limit_is_told_with_its_service_and_its_end(company: Company, told: list[Progress]) -> None:
    ana = company.clone()
    company.commit(ana, {PATH: incident()})
    limit = RateLimited("chat.postMessage", 27)
    company.wrapped["slack"] = Failing(company.slack, "chat.postMessage", limit, times=1)
    assert company.shell(ana, doing=told.append).apply(company.options()).exit_code == 0
    waits = {one for one in told if isinstance(one, Wait)}
    assert {(one.what, one.why) for one in waits} == {("slack", "a rate limit; 1 call held up")}
    (until,) = {one.until for one in waits}
    assert timedelta(seconds=27) <= until - START < timedelta(seconds=40)


def test_whoever_holds_the_lease_is_named_while_it_is_waited_for(
    company: Company, told: list[Progress]
) -> None:
    ana = company.clone()
    company.commit(ana, {PATH: incident()})
    lease = company.held(company.clone("ci"))
    try:
        company.shell(ana, doing=told.append).apply(company.options())
    finally:
        lease.release()
    waits = {one for one in told if isinstance(one, Wait)}
    assert waits == {Wait("the lease", "held by CI job 7 since 16:45 UTC", START + timedelta(seconds=5))}


class Once(Event):
    """Stops a loop when it waits for its second turn."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def test_a_loop_tells_when_it_looks_again(company: Company, told: list[Progress]) -> None:
    shell = company.shell(company.clone(), doing=told.append)
    loop(shell, company.options(), 60, Told(lambda _: None, lambda _: None), Once())
    assert told[-1] == Idle(START + timedelta(seconds=60))


def test_a_turn_of_the_loop_fetches_the_branch_once_so_that_one_hanging_call_is_all_that_a_page_waits_for(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []
    fetch = remote.fetch

    def counted(git: Git, name: str, refspec: str, *more: str, **also: Any) -> None:
        fetched.append(refspec)
        fetch(git, name, refspec, *more, **also)

    monkeypatch.setattr(remote, "fetch", counted)
    ended: list[Report | Failure] = []
    loop(company.shell(company.clone()), company.options(), 60, Told(ended.append, ended.append), Once())
    assert [one.exit_code for one in ended] == [0]
    assert len([one for one in fetched if "refs/heads/main" in one]) == 1
