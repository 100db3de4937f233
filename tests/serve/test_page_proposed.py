"""A resident process pages for a new incident on the local commit, also where that is only proposed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.incident.settings import GitSettings
from reconciler.incident.verbs import Escalate
from reconciler.plan.plan import State
from reconciler.repo.errand import Fresh
from reconciler.repo.repository import Repository
from reconciler.repo.verbs import Desk
from reconciler.repo.waiting import held
from reconciler.run.page import page
from tests.support.company import START
from tests.support.repositories import Clone
from tests.support.reviewing import GIT, PROTECTED, Reviewed, declared, request


class Resident:
    """A desk that pages at once, and what it has told."""

    def __init__(self, there: Reviewed, name: str = "serve"):
        self.there, self.clone = there, there.clone(name)
        self.paged: list[State] = []
        self.branches_then: list[list[str]] = []

    def desk(self, git: GitSettings = GIT) -> Desk:
        return self.there.desk(self.clone, self.made, git=git)

    def made(self, fresh: Fresh) -> None:
        self.branches_then.append(self.there.branches())
        outcomes = page(self.there.company.shell(self.clone), fresh)
        self.paged += [one.state for one in outcomes]


@pytest.fixture
def resident(tmp_path: Path) -> Resident:
    return Resident(Reviewed.at(tmp_path))


def test_the_page_is_out_before_the_branch_is_pushed(resident: Resident) -> None:
    id = resident.desk().declare(declared(), request()).id
    there = resident.there
    assert (resident.branches_then, resident.paged) == ([[]], [State.APPLIED])
    assert there.company.pages() == {f"{id}/primary": "triggered"}
    assert (there.apply(resident.clone).exit_code, there.apply(there.clone("ci")).exit_code) == (0, 0)
    assert len(there.company.pages()) == 1
    assert there.company.channels() == []


def test_killed_between_page_and_push_the_next_run_sees_it_through(resident: Resident) -> None:
    class Died(BaseException):
        pass

    def die(fresh: Fresh) -> None:
        resident.made(fresh)
        raise Died

    there = resident.there
    with pytest.raises(Died):
        there.desk(resident.clone, die).declare(declared(), request())
    assert (there.branches(), list(there.company.pages().values())) == ([], ["triggered"])
    there.apply(resident.clone)
    [pull] = there.github.pulls()
    assert there.company.pages() == {f"{pull['head'].removeprefix('incident/')}/primary": "triggered"}


def test_three_replicas_make_one_of_the_same_request(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path)
    replicas = [Resident(there, name) for name in ("one", "two", "three")]
    written = [replica.desk().declare(declared(), request("same")) for replica in replicas]
    assert len({one.id for one in written}) == 1
    assert (len(there.company.pages()), len(there.github.pulls())) == (1, 1)
    assert len(there.log(f"incident/{written[0].id}")) == 1


def test_who_is_called_for_on_a_proposed_incident_is_paged_and_on_a_merged_one_is_not(
    resident: Resident,
) -> None:
    there = resident.there
    id = resident.desk().declare(declared(), request()).id
    resident.desk().change(id, Escalate(START, "payments", None, ""), request("two"))
    assert set(there.company.pages()) == {f"{id}/primary", f"{id}/payments"}
    there.github.merge(1)
    there.apply(resident.clone)
    told = len(resident.branches_then)
    resident.desk().change(id, Escalate(START.replace(minute=50), "payments", None, ""), request("three"))
    assert len(resident.branches_then) == told


def test_with_the_git_host_away_it_is_paged_for_and_proposed_later(resident: Resident) -> None:
    there = resident.there
    resident.clone.git("remote", "set-url", "origin", f"file://{there.company.remote.folder}.away")
    written = resident.desk().declare(declared(), request())
    assert (written.pushed, resident.paged) == (False, [State.APPLIED])
    there.apply(resident.clone)
    there.company.later(minutes=10)
    resident.clone.git("remote", "set-url", "origin", there.company.remote.url)
    report = there.apply(resident.clone)
    assert there.company.pages() == {f"{written.id}/primary": "triggered"}
    assert there.branches() == [written.id]
    assert any("opened pull request #1" in notice for notice in report.notices)


def test_without_the_setting_a_page_that_went_ahead_stays_the_same_one(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path, PROTECTED.replace("protected: true, ", ""))
    resident = Resident(there)
    written = resident.desk(GitSettings()).declare(declared(), request())
    there.apply(resident.clone)
    assert there.company.pages() == {f"{written.id}/primary": "triggered"}
    assert there.branches() == [written.id]
    assert held(there.company.shell(resident.clone).repo) == []


def test_killed_before_the_branch_was_known_as_protected_it_is_proposed_by_the_next_run(
    tmp_path: Path,
) -> None:
    class Died(BaseException):
        pass

    there = Reviewed.at(tmp_path, PROTECTED.replace("protected: true, ", ""))
    resident = Resident(there)

    def die(fresh: Fresh) -> None:
        resident.made(fresh)
        raise Died

    with pytest.raises(Died):
        there.desk(resident.clone, die, git=GitSettings()).declare(declared(), request())
    [commit] = held(Repository.open(resident.clone.folder))
    there.company.later(minutes=10)
    shell = there.company.shell(resident.clone, joins=True, forge=lambda _environ, _clock: there.github)
    shell.apply(there.company.options(holder="serve"))
    [pull] = there.github.pulls()
    assert resident.clone.git("rev-parse", f"{commit}^{{tree}}") == there.company.remote.git(
        "rev-parse", f"{pull['head']}^{{tree}}"
    )
    there.apply(there.clone("ci"))
    assert there.company.pages() == {f"{pull['head'].removeprefix('incident/')}/primary": "triggered"}
    assert held(shell.repo) == []


def test_once_a_push_was_refused_nobody_is_called_for_before_the_review(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path, PROTECTED.replace("protected: true, ", ""))
    resident = Resident(there)
    desk = resident.desk(GitSettings())
    id = desk.declare(declared(), request()).id
    there.github.merge(1)
    there.apply(resident.clone)
    written = desk.change(id, Escalate(START, "payments", None, ""), request("two"))
    assert written.proposed is not None
    assert set(there.company.pages()) == {f"{id}/primary"}


def test_what_an_incident_adopts_is_left_alone_before_its_review(resident: Resident) -> None:
    there = resident.there
    service = {"id": "PSVC001", "type": "service_reference"}
    alert = {"type": "incident", "title": "Disk is full", "service": service}
    made = there.company.pagerduty.call("POST /incidents", incident=alert)["incident"]
    before = there.company.pagerduty.snapshot()
    adopting = declared(adopt={"pagerduty": {"primary": made["id"]}})
    resident.desk().declare(adopting, request())
    there.apply(resident.clone)
    there.company.later(minutes=10)
    there.github.close(1)
    there.apply(resident.clone)
    assert there.company.pagerduty.snapshot() == before


def test_a_clone_of_the_branch_alone_pages_too(tmp_path: Path) -> None:
    there = Reviewed.at(tmp_path)
    id = there.desk(there.clone()).declare(declared(), request()).id
    single = there.company.remote.folder.parent / "single"
    one = Clone(there.company.remote.folder.parent)
    url = there.company.remote.url
    one.git(
        "clone", "--quiet", "--single-branch", "--depth=1", "--branch", f"incident/{id}", url, str(single)
    )
    there.apply(Clone(single))
    assert there.company.pages() == {f"{id}/primary": "triggered"}
    assert there.company.channels() == []
