"""Git under fire, one by one; each mishap at each moment of a life is in `tests/sweeps/mishaps.py`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Failure, Refusal
from tests.support import repositories
from tests.support.company import ID, LEASE, PATH, SETTINGS, START, STATE, Company, incident, path_of
from tests.support.repositories import Clone

OTHER = "20261121-calm-otter"
#: The settings of another repository, whose people use the same Slack and PagerDuty.
THEIRS = SETTINGS.replace("name: acme", "name: umbrella").replace("notion:", "# notion:")


@pytest.fixture
def ana(company: Company) -> Clone:
    clone = company.clone()
    company.commit(clone, {PATH: incident()})
    return clone


def forget(company: Company, clone: Clone) -> None:
    """The state is lost, at the remote and here."""
    company.remote.git("update-ref", "-d", STATE)
    clone.git("update-ref", "-d", STATE.replace("heads", "remotes/origin"))


# two repositories


@pytest.fixture
def umbrella(company: Company, tmp_path: Path) -> Company:
    """Another company's repository, with an incident of the same id, in the same services."""
    folder = tmp_path / "umbrella"
    folder.mkdir()
    files = {"reconciler.yaml": THEIRS, PATH: incident("Their own trouble")}
    return replace(company, hub=repositories.remote(folder, files, at=START), calls=[])


def keyed(company: Company) -> dict[str, str]:
    """The pages by their whole keys."""
    listed = company.machines["pagerduty"].call("GET /incidents", date_range="all", limit=100)["incidents"]
    return {one["incident_key"]: one["status"] for one in listed}


def channels(company: Company) -> dict[str, dict[str, Any]]:
    """The incidents' channels by their names."""
    listed = company.machines["slack"].snapshot()["channels"].values()
    return {raw["name"]: raw for raw in listed if raw["name"].startswith("incd-")}


def test_what_another_repository_made_is_foreign(company: Company, umbrella: Company, ana: Clone) -> None:
    company.apply(ana)
    theirs = umbrella.clone("their")
    umbrella.apply(theirs)
    assert keyed(company) == {f"acme/{ID}/primary": "triggered", f"umbrella/{ID}/primary": "triggered"}
    purposes = {name: raw["purpose"]["value"].split("]")[0] for name, raw in channels(company).items()}
    assert purposes == {f"incd-{ID}": f"[acme/{ID}", f"incd-{ID}-2": f"[umbrella/{ID}"}
    forget(company, ana)
    forget(umbrella, theirs)
    before = company.snapshot()
    assert company.apply(ana).outcomes == umbrella.apply(theirs).outcomes == ()
    assert company.snapshot() == before
    company.commit(ana, {PATH: incident(status="canceled")})
    company.apply(ana)
    assert keyed(company) == {f"acme/{ID}/primary": "resolved", f"umbrella/{ID}/primary": "triggered"}
    assert "Their own trouble" in channels(company)[f"incd-{ID}-2"]["topic"]["value"]
    umbrella.commit(theirs, {PATH: None})
    umbrella.apply(theirs, prune=True)
    assert [raw["is_archived"] for _, raw in sorted(channels(company).items())] == [True, False]
    assert umbrella.apply(theirs).outcomes == company.apply(ana).outcomes == ()


# where it is run


def test_a_bare_repository_will_do(company: Company, ana: Clone) -> None:
    bare = Clone(company.remote.folder)
    report = company.apply(bare)
    assert (report.exit_code, report.revision) == (0, ana.head)
    assert company.apply(bare).outcomes == ()


def test_where_there_is_no_repository_it_is_said_what_to_do(company: Company, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    with pytest.raises(Failure, match="there is no Git repository in") as failure:
        company.shell(nowhere)
    assert "git init" in failure.value.next


def test_without_a_folder_of_incidents_there_is_nothing_to_do(company: Company) -> None:
    bo = company.clone("bo")
    report = company.apply(bo)
    assert (report.exit_code, report.outcomes, company.writes()) == (0, (), [])
    assert company.plan(bo).exit_code() == 0


# the shape of the history


def test_a_merge_brings_what_both_sides_did(company: Company, ana: Clone) -> None:
    company.apply(ana)
    ana.git("switch", "--quiet", "--create", "idea", "HEAD~1")
    company.commit(ana, {path_of(OTHER): incident("Another")}, push=False)
    ana.git("switch", "--quiet", "main")
    company.commit(ana, {PATH: incident("Worse")}, push=False)
    ana.git("merge", "--quiet", "--no-ff", "idea")
    ana.push()
    report = company.apply(ana)
    assert (report.exit_code, "Worse" in company.topic()) == (0, True)
    assert sorted(company.pages()) == [f"{OTHER}/primary", f"{ID}/primary"]


def test_a_rebase_of_what_was_applied_out_of_reach_is_refused_until_it_is_allowed(
    company: Company, ana: Clone
) -> None:
    bo = company.clone("bo")
    gone = company.remote.folder.with_name("gone.git")
    company.remote.folder.rename(gone)
    company.commit(ana, {path_of(OTHER): incident("On a plane")}, push=False)
    company.apply(ana)
    gone.rename(company.remote.folder)
    company.commit(bo, {PATH: incident("Meanwhile")})
    ana.git("pull", "--quiet", "--rebase", "origin", "main", env=repositories.dated(START))
    ana.push()
    before = company.snapshot()
    with pytest.raises(Refusal) as refused:
        company.apply(ana)
    assert "--allow-older" in refused.value.next
    assert company.snapshot() == before
    assert company.apply(ana, allow_older=True).exit_code == 0
    assert sorted(company.pages()) == [f"{OTHER}/primary", f"{ID}/primary"]
    assert (len(company.channels()), "Meanwhile" in company.topic()) == (2, True)


def test_forced_back_and_the_state_lost_nothing_is_made_twice(company: Company, ana: Clone) -> None:
    """Without the state nobody knows what was applied last: the branch decides, and the marks are found."""
    first = ana.head
    company.commit(ana, {PATH: incident("Worse")})
    company.apply(ana)
    ana.git("reset", "--quiet", "--hard", first)
    ana.git("push", "--quiet", "--force", "origin", "main")
    forget(company, ana)
    assert company.apply(ana).exit_code == 0
    assert (len(company.pages()), len(company.channels()), company.documents()) == (1, 1, 1)
    assert "Checkout fails" in company.topic()


# the lease


def test_a_lock_left_at_the_remote_holds_up_nothing_for_longer_than_the_wait(
    company: Company, ana: Clone
) -> None:
    lock = company.remote.folder / f"{LEASE}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    report = company.apply(ana)
    assert report.exit_code == 0
    [notice] = report.notices
    assert "nobody holds it, and still it cannot be taken" in notice
    assert f"{LEASE}.lock" in notice
    assert (len(company.pages()), len(company.channels()), company.documents()) == (1, 1, 1)
