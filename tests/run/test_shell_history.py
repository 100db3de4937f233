"""What Git's history decides: who is woken, who is not, and what costs nothing any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from reconciler.repo import tree
from reconciler.repo.git import Git
from tests.support.company import ID, PATH, SETTINGS, START, Company, incident, path_of
from tests.support.repositories import Clone

OTHER = "20261121-calm-otter"


@pytest.fixture
def ana(company: Company) -> Clone:
    return company.clone()


# nobody is woken by history


@pytest.mark.parametrize("status", ["resolved", "closed", "canceled"])
def test_a_file_first_seen_as_over_wakes_nobody(company: Company, ana: Clone, status: str) -> None:
    company.commit(ana, {PATH: incident(status=status)})
    report = company.apply(ana)
    assert report.exit_code == 0
    assert (company.pages(), company.channels()) == ({}, [])
    assert "chat.postMessage" not in [method for _, method in company.calls]


def test_opened_and_resolved_before_the_first_apply_still_wakes_nobody(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident()})
    company.commit(ana, {PATH: incident(status="resolved")})
    assert company.apply(ana).exit_code == 0
    assert [one for one in company.pages().values() if one != "resolved"] == []


def test_an_import_of_open_incidents_waits_for_the_flag(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident(), path_of(OTHER): incident("Another")})
    company.later(days=3)
    report = company.apply(ana)
    assert report.exit_code == 4
    held = report.after.held
    assert {str(one.address) for one in held} == {f"pagerduty:{ID}/primary", f"pagerduty:{OTHER}/primary"}
    assert {one.flag for one in held} == {"--allow-late-pages"}
    assert company.pages() == {}
    assert len(company.channels()) == 2  # all else is made
    assert company.plan(ana).exit_code() == 4
    assert company.apply(ana, allow_late_pages=True).exit_code == 0
    assert len(company.pages()) == 2


def test_a_recent_declare_is_paged_however_late_the_run(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident()})
    company.later(hours=23)
    assert company.apply(ana).exit_code == 0
    assert company.pages() == {f"{ID}/primary": "triggered"}


def test_an_edit_that_asks_for_a_page_is_never_late(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident(severity="sev3")})
    company.apply(ana)
    assert company.pages() == {}
    company.later(days=5)
    company.commit(ana, {PATH: incident(severity="sev1")})
    assert company.apply(ana).exit_code == 0
    assert company.pages() == {f"{ID}/primary": "triggered"}
    company.later(days=5)
    company.commit(ana, {PATH: incident(more="page: [payments]\n")})
    assert company.apply(ana).exit_code == 0
    assert sorted(company.pages()) == [f"{ID}/payments", f"{ID}/primary"]


def test_a_team_that_the_settings_add_is_late(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident()})
    company.apply(ana)
    company.later(days=5)
    company.commit(ana, {"reconciler.yaml": SETTINGS.replace("page: [primary]", "page: [primary, payments]")})
    report = company.apply(ana)
    assert report.exit_code == 4
    assert [str(one.address) for one in report.after.held] == [f"pagerduty:{ID}/payments"]


def test_reopened_it_pages_again_whatever_its_age(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident()})
    company.apply(ana)
    company.later(days=4)
    company.commit(ana, {PATH: incident(status="resolved")})
    company.apply(ana)
    assert company.pages() == {f"{ID}/primary": "resolved"}
    company.later(days=4)
    company.commit(ana, {PATH: incident()})
    assert company.apply(ana).exit_code == 0
    assert company.pages() == {f"{ID}/primary": "triggered"}


def test_an_uncommitted_edit_counts_as_made_now(company: Company, ana: Clone) -> None:
    company.commit(ana, {PATH: incident(severity="sev3")})
    company.apply(ana)
    company.later(days=5)
    ana.write({PATH: incident(severity="sev1")})
    plan = company.plan(ana)
    assert plan.held == ()
    assert f"pagerduty:{ID}/primary" in [str(one.address) for one in plan.changes]


# settled


def settle(company: Company, ana: Clone, id: str) -> None:
    """Declare, close, and let the grace time pass."""
    company.commit(ana, {path_of(id): incident(id)})
    company.apply(ana)
    company.commit(ana, {path_of(id): incident(id, status="closed")})
    company.apply(ana)
    company.later(days=8)
    company.apply(ana)


def test_a_settled_incident_costs_no_read_of_its_file_and_no_call(
    company: Company, ana: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(company, ana, ID)
    blob = ana.git("rev-parse", f"HEAD:{PATH}")
    read: list[str] = []
    plain = tree.blobs

    def counted(git: Git, ids: Iterable[str]) -> dict[str, bytes]:
        wanted = list(ids)
        read.extend(wanted)
        return plain(git, wanted)

    monkeypatch.setattr(tree, "blobs", counted)
    company.calls.clear()
    assert company.apply(ana).exit_code == 0
    assert company.plan(ana).in_sync == 0
    assert read
    assert blob not in read
    assert company.calls == []


def test_its_file_edited_it_is_looked_at_again(company: Company, ana: Clone) -> None:
    settle(company, ana, ID)
    company.commit(ana, {PATH: incident("Other words", status="closed")})
    company.calls.clear()
    company.apply(ana)
    assert company.calls


def test_asked_for_by_name_it_says_that_it_is_settled(company: Company, ana: Clone) -> None:
    settle(company, ana, ID)
    notices = company.plan(ana, only=frozenset({ID})).notices
    assert f"{ID} is settled: it is looked at again when its file changes" in notices


def test_a_thousand_settled_cost_nothing_beside_twenty_open(
    company: Company, ana: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imported as closed, they are settled by the first run; the second reads and asks only for the open."""
    closed = {path_of(f"20250101-closed-{n:04}"): incident(f"Old {n}", status="closed") for n in range(1000)}
    opened = {path_of(f"20261121-open-{n:02}"): incident(f"New {n}", severity="sev3") for n in range(20)}
    company.commit(ana, {**closed, **opened})
    assert company.apply(ana).exit_code == 0
    assert len(company.channels()) == 20
    memories = company.kept(ana).incidents
    assert sum(memory["settled"] for memory in memories.values()) == 1000
    read: list[str] = []
    plain = tree.blobs

    def counted(git: Git, ids: Iterable[str]) -> dict[str, bytes]:
        wanted = list(ids)
        read.extend(wanted)
        return plain(git, wanted)

    monkeypatch.setattr(tree, "blobs", counted)
    listed = ana.git("ls-tree", "-r", "HEAD", "incidents").splitlines()
    blobs = {line.split("\t")[1]: line.split()[2] for line in listed}
    company.calls.clear()
    report = company.apply(ana)
    assert (report.exit_code, report.outcomes, company.writes()) == (0, (), [])
    assert {blobs[path] for path in opened} <= set(read)
    assert not {blobs[path] for path in closed} & set(read)
    assert len(company.calls) <= 4 + 20 * 4


def test_history_is_dated_by_its_commits(company: Company, ana: Clone) -> None:
    ana.commit({PATH: incident()}, at=START - timedelta(minutes=3))
    ana.push()
    company.later(minutes=30)
    company.commit(ana, {PATH: incident(status="resolved")})
    company.later(hours=2)
    company.apply(ana)
    assert "2026-11-21T17:15" in str(company.machines["notion"].snapshot())
