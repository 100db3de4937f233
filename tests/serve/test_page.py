"""What is declared here is paged at once, on the local commit; nothing is lost, and nobody is paged twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Failure
from reconciler.incident.verbs import AddUpdate, Declare, Escalate, SetField
from reconciler.plan.plan import State
from reconciler.repo.errand import Fresh, Request, Written
from reconciler.repo.remote import NoRight
from reconciler.repo.verbs import Desk
from reconciler.repo.waiting import held
from reconciler.run.page import page
from tests.support.company import ID, PATH, START, Company, incident
from tests.support.repositories import Clone

ANA = Request(("Ana", "ana@example.com"), "the request", given=True)


@dataclass
class Made:
    """A desk that pages at once, and what it has told."""

    company: Company
    clone: Clone
    paged: list[State]
    commits: list[Fresh]

    @property
    def desk(self) -> Desk:
        shell = self.company.shell(self.clone)
        return Desk(shell.repo, shell.git_settings(), self.company.clock, self.made)

    def made(self, fresh: Fresh) -> None:
        self.commits.append(fresh)
        outcomes = page(self.company.shell(self.clone), fresh)
        self.paged += [one.state for one in outcomes]

    def declare(self, **more: Any) -> Written:
        said = Declare("Checkout fails", "sev1", self.company.clock.now(), **more)
        return self.desk.declare(said, ANA)


@pytest.fixture
def made(company: Company) -> Made:
    return Made(company, company.clone(), [], [])


def hooked(company: Company, name: str, script: str) -> Path:
    hook = company.remote.folder / "hooks" / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)
    return hook


def away(company: Company) -> Callable[[], object]:
    gone = company.remote.folder.with_name("gone.git")
    company.remote.folder.rename(gone)
    return lambda: gone.rename(company.remote.folder)


def test_the_page_is_out_before_the_commit_is_pushed_and_the_next_run_sends_no_other(
    company: Company, made: Made
) -> None:
    before: list[str] = []
    company.meanwhile["POST /incidents"] = [lambda: before.append(company.remote.tip())]
    first = company.remote.tip()
    written = made.declare()
    assert (before, made.paged) == ([first], [State.APPLIED])
    assert (written.pushed, company.remote.tip()) == (True, written.commit)
    report = company.apply(made.clone)
    assert (report.exit_code, list(company.pages())) == (0, [f"{written.id}/primary"])
    assert held(company.shell(made.clone).repo) == []


def test_it_takes_two_rounds_of_calls(company: Company, made: Made) -> None:
    made.declare()
    assert sorted(company.calls[:2]) == [("pagerduty", "GET /incidents"), ("pagerduty", "GET /priorities")]
    assert company.calls[2:] == [("pagerduty", "POST /incidents")]


def test_where_somebody_else_was_quicker_the_same_incident_comes_on_top_and_is_paged_once(
    company: Company, made: Made
) -> None:
    bo = company.clone("bo")
    company.commit(bo, {PATH: incident("Another")})
    written = made.declare()
    assert company.remote.tip() == written.commit
    assert company.remote.git("rev-list", "--merges", "main") == ""
    first, second = made.commits
    assert (first.path, second.commit) == (second.path, written.commit)
    assert first.commit != second.commit
    company.apply(made.clone)
    assert sorted(company.pages()) == sorted([f"{ID}/primary", f"{written.id}/primary"])
    assert held(company.shell(made.clone).repo) == []


def test_with_the_git_host_down_the_page_goes_out_and_the_commit_is_pushed_later(
    company: Company, made: Made
) -> None:
    back = away(company)
    written = made.declare()
    assert (made.paged, written.pushed) == ([State.APPLIED], False)
    back()
    report = company.apply(made.clone)
    assert (report.exit_code, company.remote.tip()) == (0, written.commit)
    assert len(company.pages()) == 1


def test_a_commit_that_the_remote_refuses_is_kept_since_on_call_was_paged(
    company: Company, made: Made
) -> None:
    hooked(company, "update", "echo 'protected branch' >&2; exit 1")
    with pytest.raises(NoRight):
        made.declare()
    assert made.paged == [State.APPLIED]
    assert held(company.shell(made.clone).repo) == [made.commits[0].commit]


def test_a_wish_that_came_second_is_told_so_and_leaves_nothing_behind(company: Company, made: Made) -> None:
    company.commit(made.clone, {PATH: incident()})
    bo = company.clone("bo")
    company.commit(bo, {PATH: incident(severity="sev3")})
    with pytest.raises(Failure, match="was set to"):
        made.desk.change(ID, SetField(("title",), "Ours", seen="Not this"), ANA)
    made.desk.change(ID, AddUpdate(START, "Rolling back"), replace(ANA, id="another"))
    text = company.remote.git("show", f"main:{PATH}")
    assert "severity: sev3" in text
    assert "Rolling back" in text
    assert held(company.shell(made.clone).repo) == []


def test_only_pages_are_sent_and_a_page_that_is_there_is_left_alone(company: Company, made: Made) -> None:
    written = made.declare()
    assert company.writes() == [("pagerduty", "POST /incidents")]
    company.calls.clear()
    for one in company.pagerduty.data["incidents"].values():
        one["shown"]["title"] = "Somebody calls it otherwise"
    assert page(company.shell(made.clone), made.commits[0]) == ()
    assert company.writes() == []
    assert list(company.pages()) == [f"{written.id}/primary"]


def test_nobody_is_woken_for_an_incident_of_long_ago(company: Company, made: Made) -> None:
    made.desk.declare(Declare("Checkout fails", "sev1", START - timedelta(days=3)), ANA)
    assert (made.paged, company.pages()) == ([], {})


def test_what_is_adopted_is_not_paged_beside_it(company: Company, made: Made) -> None:
    made.declare(adopt={"pagerduty": {"primary": "Q1ABC"}})
    assert (made.paged, company.pages()) == ([], {})


def test_of_a_private_incident_the_page_says_nothing(company: Company, made: Made) -> None:
    settings = (made.clone.folder / "reconciler.yaml").read_text() + "private: {allow: true}\n"
    company.commit(made.clone, {"reconciler.yaml": settings})
    written = made.declare(private=True)
    listed = company.pagerduty.call("GET /incidents", date_range="all", limit=100)["incidents"]
    assert [one["title"] for one in listed] == [f"[SEV1] Private incident {written.id}"]


def test_a_team_that_is_called_for_later_is_paged_before_the_commit_is_pushed(
    company: Company, made: Made
) -> None:
    written = made.declare()
    company.apply(made.clone)
    before: list[str] = []
    company.meanwhile["POST /incidents"] = [lambda: before.append(company.remote.tip())]
    call = Escalate(company.clock.now(), "payments", "ana@example.com", "It is the voucher")
    called = made.desk.change(written.id, call, replace(ANA, id="another"))
    assert (before, made.paged) == ([written.commit], [State.APPLIED] * 2)
    assert company.remote.tip() == called.commit
    company.calls.clear()
    report = company.apply(made.clone)
    assert (report.exit_code, sorted(company.pages())) == (
        0,
        [f"{written.id}/payments", f"{written.id}/primary"],
    )
    assert ("pagerduty", "POST /incidents") not in company.calls


def test_who_is_paged_already_is_called_again_by_a_run_that_holds_the_lease(
    company: Company, made: Made
) -> None:
    written = made.declare()
    company.apply(made.clone)
    company.clock.sleep(300)
    company.calls.clear()
    made.desk.change(written.id, Escalate(company.clock.now(), "primary"), replace(ANA, id="another"))
    assert company.writes() == []
    assert company.apply(made.clone).exit_code == 0
    assert len(company.writes()) > 0
