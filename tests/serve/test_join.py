"""The Git host was away, and resident processes committed meanwhile: nothing is lost, nothing is twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from reconciler.errors import Refusal
from reconciler.incident.model import Status
from reconciler.incident.verbs import AddUpdate, Declare, Intention, SetField, SetStatus
from reconciler.plan.plan import Report
from reconciler.repo.errand import Fresh, Request, Written
from reconciler.repo.verbs import Desk
from reconciler.repo.waiting import PREFIX, held
from tests.support.company import ID, PATH, START, STATE, Company, incident
from tests.support.repositories import Clone

PEOPLE = {
    "ana": ("Ana", "ana@example.com"),
    "bo": ("Bo", "bo@example.com"),
    "chen": ("Chen", "chen@example.com"),
}


class Replicas:
    """Resident processes, each with a clone of its own, on one remote."""

    def __init__(self, company: Company) -> None:
        self.company = company
        company.commit(company.clone("begin"), {PATH: incident()})
        self.clones = {name: company.clone(name) for name in PEOPLE}
        self.number = 0

    def desk(self, name: str) -> Desk:
        shell = self.company.shell(self.clones[name])
        return Desk(shell.repo, shell.git_settings(), self.company.clock, lambda _: None)

    def request(self, name: str) -> Request:
        self.number += 1
        return Request(PEOPLE[name], f"request-{self.number}", given=True, via="slack")

    def change(self, name: str, intention: Intention) -> Written:
        return self.desk(name).change(ID, intention, self.request(name))

    def declare(self, name: str, title: str) -> Written:
        return self.desk(name).declare(Declare(title, "sev1", START), self.request(name))

    def apply(self, name: str) -> Report:
        shell = self.company.shell(self.clones[name], joins=True)
        return shell.apply(self.company.options(holder=name))

    def away(self) -> Callable[[], object]:
        gone = self.company.remote.folder.with_name("gone.git")
        self.company.remote.folder.rename(gone)
        return lambda: gone.rename(self.company.remote.folder)

    def all_in_line(self) -> None:
        """After a round of everybody another one writes nothing, and all have the same."""
        for _ in range(2):
            reports = [self.apply(name) for name in self.clones]
        assert [report.exit_code for report in reports] == [0, 0, 0]
        self.company.calls.clear()
        before = self.company.remote.tip(), self.company.remote.tip(STATE)
        for name in self.clones:
            assert self.apply(name).outcomes == ()
        assert self.company.writes() == []
        assert (self.company.remote.tip(), self.company.remote.tip(STATE)) == before
        for clone in self.clones.values():  # nobody has anything that is not in the branch
            self.company.remote.git("merge-base", "--is-ancestor", clone.head, "main")
        assert {clone.status() for clone in self.clones.values()} == {""}

    def log(self, show: str = "%s") -> list[str]:
        return self.company.remote.git("log", f"--format={show}", "main").splitlines()


@pytest.fixture
def replicas(company: Company) -> Replicas:
    return Replicas(company)


def file_of(company: Company, path: str = PATH) -> str:
    return company.remote.git("show", f"main:{path}")


def test_what_each_of_three_committed_while_the_host_was_away_comes_in_one_after_the_other(
    company: Company, replicas: Replicas
) -> None:
    for name in replicas.clones:
        replicas.apply(name)
    back = replicas.away()
    declared = {name: replicas.declare(name, f"{name} found something").id for name in replicas.clones}
    for name in replicas.clones:
        replicas.change(name, AddUpdate(START + timedelta(minutes=1), f"{name} looks", PEOPLE[name][1]))
        assert replicas.apply(name).exit_code in (0, 3)
    assert {f"{id}/primary" for id in declared.values()} <= set(company.pages())
    back()
    replicas.all_in_line()
    text = file_of(company)
    assert [text.count(f"{name} looks") for name in PEOPLE] == [1, 1, 1]
    assert sorted(company.pages()) == sorted(f"{id}/primary" for id in [ID, *declared.values()])
    assert company.remote.git("rev-list", "--merges", "main") == ""
    assert len(replicas.log()) == 2 + 6
    assert {"Ana ana@example.com", "Bo bo@example.com", "Chen chen@example.com"} <= set(
        replicas.log("%an %ae")
    )
    requests = [line for line in replicas.log("%(trailers:key=Request-Id,valueonly)") if line]
    assert sorted(requests) == sorted(f"request-{number}" for number in range(1, 7))


def test_two_set_the_same_field_while_the_host_was_away_the_second_is_left_out_and_its_commit_says_so(
    company: Company, replicas: Replicas
) -> None:
    for name in replicas.clones:
        replicas.apply(name)
    back = replicas.away()
    replicas.change("ana", SetField(("title",), "Checkout is slow"))
    replicas.change("bo", SetField(("title",), "Vouchers fail"))
    replicas.change("bo", SetStatus(Status.IDENTIFIED, START))
    for name in replicas.clones:
        replicas.apply(name)
    back()
    replicas.apply("ana")
    told = [notice for notice in replicas.apply("bo").notices if "title" in notice]
    replicas.all_in_line()
    text = file_of(company)
    assert ("title: Checkout is slow" in text, "status: identified" in text) == (True, True)
    assert told == [f"{ID}: set title: title of {PATH} was set by somebody else meanwhile"]
    [left_out] = [body for body in replicas.log("%b") if body.startswith("Left out")]
    assert "title" in left_out
    assert "Checkout is slow" in company.topic()


def test_a_commit_that_a_killed_process_left_behind_is_brought_in_by_the_next_start(
    company: Company, replicas: Replicas
) -> None:
    class Killed(BaseException):
        pass

    def die(_: Fresh) -> None:
        raise Killed

    ana = replicas.clones["ana"]
    shell = company.shell(ana)
    desk = Desk(shell.repo, shell.git_settings(), company.clock, die)
    with pytest.raises(Killed):
        desk.declare(Declare("Search is down", "sev1", START), replicas.request("ana"))
    [commit] = held(shell.repo)
    assert replicas.apply("ana").exit_code == 0
    assert held(shell.repo) == [commit]
    after_restart(ana)
    assert any("brought in 1" in notice for notice in replicas.apply("ana").notices)
    assert held(shell.repo) == []
    assert "declare sev1" in replicas.log()[0]
    replicas.all_in_line()
    assert len(company.pages()) == 2


def after_restart(clone: Clone) -> None:
    """What is held then is another process's."""
    for line in clone.git("for-each-ref", "--format=%(refname) %(objectname)", PREFIX).splitlines():
        name, commit = line.split()
        clone.git("update-ref", "-d", name)
        clone.git("update-ref", f"{PREFIX}/of-another/{commit}", commit)


def test_where_the_same_request_came_in_elsewhere_it_is_not_made_again(
    company: Company, replicas: Replicas
) -> None:
    back = replicas.away()
    request = replicas.request("ana")
    first = replicas.desk("ana").declare(Declare("Search is down", "sev1", START), request)
    other = replicas.desk("bo").declare(Declare("Search is down", "sev1", START), request)
    assert first.id == other.id
    back()
    replicas.all_in_line()
    assert len(company.pages()) == 2
    assert len([line for line in replicas.log() if "declare" in line]) == 1


def test_commits_of_people_are_left_to_people(company: Company, replicas: Replicas) -> None:
    ana = replicas.clones["ana"]
    local = company.commit(ana, {PATH: incident("On a laptop")}, push=False)
    company.commit(replicas.clones["bo"], {PATH: incident("In the branch")})
    report = replicas.apply("ana")
    assert any("have diverged" in notice for notice in report.notices)
    assert ana.head == local


def test_without_the_request_made_again_what_was_applied_is_still_not_undone(
    company: Company, replicas: Replicas
) -> None:
    """Law 1 holds: only a commit that is there again may be missing."""
    back = replicas.away()
    replicas.change("ana", SetField(("title",), "Ours"))
    replicas.apply("ana")
    back()
    company.commit(replicas.clones["bo"], {PATH: incident("Theirs")})
    shell = company.shell(replicas.clones["ana"])
    options: dict[str, Any] = {"holder": "ana"}
    with pytest.raises(Refusal, match="is not the last applied"):
        shell.apply(company.options(**options))
