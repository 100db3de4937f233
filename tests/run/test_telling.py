"""A run tells what it is at: the steps, whose turn it is, and what it waits for until when."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest

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


def test_a_loop_tells_when_it_looks_again(company: Company, told: list[Progress]) -> None:
    ana, stop = company.clone(), Event()

    class Once(Event):
        def wait(self, timeout: float | None = None) -> bool:
            stop.set()
            return True

        def is_set(self) -> bool:
            return stop.is_set()

    shell = company.shell(ana, doing=told.append)
    loop(shell, company.options(), 60, Told(lambda _: None, lambda _: None), Once())
    assert told[-1] == Idle(START + timedelta(seconds=60))
