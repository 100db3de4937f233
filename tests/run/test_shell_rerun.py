"""A job that is run again, one that starts late, one on an old commit: none undoes what is newer."""

from __future__ import annotations

import pytest

from reconciler.errors import Refusal
from tests.support.company import ID, PATH, Company, incident, path_of
from tests.support.repositories import Clone

OTHER = "20261121-calm-otter"


@pytest.fixture
def ana(company: Company) -> Clone:
    clone = company.clone()
    company.commit(clone, {PATH: incident()})
    return clone


def as_in_ci(clone: Clone, commit: str) -> Clone:
    """Checked out as GitHub's action does: one commit, and no branch."""
    clone.git("checkout", "--quiet", "--detach", commit)
    clone.git("branch", "--quiet", "-D", "main")
    return clone


def test_an_old_job_that_is_run_again_finds_nothing_to_do(company: Company, ana: Clone) -> None:
    job = as_in_ci(company.clone("job"), ana.head)
    company.apply(job)
    company.commit(ana, {PATH: incident("Checkout fails for all")})
    company.apply(company.clone("next-job"))
    company.calls.clear()
    report = company.apply(job)
    assert (report.exit_code, report.outcomes, company.writes()) == (0, (), [])
    assert report.revision == ana.head
    assert "Checkout fails for all" in company.topic()


def test_a_job_that_starts_late_applies_what_is_newest_and_not_what_it_was_started_for(
    company: Company, ana: Clone
) -> None:
    queued = as_in_ci(company.clone("queued"), ana.head)
    company.commit(ana, {PATH: incident("Checkout fails for all")})
    report = company.apply(queued)
    assert (report.exit_code, report.revision) == (0, ana.head)
    assert "Checkout fails for all" in company.topic()
    assert [call for call in company.machines["slack"].log if 'Checkout fails"' in str(call)] == []


def test_an_older_revision_out_of_reach_of_the_remote_names_the_flag(company: Company, ana: Clone) -> None:
    laptop = company.clone("laptop")
    company.commit(ana, {PATH: incident("Checkout fails for all")})
    company.apply(ana)
    company.apply(laptop)  # it knows what was applied
    laptop.git("update-ref", "refs/remotes/origin/main", "HEAD")
    company.remote.folder.rename(company.remote.folder.with_name("gone.git"))
    company.calls.clear()
    with pytest.raises(Refusal) as refused:
        company.apply(laptop)
    assert (refused.value.exit_code, company.writes()) == (4, [])
    assert "--allow-older" in refused.value.next
    assert company.apply(laptop, allow_older=True).exit_code == 0


def test_two_incidents_pushed_from_two_clones_at_once_are_both_applied(company: Company, ana: Clone) -> None:
    bo = company.clone("bo")
    company.commit(ana, {"README.md": "Ours\n"})
    other = bo.commit({path_of(OTHER): incident("Search is slow", severity="sev3")}, at=company.clock.now())
    bo.git("pull", "--quiet", "--rebase", "origin", "main")
    bo.push()
    company.meanwhile["conversations.create"] = [lambda: company.apply(bo, wait=0)]
    assert company.apply(ana).exit_code == 0
    assert other
    assert company.channels() == sorted([f"incd-{OTHER}", f"incd-{ID}"])
    assert company.documents() == 2
    assert company.apply(bo).outcomes == ()
    assert sorted(company.kept(ana).incidents) == [OTHER, ID]


def test_the_state_names_the_newest_revision_whoever_saves_last(company: Company, ana: Clone) -> None:
    """A run that began before a newer one ended must not make the older commit the last applied one."""
    bo = company.clone("bo")

    def newer() -> None:
        company.commit(bo, {PATH: incident("Checkout fails for all")})

    company.meanwhile["conversations.create"] = [newer]
    company.apply(ana)
    company.apply(bo)
    assert company.kept(ana).revision == bo.head
    company.calls.clear()
    assert company.apply(ana).outcomes == ()
    assert "Checkout fails for all" in company.topic()
